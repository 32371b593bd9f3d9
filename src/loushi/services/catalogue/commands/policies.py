"""Policies: registered, revised as a new version, published, withdrawn."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.scoping import fetch
from loushi.registry.accounts.policy import can_at
from loushi.registry.enterprises.models import Enterprise, Lies, TagKind
from loushi.registry.tax.queries import rule_for
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.conditions import CHOICES, FACTS, MOST, RANGES
from loushi.services.catalogue.models import Policy, PolicyVersion
from loushi.services.catalogue.policy import CHANGE, may_at
from loushi.services.catalogue.queries import full_codes

TEXTS = ("title", "number", "issuer", "source", "benefits", "text", "materials", "how", "contact")
DAYS = ("since", "until", "opens_on", "closes_on")
FIELDS = frozenset((*TEXTS, *DAYS, "department_id", "conditions"))
CODES: Mapping[str, Sequence[str]] = {
    "size": Enterprise.Size.values, "kind": Enterprise.BusinessKind.values,
    "registered": [Lies.INSIDE, Lies.OUTSIDE], "taxed": [Lies.INSIDE, Lies.OUTSIDE],
}  # fmt: skip
State = Policy.State


def create_policy(
    *, actor: Actor, unit_id: int, values: Mapping[str, Any], permission: str = CHANGE
) -> Policy:
    """Registers a policy as a draft at a unit."""
    unit = Unit.objects.filter(pk=unit_id).exclude(path="").first()
    if unit is None:
        raise Refused(_("请选择政策在哪个范围适用。"), field="unit_id")
    if not can_at(actor, permission, unit.path):
        raise Denied
    found = _cleaned(values, unit, None)
    with transaction.atomic():
        made = Policy.objects.unscoped("made at a unit that was checked").create(
            unit=unit, unit_path=unit.path, **found
        )
        _keep(actor, made, _("登记"))
        record(actor=actor, action="catalogue.policy_create", subject=made, after=_told(found))
    return made


def revise_policy(
    *, actor: Actor, policy_id: int, values: Mapping[str, Any], why: str = "", version: int = 0
) -> Policy:
    """A new version of a policy; the former stay. `version` is the one that the form showed: where
    somebody else was faster, Conflict."""
    with transaction.atomic():
        row = fetch(Policy, actor, policy_id, lock=True)
        if not may_at(actor, CHANGE, row):
            raise Denied
        if version and version != row.version:
            raise Conflict(_("这条政策刚刚被别人改过。请刷新，看清现在的内容再改。"))
        full = {name: getattr(row, name) for name in FIELDS} | dict(values)
        found = _cleaned(full, row.unit, row.pk)
        before = {name: getattr(row, name) for name in found if getattr(row, name) != found[name]}
        if not before:
            return row
        for name, value in found.items():
            setattr(row, name, value)
        row.version += 1
        row.changed_at = timezone.now()
        row.save()
        _keep(actor, row, why)
        record(actor=actor, action="catalogue.policy_revise", subject=row, before=_told(before),
               after=_told({name: found[name] for name in before}), why=why)  # fmt: skip
    return row


def publish_policy(*, actor: Actor, policy_id: int) -> Policy:
    """Makes a policy readable below. Twice is once."""
    return _to(actor, policy_id, State.PUBLISHED, "catalogue.policy_publish")


def withdraw_policy(*, actor: Actor, policy_id: int) -> Policy:
    """Takes a policy back; declarations that run stay."""
    return _to(actor, policy_id, State.WITHDRAWN, "catalogue.policy_withdraw")


def cleaned_conditions(given: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions as they are stored; Refused says which one is wrong."""
    found: dict[str, Any] = {}
    for group in ("all", "any"):
        rows = given.get(group) or []
        if not isinstance(rows, list):
            raise Refused(_("条件的格式不对。"), field="conditions")
        if kept := [_condition(one) for one in rows]:
            found[group] = kept
    if sum(map(len, found.values())) > MOST:
        raise Refused(_("条件最多 %(n)d 条，请合并或拆成两条政策。") % {"n": MOST},
                      field="conditions")  # fmt: skip
    return found


