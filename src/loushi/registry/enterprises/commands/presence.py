"""What somebody found at a place: the facts are brought to say it, and presence follows."""

from typing import Any

from django.utils import timezone

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.transfer.commands import insert_rows
from loushi.registry.enterprises.commands.claims import CLAIMED
from loushi.registry.enterprises.commands.facts import FactValues, restate
from loushi.registry.enterprises.commands.settling import MOVED_OUT, settle
from loushi.registry.enterprises.models import PlaceFact, Presence, Tenancy

COPIED = (
    "enterprise_id", "building_id", "space_id", "unit_path", "area", "lease_until", "is_main",
    "source",
)  # fmt: skip


def find_presence(*, actor: Actor, row: Tenancy, presence: str, why: str) -> Tenancy:
    """Takes in from today that an enterprise was found 在地在册, 在地不在册 or 在册不在地.

    The caller has locked the row and checked the right. A registration that says otherwise is
    closed and another opened; where it really sits changes by ending the row and beginning
    another (a row that began today is only put right). Returns the row that runs.
    """
    if presence not in CLAIMED or presence == row.presence:
        return row
    said: FactValues = {"lies": CLAIMED[Presence(presence)]}
    sits = presence != Presence.REGISTERED_ONLY
    if not sits:
        said |= {"building_id": row.building_id, "space_id": row.space_id}
    restate(
        actor=actor,
        changes={row.enterprise_id: {PlaceFact.Kind.REGISTRATION: said}},
        source=why,
    )
    running = row
    if row.sits != sits:
        running = _turned(row, sits)
        record(
            actor=actor, action="enterprises.tenancy_update", subject=running,
            before={"sits": row.sits, "tenancy_id": row.pk}, after={"sits": sits}, why=why,
        )  # fmt: skip
    settle([row, running])
    running.refresh_from_db()
    return running


def _turned(row: Tenancy, sits: bool) -> Tenancy:
    today = timezone.localdate()
    if row.since is not None and row.since >= today:
        row.sits = sits
        row.save(update_fields=["sits"])
        return row
    row.until, row.ended_id = today, MOVED_OUT
    row.save(update_fields=["until", "ended"])
    copied: dict[str, Any] = {name: getattr(row, name) for name in COPIED}
    return insert_rows([Tenancy(**copied, sits=sits, since=today, began_id="changed")])[0]
