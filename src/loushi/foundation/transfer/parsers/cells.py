"""What a cell is, before anybody reads it as something."""

import math
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

Cell = Any
Parse = Callable[[Cell, ZoneInfo], Any]

CLEAR = frozenset({"[清空]", "【清空】", "[clear]"})
_NO_VALUE = frozenset({"-", "--", "—", "——", "/", "\\", "\\n", "无", "null", "none", "n/a", "nan"})


class Unreadable(ValueError):
    """The cell cannot be read; the text is the sentence for the person."""


class Broken(str):
    """A cell whose formula has no result, or an error: it must not pass for a blank one."""

    __slots__ = ()

    def __new__(cls, error: str) -> "Broken":
        return super().__new__(cls, error or "=")

    @property
    def sentence(self) -> str:
        if self == "=":
            return _("这一格是公式，文件里没有算好的结果。请用 Excel 或 WPS 打开、保存一次再导入。")
        return _("这一格是公式，结果是错误 %(error)s。请改正后再导入。") % {"error": str(self)}


class Serial1904(float):
    """A bare number in a workbook whose days count from 1904-01-01."""

    __slots__ = ()


def is_blank(cell: Cell) -> bool:
    """Whether a cell says nothing: empty, only spaces, or a number that is not one."""
    if cell is None:
        return True
    if isinstance(cell, str):
        return not cell.strip()
    return isinstance(cell, float) and math.isnan(cell)


def says_nothing(cell: Cell) -> bool:
    """Whether a typed cell holds one of the signs people write for "no value" (—, 无, N/A)."""
    return isinstance(cell, str) and cell.strip().casefold() in _NO_VALUE


def plain(cell: Cell) -> str:
    """The cell as the person would read it on screen."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return _("是") if cell else _("否")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e16:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S" if cell.second else "%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, dict):
        return str(cell.get("type", _("几何图形")))
    return str(cell)


def half_width(text: str) -> str:
    """Full-width letters and digits as half-width ones (NFKC), for codes and numbers."""
    return unicodedata.normalize("NFKC", text)
