"""Writing what is said of spaces through time, and today's state that follows from it.

Internal to commands: the checks of rights are the callers'.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.scoping import fetch
from loushi.foundation.transfer.commands import insert_rows
from loushi.registry.buildings.commands.intervals import VACANT, Said, assign, said_on
from loushi.registry.buildings.models import Space, SpaceState, TotalsMark
from loushi.registry.buildings.policy import CHANGE
from loushi.registry.buildings.queries.counting import state_of

CHUNK = 2_000
Histories = dict[int, list[Said]]
Holders = Callable[[Collection[int]], set[int]]


Stays = Callable[[Collection[int], date], set[int]]


def _nobody(_space_ids: Collection[int], *_on: date) -> set[int]:
    return set()


_holders: list[Holders] = [_nobody]
_stays: list[Stays] = [_nobody]


def register_holders(*, holders: Holders, stays: Stays) -> None:
    """Names the callables that say which of these spaces somebody holds today, and in which of them
    somebody stays on a day or after it (`config.wiring`)."""
    _holders[:] = [holders]
    _stays[:] = [stays]


def record_state(
    *, actor: Actor, space_id: int, state: str, since: date, until: date | None = None, why: str
) -> None:
    """Says (or corrects) what a space was from a day to a day; `until` is the first day after.

    "vacant" takes back what was said. Refused without a reason or where the days run backwards.
    """
    if state not in Space.State.values:
        raise Refused(_("请选择状态。"), field="state")
    if until is not None and until <= since:
        raise Refused(_("结束日期应晚于开始日期。"), field="until")
    if not why.strip():
        raise Refused(_("请写明依据，例如“交付通知书 2026-05”。"), field="why")
    with transaction.atomic():
        space = fetch(Space, actor, space_id, permission=CHANGE, lock=True)
        before = histories([space_id])[space_id]
        after = assign(before, state, since, until, _("人工登记"))
        write_histories({space_id: before}, {space_id: after}, {space_id: space.building_id})
        record(
            actor=actor,
            action="buildings.space_state",
            subject=space,
            before={"state": said_on(before, since) or VACANT},
            after={"state": state, "since": since, "until": until},
            why=why,
        )
        renew_states(space_ids=[space_id])
        mark_totals([space.building_id])


def histories(space_ids: Collection[int]) -> Histories:
    """What was said of spaces, the earliest first."""
    found: Histories = {pk: [] for pk in space_ids}
    for chunk in _chunks(sorted(space_ids)):
        rows = SpaceState.objects.unscoped("histories of checked spaces").filter(
            space_id__among=chunk
        )
        values = rows.values_list("space_id", "state", "since", "until", "source")
        for space_id, state, since, until, source in values:
            found[space_id].append(Said(state, since, until, source))
    for parts in found.values():
        parts.sort(key=lambda one: one.since or date.min)
    return found


def write_histories(before: Histories, after: Histories, homes: Mapping[int, int]) -> None:
    """Stores the histories that differ; `homes` says the building of each space."""
    changed = [pk for pk, parts in after.items() if parts != before.get(pk, [])]
    for chunk in _chunks(sorted(pk for pk in changed if before.get(pk))):
        SpaceState.objects.unscoped("histories of checked spaces").filter(
            space_id__among=chunk
        ).delete()
    insert_rows(
        [
            SpaceState(
                space_id=pk, building_id=homes[pk], state=part.state, since=part.since,
                until=part.until, source=part.source[:60],
            )
            for pk in changed
            for part in after[pk]
        ]
    )  # fmt: skip


def end_said(*, since: Mapping[int, date]) -> None:
    """From a day on these spaces have tenants: what was said ends on it, except self-used."""
    before = histories(list(since))
    after = {
        pk: assign(parts, VACANT, since[pk], None)
        if _kept(parts, since[pk]) is None
        else parts
        for pk, parts in before.items()
    }  # fmt: skip
    if after != before:
        homes = dict(
            Space.objects.unscoped("rooms that were checked")
            .filter(pk__in=[pk for pk in after if after[pk] != before[pk]])
            .values_list("pk", "building_id")
        )
        write_histories(before, after, homes)


def renew_states(*, space_ids: Iterable[int]) -> int:
    """Writes today's state of spaces as it follows from what was said and who holds them; returns
    how many changed. The facts were checked and recorded; the state leaves no entry of its own."""
    today = timezone.localdate()
    changed = 0
    for chunk in _chunks(sorted(set(space_ids))):
        wanted = states_today(chunk, today)
        rows = Space.objects.unscoped("the state follows facts that were checked")
        moves: dict[str, list[int]] = defaultdict(list)
        for pk, state in rows.filter(pk__among=chunk).values_list("pk", "state"):
            if state != wanted[pk]:
                moves[wanted[pk]].append(pk)
        for state, ids in moves.items():
            changed += rows.filter(pk__in=ids).update(state=state)
    return changed


def states_today(space_ids: Sequence[int], today: date) -> dict[int, str]:
    """The states as they follow from the facts."""
    covering = Q(since__isnull=True) | Q(since__lte=today)
    said: dict[int, str] = dict(
        SpaceState.objects.unscoped("histories of checked spaces")
        .filter(covering, Q(until__isnull=True) | Q(until__gt=today), space_id__in=space_ids)
        .values_list("space_id", "state")
    )
    held = held_today(space_ids)
    return {pk: state_of(said.get(pk, ""), pk in held) for pk in space_ids}


def held_today(space_ids: Collection[int]) -> set[int]:
    """Which of these spaces somebody who is really there holds today."""
    return _holders[0](space_ids)


def held_from(space_ids: Collection[int], on: date) -> set[int]:
    """In which of these spaces somebody stays on a day or after it."""
    return _stays[0](space_ids, on)


def mark_totals(building_ids: Iterable[int]) -> None:
    """Says that the kept totals of these buildings are to be made anew."""
    insert_rows([TotalsMark(building_id=pk) for pk in sorted(set(building_ids))])


def _kept(parts: Sequence[Said], since: date) -> Said | None:
    return next(
        (p for p in parts if p.state == Space.State.SELF_USED and (p.until or date.max) > since),
        None,
    )


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
