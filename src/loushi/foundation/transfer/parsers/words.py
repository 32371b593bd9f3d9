"""Text, choices, yes and no, lists of words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from .cells import Cell, Unreadable, half_width, plain

_EXACT_DIGITS = 15  # a double keeps 15 decimal digits; Excel rounds the rest away


@dataclass(frozen=True)
class Text:
    """Free text: outer spaces and control characters removed, nothing else changed."""

    max_length: int = 200
    lines: bool = False
    fold: bool = False
    """Whether full-width letters and digits become half-width (codes, phones)."""
    upper: bool = False
    pattern: str = ""
    pattern_says: Any = ""

    typed: ClassVar[bool] = False
    _controls: ClassVar[re.Pattern[str]] = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\ufeff]+")
    _breaks: ClassVar[re.Pattern[str]] = re.compile(r"\s*[\n\t]+\s*")

    def __call__(self, cell: Cell, zone: ZoneInfo) -> str:
        if isinstance(cell, float) and abs(cell) >= 10**_EXACT_DIGITS:
            raise Unreadable(
                _("这一格是数字格式，超过 15 位的编号会丢失末位。请把这一列设为文本格式后重填。")
            )
        text = cell if isinstance(cell, str) else plain(cell)
        if not text.isprintable():
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            text = self._controls.sub("", text)
            if not self.lines:
                text = self._breaks.sub(" ", text)
        text = text.strip()
        if len(text) > 1 and text[0] == "'" and text[1] in "=+-@":
            text = text[1:]  # our own csv export protects such cells with an apostrophe
        if self.fold:
            text = half_width(text).strip()
        if self.upper:
            text = text.upper()
        if len(text) > self.max_length:
            raise Unreadable(
                _("共 %(length)d 个字，最多 %(limit)d 个字。请缩短。")
                % {"length": len(text), "limit": self.max_length}
            )
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise Unreadable(str(self.pattern_says) or _("格式不对。请对照模板中的示例填写。"))
        return text

    @property
    def hint(self) -> str:
        return _("不超过 %(limit)d 个字") % {"limit": self.max_length}


@dataclass(frozen=True)
class YesNo:
    """是/否, 有/无, 1/0, true/false, ✓/×."""

    typed: ClassVar[bool] = False
    _yes: ClassVar[frozenset[str]] = frozenset(
        ("是", "有", "对", "真", "1", "y", "yes", "true", "t", "√", "✓", "✔", "on")
    )
    _no: ClassVar[frozenset[str]] = frozenset(
        ("否", "无", "没有", "不是", "假", "0", "n", "no", "false", "f", "×", "✗", "x", "off")
    )

    def __call__(self, cell: Cell, zone: ZoneInfo) -> bool:
        if isinstance(cell, bool):
            return cell
        text = half_width(plain(cell)).strip().casefold()
        if text in self._yes:
            return True
        if text in self._no:
            return False
        raise Unreadable(_("请填“是”或“否”。"))

    @property
    def hint(self) -> str:
        return _("是 / 否")

    @property
    def choices(self) -> tuple[str, ...]:
        return (_("是"), _("否"))


@dataclass(frozen=True)
class Choice:
    """One of a fixed list: `options` maps the stored value to its label, `also` other spellings."""

    options: Mapping[Any, Any]
    also: Mapping[str, Any] = field(default_factory=dict)

    typed: ClassVar[bool] = False

    def __call__(self, cell: Cell, zone: ZoneInfo) -> Any:
        said = _fold(plain(cell))
        for value, label in self.options.items():
            if said in (_fold(str(value)), _fold(str(label))):
                return value
        for word, value in self.also.items():
            if said == _fold(word):
                return value
        raise Unreadable(
            _("请填下列之一：%(options)s。") % {"options": "、".join(self.choices[:12])}
        )

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(str(label) for label in self.options.values())

    @property
    def hint(self) -> str:
        return " / ".join(self.choices[:8])


def _fold(text: str) -> str:
    return "".join(half_width(text).casefold().split())


@dataclass(frozen=True)
class Words:
    """Several short words in one cell, split at 、 ，, ；; and line breaks; order kept."""

    max_length: int = 50
    typed: ClassVar[bool] = False

    def __call__(self, cell: Cell, zone: ZoneInfo) -> tuple[str, ...]:
        words = [word.strip() for word in re.split(r"[、，,；;\n|]+", plain(cell))]
        kept = tuple(dict.fromkeys(word for word in words if word))
        for word in kept:
            if len(word) > self.max_length:
                raise Unreadable(
                    _("“%(word)s…”太长，每项最多 %(limit)d 个字。请用顿号分开各项。")
                    % {"word": word[:10], "limit": self.max_length}
                )
        return kept

    @property
    def hint(self) -> str:
        return _("多项用顿号分开")
