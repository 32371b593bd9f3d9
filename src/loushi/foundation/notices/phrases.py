"""Sentences that are stored for later: each reader gets them in the reader's own language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext

Value = str | int


@dataclass(frozen=True, slots=True)
class Phrase:
    """A msgid and what its placeholders stand for, as notices keep them.

    Mark the msgid where it is written: `Phrase(gettext_noop("共 %(n)d 件"), {"n": 3})`.
    """

    msgid: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        """In the language that is active now."""
        return said(self.msgid, self.values)


def said(text: str, values: Mapping[str, Value] | None) -> str:
    """A stored sentence in the active language; a text without values is one that was stored as
    it is (names, what people wrote, and notices from before version 0.2)."""
    if values is None:
        return text
    words = gettext(text) if text else ""
    return words % values if values else words
