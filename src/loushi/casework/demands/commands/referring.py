"""Demands before a body of their building: referral and agenda item keep step with the moves.

A referral is opened by 转楼委会 (and anew when the case is done again), and ended by whatever move
takes the demand away from the building or solves it there.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from loushi.casework.demands.commands.case import Case
from loushi.casework.demands.models import Assignment, Demand, Referral
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.bulk import insert_rows
from loushi.foundation.core.errors import Refused
from loushi.services.governance import commands as governance
from loushi.services.governance.models import AgendaItem, Body

WHY = "the referrals of a demand that was fetched under its scope"
Outcome = Referral.Outcome
ENDED_BY: dict[str, str] = {
    "resolve": Outcome.SOLVED, "escalate": Outcome.ESCALATED, "hand_back": Outcome.LEFT,
    "transfer": Outcome.LEFT, "withdraw": Outcome.ENDED, "decline": Outcome.ENDED,
    "merge": Outcome.ENDED, "split": Outcome.ENDED,
}  # fmt: skip
ITEM_STATES: dict[str, str] = {
    Outcome.SOLVED: AgendaItem.State.SETTLED, Outcome.ESCALATED: AgendaItem.State.ESCALATED,
    Outcome.LEFT: AgendaItem.State.WITHDRAWN, Outcome.ENDED: AgendaItem.State.WITHDRAWN,
    Outcome.REOPENED: AgendaItem.State.SETTLED,
}  # fmt: skip
NUMBERS = re.compile(
    r"(?<!\d)(?:\d{17}[\dXx]|\d{15}|1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}-?\d{7,8})(?!\d)"
    r"|[\w.+-]+@[\w-]+\.[\w.-]+"
)
"""Identity cards, mobile and fixed phones, mail addresses."""


def redacted(demand: Demand, text: str) -> str:
    """A demand's words as the body may read them: nothing that names or reaches a person."""
    found = NUMBERS.sub("＊＊＊", text)
    hidden = [demand.contact_name]
    if demand.hide_name and demand.enterprise is not None:
        hidden += [demand.enterprise.name, demand.enterprise.short_name]
    for name in filter(None, hidden):
        found = found.replace(name, "＊＊＊")
    return found


def refer_to(case: Case, body: Body, item: AgendaItem | None = None) -> Referral:
    """A new referral; its item is made when the case is written, unless it joins one."""
    row = Referral(demand=case.demand, building=case.demand.building, at=case.now)
    row._body = body  # type: ignore[attr-defined]
    if item is not None:
        row.item = item
    return case.add(case.referrals, row)  # type: ignore[no-any-return]


def joined(case: Case, body: Body, item_id: Any) -> AgendaItem | None:
    """An open item of the same body that the demand joins; Refused when there is none."""
    if not item_id:
        return None
    rows = AgendaItem.objects.visible_to(case.actor).filter(body=body, pk=item_id)
    found = rows.filter(state__in=[AgendaItem.State.WAITING, AgendaItem.State.SCHEDULED]).first()
    if found is None:
        raise Refused(_("这个议题不在“%(body)s”，或已经表决。请重新选择。") % {"body": body.name},
                      field="item")  # fmt: skip
    return found


def follow(case: Case, move: str) -> None:
    """Ends the open referral, or opens it anew when the council does the case again."""
    if move != "reopen" and move not in ENDED_BY:
        return
    if all(part.body != Assignment.Body.COUNCIL for part in case.parts) or not case.referrals:
        return
    last = case.referrals[-1]
    if move == "reopen":
        lead = case.lead_part
        if lead is not None and lead.body == Assignment.Body.COUNCIL:
            _end(case, last, Outcome.REOPENED)
            refer_to(case, _body_of(last))
    elif last.outcome == Outcome.OPEN:
        _end(case, last, ENDED_BY[move])


def _end(case: Case, row: Referral, outcome: str) -> None:
    row.outcome, row.ended_at = outcome, case.now
    case.touch(row)


def _body_of(row: Referral) -> Body:
    kept: Body | None = getattr(row, "_body", None)
    return kept or row.item.body


def write(case: Case, words: str) -> None:
    """Writes what `follow` and `refer_to` changed: referrals, new items, settled items."""
    changed = case.changed(Referral)
    for row in sorted(changed, key=lambda one: one.pk is None):
        if row.pk is None and row.item_id is None:
            row.item = governance.propose_item(
                actor=case.actor, body=_body_of(row), reference=case.demand.number,
                title=redacted(case.demand, case.demand.title),
                summary=redacted(case.demand, case.demand.text),
            )  # fmt: skip
        row.save()
        if row.outcome != Outcome.OPEN and not others(row):
            governance.settle_item(
                actor=case.actor, item_id=row.item_id, state=ITEM_STATES[row.outcome],
                words=words,
            )  # fmt: skip
    for row in changed:
        case.written(row)


def others(row: Referral) -> bool:
    """Whether another demand still waits for the same item."""
    rows = Referral.objects.unscoped("whether an item is still needed").filter(item=row.item_id)
    return rows.filter(outcome=Outcome.OPEN).exclude(pk=row.pk).exists()


def write_many(actor: Actor, cases: Sequence[Case]) -> None:
    """The same for fresh cases, set-based, once the demands have their ids."""
    rows = [row for case in cases for row in case.changed(Referral)]
    items = governance.propose_many(
        actor=actor,
        items=[
            governance.NewItem(
                body=_body_of(row), at=row.at, reference=row.demand.number,
                title=redacted(row.demand, row.demand.title),
                summary=redacted(row.demand, row.demand.text),
                state=ITEM_STATES.get(row.outcome, AgendaItem.State.WAITING),
                settled_at=row.ended_at, outcome=row.demand.answer if row.outcome else "",
            )
            for row in rows
        ],
    )  # fmt: skip
    for row, item in zip(rows, items, strict=True):
        row.demand_id, row.item = row.demand.pk, item
    insert_rows(rows)
