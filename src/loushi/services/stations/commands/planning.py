"""A rota before it is solved: members, days away, what must be covered."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.core.scoping import fetch
from loushi.registry.accounts.models import Department, User
from loushi.registry.accounts.policy import can_at
from loushi.registry.territory.models import Unit
from loushi.services.stations.models import (
    DutyAway,
    DutyMember,
    DutyRota,
    DutyShift,
    DutySlot,
    DutyTemplate,
    Station,
)
from loushi.services.stations.policy import ROTA
from loushi.services.stations.queries.rotas import WHY, days_of, member_choices

LONGEST = 62
NUMBERS = ("rest_hours", "longest_run", "most")


def create_rota(
    *, actor: Actor, unit_id: int, name: str, first: date, last: date, surge: bool = False,
    numbers: Mapping[str, int | None] | None = None, like: int | None = None,
) -> DutyRota:  # fmt: skip
    """A new rota of a unit; `like` copies members and what must be covered from another one."""
    unit = Unit.objects.filter(pk=unit_id).exclude(path="").first()
    if unit is None or not name.strip():
        raise Refused(_("请填写名称并选择社区。"), field="name" if unit else "unit_id")
    if not can_at(actor, ROTA, unit.path):
        raise Denied
    if last < first:
        raise Refused(_("最后一天不能早于第一天。"), field="last")
    if (last - first).days >= LONGEST:
        raise Refused(_("一张轮值表最多两个月。请分开编制。"), field="last")
    given = {key: value for key, value in (numbers or {}).items() if key in NUMBERS}
    given = {key: value for key, value in given.items() if value is not None or key == "most"}
    if given.get("longest_run") == 0:
        raise Refused(_("最多连续值守不能是 0 天。"), field="longest_run")
    with transaction.atomic():
        made = DutyRota.objects.unscoped("made at a unit that was checked").create(
            unit=unit, unit_path=unit.path, name=name.strip(), first=first, last=last, surge=surge,
            **given,
        )  # fmt: skip
        if like:
            _copy(made, fetch(DutyRota, actor, like, permission=ROTA))
        record(actor=actor, action="stations.rota_create", subject=made,
               after={"name": made.name, "first": str(first), "last": str(last)})  # fmt: skip
    return made


def set_members(
    *, actor: Actor, rota_id: int, chosen: Sequence[str], skilled: Sequence[str] = (),
    skill: str = "",
) -> DutyRota:  # fmt: skip
    """Who is on the rota ("d3" a department, "u7" a person); those in `skilled` also have `skill`.

    Who is taken off loses the shifts ahead; those in the past keep a member on the rota.
    """
    with transaction.atomic():
        row = _open(actor, rota_id)
        offered = dict(member_choices(actor, row))
        if strange := [key for key in (*chosen, *skilled) if key not in offered]:
            raise Refused(
                _("名单里没有“%(key)s”。请重新勾选。") % {"key": strange[0]}, field="chosen"
            )
        rows = DutyMember.objects.unscoped(WHY).filter(rota=row)
        held = {_key(one): one for one in rows}
        for key in chosen:
            if key not in held:
                held[key] = DutyMember.objects.unscoped(WHY).create(
                    rota=row, unit_path=row.unit_path, name=offered[key], **_who(key)
                )
        for key, one in list(held.items()):
            if key not in chosen:
                _leave(one)
        if skill.strip():
            for key in chosen:
                skills = set(held[key].skills) - {skill.strip()}
                held[key].skills = sorted(skills | ({skill.strip()} if key in skilled else set()))
                held[key].save(update_fields=["skills"])
        record(actor=actor, action="stations.rota_members", subject=row,
               after={"members": len(chosen)})  # fmt: skip
    return row


def add_away(
    *, actor: Actor, rota_id: int, member_id: int, first: date, last: date, why: str = ""
) -> DutyAway:
    """Days on which a member cannot be on duty."""
    with transaction.atomic():
        row = _open(actor, rota_id)
        member = DutyMember.objects.unscoped(WHY).filter(rota=row, pk=member_id).first()
        if member is None:
            raise Refused(_("请选择轮值表里的成员。"), field="member_id")
        if last < first:
            raise Refused(_("最后一天不能早于第一天。"), field="last")
        if last < row.first or first > row.last:
            raise Refused(_("这几天不在轮值表的日期里。"), field="first")
        made = DutyAway.objects.unscoped(WHY).create(
            member=member, unit_path=row.unit_path, first=first, last=last, why=why.strip()
        )
        record(actor=actor, action="stations.rota_away", subject=row,
               after={"member": member.name, "first": str(first), "last": str(last)})  # fmt: skip
    return made


def drop_away(*, actor: Actor, rota_id: int, away_id: int) -> None:
    """Takes days away back."""
    with transaction.atomic():
        row = _open(actor, rota_id)
        done, _rows = DutyAway.objects.unscoped(WHY).filter(member__rota=row, pk=away_id).delete()
        if not done:
            raise NotVisible
        record(actor=actor, action="stations.rota_away", subject=row, after={"dropped": away_id})


def add_template(
    *, actor: Actor, rota_id: int, station_ids: Sequence[int], weekdays: Sequence[int],
    starts: time, ends: time, needed: int = 1, skill: str = "",
) -> int:  # fmt: skip
    """What must be covered at stations on weekdays; makes the slots. An end at or before the start
    is the next day's. Returns how many slots were made."""
    with transaction.atomic():
        row = _open(actor, rota_id)
        stations = list(
            Station.objects.visible_to(actor).filter(
                pk__in=station_ids, unit_path__startswith=row.unit_path
            )
        )
        if not stations or len(stations) != len(set(station_ids)):
            raise Refused(_("请选择本社区的站点。"), field="station_ids")
        if not weekdays:
            raise Refused(_("请至少选一个星期几。"), field="weekdays")
        if needed < 1:
            raise Refused(_("至少需要 1 个成员。"), field="needed")
        made = 0
        for station in stations:
            template = DutyTemplate.objects.unscoped(WHY).create(
                rota=row, unit_path=row.unit_path, station=station,
                weekdays=sorted(set(weekdays)), starts=starts, ends=ends, needed=needed,
                skill=skill.strip(),
            )  # fmt: skip
            made += _slots(row, template)
        record(actor=actor, action="stations.rota_template", subject=row,
               after={"stations": [one.name for one in stations], "slots": made})  # fmt: skip
    return made


