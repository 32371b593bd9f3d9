"""A vote is closed and counted. Secret ballots are rewritten, so that nothing leads back."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.events import publish
from loushi.foundation.core.scoping import fetch
from loushi.services.governance.counting import Count, Rule, Voice, count
from loushi.services.governance.models import AgendaItem, Ballot, Resolution, RollEntry
from loushi.services.governance.policy import CONVENE

from .voting import LEAST_BALLOTS

WHY = "rows of a vote whose item was fetched"


def close_vote(*, actor: Actor, item_id: int) -> Resolution:
    """Counts, keeps the result with the item, and makes the resolution (for or against)."""
    with transaction.atomic():
        row = _voting(actor, item_id)
        found = counted(row)
        if row.secret:
            _shuffle(row)
        row.state = AgendaItem.State.ADOPTED if found.adopted else AgendaItem.State.REJECTED
        row.count, row.closed_at = found.told(), timezone.now()
        row.save(update_fields=["state", "count", "closed_at"])
        text = _("同意“%(title)s”。") if found.adopted else _("“%(title)s”未获通过。")
        today = timezone.localdate()
        made = Resolution.objects.unscoped(WHY).create(
            body_id=row.body_id, unit_path=row.unit_path, building_id=row.building_id, item=row,
            year=today.year, adopted=found.adopted, adopted_on=today,
            text=text % {"title": row.title},
        )  # fmt: skip
        record(actor=actor, action="governance.vote_close", subject=row,
               after={"state": row.state, "for": found.pro.heads, "against": found.contra.heads,
                      "abstain": found.abstain.heads})  # fmt: skip
        publish("resolution_adopted", {
            "item_id": row.pk, "resolution_id": made.pk, "adopted": made.adopted,
            "body": row.body.name, "number": made.number, "text": made.text,
        })  # fmt: skip
    return made


def void_vote(*, actor: Actor, item_id: int, why: str) -> AgendaItem:
    """Throws a running vote away uncounted; the item is on the agenda again."""
    with transaction.atomic():
        row = _voting(actor, item_id)
        if not why.strip():
            raise Refused(_("请写明作废原因。"), field="why")
        with _overwriting():
            Ballot.objects.unscoped(WHY).filter(item=row).delete()
        RollEntry.objects.unscoped(WHY).filter(item=row).delete()
        row.state, row.opened_at = AgendaItem.State.SCHEDULED, None
        row.save(update_fields=["state", "opened_at"])
        record(actor=actor, action="governance.vote_void", subject=row, why=why.strip()[:300])
    return row


def counted(row: AgendaItem) -> Count:
    """The count as it stands, by the rule with which the vote was opened."""
    kept = row.rule
    rule = Rule(kept["quorum"], kept["majority"], kept["base"], kept["both"])
    roll = list(RollEntry.objects.unscoped(WHY).filter(item=row))
    if not row.secret:
        return count(rule, (Voice(o.weight, o.present, o.recused, o.choice) for o in roll))
    choices = list(Ballot.objects.unscoped(WHY).filter(item=row).values_list("choice", flat=True))
    if len(choices) < LEAST_BALLOTS:
        raise Refused(
            _("只收到 %(number)d 张票，不足 %(least)d 张，公布结果会看出是谁。"
              "请再等一等，或作废后改用记名表决。")
            % {"number": len(choices), "least": LEAST_BALLOTS}
        )  # fmt: skip
    # Equal weights: any assignment of the ballots to those who voted gives the same count.
    pool = iter(choices)
    return count(
        rule, (Voice(o.weight, o.present, o.recused, next(pool) if o.voted else "") for o in roll)
    )


def _voting(actor: Actor, item_id: int) -> AgendaItem:
    row = fetch(AgendaItem, actor, item_id, permission=CONVENE, lock=True, related=("body",))
    if row.state != AgendaItem.State.VOTING:
        raise Conflict(_("这个议题没有在表决。"))
    return row


def _shuffle(row: AgendaItem) -> None:
    """Rewrites the ballots in a random order under new ids and purges the old rows."""
    rows = Ballot.objects.unscoped(WHY).filter(item=row)
    kept = list(rows.values_list("choice", "receipt"))
    secrets.SystemRandom().shuffle(kept)
    with _overwriting():
        rows.delete()
        Ballot.objects.unscoped(WHY).bulk_create(
            Ballot(item=row, choice=choice, receipt=receipt) for choice, receipt in kept
        )


@contextmanager
def _overwriting() -> Iterator[None]:
    """SQLite leaves what was deleted in its file until the page is used again; here it does not."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = int(cursor.execute("PRAGMA secure_delete").fetchone()[0])
        cursor.execute("PRAGMA secure_delete=ON")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA secure_delete={before}")
