"""Bodies, their members and rules."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.core.scoping import fetch
from loushi.registry.accounts.models import User
from loushi.registry.accounts.policy import can_at
from loushi.registry.buildings.models import Building
from loushi.registry.territory.models import Unit
from loushi.services.governance.models import (
    Base,
    Body,
    BodyKind,
    BodyRule,
    CouncilSeat,
    Matter,
    Post,
    Share,
    Side,
)
from loushi.services.governance.policy import CHANGE

KINDS = Path(__file__).parent.parent / "data" / "kinds.json"
WHY = "rows of a body that was fetched"
SEAT = ("user_id", "name", "side", "post", "enterprise_id", "manager_id", "weight", "votes",
        "since", "until")  # fmt: skip
MOST_WEIGHT = 100_000_000


def install_kinds() -> int:
    """The shipped kinds, where they are missing; returns how many were made. The thresholds are
    first settings (see docs/guide/governance.md), to be changed for each body."""
    known = set(BodyKind.objects.values_list("code", flat=True))
    rows = json.loads(KINDS.read_text(encoding="utf-8"))
    made = BodyKind.objects.bulk_create(
        BodyKind(position=n, **one) for n, one in enumerate(rows, 1) if one["code"] not in known
    )
    return len(made)


def create_body(
    *, actor: Actor, unit_id: int, kind: str, values: Mapping[str, Any],
    permission: str = CHANGE,
) -> Body:  # fmt: skip
    """Registers a body with the first rules of its kind."""
    unit = Unit.objects.filter(pk=unit_id).exclude(path="").first()
    if unit is None:
        raise Refused(_("请选择归哪个社区。"), field="unit_id")
    if not can_at(actor, permission, unit.path):
        raise Denied
    chosen = BodyKind.objects.filter(code=kind).first()
    if chosen is None:
        raise Refused(_("请从列表里选择类型。"), field="kind")
    found = _cleaned(actor, unit, values, None)
    with transaction.atomic():
        made = Body.objects.unscoped("made at a unit that was checked").create(
            unit=unit, unit_path=unit.path, kind=chosen, **found
        )
        BodyRule.objects.unscoped(WHY).bulk_create(
            BodyRule(body=made, unit_path=unit.path, since=made.since, **rule)
            for rule in chosen.rules
        )
        record(actor=actor, action="governance.body_create", subject=made, after=_told(found))
    return made


def update_body(*, actor: Actor, body_id: int, values: Mapping[str, Any]) -> Body:
    """Corrects a body; an end day dissolves it."""
    with transaction.atomic():
        row = fetch(Body, actor, body_id, permission=CHANGE, lock=True, related=("unit",))
        names = ("name", "building_id", "since", "until", "note")
        before = {name: getattr(row, name) for name in names}
        found = _cleaned(actor, row.unit, before | dict(values), row)
        for name, value in found.items():
            setattr(row, name, value)
        row.save()
        record(actor=actor, action="governance.body_update", subject=row, before=_told(before),
               after=_told(found))  # fmt: skip
    return row


def _cleaned(
    actor: Actor, unit: Unit, values: Mapping[str, Any], row: Body | None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": str(values.get("name") or "").strip(),
        "building_id": values.get("building_id") or None,
        "since": values.get("since") or timezone.localdate(),
        "until": values.get("until"),
        "note": str(values.get("note") or "").strip(),
    }
    wrong: dict[str, Any] = {}
    if not found["name"]:
        wrong["name"] = _("请填写名称。")
    twins = Body.objects.unscoped("a name is given once in a unit").filter(
        unit=unit, name=found["name"]
    )
    if twins.exclude(pk=row.pk if row else 0).exists():
        wrong["name"] = _("这个社区已有同名的议事组织。请换一个名称。")
    if found["until"] and found["until"] < found["since"]:
        wrong["until"] = _("撤销日期不能早于成立日期。")
    if found["building_id"]:
        tower = Building.objects.visible_to(actor).filter(pk=found["building_id"]).first()
        if tower is None or not tower.unit_path.startswith(unit.path):
            wrong["building_id"] = _("请选择本社区的楼宇。")
        if row is not None and row.building_id and row.building_id != found["building_id"]:
            wrong["building_id"] = _("议事组织不能换到另一幢楼。请撤销后另行登记。")
    if wrong:
        raise Refused.many(wrong)
    return found


def set_rule(*, actor: Actor, body_id: int, values: Mapping[str, Any]) -> BodyRule:
    """A rule for one matter from a day on; what was decided before keeps the old one."""
    with transaction.atomic():
        row = fetch(Body, actor, body_id, permission=CHANGE, lock=True)
        since = values.get("since") or timezone.localdate()
        wrong: dict[str, Any] = {}
        for name, allowed in (("matter", Matter), ("quorum", Share), ("majority", Share),
                              ("base", Base)):  # fmt: skip
            if values.get(name) not in allowed.values:
                wrong[name] = _("请从列表里选择。")
        if set(values.get("sides") or ()) - set(Side.values):
            wrong["sides"] = _("请从列表里选择。")
        if since < timezone.localdate() and since != row.since:
            wrong["since"] = _("规则从今天或以后起用，已经表决的不受影响。")
        if not 0 <= int(values.get("notice_days") or 0) <= 60:
            wrong["notice_days"] = _("提前通知请写 0 到 60 天。")
        if wrong:
            raise Refused.many(wrong)
        fields = {name: values[name] for name in ("quorum", "majority", "base")}
        fields |= {
            "both": bool(values.get("both")), "notice_days": int(values.get("notice_days") or 0),
            "sides": sorted(values.get("sides") or ()), "unit_path": row.unit_path,
        }  # fmt: skip
        made, _new = BodyRule.objects.unscoped(WHY).update_or_create(
            body=row, matter=values["matter"], since=since, defaults=fields
        )
        record(actor=actor, action="governance.rule_set", subject=row,
               after={"matter": made.matter, "since": str(since), **fields})  # fmt: skip
    return made


def add_seat(*, actor: Actor, body_id: int, values: Mapping[str, Any]) -> CouncilSeat:
    """A member for a term."""
    with transaction.atomic():
        row = fetch(Body, actor, body_id, permission=CHANGE, lock=True)
        found = _seat(row, values, None)
        made = CouncilSeat.objects.unscoped(WHY).create(body=row, unit_path=row.unit_path, **found)
        record(actor=actor, action="governance.seat_add", subject=row, after=_told(found))
    return made


def update_seat(
    *, actor: Actor, body_id: int, seat_id: int, values: Mapping[str, Any]
) -> CouncilSeat:
    """Corrects a member; votes that were held keep what they counted."""
    with transaction.atomic():
        row, seat = _own(actor, body_id, seat_id)
        before = {name: getattr(seat, name) for name in SEAT}
        found = _seat(row, before | dict(values), seat)
        for name, value in found.items():
            setattr(seat, name, value)
        seat.save()
        record(actor=actor, action="governance.seat_update", subject=row, before=_told(before),
               after=_told(found))  # fmt: skip
    return seat


def end_seat(*, actor: Actor, body_id: int, seat_id: int, until: date) -> CouncilSeat:
    """The last day of a member's term."""
    return update_seat(actor=actor, body_id=body_id, seat_id=seat_id, values={"until": until})


