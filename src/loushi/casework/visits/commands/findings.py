"""What becomes of a finding, in the transaction of its visit."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.demands.commands import Submission, submit_demand
from loushi.casework.visits.commands.inputs import FindingInput
from loushi.casework.visits.models import Finding, Visit
from loushi.casework.visits.policy import RECORD
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, FieldError, Refused
from loushi.foundation.core.scoping import fetch
from loushi.registry.accounts.policy import can_at
from loushi.registry.enterprises import commands as enterprises
from loushi.registry.enterprises.models import Enterprise, EnterpriseContact, Tenancy
from loushi.registry.enterprises.queries import masked_phone
from loushi.registry.leads.commands import create_lead
from loushi.registry.leads.models import InvestmentLead, Source
from loushi.registry.leads.policy import WORK

ABOUT = ("staff_count", "contact", "area", "lease_until", "moved_out")
OF_TENANCY = ("area", "lease_until", "moved_out")
LONGEST = 2000
LONGEST_OF_LEAD = 300
LONGEST_COMPANY = 120


def wrong_findings(given: Sequence[FindingInput]) -> dict[str, str]:
    """Sentences about what is missing, by "findings.<number>.<field>"."""
    wrong: dict[str, str] = {}
    for index, one in enumerate(given):
        at = f"findings.{index}"
        if one.kind not in Finding.Kind.values:
            wrong[f"{at}.kind"] = _("请选择这一条发现的种类。")
        elif one.kind == Finding.Kind.CORRECTION:
            wrong |= {f"{at}.{name}": text for name, text in _wrong_correction(one).items()}
        elif not one.text.strip():
            wrong[f"{at}.text"] = _("请写一下发现了什么。")
        elif len(one.text) > (limit := _longest(one)):
            wrong[f"{at}.text"] = _("内容有 %(n)d 字，最多 %(limit)d 字。请精简。") % {
                "n": len(one.text),
                "limit": limit,
            }
        elif one.kind == Finding.Kind.LEAD:
            wrong |= {f"{at}.{name}": text for name, text in _wrong_lead(one).items()}
        elif one.kind == Finding.Kind.DEMAND and one.category_id is None:
            wrong[f"{at}.category_id"] = _("请选择诉求归哪一类。拿不准时选最接近的，窗口可以更改。")
    return wrong


def _longest(one: FindingInput) -> int:
    return LONGEST_OF_LEAD if one.kind == Finding.Kind.LEAD else LONGEST


def _wrong_lead(one: FindingInput) -> dict[str, str]:
    wrong = {}
    area = _number(one.value)
    if one.value.strip() and (area is None or not 0 < area < 10**7):
        wrong["value"] = _("面积请填数字，单位平方米，例如 412；还不清楚就不填。")
    if len(one.company.strip()) > LONGEST_COMPANY:
        wrong["company"] = _("企业名称最多 %(limit)d 个字，请核对。") % {"limit": LONGEST_COMPANY}
    for name, limit in (("contact_name", 40), ("contact_phone", 20)):
        if len(getattr(one, name).strip()) > limit:
            wrong[name] = _("最多 %(limit)d 个字，请缩短。") % {"limit": limit}
    return wrong


def _wrong_correction(one: FindingInput) -> dict[str, str]:
    if one.about not in ABOUT:
        return {"about": _("请选择要更正哪一项。")}
    if one.about in OF_TENANCY and one.tenancy_id is None:
        return {"tenancy_id": _("请选择要更正哪一处入驻。")}
    if one.about == "contact" and not one.contact_name.strip():
        return {"contact_name": _("请填写联系人姓名。")}
    if one.about == "staff_count" and not one.value.strip().isdecimal():
        return {"value": _("员工数请填整数，例如 35。")}
    if one.about == "area" and _number(one.value) is None:
        return {"value": _("面积请填数字，单位平方米，例如 412。")}
    if one.about == "lease_until" and _day(one.value) is None:
        return {"value": _("请填写租约到期的日期，例如 2027-06-30。")}
    if one.about == "moved_out" and one.value and _day(one.value) is None:
        return {"value": _("请填写迁出的日期，例如 2026-10-12；不填就是走访当天。")}
    return {}


def add_findings(
    actor: Actor, visit: Visit, given: Sequence[FindingInput], start: int = 0
) -> list[Finding]:
    """Writes the findings of a visit and what they become; all of it or nothing."""
    made = []
    for index, one in enumerate(given):
        row = Finding(
            visit=visit,
            unit_path=visit.unit_path,
            position=start + index,
            kind=one.kind,
            text=one.text.strip(),
            valid_until=one.valid_until if one.kind == Finding.Kind.RESOURCE else None,
        )
        try:
            if one.kind == Finding.Kind.DEMAND:
                row.demand = _demand(actor, visit, one)
            elif one.kind == Finding.Kind.CORRECTION:
                row.data = _correct(actor, visit, one)
            elif one.kind == Finding.Kind.LEAD:
                row.lead = _lead(actor, visit, one)
                row.data = {"company": row.lead.company}
        except Conflict:
            raise
        except Refused as refusal:
            raise _placed(refusal, index) from None
        row.save()
        made.append(row)
    return made


def _placed(refusal: Refused, index: int) -> Refused:
    """The same sentences, at the finding that they are about."""
    known = {"staff_count", "area", "lease_until", "on"}
    names = {
        "area_min": "value",
        "phone": "contact_phone",
        "name": "contact_name",
        "category": "category_id",
    }
    refusal.errors = tuple(
        FieldError(
            f"findings.{index}.{'value' if e.field in known else names.get(e.field, e.field)}",
            e.message,
        )
        for e in refusal.errors
    )
    return refusal


def _phone_of_met(visit: Visit) -> str:
    """The telephone of who was met, where the register knows the name."""
    if not visit.met_name:
        return ""
    held = EnterpriseContact.objects.unscoped("the contact of an enterprise that was checked")
    rows = held.filter(enterprise_id=visit.enterprise_id, name=visit.met_name)
    return rows.order_by("pk").values_list("phone", flat=True).first() or ""


def _lead(actor: Actor, visit: Visit, one: FindingInput) -> InvestmentLead:
    """A firm that may move in, or the visited one that wants more room. Who records the visit may
    pass it on; its officer is that person only where leads are their work, else nobody yet."""
    firm = visit.enterprise
    company = one.company.strip() or firm.name
    own = company == firm.name
    return create_lead(
        actor=actor,
        unit_id=visit.unit_id,
        values={
            "company": company,
            "credit_code": firm.credit_code if own else "",
            "industry_id": firm.industry_id if own else None,
            "contact_name": one.contact_name or (visit.met_name if own else ""),
            "contact_phone": one.contact_phone or (_phone_of_met(visit) if own else ""),
            "area_min": _number(one.value),
            "note": one.text,
            "source": Source.VISIT,
            "officer_id": actor.user_id if can_at(actor, WORK, visit.unit_path) else None,
        },
        permission=RECORD,
    )


def _demand(actor: Actor, visit: Visit, one: FindingInput) -> Any:
    return submit_demand(
        actor=actor,
        submission=Submission(
            text=one.text,
            category_id=one.category_id,
            channel="visit",
            enterprise_id=visit.enterprise_id,
            unit_id=visit.unit_id,
            building_id=visit.building_id,
            space_id=visit.space_id,
            contact_name=visit.met_name,
            contact_phone=_phone_of_met(visit),
        ),
    )


def _correct(actor: Actor, visit: Visit, one: FindingInput) -> dict[str, Any]:
    """Changes the register; returns both values. Conflict where it is not what was seen."""
    why = _("走访 %(day)s") % {"day": timezone.localdate(visit.at).isoformat()}
    if one.text.strip():
        why = f"{why}：{one.text.strip()}"[:200]
    if one.about == "staff_count":
        row = fetch(Enterprise, actor, visit.enterprise_id)
        _compare(one, row.staff_count)
        enterprises.update_enterprise(
            actor=actor,
            enterprise_id=row.pk,
            values={"staff_count": int(one.value)},
            why=why,
        )
        return _told(one, row.staff_count, int(one.value))
    if one.about == "contact":
        enterprises.upsert_contacts(
            actor=actor,
            rows=[
                {
                    "enterprise_id": visit.enterprise_id,
                    "name": one.contact_name.strip(),
                    **({"phone": one.contact_phone.strip()} if one.contact_phone.strip() else {}),
                    **({"title": one.contact_title.strip()} if one.contact_title.strip() else {}),
                }
            ],
            why=why,
        )
        told = f"{one.contact_name.strip()} {masked_phone(one.contact_phone.strip())}".strip()
        return _told(one, None, told)
    return _correct_tenancy(actor, visit, one, why)


def _correct_tenancy(actor: Actor, visit: Visit, one: FindingInput, why: str) -> dict[str, Any]:
    row = fetch(Tenancy, actor, one.tenancy_id or 0)
    if row.enterprise_id != visit.enterprise_id:
        raise Refused(_("这一处入驻不是这家企业的。请重新选择。"), field="tenancy_id")
    if one.about == "moved_out":
        _compare(one, row.until)
        on = _day(one.value) or timezone.localdate(visit.at)
        enterprises.move_out(actor=actor, tenancy_id=row.pk, on=on, why=why)
        return _told(one, None, on.isoformat()) | {"tenancy_id": row.pk}
    before = row.area if one.about == "area" else row.lease_until
    _compare(one, before)
    if one.about == "area":
        enterprises.change_tenancy(
            actor=actor, tenancy_id=row.pk, values={"area": _number(one.value)}, why=why
        )
    else:
        enterprises.change_tenancy(
            actor=actor, tenancy_id=row.pk, values={"lease_until": _day(one.value)}, why=why
        )
    return _told(one, before, one.value.strip()) | {"tenancy_id": row.pk}


def _compare(one: FindingInput, now: Any) -> None:
    """Raises Conflict where the register no longer says what the person saw."""
    if one.seen is None or one.seen == shown(now):
        return
    raise Conflict(
        _("登记刚刚被别人改过：您看到的是“%(seen)s”，现在是“%(now)s”。请核对后再保存。")
        % {"seen": one.seen or _("未填"), "now": shown(now) or _("未填")},
        field=one.about,
        mine={"about": one.about, "seen": one.seen, "value": one.value},
        theirs={"about": one.about, "value": shown(now)},
    )


def shown(value: Any) -> str:
    """A value of the register as text: what `seen` is compared with."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _told(one: FindingInput, before: Any, after: Any) -> dict[str, Any]:
    return {"about": one.about, "before": shown(before), "after": shown(after)}


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip()).quantize(Decimal("0.01")) if text.strip() else None
    except InvalidOperation:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
