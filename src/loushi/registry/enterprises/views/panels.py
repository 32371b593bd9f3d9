"""What this package shows on the page of a building (wired in `loushi.config.panels`)."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.registry.buildings.models import Floor, Space
from loushi.registry.enterprises import queries
from loushi.registry.enterprises.models import Presence
from loushi.registry.enterprises.policy import VIEW

KINDS = {
    Space.State.LET: "let",
    Space.State.SELF_USED: "own",
    Space.State.VACANT: "vacant",
    Space.State.RESERVED: "reserved",
    Space.State.NOT_DELIVERED: "undelivered",
}
Made = tuple[str, dict[str, Any]] | None


def building_plan(
    actor: Actor, building_id: int, on: date | None = None, space: int | None = None
) -> Made:
    """The stacking plan with tenants, the figures above it, the chosen room beside it."""
    if not actor.has(VIEW) and not actor.see_all:
        return None
    plan = queries.plan_on(actor, building_id, on)
    base = reverse("buildings:page", args=[building_id])
    query = f"&on={plan.on.isoformat()}" if on else ""
    return "enterprises/plan.html", {
        "plan": plan,
        "floors": [_floor(floor, base, query, space) for floor in plan.floors],
        "scale": max((_width(floor) for floor in plan.floors), default=Decimal(1)) or 1,
        "legend": _legend(plan),
        "figures": _figures(plan),
        "chosen": _chosen(actor, plan, space),
        "close": f"{base}?on={plan.on.isoformat()}" if on else base,
        "on": plan.on,
        "is_past": on is not None,
        "reported": plan.reported,
        "spaces_url": reverse("buildings:spaces", args=[building_id]),
    }


def building_tab(actor: Actor, building_id: int) -> Made:
    """The tab that leads to the enterprises of a building."""
    if not actor.has(VIEW) and not actor.see_all:
        return None
    count = queries.enterprises(actor, queries.Filters(building=building_id)).count()
    href = f"{reverse('enterprises:list')}?building={building_id}"
    return "", {"label": _("企业"), "href": href, "count": count}


def building_history(actor: Actor, building_id: int) -> Made:
    """Who moved in and out, the newest first."""
    if not actor.has(VIEW) and not actor.see_all:
        return None
    entries = [
        {
            "kind": "new" if item.arrived else "returned",
            "when": item.on.isoformat(),
            "title": _("%(name)s 入驻 %(room)s") % {"name": item.name, "room": item.room}
            if item.arrived
            else _("%(name)s 迁出 %(room)s") % {"name": item.name, "room": item.room},
        }
        for item in queries.comings_and_goings(actor, building_id)
    ]
    return "enterprises/history.html", {"entries": entries}


def _floor(
    item: queries.OccupiedFloor, base: str, query: str, chosen: int | None
) -> dict[str, Any]:
    floor = item.floor
    if floor.kind in {Floor.Kind.PLANT, Floor.Kind.REFUGE} and not item.spaces:
        label = Floor.Kind(floor.kind).label
        spaces: list[dict[str, Any]] = [
            {"kind": "plant", "label": _("%(kind)s，不可租") % {"kind": label}}
        ]
    elif item.spaces:
        spaces = [_space(space, base, query, chosen) for space in item.spaces]
    else:
        spaces = _unknown(item)
    return {
        "name": floor.label,
        "share": float(item.share) if item.share is not None else None,
        "selected": any(space.get("selected") for space in spaces),
        "spaces": spaces,
    }


def _space(
    item: queries.OccupiedSpace, base: str, query: str, chosen: int | None
) -> dict[str, Any]:
    area = item.space.area
    size = f"{area:,.0f}㎡" if area else ""
    words = {
        Space.State.SELF_USED: _("自用 %(number)s") % {"number": item.space.number},
        Space.State.VACANT: _("空 %(size)s") % {"size": size},
        Space.State.RESERVED: _("预留 %(size)s") % {"size": size},
        Space.State.NOT_DELIVERED: _("未交付 %(size)s") % {"size": size},
    }
    label = item.label or words.get(Space.State(item.state), "") or item.space.number
    return {
        "kind": KINDS[Space.State(item.state)],
        "label": label,
        "title": f"{item.space.number} {label} {size}".strip(),
        "area": float(area or 1),
        "href": f"{base}?space={item.space.id}{query}#space",
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
        ("vacant", _("空置（上报）"), float(vacancy)),
    ]
    return [
        {"kind": kind, "label": label, "title": label, "area": area * share, "href": "",
         "ending": False, "selected": False}
        for kind, label, share in parts
        if share > 0
    ]  # fmt: skip


def _width(item: queries.OccupiedFloor) -> Decimal:
    total = sum((space.space.area or Decimal(1) for space in item.spaces), Decimal(0))
    return total or (item.floor.area or Decimal(1))


def _legend(plan: queries.Plan) -> list[dict[str, Any]]:
    return [
        {"kind": KINDS[state], "label": str(state.label),
         "value": f"{plan.area_by_state[state]:,.0f} ㎡"}
        for state in Space.State
        if plan.area_by_state.get(state)
    ]  # fmt: skip


def _figures(plan: queries.Plan) -> list[dict[str, Any]]:
    here, sitting = plan.registered
    vacant = Space.State.VACANT
    share = f"{plan.share * 100:.1f}" if plan.share is not None else ""
    return [
        {
            "label": _("入驻率（按面积）"), "value": share, "unit": "%" if share else "",
            "part": round(plan.occupied), "whole": round(plan.area), "what": _("㎡"),
            "previous": _("已租与自用 ÷ 全部房源，预留、未交付计入分母"),
            "why": _("还没有登记带面积的房源"), "tone": "",
        },
        {
            "label": _("空置"), "value": f"{plan.area_by_state.get(vacant, 0):,.0f}", "unit": "㎡",
            "part": plan.rooms_by_state.get(vacant, 0), "whole": plan.rooms, "what": _("间"),
            "previous": "", "why": _("还没有登记房源"), "tone": "",
        },
        {
            "label": _("属地注册率"),
            "value": f"{here / sitting * 100:.1f}" if sitting else "",
            "unit": "%" if sitting else "",
            "part": here, "whole": sitting, "what": _("在册 / 在地"),
            "previous": _("另有在册不在地 %(count)d 家")
            % {"count": plan.presence.get(Presence.REGISTERED_ONLY, 0)},
            "why": _("没有登记在地的企业"), "tone": "",
        },
        {
            "label": _("近 3 个月到期"), "value": f"{plan.ending_area:,.0f}", "unit": "㎡",
            "part": plan.ending, "whole": plan.leases, "what": _("份租约"),
            "previous": _("图上右上角带三角的房间"), "why": _("没有登记租约"),
            "tone": "soon" if plan.ending else "",
        },
    ]  # fmt: skip


def _chosen(actor: Actor, plan: queries.Plan, space: int | None) -> dict[str, Any] | None:
    """The room that the address names: who is in it, and who was."""
    for floor in plan.floors:
        for item in floor.spaces:
            if item.space.id == space:
                return {
                    "number": item.space.number,
                    "floor": floor.floor.label,
                    "state": str(Space.State(item.state).label),
                    "area": item.space.area,
                    "use": item.space.use,
                    "tenants": item.tenants,
                    "history": [
                        _stay(row) for row in queries.history_of_space(actor, item.space.id)
                    ],
                }
    return None


def _stay(row: queries.Stay) -> dict[str, Any]:
    since = row.since.isoformat() if row.since else _("起始日期未填")
    until = row.until.isoformat() if row.until else _("至今")
    lease = _("租约至 %(day)s") % {"day": row.lease_until.isoformat()} if row.lease_until else ""
    return {
        "kind": "handling" if row.until is None else "done",
        "when": f"{since} — {until}",
        "title": row.name,
        "text": lease,
    }
