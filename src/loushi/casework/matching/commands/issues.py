"""Issues: made, corrected, noted, ended; the one way through the table of moves."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.demands.models import DemandCategory
from loushi.casework.matching.models import CommonIssue
from loushi.casework.matching.policy import GROUP
from loushi.casework.matching.workflow import workflow
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.units import covers
from loushi.foundation.core.workflow import Move, Outcome
from loushi.registry.territory.models import Unit

WHY = "rows of an issue that was fetched under its scope"
TEXT_LIMIT = 5000


def perform(
    actor: Actor, issue_id: int, move: str, values: Mapping[str, Any] | None = None,
    apply: Callable[[CommonIssue, Move, Mapping[str, Any]], Any] | None = None, *,
    note: str = "", why: str = "",
) -> Outcome[CommonIssue]:  # fmt: skip
    """One move with its history line and its audit entry; joins the caller's transaction."""
    outcome = workflow.perform(
        actor=actor, pk=issue_id, move=move, values=values, apply=apply, note=note or why
    )
    row = outcome.row
    record(
        actor=actor, action=f"matching.{move}", subject=row, before={"state": outcome.before},
        after={"state": row.state, **outcome.event.data}, why=why,
    )  # fmt: skip
    return outcome


def create_issue(
    *, actor: Actor, values: Mapping[str, Any], demand_ids: Sequence[int] = (), key: str = ""
) -> CommonIssue:
    """A new issue of a unit where the actor may group, with its first demands; the same `key`
    twice makes one."""
    from .grouping import add_demands

    def create() -> int:
        unit = _unit(actor, values.get("unit_id"))
        fields = _cleaned(values)
        made = CommonIssue.objects.unscoped(WHY).create(
            year=timezone.localdate().year, unit=unit, unit_path=unit.path,
            created_at=timezone.now(), created_by_id=actor.user_id,
            created_by_name=actor.name[:80], **fields,
        )  # fmt: skip
        workflow.write(made, "create", "", made.state, actor=actor)
        record(actor=actor, action="matching.create", subject=made, after=_told(fields))
        if demand_ids:
            add_demands(
                actor=actor, issue_id=made.pk, demand_ids=demand_ids,
                why=str(values.get("why") or ""),
            )  # fmt: skip
        return made.pk

    payload = {**values, "demands": list(demand_ids)}
    with transaction.atomic():
        pk, _new = once(
            actor=actor, command="matching.create", key=key, payload=payload, create=create
        )
    return CommonIssue.objects.unscoped(WHY).get(pk=pk)


def edit_issue(*, actor: Actor, issue_id: int, values: Mapping[str, Any]) -> CommonIssue:
    """Renames and corrects an issue; the firms read the name."""
    with transaction.atomic():
        row = fetch(CommonIssue, actor, issue_id, permission=GROUP, lock=True)
        before = {name: getattr(row, name) for name in ("name", "summary", "category_id")}
        fields = _cleaned(before | dict(values))

        def apply(row: CommonIssue, _step: Move, _given: Mapping[str, Any]) -> dict[str, Any]:
            for name, value in fields.items():
                setattr(row, name, value)
            changed = {name: value for name, value in fields.items() if value != before[name]}
            former = {"former": before["name"]} if "name" in changed else {}
            return _told(changed) | former

        return perform(actor, issue_id, "edit", fields, apply).row


def note_issue(*, actor: Actor, issue_id: int, note: str) -> CommonIssue:
    """A line in the history of the issue, for those who handle it."""
    _check_text(note, "note")
    with transaction.atomic():
        return perform(actor, issue_id, "note", {"note": note.strip()}, note=note.strip()).row


def close_issue(*, actor: Actor, issue_id: int) -> CommonIssue:
    """Everything is answered and followed up; its demands may belong to another issue later."""

    def apply(row: CommonIssue, _step: Move, _given: Mapping[str, Any]) -> None:
        row.ended_at = timezone.now()
        row.members.filter(is_live=True).update(is_live=False)

    with transaction.atomic():
        return perform(actor, issue_id, "close", apply=apply).row


def reopen_issue(*, actor: Actor, issue_id: int, why: str) -> CommonIssue:
    """Back to handling, where firms had it done again or the answer does not hold."""
    return _back(actor, issue_id, "reopen", why)


def recall_issue(*, actor: Actor, issue_id: int, why: str) -> CommonIssue:
    """Back from a body whose item ended without an answer to all."""
    return _back(actor, issue_id, "recall", why)


def _back(actor: Actor, issue_id: int, move: str, why: str) -> CommonIssue:

    def apply(row: CommonIssue, _step: Move, _given: Mapping[str, Any]) -> None:
        row.answered_at = None
        row.state = CommonIssue.State.ASSIGNED if row.lead_id else CommonIssue.State.OPEN

    with transaction.atomic():
        return perform(
            actor, issue_id, move, {"reason": why.strip()}, apply, why=why.strip()[:300]
        ).row


def _unit(actor: Actor, given: Any) -> Unit:
    """The unit of a new issue: one where the actor may group."""
    found = Unit.objects.filter(pk=given or 0, dissolved_on__isnull=True).first()
    own = actor.keys(UNIT, GROUP)
    if not own and not actor.system:
        raise Denied
    if found is None or not (actor.system or any(covers(path, found.path) for path in own)):
        raise Refused(_("请选择您能办理的社区或上级单元。"), field="unit_id")
    return found


def _check_text(text: str, field: str) -> None:
    if len(text) > TEXT_LIMIT:
        raise Refused(_("最多 %(n)d 字，请精简。") % {"n": TEXT_LIMIT}, field=field)


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    name = " ".join(str(values.get("name") or "").split())
    summary = str(values.get("summary") or "").strip()
    category = values.get("category_id") or None
    wrong: dict[str, Any] = {}
    if not name:
        wrong["name"] = _("请给这个共性问题起个名字，例如“写字楼分割办证”。")
    elif len(name) > 60:
        wrong["name"] = _("名称最多 60 字，详细情况写在“共同的情况”里。")
    if len(summary) > TEXT_LIMIT:
        wrong["summary"] = _("最多 %(n)d 字，请精简。") % {"n": TEXT_LIMIT}
    if category and not DemandCategory.objects.filter(pk=category).exists():
        wrong["category_id"] = _("请从列表里选择类别。")
    if wrong:
        raise Refused.many(wrong)
    return {"name": name, "summary": summary, "category_id": category}


def _told(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value and name != "summary"}
