"""What follows from facts and tenancies, brought up to date in the transaction that changed them.

In this order: the rows of 在册不在地, the presence of every tenancy, the state of the spaces (let
while an enterprise that is really there holds a running tenancy), the homes, the search index.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.buildings import commands as buildings
from loushi.registry.buildings.models import Building, Space
from loushi.registry.enterprises.commands.homes import settle_homes
from loushi.registry.enterprises.commands.indexing import index_enterprises
from loushi.registry.enterprises.commands.intervals import covers
from loushi.registry.enterprises.commands.portions import chunks
from loushi.registry.enterprises.models import Lies, PlaceFact, Tenancy, presence_of
from loushi.registry.enterprises.policy import IN_FORCE

WHY = "what follows from facts and tenancies"
MOVED_OUT, MOVED_IN = "moved_out", "moved_in"


def settle(tenancies: Iterable[Tenancy]) -> None:
    """Settles the enterprises and the rooms of these tenancies, which were just written."""
    rows = list(tenancies)
    settle_enterprises({row.enterprise_id for row in rows}, tenancies=rows)


def settle_enterprises(ids: Iterable[int], *, tenancies: Sequence[Tenancy] = ()) -> None:
    """Brings everything that follows up to date; `tenancies`: those that changed."""
    wanted = sorted(set(ids))
    for chunk in chunks(wanted):
        _derive(chunk, timezone.localdate())
    _settle_rooms(tenancies)
    settle_homes(wanted)
    index_enterprises(wanted)


def derived_presence(row: Tenancy, facts: Sequence[PlaceFact], today: date) -> str:
    """The presence of a tenancy by the rule: of today, of the last day of one that has ended, of
    the first day of one that has not begun."""
    on = today
    if row.until is not None and row.until <= today:
        on = row.until - timedelta(days=1)
    if row.since is not None and row.since > on:
        on = row.since
    held = next((fact for fact in facts if covers(fact, on)), None)
    return presence_of(sits=row.sits, lies=held.lies if held else None)


def registrations(ids: Sequence[int]) -> dict[int, list[PlaceFact]]:
    """The registrations in force of each enterprise, in order of time."""
    found: dict[int, list[PlaceFact]] = defaultdict(list)
    rows = PlaceFact.objects.unscoped(WHY).filter(
        IN_FORCE, enterprise_id__in=ids, kind=PlaceFact.Kind.REGISTRATION
    )
    for row in rows:
        found[row.enterprise_id].append(row)
    for held in found.values():
        held.sort(key=lambda fact: fact.since or date.min)
    return found


def _derive(ids: Sequence[int], today: date) -> None:
    """The rows of 在册不在地 and the presence of every tenancy of the enterprises."""
    facts = registrations(ids)
    stays: dict[int, list[Tenancy]] = defaultdict(list)
    for row in Tenancy.objects.unscoped(WHY).filter(enterprise_id__in=ids).order_by("pk"):
        stays[row.enterprise_id].append(row)
    closed: list[tuple[int, dict[str, Any]]] = []
    opened: list[Tenancy] = []
    for pk in ids:
        close, fresh = _registered_only(pk, facts.get(pk, []), stays[pk], today)
        for row, on in close:
            row.until, row.ended_id = on, MOVED_OUT
            closed.append((row.pk, {"until": on, "ended_id": MOVED_OUT}))
        opened += fresh
    update_rows(Tenancy, closed)
    insert_rows(_placed(opened))
    changed = [
        (row.pk, {"presence": presence})
        for pk in ids
        for row in stays[pk]
        if (presence := derived_presence(row, facts.get(pk, []), today)) != row.presence
    ]
    update_rows(Tenancy, changed)


def _registered_only(
    pk: int, facts: Sequence[PlaceFact], stays: Sequence[Tenancy], today: date
) -> tuple[list[tuple[Tenancy, date]], list[Tenancy]]:
    """Which rows of 在册不在地 end, and which begins: one runs where the enterprise is registered
    in a building of the district and does not sit in that building; until the day on which it comes
    there, where that is known."""
    running = [row for row in stays if row.until is None or row.until > today]
    ghosts = [row for row in running if not row.sits]
    registered = next((fact for fact in facts if covers(fact, today)), None)
    if registered is None or registered.lies != Lies.INSIDE or registered.building_id is None:
        day = registered.since if registered else _last_day(facts)
        return [(row, _no_earlier(day or today, row)) for row in ghosts], []
    home = registered.building_id
    sitting = [row for row in running if row.sits and row.building_id == home]
    there = [row for row in sitting if row.since is None or row.since <= today]
    if there:
        day = max((row.since for row in there if row.since), default=today)
        return [(row, _no_earlier(day, row)) for row in ghosts], []
    coming = min((row.since for row in sitting if row.since), default=None)
    kept = next((row for row in ghosts if _is_at(row, registered)), None)
    begins = registered.since or today
    ending = [(row, _no_earlier(begins, row)) for row in ghosts if row is not kept]
    if kept is not None:
        return ending + ([(kept, coming)] if coming not in (None, kept.until) else []), []
    left = [
        row.until for row in stays
        if row.building_id == home and row.until and row.until <= today
    ]  # fmt: skip
    since = max([day for day in (registered.since, *left) if day], default=None)
    fresh = Tenancy(
        enterprise_id=pk, building_id=home, space_id=registered.space_id, sits=False,
        presence=presence_of(sits=False, lies=registered.lies), since=since, is_main=False,
        source=registered.source, began_id=registered.reason_id,
        until=coming, ended_id=MOVED_OUT if coming else None,
    )  # fmt: skip
    return ending, [fresh]


def _is_at(row: Tenancy, fact: PlaceFact) -> bool:
    return row.building_id == fact.building_id and (
        row.space_id == fact.space_id or row.space_id is None or fact.space_id is None
    )


def _no_earlier(day: date, row: Tenancy) -> date:
    return max(day, row.since or date.min)


def _last_day(facts: Sequence[PlaceFact]) -> date | None:
    return max((fact.until for fact in facts if fact.until), default=None)


def _placed(rows: Sequence[Tenancy]) -> list[Tenancy]:
    """Each row with the path of its space, else of its building."""
    towers: dict[int, str] = {}
    rooms: dict[int, str] = {}
    for chunk in chunks(sorted({row.building_id for row in rows})):
        found = Building.objects.unscoped(WHY).filter(pk__among=chunk)
        towers |= dict(found.values_list("pk", "unit_path"))
    for chunk in chunks(sorted({row.space_id for row in rows if row.space_id})):
        held = Space.objects.unscoped(WHY).filter(pk__among=chunk)
        rooms |= dict(held.values_list("pk", "unit_path"))
    for row in rows:
        row.unit_path = rooms.get(row.space_id or 0) or towers[row.building_id]
    return list(rows)


def _settle_rooms(tenancies: Sequence[Tenancy]) -> None:
    """What was said of a room ends where a tenancy begins that runs today or later; the state of
    today follows; the totals of the buildings are to be made anew."""
    today = timezone.localdate()
    begins: dict[int, date] = {}
    for row in tenancies:
        if row.space_id is None or not row.sits:
            continue
        if row.until is None or row.until > today:
            begin = row.since or today
            begins[row.space_id] = min(begin, begins.get(row.space_id, begin))
    buildings.end_said(since=begins)
    buildings.renew_states(space_ids=[row.space_id for row in tenancies if row.space_id])
    buildings.mark_totals(row.building_id for row in tenancies)
