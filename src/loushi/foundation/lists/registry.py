"""Which lists of words there are; each package registers its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from loushi.foundation.core.terms import Term


@dataclass(frozen=True, slots=True)
class Beside:
    """What else a package says of a word: a sentence, and where it is changed."""

    text: str
    href: str = ""
    act: str = ""


@dataclass(frozen=True, slots=True)
class WordList:
    """A model of words. `fields` are the columns that people set, the name first; `fixed` the codes
    that programs use: they may be renamed and moved (`free`), not ended. `used` counts the rows
    that carry each word; `beside` names a callable that tells codes → Beside."""

    key: str
    title: Any
    about: Any
    permission: str
    model: type[Term]
    fields: tuple[str, ...]
    fixed: frozenset[str] = frozenset()
    free: frozenset[str] = frozenset({"meaning", "order"})
    used: Callable[[], Mapping[str, int]] = dict
    beside: str = ""

    def columns(self) -> list[Any]:
        """The columns that people set, as fields of the model."""
        return [self.model._meta.get_field(name) for name in self.fields]

    def besides(self, codes: Sequence[str]) -> Mapping[str, Beside]:
        if not self.beside:
            return {}
        module, _, name = self.beside.rpartition(".")
        found: Mapping[str, Beside] = getattr(import_module(module), name)(codes)
        return found


_lists: dict[str, WordList] = {}
_record: Callable[..., Any] = lambda **given: None  # noqa: E731 - replaced by the audit


def offer(listed: WordList) -> None:
    """Registers a list."""
    _lists[listed.key] = listed


def word_lists() -> tuple[WordList, ...]:
    """All lists, in the order in which the packages registered them."""
    return tuple(_lists.values())


def provide_record(record: Callable[..., Any]) -> None:
    """How a change reaches the audit: the callable that `transfer` is given, too."""
    global _record
    _record = record


def record(**given: Any) -> None:
    """Records lines in the audit, in the caller's transaction."""
    _record(**given)
