"""The stacking plan on a building's page (wired in `loushi.config.panels`)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.registry.buildings.models import Floor, Space
from loushi.registry.buildings.queries import panels_of
from loushi.registry.enterprises import queries
from loushi.registry.enterprises.models import Presence
from loushi.registry.enterprises.policy import VIEW
from loushi.registry.enterprises.views.colours import KINDS, STATE, Colouring, modes
from loushi.registry.enterprises.views.rooms import chosen_room

Made = tuple[str, dict[str, Any]] | None
UNLETTABLE = {Floor.Kind.PLANT, Floor.Kind.REFUGE, Floor.Kind.PARKING}


def building_plan(
    actor: Actor,
    building_id: int,
    on: date | None = None,
    space: int | None = None,
    colour: str = STATE,
) -> Made:
    """The stacking plan with tenants, the figures above it, the chosen room beside it."""
    if not actor.has(VIEW) and not actor.see_all:
        return None
    plan = queries.plan_on(actor, building_id, on)
    drawn, offered = modes(actor, building_id, plan, colour)
    base = reverse("buildings:page", args=[building_id])
    link = _links(base, on, drawn.key)
    return "enterprises/plan.html", {
        "plan": plan,
        "floors": [_floor(floor, drawn, link, space) for floor in plan.floors],
        "scale": max((_width(floor) for floor in plan.floors), default=Decimal(1)) or 1,
        "legend": drawn.legend,
        "note": drawn.note,
        "modes": [{**mode, "href": link(colour=mode["key"], space=space)} for mode in offered],
        "figures": [
            {"href": "", **figure}
            for figure in _figures(plan)
            + [p.context for p in panels_of(actor, "building.figures", building_id, on=plan.on)]
        ],
        "chosen": chosen_room(actor, plan, space),
        "close": link(),
        "today": _links(base, None, drawn.key)(space=space),
        "colour": drawn.key,
        "on": plan.on,
        "is_past": on is not None,
        "reported": plan.reported,
        "spaces_url": reverse("buildings:spaces", args=[building_id]),
    }


def _links(base: str, on: date | None, colour: str) -> Any:
    """Makes addresses of this page that keep the day and the colouring."""

    def link(**more: Any) -> str:
        asked = {
            "on": on.isoformat() if on else None,
            "colour": colour if colour != STATE else None,
            **more,
        }
        if asked.get("colour") == STATE:
            asked["colour"] = None
        said = urlencode({key: value for key, value in asked.items() if value})
        return f"{base}?{said}" if said else base

    return link


def _floor(
    item: queries.OccupiedFloor, drawn: Colouring, link: Any, chosen: int | None
) -> dict[str, Any]:
    floor = item.floor
    if floor.kind in UNLETTABLE and not item.spaces:
        label = Floor.Kind(floor.kind).label
        spaces: list[dict[str, Any]] = [
            {"kind": "plant", "label": _("%(kind)s，不可租") % {"kind": label}}
        ]
    elif item.spaces:
        spaces = [_space(space, drawn, link, chosen) for space in item.spaces]
    else:
        spaces = _unknown(item)
    return {
        "name": floor.label,
        "share": float(item.share) if item.share is not None else None,
        "aside": drawn.floors.get(floor.number or 0, ""),
        "selected": any(space.get("selected") for space in spaces),
        "spaces": spaces,
    }


def _space(
    item: queries.OccupiedSpace, drawn: Colouring, link: Any, chosen: int | None
) -> dict[str, Any]:
    area = item.space.area
    size = f"{area:,.0f}㎡" if area else ""
    words = {
        Space.State.LET: item.space.number,
        Space.State.SELF_USED: _("自用 %(number)s") % {"number": item.space.number},
        Space.State.VACANT: _("空 %(size)s") % {"size": size},
        Space.State.RESERVED: _("预留 %(size)s") % {"size": size},
        Space.State.NOT_DELIVERED: _("未交付 %(size)s") % {"size": size},
    }
    state = Space.State(item.state)
    label = item.label or words[state].strip()
    cell: Mapping[str, str] = drawn.cells.get(item.space.id, {})
    note = cell.get("note") or str(state.label)
    return {
        "kind": cell.get("kind") or drawn.rest or KINDS[state],
        "label": cell.get("word") or label,
        "title": "·".join(filter(None, (item.space.number, item.label, size, note))),
        "area": float(area or 1),
        "href": f"{link(space=item.space.id)}#space",
        "ending": item.ending,
        "selected": item.space.id == chosen,
    }


def _unknown(item: queries.OccupiedFloor) -> list[dict[str, Any]]:
    """A floor without rooms: from the reported vacancy where a file gave one."""
    area = float(item.floor.area or 1)
    vacancy = item.floor.reported_vacancy
    if vacancy is None:
        return [{"kind": "plant", "label": _("未登记房源")}]
    parts = [
        ("let", _("在用（上报）"), 1 - float(vacancy)),
        ("vacant", _("空置 %(share)s（上报）") % {"share": f"{float(vacancy):.0%}"},
         float(vacancy)),
    ]  # fmt: skip
    return [
        {"kind": kind, "label": label, "title": label, "area": area * share, "href": "",
         "ending": False, "selected": False}
        for kind, label, share in parts
        if share > 0
    ]  # fmt: skip


def _width(item: queries.OccupiedFloor) -> Decimal:
    total = sum((space.space.area or Decimal(1) for space in item.spaces), Decimal(0))
    return total or (item.floor.area or Decimal(1))


def _figures(plan: queries.Plan) -> list[dict[str, Any]]:
    here, sitting = plan.registered
    share = f"{plan.totals.share * 100:.1f}" if plan.totals.share is not None else ""
    largest = plan.largest_vacancy
    return [
        {
            "label": _("入驻率（按面积）"), "value": share, "unit": "%" if share else "",
            "part": round(plan.totals.occupied), "whole": round(plan.totals.area), "what": _("㎡"),
            "previous": plan.totals.counting.sentence,
            "why": _("还没有登记带面积的房源"), "tone": "",
        },
        {
            "label": _("空置"), "value": f"{plan.totals.vacant:,.0f}", "unit": "㎡",
            "part": plan.totals.vacant_rooms, "whole": plan.totals.all_rooms, "what": _("间"),
            "previous": _("最大一处 %(floor)s 层 %(number)s，%(area)s ㎡") % {
                "floor": largest[0].label, "number": largest[1].space.number,
                "area": f"{largest[1].space.area:,.0f}",
            } if largest else "",
            "why": _("还没有登记房源"), "tone": "",
        },
        {
            "label": _("属地注册率"),
            "value": f"{here / sitting * 100:.1f}" if sitting else "",
            "unit": "%" if sitting else "",
            "part": here, "whole": sitting, "what": _("在册 / 在地"),
            "previous": _("在地不在册 %(here)d·在册不在地 %(only)d") % {
                "here": sitting - here, "only": plan.presence.get(Presence.REGISTERED_ONLY, 0)
            },
            "why": _("没有登记在地的企业"), "tone": "",
        },
        {
            "label": _("近 3 个月到期"), "value": f"{plan.ending_area:,.0f}", "unit": "㎡",
            "part": plan.ending, "whole": plan.leases, "what": _("份租约"),
            "previous": _("图上右上角带三角的房间"), "why": _("没有登记租约"),
            "tone": "soon" if plan.ending else "",
        },
    ]  # fmt: skip
