"""Where enterprises are registered and pay tax, and what follows from it, on any day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import fetch
from loushi.registry.enterprises.models import (
    ChangeReason,
    Enterprise,
    Lies,
    PlaceFact,
    Tenancy,
    presence_of,
)
from loushi.registry.enterprises.policy import IN_FORCE

CHUNK = 2_000
WHY = "facts of enterprises that the caller has checked"


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement as pages show it; `until` is the first day after, None while it runs."""

    id: int
    enterprise_id: int
    kind: str
    lies: str
    lies_label: str
    address: str
    building_id: int | None
    place: str
    since: date | None
    until: date | None
    reason: str
    ended: str
    source: str
    note: str
    recorded_at: datetime
    recorded_by: int | None
    withdrawn_at: datetime | None
    corrected: bool

    @property
    def runs(self) -> bool:
        return self.until is None and self.withdrawn_at is None

    @property
    def text(self) -> str:
        return self.address or self.place or self.lies_label


def lies_on(
    ids: Iterable[int], on: date, kind: str = PlaceFact.Kind.REGISTRATION
) -> Mapping[int, str]:
    """Where enterprises that the caller has checked were registered (or paid tax) on a day; absent
    where nothing is known."""
    found: dict[int, str] = {}
    wanted = sorted(set(ids))
    day = (Q(since__isnull=True) | Q(since__lte=on)) & (Q(until__isnull=True) | Q(until__gt=on))
    for start in range(0, len(wanted), CHUNK):
        rows = PlaceFact.objects.unscoped(WHY).filter(
            IN_FORCE, day, enterprise_id__among=wanted[start : start + CHUNK], kind=kind
        )
        found |= dict(rows.values_list("enterprise_id", "lies"))
    return found


def presences_on(rows: Sequence[Tenancy], on: date) -> dict[int, str]:
    """The presence of tenancies on a day, by id: the stored one for today, else by the rule."""
    if on == timezone.localdate():
        return {row.pk: row.presence for row in rows}
    lies = lies_on({row.enterprise_id for row in rows}, on)
    return {row.pk: presence_of(sits=row.sits, lies=lies.get(row.enterprise_id)) for row in rows}


def facts_of(actor: Actor, enterprise_id: int) -> dict[str, list[Fact]]:
    """All statements about a visible enterprise by kind, the running one first, then backwards in
    time; what was withdrawn comes last."""
    fetch(Enterprise, actor, enterprise_id)
    found: dict[str, list[Fact]] = defaultdict(list)
    rows = (
        PlaceFact.objects.unscoped(WHY)
        .filter(enterprise_id=enterprise_id)
        .select_related("building", "space", "within", "reason", "ended")
        .defer("building__outline")
    )
    for row in rows:
        found[row.kind].append(_fact(row))
    for held in found.values():
        held.sort(
            key=lambda fact: (fact.withdrawn_at is None, fact.since or date.min, fact.id),
            reverse=True,
        )
    return found


def reasons(*, ends: bool = False) -> list[tuple[str, str]]:
    """(code, label) of the reasons for which something begins, or ends."""
    rows = ChangeReason.offered().filter(**{"ends" if ends else "begins": True})
    return list(rows.values_list("code", "label"))


def _fact(row: PlaceFact) -> Fact:
    room = row.space.number if row.space else ""
    place = f"{row.building.name} {room}".strip() if row.building else ""
    return Fact(
        id=row.pk,
        enterprise_id=row.enterprise_id,
        kind=row.kind,
        lies=row.lies,
        lies_label=str(Lies(row.lies).label),
        address=row.address,
        building_id=row.building_id,
        place=place or (row.within.name if row.within else ""),
        since=row.since,
        until=row.until,
        reason=row.reason.label,
        ended=row.ended.label if row.ended else "",
        source=row.source,
        note=row.note,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        withdrawn_at=row.withdrawn_at,
        corrected=row.reason_id == "corrected",
    )
