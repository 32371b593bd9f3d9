"""What goes on an agenda: referred demands and free proposals, until a meeting decides."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.scoping import fetch
from loushi.services.governance.models import AgendaItem, Body, CouncilMeeting, Matter
from loushi.services.governance.policy import CONVENE, PROPOSE

WHY = "an item whose owner was checked"
PENDING = (AgendaItem.State.WAITING, AgendaItem.State.SCHEDULED)
OPEN = (*PENDING, AgendaItem.State.VOTING)


def propose_item(
    *, actor: Actor, body: Body, title: str, summary: str, reference: str = "",
    source: str = AgendaItem.Source.DEMAND, values: Mapping[str, Any] | None = None,
) -> AgendaItem:  # fmt: skip
    """Puts a matter before a body. For other packages, which have checked their own rights and
    pass a redacted snapshot: nothing in it names or reaches a person."""
    now = timezone.now()
    if not runs(body):
        raise Refused(_("“%(name)s”已经撤销，不能再提交议题。") % {"name": body.name})
    with transaction.atomic():
        made = AgendaItem.objects.unscoped(WHY).create(
            body=body, unit_path=body.unit_path, building_id=body.building_id,
            title=title[:80], summary=summary, reference=reference[:40], source=source,
            proposer=actor.name[:80], proposed_at=now, **(values or {}),
        )  # fmt: skip
        record(actor=actor, action="governance.propose_item", subject=made,
               after={"body": body.name, "title": made.title})  # fmt: skip
    return made


def propose(*, actor: Actor, body_id: int, values: Mapping[str, Any]) -> AgendaItem:
    """A free proposal by a member or whoever may propose."""
    body = fetch(Body, actor, body_id, permission=PROPOSE)
    title = str(values.get("title") or "").strip()
    wrong: dict[str, Any] = {}
    if not title:
        wrong["title"] = _("请写明要议什么。")
    if values.get("matter", Matter.ORDINARY) not in Matter.values:
        wrong["matter"] = _("请从列表里选择。")
    if wrong:
        raise Refused.many(wrong)
    return propose_item(
        actor=actor, body=body, title=title, summary=str(values.get("summary") or "").strip(),
        source=AgendaItem.Source.PROPOSAL, values=_kept(values),
    )  # fmt: skip


def edit_item(*, actor: Actor, item_id: int, values: Mapping[str, Any]) -> AgendaItem:
    """Title, summary, matter, whom it concerns, and the discussion. What a vote was held on does
    not change any more; the discussion may be written until the meeting is closed."""
    with transaction.atomic():
        row = fetch(AgendaItem, actor, item_id, permission=CONVENE, lock=True)
        fields: dict[str, Any] = {}
        if "discussion" in values:
            _still_open(row)
            fields["discussion"] = str(values["discussion"] or "").strip()
        if set(values) - {"discussion"}:
            if row.state not in PENDING:
                raise Conflict(_("这个议题已经表决或了结，不能再改。"))
            fields |= _kept(values)
            if "title" in values:
                fields["title"] = str(values["title"] or "").strip()[:80]
                if not fields["title"]:
                    raise Refused(_("请写明要议什么。"), field="title")
            if "summary" in values:
                fields["summary"] = str(values["summary"] or "").strip()
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()
        record(actor=actor, action="governance.item_edit", subject=row,
               after={key: fields[key] for key in fields if key != "discussion"})  # fmt: skip
    return row


def _still_open(row: AgendaItem) -> None:
    closed = (CouncilMeeting.State.CLOSED, CouncilMeeting.State.CANCELLED)
    if row.meeting is not None and row.meeting.state in closed:
        raise Conflict(_("会议已经结束，讨论记录不能再改。"))


def withdraw_item(*, actor: Actor, item_id: int, why: str) -> AgendaItem:
    """Takes a free proposal back. A demand is ended where demands are."""
    with transaction.atomic():
        row = fetch(AgendaItem, actor, item_id, permission=CONVENE, lock=True)
        if row.source == AgendaItem.Source.DEMAND:
            raise Refused(_("这个议题来自诉求。请在诉求里撤回、办结或提级，议题会一起了结。"))
        if not why.strip():
            raise Refused(_("请写明撤回原因。"), field="why")
        return _end(actor, row, AgendaItem.State.WITHDRAWN, why)


def settle_item(*, actor: Actor, item_id: int, state: str, words: str) -> AgendaItem | None:
    """Ends an item because the demand behind it was ended otherwise (solved on the spot, handed
    back, escalated, withdrawn). For the demands; does nothing where a vote has decided."""
    with transaction.atomic():
        row = AgendaItem.objects.unscoped(WHY).select_for_update().get(pk=item_id)
        if row.state == AgendaItem.State.VOTING:
            raise Conflict(
                _("这件事正在“%(body)s”表决。等表决结束再办。") % {"body": row.body.name}
            )
        return _end(actor, row, state, words) if row.state in PENDING else None


def _end(actor: Actor, row: AgendaItem, state: str, words: str) -> AgendaItem:
    if row.state not in PENDING:
        raise Conflict(_("这个议题已经表决或了结，不能再改。"))
    row.state, row.outcome, row.settled_at = state, words.strip()[:300], timezone.now()
    row.save(update_fields=["state", "outcome", "settled_at"])
    record(actor=actor, action="governance.item_end", subject=row, after={"state": state},
           why=words.strip()[:300])  # fmt: skip
    return row


def runs(body: Body) -> bool:
    """Whether a body is there today."""
    return body.until is None or body.until >= timezone.localdate()


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: values[name] for name in ("matter", "enterprise_id", "manager_id")
            if name in values}  # fmt: skip
    return {name: value or None if name != "matter" else value for name, value in kept.items()}
