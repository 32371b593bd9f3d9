"""What was said of one space through time, as intervals that never overlap. Pure, no database."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

VACANT = "vacant"


@dataclass(frozen=True, slots=True)
class Said:
    """A state from a day (None: the beginning is not known) to the first day after (None: open)."""

    state: str
    since: date | None = None
    until: date | None = None
    source: str = ""

    def covers(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


def assign(
    held: Iterable[Said], state: str, since: date | None, until: date | None, source: str = ""
) -> list[Said]:
    """The intervals after saying that the state was this one from `since` to `until`.

    What was said of these days before is replaced; "vacant" says nothing, so it only clears.
    Neighbours of the same state grow together.
    """
    first, after = since or date.min, until or date.max
    if first >= after:
        return _joined(held)
    kept: list[Said] = []
    for part in held:
        begin, end = part.since or date.min, part.until or date.max
        if end <= first or begin >= after:
            kept.append(part)
            continue
        if begin < first:
            kept.append(replace(part, until=since))
        if end > after:
            kept.append(replace(part, since=until))
    if state != VACANT:
        kept.append(Said(state, since, until, source))
    return _joined(kept)


def said_on(held: Iterable[Said], on: date) -> str:
    """What was said of a day, '' for nothing."""
    return next((part.state for part in held if part.covers(on)), "")


def _joined(parts: Iterable[Said]) -> list[Said]:
    found: list[Said] = []
    for part in sorted(parts, key=lambda one: one.since or date.min):
        before = found[-1] if found else None
        if before and before.state == part.state and before.until == part.since:
            found[-1] = replace(before, until=part.until)
        else:
            found.append(part)
    return found