def _own(actor: Actor, body_id: int, seat_id: int) -> tuple[Body, CouncilSeat]:
    row = fetch(Body, actor, body_id, permission=CHANGE, lock=True)
    seat = CouncilSeat.objects.unscoped(WHY).filter(body=row, pk=seat_id).first()
    if seat is None:
        raise NotVisible
    return row, seat


def _seat(row: Body, values: Mapping[str, Any], seat: CouncilSeat | None) -> dict[str, Any]:
    found: dict[str, Any] = {name: values.get(name) for name in SEAT}
    found["name"] = str(found["name"] or "").strip()[:40]
    found["since"] = found["since"] or max(row.since, timezone.localdate())
    found["weight"] = int(found["weight"] or 1)
    found["post"] = found["post"] or Post.MEMBER
    found["votes"] = True if found["votes"] is None else bool(found["votes"])
    if found["user_id"]:
        user = User.objects.filter(pk=found["user_id"], is_active=True).first()
        found["name"] = found["name"] or (user.name if user else "")
    wrong: dict[str, Any] = {}
    if not found["name"]:
        wrong["name"] = _("请填写委员姓名，或选择账号。")
    if found["side"] not in Side.values:
        wrong["side"] = _("请选择代表哪一方。")
    if found["post"] not in Post.values:
        wrong["post"] = _("请从列表里选择职务。")
    if not 1 <= found["weight"] <= MOST_WEIGHT:
        wrong["weight"] = _("表决权数请写 1 到 100000000 的整数。")
    if found["until"] and found["until"] < found["since"]:
        wrong["until"] = _("任期结束不能早于任期开始。")
    if found["user_id"] and _overlaps(row, found, seat):
        wrong["user_id"] = _("此人在这段时间已经是委员。请先结束原来的任期。")
    if wrong:
        raise Refused.many(wrong)
    return found


def _overlaps(row: Body, found: Mapping[str, Any], seat: CouncilSeat | None) -> bool:
    rows = CouncilSeat.objects.unscoped(WHY).filter(body=row, user_id=found["user_id"])
    rows = rows.exclude(pk=seat.pk if seat else 0)
    rows = rows.filter(Q(until__isnull=True) | Q(until__gte=found["since"]))
    if found["until"]:
        rows = rows.filter(since__lte=found["until"])
    return rows.exists()


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, date) else value
        for name, value in values.items()
        if value not in (None, "")
    }
