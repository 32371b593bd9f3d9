"""Reading lists of words: which ones a person may set, and what stands in them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.terms import Term
from loushi.foundation.lists.registry import Beside, WordList, word_lists


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a word besides its name."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Word:
    """One word as the page shows it."""

    code: str
    name: str
    cells: tuple[Cell, ...]
    since: date | None
    until: date | None
    source: str
    offered: bool
    fixed: bool
    used: int
    beside: Beside | None


def lists_for(actor: Actor) -> list[WordList]:
    """The lists that a person may set; Denied where there are none."""
    found = [one for one in word_lists() if actor.has(one.permission)]
    if not found:
        raise Denied
    return found


def list_for(actor: Actor, key: str) -> WordList:
    """One list. NotVisible where it does not exist, Denied without its permission."""
    found = next((one for one in word_lists() if one.key == key), None)
    if found is None:
        raise NotVisible
    if not (actor.system or actor.has(found.permission)):
        raise Denied
    return found


def words_of(listed: WordList) -> list[Word]:
    """Every word, those that are offered first."""
    rows: list[Any] = list(listed.model._default_manager.all())
    used, today = listed.used(), timezone.localdate()
    besides = listed.besides([row.pk for row in rows])
    name, *others = listed.columns()
    found = [
        Word(
            code=row.pk,
            name=getattr(row, name.name),
            cells=tuple(
                Cell(str(field.verbose_name), _shown(row, field))
                for field in others
                if field.name != "order"
            ),
            since=row.since,
            until=row.until,
            source=row.source,
            offered=(not row.since or row.since <= today) and (not row.until or row.until > today),
            fixed=row.pk in listed.fixed,
            used=used.get(row.pk, 0),
            beside=besides.get(row.pk),
        )
        for row in rows
    ]
    return sorted(found, key=lambda word: not word.offered)


def word_values(listed: WordList, code: str) -> dict[str, Any]:
    """The stored values of a word for its form; NotVisible."""
    row: Term | None = listed.model._default_manager.filter(pk=code).first()
    if row is None:
        raise NotVisible
    names = (*listed.fields, "since", "until")
    return {name: getattr(row, name) for name in names}


def _shown(row: Any, field: Any) -> str:
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    value = getattr(row, field.name)
    if isinstance(value, bool):
        return "✓" if value else ""
    return str(value)
