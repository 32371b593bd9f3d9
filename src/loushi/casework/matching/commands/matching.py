"""供需匹配: confirmed or dismissed by a person."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.casework.demands.queries import OPEN
from loushi.casework.matching.models import Match
from loushi.casework.matching.policy import GROUP, KIND_MATCH
from loushi.casework.matching.queries.matches import match_row
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.scoping import permits
from loushi.foundation.notices.commands import Phrase, notify
from loushi.services.catalogue import queries as catalogue

State = Match.State
WHY = "a match that was checked"
FOUND = gettext_noop("您提的“%(title)s”，社区找到可能用得上的：%(offer)s")


def confirm_match(*, actor: Actor, match_id: int, note: str = "") -> Match:
    """A person says that it fits; the submitter is told of it."""
    return _decided(actor, match_id, State.CONFIRMED, note)


def dismiss_match(*, actor: Actor, match_id: int, note: str = "") -> Match:
    """A person says that it does not fit; it is not proposed again."""
    return _decided(actor, match_id, State.DISMISSED, note)


def _decided(actor: Actor, match_id: int, state: str, note: str) -> Match:
    note = note.strip()
    if len(note) > 200:
        raise Refused(_("最多 %(n)d 字。请写得简短些。") % {"n": 200}, field="note")
    with transaction.atomic():
        row = match_row(actor, match_id)
        if not permits(actor, GROUP, row):
            raise Denied
        locked = Match.objects.unscoped(WHY).select_for_update().get(pk=row.pk)
        if locked.state == state:
            return row
        if locked.state == State.PROPOSED and row.demand.state not in OPEN:
            raise Conflict(_("这件诉求已经办结，不用再匹配。"))
        before = locked.state
        row.state, row.note, row.decided_at = state, note, timezone.now()
        row.decided_by_id, row.decided_by_name = actor.user_id, actor.name[:80]
        row.save(update_fields=["state", "note", "decided_at", "decided_by", "decided_by_name"])
        action = "matching.match_confirm" if state == State.CONFIRMED else "matching.match_dismiss"
        record(actor=actor, action=action, subject=row, unit_path=row.unit_path, why=note,
               before={"state": before}, after={"state": state})  # fmt: skip
        if state == State.CONFIRMED:
            _tell(row)
    return row


def _tell(row: Match) -> None:
    if row.demand.submitter_id is None:
        return
    name = row.resource.name if row.resource else catalogue.item_titles([row.item_id or 0]).get(
        row.item_id or 0, ""
    )  # fmt: skip
    notify(
        user_ids=[row.demand.submitter_id], kind=KIND_MATCH,
        link=f"/demands/mine/{row.demand_id}/",
        title=Phrase(FOUND, {"title": row.demand.title[:30], "offer": name}),
        key=f"match:{row.pk}",
    )  # fmt: skip
