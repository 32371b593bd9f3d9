"""申报: a firm is interested, declares, is granted or refused."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.scoping import fetch, permits
from loushi.foundation.notices.commands import Phrase, notify
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.enterprises.queries import members_to_notify
from loushi.services.catalogue.models import Declaration, Policy
from loushi.services.catalogue.policy import DECIDE, KIND_DECLARED, OWN
from loushi.services.catalogue.queries import current
from loushi.services.catalogue.workflow import OPEN, next_states

State = Declaration.State
MOVED = gettext_noop("%(policy)s：申报%(state)s")


def begin_declaration(*, actor: Actor, policy_id: int, enterprise_id: int) -> Declaration:
    """A firm says that it means to declare, or staff note it down for the firm. Twice is once."""
    with transaction.atomic():
        policy = fetch(Policy, actor, policy_id)
        firm = fetch(Enterprise, actor, enterprise_id, lock=True)
        if not _own(actor, firm.pk) and not permits(actor, DECIDE, firm):
            raise Denied
        if policy.pk not in {row.pk for row in current(actor)}:
            raise Conflict(_("这项政策现在不能申报：没有发布、还没生效、已经失效或申报已截止。"))
        rows = Declaration.objects.unscoped("of a firm that was checked")
        held = rows.filter(policy=policy, enterprise=firm, state__in=OPEN).first()
        if held is not None:
            return held
        made = rows.create(
            policy=policy, enterprise=firm, unit_path=firm.unit_path, version=policy.version,
            began_on=timezone.localdate(),
        )  # fmt: skip
        record(actor=actor, action="catalogue.declare_begin", subject=made,
               after={"policy": policy.title, "enterprise": firm.name})  # fmt: skip
    return made


def move_declaration(
    *, actor: Actor, declaration_id: int, to: str, on: date | None = None,
    amount: Decimal | None = None, note: str = "",
) -> Declaration:  # fmt: skip
    """The next step. A grant needs its amount, a refusal its reason."""
    with transaction.atomic():
        row = fetch(Declaration, actor, declaration_id, lock=True,
                    related=("policy", "enterprise"))  # fmt: skip
        staff = permits(actor, DECIDE, row)
        if not staff and not _own(actor, row.enterprise_id):
            raise Denied
        if to not in State.values:
            raise Refused(_("没有这一步。"), field="to")
        if to not in next_states(row.state, by_firm=False):
            raise Conflict(
                _("这项申报现在是“%(state)s”，不能再这样办。") % {"state": row.get_state_display()}
            )
        if to not in next_states(row.state, by_firm=not staff):
            raise Denied
        before = row.state
        _apply(row, to, on or timezone.localdate(), amount, note.strip())
        row.save()
        record(actor=actor, action="catalogue.declare_move", subject=row,
               before={"state": before}, after={"state": to, "amount": str(amount or "")},
               why=row.note)  # fmt: skip
        if staff:
            _tell(row)
    return row


def _apply(row: Declaration, to: str, on: date, amount: Decimal | None, note: str) -> None:
    wrong: dict[str, Any] = {}
    if on > timezone.localdate():
        wrong["on"] = _("日期不能在今天以后。")
    earliest = row.declared_on if to in (State.GRANTED, State.REFUSED) else row.began_on
    if to != State.DECLARED and earliest and on < earliest:
        wrong["on"] = _("不能早于上一步的日期 %(day)s。") % {"day": earliest}
    if to == State.GRANTED and (amount is None or amount < 0):
        wrong["amount"] = _("请填写兑现金额；没有资金的填 0，并在说明里写明。")
    if to == State.REFUSED and not note:
        wrong["note"] = _("请写明没有通过的原因，企业会看到。")
    if len(note) > 300:
        wrong["note"] = _("最多 %(n)d 字。请写得简短些。") % {"n": 300}
    if wrong:
        raise Refused.many(wrong)
    row.state, row.note = to, note or row.note
    if to == State.DECLARED:
        row.declared_on = on
    else:
        row.decided_on = on
        row.amount = amount if to == State.GRANTED else None


def _own(actor: Actor, enterprise_id: int) -> bool:
    return str(enterprise_id) in actor.keys(ENTERPRISE, OWN)


def _tell(row: Declaration) -> None:
    notify(
        user_ids=members_to_notify(row.enterprise_id, OWN), kind=KIND_DECLARED,
        title=Phrase(MOVED, {"policy": row.policy.title, "state": row.get_state_display()}),
        body=row.note, link=f"/catalogue/own/{row.policy_id}/",
        key=f"declaration:{row.pk}:{row.state}",
    )  # fmt: skip
