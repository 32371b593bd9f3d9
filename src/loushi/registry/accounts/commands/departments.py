"""The department directory."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.registry.accounts.models import Appointment, Department
from loushi.registry.accounts.policy import DEPARTMENTS, can_at
from loushi.registry.accounts.queries import running_on
from loushi.registry.territory.models import Unit

FIELDS = ("code", "name", "short_name", "phone", "duties", "is_active")


@dataclass(frozen=True, slots=True)
class NewDepartment:
    """A directory entry; `unit_id` is the district or sub-district it belongs to."""

    code: str
    name: str
    unit_id: int
    short_name: str = ""
    phone: str = ""
    duties: str = ""


def create_department(
    *,
    actor: Actor,
    code: str,
    name: str,
    unit_id: int,
    short_name: str = "",
    phone: str = "",
    duties: str = "",
) -> Department:
    """Adds a department. Raises Denied, Refused."""
    new = NewDepartment(code, name, unit_id, short_name, phone, duties)
    return create_departments(actor=actor, departments=[new])[0]


def create_departments(*, actor: Actor, departments: Sequence[NewDepartment]) -> list[Department]:
    """Adds many departments, all or nothing."""
    with transaction.atomic():
        units = Unit.objects.in_bulk({new.unit_id for new in departments})
        codes = [new.code.strip() for new in departments]
        used = set(Department.objects.filter(code__in=codes).values_list("code", flat=True))
        rows = []
        for new in departments:
            unit = units.get(new.unit_id)
            if unit is None or not unit.path:
                raise Refused(_("请选择部门所属的区或街道。"), field="unit")
            _require(actor, unit.path)
            code = new.code.strip()
            if code in used:
                raise Refused(
                    _("部门编码“%(code)s”已被使用，请换一个。") % {"code": code}, field="code"
                )
            used.add(code)
            row = Department(
                code=code,
                name=new.name.strip(),
                short_name=new.short_name.strip(),
                unit=unit,
                phone=new.phone.strip(),
                duties=new.duties.strip(),
            )
            _check(row)
            rows.append(row)
        Department.objects.bulk_create(rows, batch_size=500)
        record_many(
            actor=actor,
            action="accounts.create_department",
            lines=[
                Line(row, after={"code": row.code, "name": row.name}, unit_path=row.unit.path)
                for row in rows
            ],
        )
    return rows


def _require(actor: Actor, path: str) -> None:
    if not can_at(actor, DEPARTMENTS, path):
        raise Denied


def _check(row: Department) -> None:
    errors = {}
    if not row.code:
        errors["code"] = _("请填写部门编码，例如 D08。")
    if not row.name:
        errors["name"] = _("请填写部门名称。")
    if errors:
        raise Refused.many(errors)


def change_department(
    *,
    actor: Actor,
    department_id: int,
    name: str,
    short_name: str = "",
    phone: str = "",
    duties: str = "",
    is_active: bool = True,
) -> Department:
    """Corrects or closes a directory entry; one with people in it cannot be closed."""
    with transaction.atomic():
        row = (
            Department.objects.select_for_update(of=("self",))
            .select_related("unit")
            .filter(pk=department_id)
            .first()
        )
        if row is None:
            raise NotVisible
        _require(actor, row.unit.path)
        before = {field: getattr(row, field) for field in FIELDS}
        if row.is_active and not is_active:
            _check_empty(row)
        row.name, row.short_name = name.strip(), short_name.strip()
        row.phone, row.duties, row.is_active = phone.strip(), duties.strip(), is_active
        _check(row)
        row.save()
        record(
            actor=actor,
            action="accounts.change_department",
            subject=row,
            before=before,
            after={field: getattr(row, field) for field in FIELDS},
            unit_path=row.unit.path,
        )
    return row


def _check_empty(row: Department) -> None:
    people = Appointment.objects.unscoped("a department with people stays open")
    count = people.filter(running_on(timezone.localdate()), department=row).count()
    if count:
        raise Refused(
            _("“%(name)s”还有 %(count)d 人在职，请先办理免职，再停用。")
            % {"name": row.name, "count": count},
            field="is_active",
        )
