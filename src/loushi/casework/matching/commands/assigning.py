"""交办: the lead and co-units of an issue, and its demands dispatched to them in one act."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.casework.demands.commands import make_move
from loushi.casework.demands.models import Demand, State
from loushi.casework.matching.models import CommonIssue, CommonIssueDemand, IssueUnit
from loushi.casework.matching.policy import ANSWER, KIND_ISSUE
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import LoushiError, Refused
from loushi.foundation.core.workflow import Move
from loushi.foundation.notices.commands import Phrase, notify
from loushi.registry.accounts.models import Department
from loushi.registry.accounts.queries import users_with_permission

from .issues import WHY, perform

TO_DISPATCH = (State.ACCEPTED, State.RETURNED)
TOLD = gettext_noop("共性问题交到您单位：%(name)s")
MOST_UNITS = 20


def assign_issue(
    *, actor: Actor, issue_id: int, lead_id: int, co_ids: Sequence[int] = (),
    dispatch: bool = True,
) -> CommonIssue:  # fmt: skip
    """Names the lead and the co-units. With `dispatch` the demands that wait for it are dispatched
    to them, each by its own move and the actor's own right; the others stay as they are."""

    def apply(row: CommonIssue, _step: Move, _given: Mapping[str, Any]) -> dict[str, Any]:
        lead, helpers = _departments(lead_id, co_ids)
        row.lead = lead
        IssueUnit.objects.unscoped(WHY).filter(issue=row).delete()
        IssueUnit.objects.unscoped(WHY).bulk_create(
            IssueUnit(issue=row, department=one, unit_path=row.unit_path) for one in helpers
        )
        sent, kept = _dispatched(actor, row, lead, helpers) if dispatch else ([], [])
        return {"lead": lead.name, "co": [one.name for one in helpers], "sent": sent, "kept": kept}

    with transaction.atomic():
        outcome = perform(actor, issue_id, "assign", {"lead": lead_id}, apply)
        _tell(outcome.row, outcome.event.pk)
        return outcome.row


def _departments(lead_id: int, co_ids: Sequence[int]) -> tuple[Department, list[Department]]:
    wanted = [lead_id, *dict.fromkeys(co_ids)]
    rows = {one.pk: one for one in Department.objects.filter(pk__in=wanted, is_active=True)}
    if lead_id not in rows:
        raise Refused(_("没有找到这个部门，或已停用，请重新选择。"), field="lead")
    if lead_id in co_ids:
        raise Refused(_("牵头单位不能同时是协同单位。"), field="co")
    if len(rows) < len(wanted) or len(wanted) > MOST_UNITS:
        raise Refused(_("请从列表里选择协同单位，最多 20 个。"), field="co")
    return rows[lead_id], [rows[pk] for pk in wanted[1:]]


def _dispatched(
    actor: Actor, row: CommonIssue, lead: Department, helpers: Sequence[Department]
) -> tuple[list[str], list[str]]:
    """Numbers of the demands that went out, and of those that could not (with the reason)."""
    sent, kept = [], []
    for demand in waiting_demands(row):
        try:
            with transaction.atomic():
                make_move(
                    actor=actor, demand_id=demand.pk, move="dispatch",
                    values={"lead": lead.pk, "co": [one.pk for one in helpers],
                            "note": _("共性问题 %(number)s 一并交办") % {"number": row.number}},
                )  # fmt: skip
            sent.append(demand.number)
        except LoushiError as refusal:
            kept.append(f"{demand.number}：{refusal}")
    return sent, kept


def waiting_demands(row: CommonIssue) -> list[Demand]:
    """The issue's demands that wait for being dispatched."""
    members = CommonIssueDemand.objects.unscoped(WHY).filter(issue=row, is_live=True)
    rows = Demand.objects.unscoped(WHY).filter(
        pk__in=members.values("demand_id"), state__in=TO_DISPATCH
    )
    return list(rows.order_by("pk"))


def _tell(row: CommonIssue, event_id: int) -> None:
    """The people of the lead and the co-units who will answer."""
    units = [row.lead_id, *IssueUnit.objects.unscoped(WHY).filter(issue=row)
             .values_list("department_id", flat=True)]  # fmt: skip
    people = {user for unit in units for user in users_with_permission(ANSWER, department_id=unit)}
    notify(
        user_ids=sorted(people), kind=KIND_ISSUE, title=Phrase(TOLD, {"name": row.name}),
        body=row.number, link=f"/matching/{row.pk}/", subject=("matching.commonissue", row.pk),
        key=f"issue:{row.pk}:assign:{event_id}",
    )  # fmt: skip
