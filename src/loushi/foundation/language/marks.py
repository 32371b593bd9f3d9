"""Marks: words of the index that say where a row belongs. Pure.

No text can hold a mark, because each begins with a sign that `text.tokens` never keeps. Searching
"in the subtree of unit 12" is then one more word of the search, whatever the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from loushi.foundation.core.actor import BUILDING, DEPARTMENT, ENTERPRISE, MANAGER
from loushi.foundation.core.units import ids_of

SELF = "self"
LETTERS = {DEPARTMENT: "d", ENTERPRISE: "e", BUILDING: "b", MANAGER: "m", SELF: "s"}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Scope:
    """The range of a search: a union of unit paths and participants.

    `paths` are unit paths (at or below), `participants` are `participant(...)` tokens. A scope
    that has neither and is not `everything` covers nothing.
    """

    paths: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    everything: bool = False

    def __bool__(self) -> bool:
        return self.everything or bool(self.paths or self.participants)


EVERYTHING = Scope(everything=True)
NOTHING = Scope()


def participant(kind: str, key: int | str) -> str:
    """The token of a participant: kind of grant (or "self") and id, `d12` for department 12."""
    try:
        return f"{LETTERS[kind]}{int(key)}"
    except KeyError:
        raise ValueError(f"rows cannot be found through {kind!r}; known: {list(LETTERS)}") from None


def microseconds(at: datetime) -> int:
    """An aware moment as microseconds since 1970 UTC."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return (at - _EPOCH) // _MICROSECOND


def moment_of(value: int) -> datetime:
    return _EPOCH + value * _MICROSECOND


def month_of(moment: int) -> int:
    """The running number of the UTC month in which a moment lies."""
    at = moment_of(moment)
    return at.year * 12 + at.month - 1


def month_start(month: int) -> int:
    """The first moment of a month, in microseconds."""
    return microseconds(datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC))


def month_mark(month: int) -> str:
    return f"§t{month}"


@lru_cache(maxsize=256)
def kind_mark(kind: str) -> str:
    return f"§k{_checked(kind)}"


@lru_cache(maxsize=1024)
def tag_mark(tag: str) -> str:
    return f"§g{_checked(tag)}"


def participant_mark(token: str) -> str:
    return f"§p{_checked(token)}"


def unit_mark(unit_id: int) -> str:
    return f"§u{unit_id}"


@lru_cache(maxsize=16_384)
def unit_marks(path: str) -> tuple[str, ...]:
    """One mark per unit on the way from the root, the root first."""
    return tuple(unit_mark(unit_id) for unit_id in ids_of(path))


def scope_marks(scope: Scope) -> tuple[str, ...]:
    """Any of these marks makes a row visible; only the last unit of a path counts, because a row
    carries a mark for each of its ancestors."""
    units = {unit_mark(ids_of(path)[-1]) for path in scope.paths}
    return tuple(sorted(units | {participant_mark(token) for token in scope.participants}))


def all_unit_marks(path: str, paths: str) -> list[str]:
    """The unit marks of a row's own path and of its further ones, once each."""
    return list(dict.fromkeys(mark for one in (path, *paths.split()) for mark in unit_marks(one)))


def other_marks(
    *, kind: str, moment: int, participants: Iterable[str], tags: Iterable[str]
) -> list[str]:
    """The marks of a row that do not come from its paths."""
    return [
        month_mark(month_of(moment)),
        kind_mark(kind),
        *sorted({participant_mark(token) for token in participants}),
        *sorted({tag_mark(tag) for tag in tags}),
    ]


def is_unit_mark(mark: str) -> bool:
    return mark.startswith("§u")


def _checked(word: str) -> str:
    if not word.isalnum() or not word.isascii() or word != word.lower() or len(word) > 40:
        raise ValueError(f"{word!r} cannot be a mark: lower-case letters a-z and digits only")
    return word