def _condition(one: Any) -> dict[str, Any]:
    fact = one.get("fact") if isinstance(one, Mapping) else None
    if fact not in FACTS:
        raise Refused(_("有一条条件说的事项系统不认识。"), field="conditions")
    if fact == "asked":
        text = str(one.get("text") or "").strip()[:200]
        if not text:
            raise Refused(_("请写明由企业自报的条件。"), field="asked")
        return {"fact": fact, "text": text}
    if fact in RANGES or fact == "tax":
        return {"fact": fact, **_range(fact, one)}
    values = list(dict.fromkeys(one.get("values") or ()))
    if not values or set(values) - set(_allowed(fact, values)):
        raise Refused(_("请从列出的选项里选。"), field=fact)
    return {"fact": fact, "values": values}


def _allowed(fact: str, values: Sequence[Any]) -> Sequence[Any]:
    if fact in CHOICES:
        return CODES[fact]
    if fact == "tags":
        return list(TagKind.objects.filter(pk__in=values).values_list("pk", flat=True))
    if fact == "place":
        return list(Unit.objects.filter(pk__in=values).values_list("pk", flat=True))
    said = [str(one) for one in values]
    return list(full_codes([*said, *(one[1:] for one in said)]).values())


def _range(fact: str, one: Mapping[str, Any]) -> dict[str, Any]:
    low, high = one.get("low"), one.get("high")
    if low is None and high is None:
        raise Refused(_("请至少填写下限或上限。"), field=fact)
    for end in (low, high):
        if end is not None and (isinstance(end, bool) or not isinstance(end, int | float)):
            raise Refused(_("下限和上限应是数字。"), field=fact)
        if end is not None and not 0 <= end <= 10**12:
            raise Refused(_("下限和上限不能小于 0，也不能大得不合理。"), field=fact)
    if low is not None and high is not None and low > high:
        raise Refused(_("下限不能大于上限。"), field=fact)
    edges = rule_for(timezone.localdate().year).edges
    if fact == "tax" and any(end is not None and end not in edges for end in (low, high)):
        raise Refused(_("纳税条件的界限应是税收档位的界限之一。"), field=fact)
    return {"low": low, "high": high}


def _to(actor: Actor, policy_id: int, state: str, action: str) -> Policy:
    with transaction.atomic():
        row = fetch(Policy, actor, policy_id, lock=True)
        if not may_at(actor, CHANGE, row):
            raise Denied
        if row.state == state:
            return row
        before, row.state = row.state, state
        row.save(update_fields=["state"])
        record(actor=actor, action=action, subject=row, before={"state": before},
               after={"state": state})  # fmt: skip
    return row


def _keep(actor: Actor, row: Policy, why: str) -> None:
    PolicyVersion.objects.unscoped("of a policy that was checked").create(
        policy=row, unit_path=row.unit_path, number=row.version, why=why.strip()[:200],
        by_name=actor.name[:80], values=_told({name: getattr(row, name) for name in FIELDS}),
    )  # fmt: skip


def _cleaned(values: Mapping[str, Any], unit: Unit, policy_id: int | None) -> dict[str, Any]:
    found: dict[str, Any] = {name: str(values.get(name) or "").strip() for name in TEXTS}
    found |= {name: values.get(name) or None for name in (*DAYS, "department_id")}
    wrong: dict[str, Any] = {}
    for name in TEXTS:
        column: Any = Policy._meta.get_field(name)
        size = column.max_length
        if len(found[name]) > size:
            wrong[name] = _("最多 %(n)d 字。请写得简短些。") % {"n": size}
    if not found["title"]:
        wrong["title"] = _("请填写政策名称。")
    if not found["issuer"]:
        wrong["issuer"] = _("请填写发布部门。")
    for first, last in (("since", "until"), ("opens_on", "closes_on")):
        if found[first] and found[last] and found[last] < found[first]:
            wrong[last] = _("不能早于开始的日期。")
    twins = Policy.objects.unscoped("a title is given once in a unit").exclude(pk=policy_id or 0)
    if twins.filter(unit=unit, title=found["title"]).exists():
        wrong["title"] = _("已有同名政策。请打开它修改，或换一个名称。")
    if wrong:
        raise Refused.many(wrong)
    found["conditions"] = cleaned_conditions(values.get("conditions") or {})
    return found


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if value not in (None, "", {})
    }
