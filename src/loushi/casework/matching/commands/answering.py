"""统一答复: one act, and each demand is resolved by its own move, to be rated by its own submitter.

The moves are those of the demands' own table, made in the name of the department that leads the
demand; only departments that take part in the issue are spoken for. What cannot be moved is left as
it was, with the reason beside it, and can be answered later with the same words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.casework.demands.commands import make_move
from loushi.casework.demands.models import Assignment, Demand, State, Verdict
from loushi.casework.demands.queries import OPEN, active_parts
from loushi.casework.matching.models import CommonIssue, CommonIssueDemand, JointAnswer
from loushi.casework.matching.policy import KIND_ISSUE
from loushi.casework.matching.queries.reach import (
    leads_issue,
    open_members,
    spoken_for,
    units_of,
    why_not,
)
from loushi.casework.matching.workflow import workflow
from loushi.foundation.core.actor import DEPARTMENT, Actor, Grant, system_actor
from loushi.foundation.core.errors import Conflict, LoushiError, NotVisible, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.workflow import Move
from loushi.foundation.files.commands import attach
from loushi.foundation.notices.commands import Phrase, notify

from .issues import TEXT_LIMIT, WHY, perform

HANDLES = frozenset({"demands.view", "demands.handle"})
UNBLOCK = {State.NEED_INFO: "supply_info", State.SUSPENDED: "resume"}
TOLD = gettext_noop("共性问题已统一答复：%(name)s")


@dataclass(frozen=True, slots=True)
class Given:
    """What an answer did: the answer, and how many demands it reached and left."""

    answer: JointAnswer
    reached: int
    left: int


def answer_issue(
    *, actor: Actor, issue_id: int, verdict: str, text: str, uploads: Sequence[Any] = (),
    key: str = "",
) -> Given:  # fmt: skip
    """Answers the issue and resolves every demand in it that can be; the same `key` twice answers
    once. Nothing is written when no demand can be reached."""
    _check(verdict, text)

    def create() -> int:
        made: list[JointAnswer] = []

        def apply(row: CommonIssue, _step: Move, _given: Any) -> dict[str, Any]:
            members = open_members(row)
            units, spoken = units_of(row), spoken_for(actor, row)
            whys = {one.pk: why_not(one.demand, units, spoken) for one in members}
            if all(whys.values()):
                raise Conflict(_nothing(members, whys))
            answer = _answer(actor, row, verdict, text)
            made.append(answer)
            if uploads:
                attach(actor=actor, parent=answer, uploads=uploads)
            reached, left = _resolve(actor, row, answer, members, whys)
            row.answered_at = answer.at
            return {"verdict": verdict, "by": answer.by, "reached": reached, "left": left}

        outcome = perform(
            actor, issue_id, "answer", {"verdict": verdict, "answer": text}, apply,
            note=text.strip(),
        )  # fmt: skip
        _tell(actor, outcome.row, made[0])
        return made[0].pk

    with transaction.atomic():
        fetch(CommonIssue, actor, issue_id)
        payload = {"issue": issue_id, "verdict": verdict, "text": text}
        pk, _new = once(
            actor=actor, command="matching.answer", key=key, payload=payload, create=create
        )
    answer = JointAnswer.objects.unscoped(WHY).get(pk=pk)
    members = CommonIssueDemand.objects.unscoped(WHY)
    return Given(
        answer, members.filter(answer=answer).count(),
        members.filter(issue=answer.issue_id, is_live=True, demand__state__in=OPEN)
        .exclude(left="").count(),
    )  # fmt: skip


def _check(verdict: str, text: str) -> None:
    wrong: dict[str, Any] = {}
    if verdict not in Verdict.values:
        wrong["verdict"] = _("请选择办理结果。")
    if not text.strip():
        wrong["answer"] = _("请写明答复；每一件诉求的提交人都会看到。")
    elif len(text) > TEXT_LIMIT:
        wrong["answer"] = _("最多 %(n)d 字，请精简。") % {"n": TEXT_LIMIT}
    if wrong:
        raise Refused.many(wrong)


def _nothing(members: Sequence[CommonIssueDemand], whys: Mapping[int, str]) -> str:
    if not members:
        return _("这里没有等答复的诉求。")
    first = members[0]
    return _("现在没有一件诉求能答复，例如 %(number)s：%(why)s。") % {
        "number": first.demand.number, "why": whys[first.pk],
    }  # fmt: skip


def _answer(actor: Actor, row: CommonIssue, verdict: str, text: str) -> JointAnswer:
    lead = row.lead if actor.system or leads_issue(actor, row) else None
    return JointAnswer.objects.unscoped(WHY).create(
        issue=row, unit_path=row.unit_path, verdict=verdict, text=text.strip(), at=timezone.now(),
        by=lead.name if lead else row.unit.name,
    )  # fmt: skip


def _resolve(
    actor: Actor, row: CommonIssue, answer: JointAnswer, members: Sequence[CommonIssueDemand],
    whys: Mapping[int, str],
) -> tuple[int, int]:  # fmt: skip
    reached = 0
    for one in members:
        why = whys[one.pk]
        if not why:
            try:
                with transaction.atomic():
                    _resolve_one(actor, row, answer, one.demand)
            except LoushiError as refusal:
                why = str(refusal)
        one.left = why[:200]
        one.answer = None if why else answer
        one.save(update_fields=["left", "answer"])
        reached += not why
    return reached, len(members) - reached


def _resolve_one(actor: Actor, row: CommonIssue, answer: JointAnswer, demand: Demand) -> None:
    """Signed where it was not, no longer waiting, resolved: as its lead department would."""
    lead = next(one for one in active_parts(demand) if one.part == Assignment.Part.LEAD)
    unit = lead.department
    if unit is None:
        raise NotVisible
    grant = Grant("joint_answer", HANDLES, DEPARTMENT, str(unit.pk), unit.name)
    words = _("%(unit)s（%(number)s 统一答复）") % {"unit": unit.name, "number": row.number}
    speaker = Actor(actor.user_id, actor.name, (grant,), words[:160])
    if demand.state in UNBLOCK:
        system = system_actor(str(_("系统：统一答复")))
        make_move(actor=system, demand_id=demand.pk, move=UNBLOCK[State(demand.state)],
                  values={"note": _("已有统一答复，不再等待。")})  # fmt: skip
    state = Demand.objects.unscoped(WHY).filter(pk=demand.pk).values_list("state", flat=True).get()
    if state == State.DISPATCHED or lead.state == Assignment.State.WAITING:
        make_move(actor=speaker, demand_id=demand.pk, move="sign")
    make_move(
        actor=speaker, demand_id=demand.pk, move="resolve",
        values={"verdict": answer.verdict, "answer": answer.text},
        key=f"joint:{answer.pk}:{demand.pk}",
    )  # fmt: skip


def _tell(actor: Actor, row: CommonIssue, answer: JointAnswer) -> None:
    """Whoever made the issue reads that it has its answer."""
    if row.created_by_id and row.created_by_id != actor.user_id:
        notify(
            user_ids=[row.created_by_id], kind=KIND_ISSUE, title=Phrase(TOLD, {"name": row.name}),
            body=row.number, link=f"/matching/{row.pk}/",
            subject=("matching.commonissue", row.pk), key=f"issue:{row.pk}:answer:{answer.pk}",
        )  # fmt: skip


def on_resolution_reported(payload: dict[str, Any]) -> None:
    """The body before which the issue was has answered; the demands behind the item are resolved by
    their own listener. Here only what the issue itself says. Idempotent."""
    state = CommonIssue.State
    rows = CommonIssue.objects.unscoped("what a body decided reaches the issue behind it")
    with transaction.atomic():
        for row in rows.filter(item=payload["item_id"], state=state.COUNCIL).order_by("pk"):
            answer = JointAnswer.objects.unscoped(WHY).create(
                issue=row, unit_path=row.unit_path, verdict=payload["verdict"],
                text=payload["answer"], by=payload["body"][:160], at=timezone.now(),
            )  # fmt: skip
            _council(row, "council_answer", payload["answer"], {"by": payload["body"]})
            CommonIssue.objects.unscoped(WHY).filter(pk=row.pk).update(answered_at=answer.at)
            behind = CommonIssueDemand.objects.unscoped(WHY).filter(
                issue=row, is_live=True, demand__referrals__item=payload["item_id"],
                demand__referrals__outcome__in=["", "solved"],
            )  # fmt: skip
            pks = list(behind.values_list("pk", flat=True).distinct())
            CommonIssueDemand.objects.unscoped(WHY).filter(pk__in=pks).update(answer=answer)


def on_item_escalated(payload: dict[str, Any]) -> None:
    """The body cannot settle it: the issue is gathered again, its demands are one tier up."""
    rows = CommonIssue.objects.unscoped("what a body decided reaches the issue behind it")
    with transaction.atomic():
        for row in rows.filter(item=payload["item_id"], state=CommonIssue.State.COUNCIL):
            _council(row, "council_back", payload["reason"], {"by": payload["body"]})


def _council(row: CommonIssue, move: str, note: str, data: dict[str, Any]) -> None:
    workflow.perform(
        actor=system_actor(str(_("系统：楼宇议事"))), pk=row.pk, move=move, note=note, data=data
    )
