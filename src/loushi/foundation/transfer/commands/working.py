"""Long work in the background: a batch says what is wanted, one task does it.

Who holds the batch writes its token into it, and every transaction looks at the token first: a
worker that was thought dead, or whose batch was cancelled, stops at its next write. A killed
worker's task is taken over; reading and checking begin anew, a half applied file is taken back
first and applied again.
"""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, LoushiError, Refused
from loushi.foundation.core.jobs import task
from loushi.foundation.transfer import registry, storage
from loushi.foundation.transfer.models import BatchState, ImportBatch, Work

from .applying import Superseded, undo, write
from .opening import plan_of, read_into
from .rolling import roll_back_now, survey_now
from .staging import refuse_rejected, stage

log = logging.getLogger(__name__)

TELL_EVERY = 0.5  # seconds between notes of progress


class Hold:
    """One worker's hold of a batch."""

    def __init__(self, pk: int) -> None:
        self.pk = pk
        self.token = uuid4().hex
        self._told = 0.0

    def take(self, ticket: str) -> ImportBatch | None:
        """The batch, now held by this worker; None when nobody wants this work any more."""
        with transaction.atomic():
            rows = ImportBatch.objects.unscoped("working")
            batch = rows.select_for_update().filter(pk=self.pk).first()
            if batch is None or not batch.work or batch.asked.get("ticket") != ticket:
                return None
            batch.holder, batch.beat_at = self.token, timezone.now()
            batch.save(update_fields=["holder", "beat_at"])
        return batch

    def guard(self) -> None:
        """First in each transaction: raises Superseded when the batch is not ours any more."""
        rows = ImportBatch.objects.unscoped("working").select_for_update()
        if not rows.filter(pk=self.pk, holder=self.token).values_list("pk").first():
            raise Superseded

    def progress(self, done: int, total: int) -> None:
        """Notes how far the work is, at most twice a second."""
        now = time.monotonic()
        if now - self._told < TELL_EVERY and done < total:
            return
        self._told = now
        rows = ImportBatch.objects.unscoped("working").filter(pk=self.pk, holder=self.token)
        if not rows.update(done=done, todo=total, beat_at=timezone.now()):
            raise Superseded

    def release(self, **fields: Any) -> None:
        """Ends the work and sets what came of it."""
        with transaction.atomic():
            self.guard()
            ImportBatch.objects.unscoped("working").filter(pk=self.pk).update(
                work="", holder="", done=0, todo=0, **fields
            )


def ask_for(
    batch: ImportBatch, work: str, actor: Actor, asked: Mapping[str, Any] | None = None, **set_: Any
) -> None:
    """Writes into a locked batch what the background shall do; in the caller's transaction."""
    ticket = uuid4().hex
    batch.work, batch.holder, batch.work_for_id = work, "", actor.user_id
    batch.asked = {**(asked or {}), "ticket": ticket, "language": get_language() or ""}
    batch.done = batch.todo = 0
    batch.error = ""
    for name, value in set_.items():
        setattr(batch, name, value)
    batch.save()
    do_work.enqueue(pk=batch.pk, ticket=ticket)


@task(name="transfer.work", atomic=False)
def do_work(pk: int, ticket: str) -> None:
    """Does what a batch asks for; doing it again after a crash is safe."""
    hold = Hold(pk)
    batch = hold.take(ticket)
    if batch is None:
        return
    with translation.override(batch.asked.get("language") or settings.LANGUAGE_CODE):
        _do(batch, hold)


def _do(batch: ImportBatch, hold: Hold) -> None:
    """The work, with its remarks in the language of the person who asked."""
    actor = registry.actor_of(batch.work_for_id or 0)
    try:
        if actor is None:
            raise Refused(_("上传的人已不能登录。请由有权限的人重新上传。"))
        BODIES[batch.work](actor, batch, hold)
    except Superseded:
        return
    except LoushiError as error:
        hold.release(error=str(error))
    except DatabaseError:
        raise  # the queue tries again
    except Exception:
        log.exception("import batch %s: %s failed", batch, batch.work)
        if _half_written(batch.pk):
            raise  # the queue tries again: it must end whole or not at all
        hold.release(error=_("处理时出了意外，登记没有改动。已记入系统日志，请稍后重试。"))


def _half_written(pk: int) -> bool:
    rows = ImportBatch.objects.unscoped("working").filter(pk=pk, portions__gt=0)
    return rows.exclude(state__in=[BatchState.APPLIED, BatchState.ROLLED_BACK]).exists()


def _read(actor: Actor, batch: ImportBatch, hold: Hold) -> None:
    try:
        read_into(actor, batch)
    except Refused as error:
        storage.forget(batch.kept_as)
        hold.release(error=str(error), state=BatchState.UNREADABLE, kept_as="")
        return
    with transaction.atomic():
        hold.guard()
        batch.save()
    hold.release()


def _check(actor: Actor, batch: ImportBatch, hold: Hold) -> None:
    plan = plan_of(actor, batch, hold.progress)
    stage(batch, plan, again=bool(batch.asked.get("again")), guard=hold.guard)
    hold.release()


def _apply(actor: Actor, batch: ImportBatch, hold: Hold) -> None:
    partial = bool(batch.asked.get("partial"))
    if batch.portions:  # a worker was killed in the middle
        undo(batch, registry.importer(batch.importer), guard=hold.guard, progress=hold.progress)
    plan = plan_of(actor, batch, hold.progress)
    refuse_rejected(plan, partial=partial)
    try:
        write(actor=actor, batch=batch, plan=plan, partial=partial, guard=hold.guard,
              progress=hold.progress)  # fmt: skip
    except Conflict as error:
        fresh = plan_of(actor, batch, hold.progress)
        stage(batch, fresh, again=True, guard=hold.guard)
        hold.release(error=str(error))
        return
    hold.release()
    storage.forget(batch.kept_as)


def _undo(actor: Actor, batch: ImportBatch, hold: Hold) -> None:
    undo(batch, registry.importer(batch.importer), guard=hold.guard, progress=hold.progress)
    hold.release(state=BatchState.CANCELLED)
    storage.forget(batch.kept_as)


def _survey(actor: Actor, batch: ImportBatch, hold: Hold) -> None:
    hold.release(survey=survey_now(actor, batch, hold.progress))


def _roll_back(actor: Actor, batch: ImportBatch, hold: Hold) -> None:
    done = roll_back_now(actor, batch, guard=hold.guard, progress=hold.progress)
    hold.release(**done)


BODIES: dict[str, Callable[[Actor, ImportBatch, Hold], None]] = {
    Work.READ: _read,
    Work.CHECK: _check,
    Work.APPLY: _apply,
    Work.UNDO: _undo,
    Work.SURVEY: _survey,
    Work.ROLL_BACK: _roll_back,
}
