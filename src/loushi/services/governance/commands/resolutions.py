"""From a resolution to tasks, to the answer of everybody who asked."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.events import publish
from loushi.foundation.core.scoping import fetch, permits
from loushi.foundation.notices.commands import Phrase, notify
from loushi.registry.accounts.models import User
from loushi.services.catalogue import commands as catalogue
from loushi.services.catalogue.models import Resource
from loushi.services.governance.models import AgendaItem, Resolution, ResolutionTask
from loushi.services.governance.policy import CONVENE, KIND_TASK

WHY = "rows of a resolution that was fetched"
VERDICTS = ("solved", "explained", "unsolvable")
ESCALATED = "escalated"
TASK = gettext_noop("决议任务：%(what)s，%(due)s 前完成")


def edit_resolution(*, actor: Actor, resolution_id: int, text: str) -> Resolution:
    """The words of a resolution, until it is reported."""
    with transaction.atomic():
        row = _running(actor, resolution_id)
        if not text.strip():
            raise Refused(_("请写明决议内容。"), field="text")
        before, row.text = row.text, text.strip()
        row.save(update_fields=["text"])
        record(actor=actor, action="governance.resolution_edit", subject=row,
               before={"text": before}, after={"text": row.text})  # fmt: skip
    return row


def add_task(*, actor: Actor, resolution_id: int, values: Mapping[str, Any]) -> ResolutionTask:
    """Something to be done, by an account or a named person, until a day."""
    with transaction.atomic():
        row = _running(actor, resolution_id)
        what = str(values.get("what") or "").strip()
        owner = User.objects.filter(pk=values.get("owner_id") or 0, is_active=True).first()
        name = str(values.get("owner_name") or "").strip() or (owner.name if owner else "")
        due = values.get("due_on")
        wrong: dict[str, Any] = {}
        if not what:
            wrong["what"] = _("请写明要做什么。")
        if not name:
            wrong["owner_name"] = _("请选择负责人，或写明姓名。")
        if due is None or due < timezone.localdate():
            wrong["due_on"] = _("完成期限要在今天或以后。")
        if wrong or due is None:
            raise Refused.many(wrong)
        made = ResolutionTask.objects.unscoped(WHY).create(
            resolution=row, unit_path=row.unit_path, what=what[:120], owner=owner,
            owner_name=name[:40], due_on=due,
        )  # fmt: skip
        record(actor=actor, action="governance.task_add", subject=row,
               after={"what": made.what, "owner": name, "due_on": str(due)})  # fmt: skip
        if owner is not None:
            notify(
                user_ids=[owner.pk], kind=KIND_TASK, link=f"/governance/tasks/{made.pk}/",
                title=Phrase(TASK, {"what": made.what, "due": str(due)}),
                key=f"task:{made.pk}",
            )  # fmt: skip
    return made


def finish_task(*, actor: Actor, task_id: int, state: str, note: str = "") -> ResolutionTask:
    """Progress, done, or no longer needed; by the owner or who convenes."""
    with transaction.atomic():
        rows = ResolutionTask.objects.unscoped("the owner or the convener, checked below")
        row = rows.select_for_update(of=("self",)).filter(pk=task_id).first()
        if row is None:
            raise NotVisible
        require_task(actor, row)
        if row.resolution.state != Resolution.State.RUNNING:
            raise Conflict(_("这项决议已经答复，任务不能再改。"))
        if state not in ResolutionTask.State.values:
            raise Refused(_("请从列表里选择。"), field="state")
        if state == ResolutionTask.State.DROPPED and not note.strip():
            raise Refused(_("不再需要的任务，请写明原因。"), field="note")
        before = row.state
        row.state, row.note = state, note.strip()[:300]
        row.done_on = timezone.localdate() if state != ResolutionTask.State.OPEN else None
        row.save(update_fields=["state", "note", "done_on"])
        record(actor=actor, action="governance.task", subject=row.resolution,
               before={"state": before}, after={"state": state, "what": row.what},
               why=row.note)  # fmt: skip
    return row


def require_task(actor: Actor, row: ResolutionTask) -> None:
    """The owner, or whoever convenes; who does not see the resolution does not see the task."""
    if actor.user_id is not None and row.owner_id == actor.user_id:
        return
    if not Resolution.objects.visible_to(actor).filter(pk=row.resolution_id).exists():
        raise NotVisible
    if not permits(actor, CONVENE, row.resolution):
        raise Denied


def report_back(*, actor: Actor, resolution_id: int, verdict: str, answer: str) -> Resolution:
    """The answer to everybody behind the item; the demands are resolved with it, each to be rated
    by its own submitter."""
    with transaction.atomic():
        row = _running(actor, resolution_id)
        if verdict not in VERDICTS:
            raise Refused(_("请选择办理结果。"), field="verdict")
        if not answer.strip():
            raise Refused(_("请写明答复。"), field="answer")
        left = row.tasks.filter(state=ResolutionTask.State.OPEN).count()
        if left:
            raise Refused(
                _("还有 %(number)d 项任务没有完成。请先完成，或标为不再需要。") % {"number": left}
            )
        _reported(row, verdict, answer.strip())
        record(actor=actor, action="governance.report", subject=row,
               after={"verdict": verdict, "answer": row.answer})  # fmt: skip
        publish("resolution_reported", {
            "item_id": row.item_id, "resolution_id": row.pk, "body": row.body.name,
            "number": row.number, "verdict": verdict, "answer": row.answer,
        })  # fmt: skip
    return row


def escalate_item(*, actor: Actor, item_id: int, why: str) -> AgendaItem:
    """The building cannot settle it: the demands behind go one tier up."""
    with transaction.atomic():
        item = fetch(AgendaItem, actor, item_id, permission=CONVENE, lock=True, related=("body",))
        state = AgendaItem.State
        if item.source != AgendaItem.Source.DEMAND:
            raise Refused(_("委员提议的议题没有诉求可以提级。需要上级办理的，请登记为诉求。"))
        if not why.strip():
            raise Refused(_("请写明为什么楼内解决不了。"), field="why")
        row = Resolution.objects.unscoped(WHY).filter(item=item).select_related("body").first()
        done = row is not None and row.state == Resolution.State.REPORTED
        if done or item.state not in (state.WAITING, state.SCHEDULED, state.ADOPTED,
                                      state.REJECTED):  # fmt: skip
            raise Conflict(_("这个议题正在表决或已经了结，不能提级。"))
        if row is not None:
            _reported(row, ESCALATED, why.strip())
        item.state, item.outcome = state.ESCALATED, why.strip()[:300]
        item.settled_at = timezone.now()
        item.save(update_fields=["state", "outcome", "settled_at"])
        record(actor=actor, action="governance.escalate", subject=item, why=item.outcome)
        publish("item_escalated", {
            "item_id": item.pk, "body": item.body.name, "reason": item.outcome,
        })  # fmt: skip
    return item


def _reported(row: Resolution, verdict: str, answer: str) -> None:
    row.state, row.verdict, row.answer = Resolution.State.REPORTED, verdict, answer
    row.reported_at = timezone.now()
    row.save(update_fields=["state", "verdict", "answer", "reported_at"])


def _running(actor: Actor, resolution_id: int) -> Resolution:
    row = fetch(Resolution, actor, resolution_id, permission=CONVENE, lock=True, related=("body",))
    if row.state != Resolution.State.RUNNING:
        raise Conflict(_("这项决议已经答复，不能再改。"))
    return row


def draft_resource(*, actor: Actor, resolution_id: int) -> Resource:
    """What an adopted resolution brings to the community, as a draft of the catalogue; twice gives
    the same draft."""
    row = fetch(Resolution, actor, resolution_id, permission=CONVENE, related=("item", "body"))
    if not row.adopted:
        raise Conflict(_("没有通过的决议不能生成资源。"))
    unit_id = row.body.unit_id
    return catalogue.draft_resource(
        actor=actor, unit_id=unit_id, origin=f"governance.resolution:{row.pk}",
        origin_label=row.number,
        values={
            "name": row.item.title[:80], "kind_id": "other", "summary": row.text[:1000],
            "building_ids": [row.building_id] if row.building_id else [],
        },
    )  # fmt: skip
