"""What an enterprise, a tenancy and a contact may be given, and which of it is wrong."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypedDict

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.registry.enterprises.commands.credit_code import CodeError, check_code, normalise
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseContact,
    Lies,
    Presence,
    Tenancy,
)

LARGEST_AREA = 10**6
MOST_STAFF = 10**6
PHONE = re.compile(r"\+?[\d\-－ ()（）转#]{5,20}")


class EnterpriseValues(TypedDict, total=False):
    """Any subset; what is absent stays as it is. `industry_id` is a GB/T 4754 code."""

    credit_code: str | None
    name: str
    short_name: str
    business_kind: str
    industry_id: str | None
    size: str
    status: str
    established_on: date | None
    registered_address: str
    registered_lies: str
    tax_address: str
    tax_lies: str
    staff_count: int | None
    unit_id: int | None
    officer_id: int | None
    source: str


class TenancyValues(TypedDict, total=False):
    """Any subset; `until` is the first day after. `space_number` names a room of the building
    that is made where it does not exist yet.

    `presence` is a claim about the registration (`commands.claims`): the stored one is derived.
    `began`, `ended` are codes of `ChangeReason`.
    """

    enterprise_id: int
    building_id: int
    space_id: int | None
    space_number: str
    presence: str
    sits: bool
    began_id: str | None
    ended_id: str | None
    area: Decimal | float | str | None
    since: date | None
    until: date | None
    lease_until: date | None
    is_main: bool
    source: str
    external_id: str


class ContactValues(TypedDict, total=False):
    """Any subset; a contact is known by its enterprise and name."""

    enterprise_id: int
    name: str
    phone: str
    title: str
    is_primary: bool


_KINDS = frozenset(Enterprise.BusinessKind.values)  # a list made anew at each asking
_STATUSES = frozenset(Enterprise.Status.values)
_SIZES = frozenset(Enterprise.Size.values)
_LIES = frozenset(Lies.values)
_PRESENCES = frozenset(Presence.values)


def clean_enterprise(
    values: EnterpriseValues, *, new: bool
) -> tuple[dict[str, Any], dict[str, str]]:
    """Model-ready values and the sentences about the wrong ones."""
    clean: dict[str, Any] = dict(values)
    errors: dict[str, str] = {}
    texts(Enterprise, clean, errors, skip=("credit_code",))
    if "credit_code" in clean:
        _code(clean, errors)
    if (new or "name" in clean) and not clean.get("name"):
        errors["name"] = _("请填写企业名称，与营业执照一致。")
    if "business_kind" in clean and clean["business_kind"] not in _KINDS:
        errors["business_kind"] = one_of(Enterprise.BusinessKind)
    if "status" in clean and clean["status"] not in _STATUSES:
        errors["status"] = one_of(Enterprise.Status)
    if clean.get("size") and clean["size"] not in _SIZES:
        errors["size"] = one_of(Enterprise.Size)
    if "industry_id" in clean:
        clean["industry_id"] = clean["industry_id"] or None
    for name in ("registered_lies", "tax_lies"):
        if clean.get(name) and clean[name] not in _LIES:
            errors[name] = one_of(Lies)
    established = clean.get("established_on")
    if isinstance(established, date) and established > timezone.localdate():
        errors["established_on"] = _("成立日期不能晚于今天。")
    _staff(clean, errors)
    return clean, errors


def clean_tenancy(values: TenancyValues, *, new: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """Model-ready values and the sentences about the wrong ones."""
    clean: dict[str, Any] = dict(values)
    errors: dict[str, str] = {}
    texts(Tenancy, clean, errors)
    if new and not clean.get("building_id"):
        errors["building_id"] = _("请选择入驻的楼宇。")
    if "presence" in clean:
        if clean["presence"] not in _PRESENCES:
            errors["presence"] = one_of(Presence)
        clean["sits"] = clean["presence"] != Presence.REGISTERED_ONLY
    if "area" in clean:
        _area(clean, errors)
    errors |= wrong_dates(clean)
    return clean, errors


def wrong_dates(values: Mapping[str, Any]) -> dict[str, str]:
    """Sentences about a tenancy that ends before it begins."""
    since, until, lease = (values.get(name) for name in ("since", "until", "lease_until"))
    errors = {}
    if since and until and until < since:
        errors["until"] = _("迁出日期 %(until)s 早于入驻日期 %(since)s。请核对两个日期。") % {
            "until": until.isoformat(),
            "since": since.isoformat(),
        }
    if since and lease and lease < since:
        errors["lease_until"] = _(
            "租约到期日 %(lease)s 早于入驻日期 %(since)s。请核对两个日期。"
        ) % {"lease": lease.isoformat(), "since": since.isoformat()}
    return errors


def clean_contact(values: ContactValues, *, new: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """Model-ready values and the sentences about the wrong ones."""
    clean: dict[str, Any] = dict(values)
    errors: dict[str, str] = {}
    texts(EnterpriseContact, clean, errors)
    if (new or "name" in clean) and not clean.get("name"):
        errors["name"] = _("请填写联系人姓名。")
    if clean.get("phone") and not PHONE.fullmatch(clean["phone"]):
        errors["phone"] = _("电话应为 5 至 20 位数字，可以有区号和短横线。")
    return clean, errors


def texts(
    model: type[models.Model],
    clean: dict[str, Any],
    errors: dict[str, str],
    skip: tuple[str, ...] = (),
) -> None:
    """Trims every text that the model limits, and says which is too long."""
    for name, limit in _limits(model):
        if name not in clean or name in skip:
            continue
        text = " ".join(str(clean[name] or "").split())
        clean[name] = text
        if len(text) > limit:
            errors[name] = _("共 %(length)d 个字，最多 %(limit)d 个字。请缩短。") % {
                "length": len(text),
                "limit": limit,
            }


_known_limits: dict[type[models.Model], tuple[tuple[str, int], ...]] = {}


def _limits(model: type[models.Model]) -> tuple[tuple[str, int], ...]:
    if model not in _known_limits:
        _known_limits[model] = tuple(
            (field.attname, field.max_length)
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField) and field.max_length and not field.is_relation
        )
    return _known_limits[model]


def one_of(choices: type[models.TextChoices]) -> str:
    return _("应为 %(all)s 之一。") % {"all": "、".join(str(label) for label in choices.labels)}


def _code(clean: dict[str, Any], errors: dict[str, str]) -> None:
    given = normalise(str(clean["credit_code"] or ""))
    if not given:
        clean["credit_code"] = None
        return
    try:
        clean["credit_code"] = check_code(given)
    except CodeError as error:
        errors["credit_code"] = str(error)


def _staff(clean: dict[str, Any], errors: dict[str, str]) -> None:
    if clean.get("staff_count") in (None, ""):
        if "staff_count" in clean:
            clean["staff_count"] = None
        return
    try:
        clean["staff_count"] = int(str(clean["staff_count"]))
    except ValueError:
        errors["staff_count"] = _("员工数应为整数。")
        return
    if not 0 <= clean["staff_count"] <= MOST_STAFF:
        errors["staff_count"] = _("员工数应在 0 与 1,000,000 之间。")


def _area(clean: dict[str, Any], errors: dict[str, str]) -> None:
    if clean["area"] in (None, ""):
        clean["area"] = None
        return
    try:
        clean["area"] = Decimal(str(clean["area"])).quantize(Decimal("0.01"))
    except InvalidOperation:
        errors["area"] = _("面积应为 0 或正数，单位平方米。")
        return
    if not 0 <= clean["area"] <= LARGEST_AREA:
        errors["area"] = _("面积应为 0 或正数，单位平方米。")
