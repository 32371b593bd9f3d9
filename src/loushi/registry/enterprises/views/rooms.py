"""The chosen room beside the stacking plan: who holds it, and who held it."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loushi.foundation.core.actor import Actor
from loushi.registry.buildings.models import Space
from loushi.registry.buildings.queries import panels_of
from loushi.registry.enterprises import queries
from loushi.registry.enterprises.models import Presence


def chosen_room(actor: Actor, plan: queries.Plan, space: int | None) -> dict[str, Any] | None:
    """The room that the address names; None where the plan has no such room."""
    for floor in plan.floors:
        for item in floor.spaces:
            if item.space.id == space:
                return _room(actor, plan, floor, item)
    return None


def _room(
    actor: Actor, plan: queries.Plan, floor: queries.OccupiedFloor, item: queries.OccupiedSpace
) -> dict[str, Any]:
    room = item.space
    state = str(Space.State(item.state).label)
    correct = reverse("buildings:edit_space", args=[room.id])
    may_change = queries.may_change_space(actor, room.id)
    return {
        "number": room.number,
        "floor": floor.floor.label,
        "state": state,
        "tenants": item.tenants,
        "pills": _pills(plan.on, item) or [{"kind": "plain", "label": state}],
        "rows": _rows(actor, floor, item, correct if may_change else "", plan.on),
        "history": [_stay(row, plan.on) for row in queries.stays_of_space(actor, room.id, plan.on)],
        "panels": panels_of(actor, "building.space", room.id, on=plan.on),
        "correct": correct if may_change else "",
    }


def _pills(on: date, item: queries.OccupiedSpace) -> list[dict[str, str]]:
    pills = []
    for tenant in item.tenants:
        registered = tenant.presence == Presence.HERE_REGISTERED
        pills.append(
            {"kind": "done" if registered else "to-fix", "label": Presence(tenant.presence).label}
        )
        if tenant.lease_until is None:
            continue
        left = (tenant.lease_until - on).days
        if left < 0:
            text = _("租约已过期 %(days)d 天") % {"days": -left}
            pills.append({"kind": "overdue", "label": text})
        elif left <= queries.LEASE_WARNING.days:
            pills.append({"kind": "due-soon", "label": _("租约剩 %(days)d 天") % {"days": left}})
    return pills


def _rows(
    actor: Actor, floor: queries.OccupiedFloor, item: queries.OccupiedSpace, fill: str, on: date
) -> list[dict[str, Any]]:
    room = item.space
    total = sum((space.space.area or 0 for space in floor.spaces), 0)
    size = ""
    if room.area is not None:
        size = f"{room.area:,.0f} ㎡"
        if total:
            size = _("%(size)s，占本层 %(share)s") % {
                "size": size, "share": f"{room.area / total:.1%}"
            }  # fmt: skip
    rows: list[dict[str, Any]] = [
        {"label": _("面积"), "value": size, "fill": fill},
        {"label": _("用途"), "value": room.use, "fill": fill},
    ]
    for tenant in item.tenants[:1]:
        firm = reverse("enterprises:page", args=[tenant.enterprise_id])
        rows += [
            {"label": _("行业"), "value": tenant.section_name, "href": "", "fill": ""},
            {"label": _("人员"), "value": _staff(tenant.staff_count), "fill": ""},
            {"label": _("专员"), "value": tenant.officer, "href": firm if tenant.officer else "",
             "fill": ""},
        ]  # fmt: skip
    rows += [panel.context for panel in panels_of(actor, "building.space.facts", room.id, on=on)]
    return rows


def _staff(count: int | None) -> str:
    return "" if count is None else _("约 %(count)d 人") % {"count": count}


def _stay(row: queries.Stay, on: date) -> dict[str, Any]:
    since = row.since.isoformat() if row.since else _("起始日期未填")
    runs = row.until is None or row.until > on
    until = _("至今") if runs else row.until.isoformat() if row.until else ""
    text = row.why
    if not row.name and row.days is not None:
        title = ngettext("空置 %(days)d 天", "空置 %(days)d 天", row.days) % {"days": row.days}
    else:
        title = row.name or _("空置")
    if row.lease_until:
        text = _("租约至 %(day)s") % {"day": row.lease_until.isoformat()}
        left = (row.lease_until - on).days
        if runs and 0 <= left <= queries.LEASE_WARNING.days:
            text += _("（剩 %(days)d 天）") % {"days": left}
    kind = "rest" if not row.name else "handling" if runs else "done"
    return {"kind": kind, "when": f"{since} — {until}", "title": title, "text": text}
