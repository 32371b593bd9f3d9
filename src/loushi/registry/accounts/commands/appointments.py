"""任免: a person holds a role at a unit or department from a day to a day (inclusive)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record, record_many
from loushi.foundation.core.actor import DEPARTMENT, UNIT, Actor, system_actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.registry.accounts import sessions
from loushi.registry.accounts.models import Appointment, Department, Role, User
from loushi.registry.accounts.policy import APPOINT, SEPARATE_ADMINISTRATORS, can_at, can_manage
from loushi.registry.territory import queries as territory
from loushi.registry.territory.models import Unit, UnitKind


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """Who, as what, where, from when to when (`until` is the last day)."""

    user_id: int
    role: str
    since: date
    unit_id: int | None = None
    department_id: int | None = None
    until: date | None = None
    note: str = ""


def appoint(
    *,
    actor: Actor,
    user_id: int,
    role: str,
    since: date,
    unit_id: int | None = None,
    department_id: int | None = None,
    until: date | None = None,
    note: str = "",
) -> Appointment:
    """Gives a person a role at one unit or department.

    Raises Denied when no grant of the actor covers the place, Refused for wrong places, dates,
    doubles, for oneself, and for two of the three administrators in one person.
    """
    new = NewAppointment(user_id, role, since, unit_id, department_id, until, note)
    return appoint_many(actor=actor, appointments=[new])[0]


def appoint_many(*, actor: Actor, appointments: Sequence[NewAppointment]) -> list[Appointment]:
    """Many at once, all or nothing."""
    with transaction.atomic():
        rows = check_appointments(actor=actor, appointments=appointments)
        Appointment.objects.unscoped("appointing").bulk_create(rows, batch_size=500)
        record_many(
            actor=actor,
            action="accounts.appoint",
            lines=[
                Line(_subject(row), after=_facts(row), why=row.note, unit_path=row.unit_path)
                for row in rows
            ],
        )
    return rows


def _subject(row: Appointment) -> tuple[str, int | None, str]:
    place = row.unit or row.department
    return ("accounts.appointment", row.pk, f"{row.user.name}：{place} {row.role.name}")


def _facts(row: Appointment) -> dict[str, Any]:
    return {
        "user": row.user.username,
        "role": row.role.code,
        "unit": row.unit.code if row.unit else None,
        "department": row.department.code if row.department else None,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }


def check_appointments(
    *, actor: Actor, appointments: Sequence[NewAppointment]
) -> list[Appointment]:
    """The rows that would be made, unsaved; raises what `appoint_many` would raise."""
    users = User.objects.in_bulk({new.user_id for new in appointments})
    roles = {role.code: role for role in Role.objects.filter(is_active=True)}
    units = Unit.objects.in_bulk({new.unit_id for new in appointments if new.unit_id})
    departments = Department.objects.select_related("unit").in_bulk(
        {new.department_id for new in appointments if new.department_id}
    )
    held = _held(users)
    rows = []
    for new in appointments:
        user, role = users.get(new.user_id), roles.get(new.role)
        unit, department = units.get(new.unit_id or 0), departments.get(new.department_id or 0)
        if user is None or not user.is_active:
            raise Refused(_("没有这个人员，或账号已停用。请先启用账号。"), field="user")
        if role is None:
            raise Refused(_("没有这个角色，请重新选择。"), field="role")
        _check_place(role, unit, department)
        path = unit.path if unit else department.unit.path if department else ""
        if not can_at(actor, APPOINT, path):
            raise Denied
        if actor.user_id is not None and actor.user_id == user.pk:
            raise Refused(_("不能给自己任职，请另一位安全管理员办理。"), field="user")
        row = Appointment(
            user=user,
            role=role,
            unit=unit,
            department=department,
            unit_path=path,
            since=new.since,
            until=new.until,
            note=new.note.strip(),
        )
        _check_dates(row)
        _check_against(row, held[user.pk])
        held[user.pk].append(row)
        rows.append(row)
    return rows


def _held(users: Mapping[int, User]) -> dict[int, list[Appointment]]:
    """The running and planned appointments of these people."""
    held: dict[int, list[Appointment]] = {pk: [] for pk in users}
    ids = list(users)
    for start in range(0, len(ids), 500):
        rows = Appointment.objects.unscoped("checking against what a person holds already")
        part = rows.filter(user_id__in=ids[start : start + 500])
        for row in part.select_related("role", "unit", "department"):
            held[row.user_id].append(row)
    return held


def _check_place(role: Role, unit: Unit | None, department: Department | None) -> None:
    if role.kind == UNIT and (unit is None or department is not None):
        raise Refused(
            _("“%(role)s”要任在一个单元，请选择单元。") % {"role": role.label}, field="unit"
        )
    if role.kind == DEPARTMENT and (department is None or unit is not None):
        raise Refused(
            _("“%(role)s”要任在一个部门，请选择部门。") % {"role": role.label}, field="department"
        )
    if role.kind not in {UNIT, DEPARTMENT}:
        raise Refused(
            _("“%(role)s”不在这里任命：楼宇角色在楼宇页，企业角色在企业页。")
            % {"role": role.label},
            field="role",
        )
    if unit is not None and role.levels and unit.kind not in role.levels:
        levels = "、".join(str(UnitKind(level).label) for level in role.levels)
        raise Refused(
            _("“%(role)s”只能任在：%(levels)s。“%(unit)s”不是。")
            % {"role": role.name, "levels": levels, "unit": unit.name},
            field="unit",
        )
    if unit is not None and not unit.path:
        raise Refused(
            _("“%(unit)s”今天不在组织树上，不能任职。") % {"unit": unit.name}, field="unit"
        )


def _check_dates(row: Appointment) -> None:
    if row.until is not None and row.until < row.since:
        raise Refused(_("任职止不能早于任职起。"), field="until")


def _overlaps(one: Appointment, other: Appointment) -> bool:
    return (one.until is None or other.since <= one.until) and (
        other.until is None or one.since <= other.until
    )


def _check_against(row: Appointment, held: Sequence[Appointment]) -> None:
    """No double, and never two of the three administrators in one person (三员分立)."""
    for other in held:
        if not _overlaps(row, other):
            continue
        same = (other.role_id, other.unit_id, other.department_id)
        if same == (row.role_id, row.unit_id, row.department_id):
            raise Refused(
                _("%(user)s在这段时间已任此职（%(since)s 起），不必重复任命。")
                % {"user": row.user.name, "since": other.since.isoformat()},
                field="since",
            )
        if {row.role.code, other.role.code} <= SEPARATE_ADMINISTRATORS and (
            row.role.code != other.role.code
        ):
            raise Refused(
                _("系统、安全、审计三类管理员不能由同一人兼任：%(user)s已是%(role)s。")
                % {"user": row.user.name, "role": other.role.label},
                field="role",
            )


def end_appointment(*, actor: Actor, appointment_id: int, on: date, why: str = "") -> Appointment:
    """Ends an appointment; `on` is its last day. Raises NotVisible, Denied, Refused."""
    with transaction.atomic():
        row = (
            Appointment.objects.unscoped("the right is checked below")
            .select_for_update(of=("self",))
            .select_related("user", "role", "unit", "department")
            .filter(pk=appointment_id)
            .first()
        )
        if row is None:
            raise NotVisible
        if not can_at(actor, APPOINT, row.unit_path):
            raise Denied
        _end(actor, row, on, why)
    return row


def _end(actor: Actor, row: Appointment, on: date, why: str) -> None:
    if on < row.since:
        raise Refused(
            _("最后一天不能早于任职起 %(since)s。") % {"since": row.since.isoformat()}, field="on"
        )
    if row.until is not None and row.until < on:
        raise Refused(
            _("这个任职到 %(until)s 已经结束。") % {"until": row.until.isoformat()}, field="on"
        )
    before = _facts(row)
    row.until = on
    row.save(update_fields=["until"])
    record(
        actor=actor,
        action="accounts.end_appointment",
        subject=_subject(row),
        before=before,
        after=_facts(row),
        why=why,
        unit_path=row.unit_path,
    )


def _cancel(actor: Actor, row: Appointment, why: str) -> None:
    """A post that never began leaves only its audit."""
    record(
        actor=actor,
        action="accounts.cancel_appointment",
        subject=_subject(row),
        before=_facts(row),
        why=why,
        unit_path=row.unit_path,
    )
    row.delete()


def leave(*, actor: Actor, user_id: int, on: date, why: str) -> User:
    """A person leaves: every post ends with this last day; on or after it the account closes.

    A last day in the future leaves the account open until then; it has no rights afterwards.
    """
    if not can_manage(actor):
        raise Denied
    if not why.strip():
        raise Refused(_("请写明离岗原因，例如“调任区商务局”。"), field="why")
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        if user is None:
            raise NotVisible
        if actor.user_id == user.pk:
            raise Refused(_("不能给自己办离岗，请另一位安全管理员办理。"))
        rows = Appointment.objects.unscoped("all posts of a leaving person")
        for row in rows.filter(user=user).select_related("user", "role", "unit", "department"):
            if row.until is not None and row.until <= on:
                continue
            if row.since > on:
                _cancel(actor, row, why)
            else:
                _end(actor, row, on, why)
        user.left_on = on
        user.is_active = on >= timezone.localdate()
        user.save(update_fields=["left_on", "is_active"])
        if not user.is_active:
            sessions.end_all(user.pk, "left")
        record(
            actor=actor,
            action="accounts.leave",
            subject=user,
            after={"left_on": on.isoformat()},
            why=why,
        )
    return user


def end_appointments_of_unit(payload: Mapping[str, Any]) -> None:
    """Listener of `unit_merged` and `unit_split`: posts at a dissolved unit end with its eve.

    Rights are never inherited by themselves; the security administrator appoints anew at the heir.
    """
    unit_id, on = int(payload["unit_id"]), date.fromisoformat(payload["on"])
    if territory.path_on(unit_id, timezone.localdate()):
        return
    last = on - timedelta(days=1)
    actor = system_actor(_("组织调整"))
    rows = Appointment.objects.unscoped("posts of a dissolved unit").filter(unit_id=unit_id)
    for row in rows.select_related("user", "role", "unit", "department"):
        if row.until is not None and row.until <= last:
            continue
        if row.since > last:
            _cancel(actor, row, _("单元已撤销"))
        else:
            _end(actor, row, last, _("单元已撤销"))


def close_left() -> int:
    """Closes the accounts of people whose last day has passed; returns how many."""
    actor = system_actor()
    closed = 0
    with transaction.atomic():
        rows = User.objects.select_for_update().filter(
            is_active=True, left_on__lt=timezone.localdate()
        )
        for user in rows.order_by("pk")[:500]:
            user.is_active = False
            user.save(update_fields=["is_active"])
            sessions.end_all(user.pk, "left")
            record(actor=actor, action="accounts.deactivate_user", subject=user, why=_("已离岗"))
            closed += 1
    return closed