def drop_template(*, actor: Actor, rota_id: int, template_id: int) -> None:
    """Takes a line and its slots away; slots of the past stay."""
    with transaction.atomic():
        row = _open(actor, rota_id)
        line = DutyTemplate.objects.unscoped(WHY).filter(rota=row, pk=template_id).first()
        if line is None:
            raise NotVisible
        slots = DutySlot.objects.unscoped(WHY).filter(
            rota=row, station=line.station, skill=line.skill, starts_at__gt=timezone.now()
        )
        begins = {_moment(on, line.starts) for on in days_of(row) if on.weekday() in line.weekdays}
        slots.filter(starts_at__in=begins).delete()
        line.delete()
        record(actor=actor, action="stations.rota_template", subject=row, after={"dropped": 1})


def _open(actor: Actor, rota_id: int) -> DutyRota:
    row = fetch(DutyRota, actor, rota_id, permission=ROTA, lock=True)
    if row.state == DutyRota.State.SOLVING:
        raise Refused(_("正在排班，请等结果出来再改。"))
    return row


def _slots(row: DutyRota, line: DutyTemplate) -> int:
    slots = []
    for on in days_of(row):
        if on.weekday() in line.weekdays:
            start, end = _moment(on, line.starts), _moment(on, line.ends)
            slots.append(
                DutySlot(
                    rota=row, unit_path=row.unit_path, station=line.station, on=on,
                    starts_at=start, needed=line.needed, skill=line.skill,
                    ends_at=end if end > start else _moment(on + timedelta(days=1), line.ends),
                )
            )  # fmt: skip
    rows = DutySlot.objects.unscoped(WHY)
    before = rows.filter(rota=row).count()
    rows.bulk_create(slots, ignore_conflicts=True)
    return rows.filter(rota=row).count() - before


def _moment(on: date, clock: time) -> datetime:
    return datetime.combine(on, clock, tzinfo=timezone.get_current_timezone())


def _key(member: DutyMember) -> str:
    return f"d{member.department_id}" if member.department_id else f"u{member.user_id}"


def _who(key: str) -> dict[str, Any]:
    pk = int(key[1:])
    if key.startswith("d"):
        return {"department": Department.objects.get(pk=pk)}
    return {"user": User.objects.get(pk=pk)}


def _leave(member: DutyMember) -> None:
    shifts = DutyShift.objects.unscoped(WHY).filter(member=member)
    shifts.filter(slot__starts_at__gt=timezone.now(), attended__isnull=True).delete()
    if not shifts.exists():
        member.delete()


def _copy(row: DutyRota, other: DutyRota) -> None:
    members = DutyMember.objects.unscoped(WHY)
    members.bulk_create(
        DutyMember(rota=row, unit_path=row.unit_path, department_id=one.department_id,
                   user_id=one.user_id, name=one.name, skills=one.skills, most=one.most)
        for one in members.filter(rota=other)
    )  # fmt: skip
    lines = DutyTemplate.objects.unscoped(WHY)
    for line in lines.filter(rota=other, station__unit_path__startswith=row.unit_path):
        line.pk = None
        line.rota = row
        line.unit_path = row.unit_path
        line.save(force_insert=True)
        _slots(row, line)
