"""How a dated statement fits into a chain of statements. Pure: no database, no clock.

A chain is what is in force about one thing, in order: half-open intervals [since, until), the
first of which may have no beginning and the last no end. Nothing is rewritten: what no longer
holds is closed or withdrawn, and what holds instead is added.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol


class Span(Protocol):
    """Anything with a first day and a first day after; None is open."""

    since: date | None
    until: date | None


class TooEarly(ValueError):
    """An event that lies before, or on, the day from which the running statement holds."""

    def __init__(self, since: date | None) -> None:
        super().__init__(str(since))
        self.since = since


@dataclass(frozen=True, slots=True)
class Fit:
    """What has to happen so that a new statement takes its place."""

    since: date | None
    until: date | None
    close: Any = None
    """The statement to end on `since`."""
    withdraw: Any = None
    """The statement that never held."""


def covers(span: Span, on: date | None) -> bool:
    """Whether a statement holds on a day; None asks for the time before every known day."""
    if on is None:
        return span.since is None
    return (span.since is None or span.since <= on) and (span.until is None or on < span.until)


def fit(chain: Sequence[Span], since: date | None, *, correcting: bool) -> Fit:
    """Where a statement that holds from `since` goes; TooEarly for an event in the past.

    An event ends the running statement and holds from then on. A correction holds from its day to
    where the statement that it corrects ended, so that later events stay as they are.
    """
    if not chain:
        return Fit(since, None)
    if not correcting:
        return _after(chain[-1], since)
    held = next((span for span in chain if covers(span, since)), None)
    if held is not None:
        if held.since == since:
            return Fit(since, held.until, withdraw=held)
        return Fit(since, held.until, close=held)
    later = [day for span in chain if (day := span.since) and (since is None or day > since)]
    return Fit(since, min(later, default=None))


def _after(last: Span, since: date | None) -> Fit:
    edge = last.since if last.until is None else last.until
    if since is None or (edge is not None and since < edge):
        raise TooEarly(edge)
    if last.until is not None:
        return Fit(since, None)
    if since == edge:
        raise TooEarly(edge)
    return Fit(since, None, close=last)


def whole(chain: Sequence[Span]) -> str:
    """ "" when a chain is in order, else what is wrong: overlap, gap, or more than one running.

    A gap is only reported by its name; whether it is allowed (after 注销) the caller knows.
    """
    for before, after in zip(chain, chain[1:], strict=False):
        if before.until is None or after.since is None or before.until > after.since:
            return "overlap"
        if before.until < after.since:
            return "gap"
    return ""
