"""From a cell to a value: text, numbers, days, moments, choices, geometry.

Pure functions of (cell, zone). A cell is what the reader gave: str, int, float, bool, date,
datetime, dict (GeoJSON geometry) or None. A parser is never called with a blank cell. What it
cannot read it refuses with a sentence that names the way out (`Unreadable`).
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

Cell = Any
Parse = Callable[[Cell, ZoneInfo], Any]

CLEAR = frozenset({"[清空]", "【清空】", "[clear]"})
_NO_VALUE = frozenset({"-", "--", "—", "——", "/", "\\", "\\n", "无", "null", "none", "n/a", "nan"})
_EXACT_DIGITS = 15  # a double keeps 15 decimal digits; Excel rounds the rest away


class Unreadable(ValueError):
    """The cell cannot be read; the text is the sentence for the person."""


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


_NUMBER = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[+-]?\.\d+)(?:e([+-]?\d{1,2}))?\s*(.*)",
    re.IGNORECASE | re.DOTALL,
)
_FAMILIES: tuple[dict[str, Decimal], ...] = (
    {
        "元": Decimal(1),
        "元人民币": Decimal(1),
        "人民币": Decimal(1),
        "千元": Decimal(1000),
        "万": Decimal(10_000),
        "万元": Decimal(10_000),
        "万元人民币": Decimal(10_000),
        "万人民币": Decimal(10_000),
        "亿": Decimal(100_000_000),
        "亿元": Decimal(100_000_000),
        "亿元人民币": Decimal(100_000_000),
    },
    {
        "㎡": Decimal(1),
        "m2": Decimal(1),
        "平": Decimal(1),
        "平米": Decimal(1),
        "平方": Decimal(1),
        "平方米": Decimal(1),
        "万㎡": Decimal(10_000),
        "万平方米": Decimal(10_000),
        "万m2": Decimal(10_000),
    },
    {"m": Decimal(1), "米": Decimal(1), "km": Decimal(1000), "公里": Decimal(1000)},
    {"%": Decimal(1), "％": Decimal(1)},
    {"人": Decimal(1), "名": Decimal(1), "位": Decimal(1)},
    {"层": Decimal(1), "f": Decimal(1)},
    {"家": Decimal(1), "户": Decimal(1), "个": Decimal(1), "间": Decimal(1)},
)


def unit_factor(unit: str, own: str) -> Decimal | None:
    """How many of `own` one `unit` is (万元 in 元: 10000); None when they do not compare."""
    said, wanted = half_width(unit).strip().casefold(), half_width(own).strip().casefold()
    if said == wanted:
        return Decimal(1)
    for family in _FAMILIES:
        if said in family and wanted in family:
            return family[said] / family[wanted]
    return None


def knows_unit(unit: str) -> bool:
    """Whether a word in a heading is a unit of measure that we can convert."""
    said = half_width(unit).strip().casefold()
    return any(said in family for family in _FAMILIES)


@dataclass(frozen=True)
class Number:
    """A decimal number; thousands commas, full-width digits and a unit behind it are read.

    `unit` is the unit of the stored value: with `unit="万元"` the cell "300 万元" and "3000000 元"
    both give 300. `minimum` and `maximum` are inclusive and in that unit.
    """

    places: int = 2
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    unit: str = ""
    digits: int = 18
    factor: Decimal = Decimal(1)

    typed: ClassVar[bool] = True

    def in_unit(self, unit: str) -> "Number":
        """This parser for a column whose heading names another unit of the same family."""
        factor = unit_factor(unit, self.unit) if self.unit else None
        return self if factor is None else replace(self, factor=factor)

    def _read(self, cell: Cell) -> Decimal:
        if isinstance(cell, bool | date | dict):
            raise Unreadable(_("这里要填数字。"))
        if isinstance(cell, int | float):
            return self._scaled(Decimal(repr(cell)), self.factor)
        text = half_width(cell).strip().removeprefix("¥").removeprefix("￥").strip()
        found = _NUMBER.fullmatch(text)
        if found is None:
            raise Unreadable(_("看不出数字。请只填数字，例如 1280.5。"))
        digits, power, unit = found.groups()
        value = Decimal(digits.replace(",", ""))
        if power:
            value = value.scaleb(int(power))
        unit = unit.strip()
        if not unit:
            return self._scaled(value, self.factor)
        factor = unit_factor(unit, self.unit) if self.unit else None
        if factor is None:
            raise Unreadable(
                _("不认识的单位“%(unit)s”。请只填数字，单位是%(own)s。")
                % {"unit": unit[:20], "own": self.unit}
                if self.unit
                else _("数字后面有别的内容“%(unit)s”。请只填数字。") % {"unit": unit[:20]}
            )
        return self._scaled(value, factor)

    @staticmethod
    def _scaled(value: Decimal, factor: Decimal) -> Decimal:
        return value if factor == 1 else value * factor

    def __call__(self, cell: Cell, zone: ZoneInfo) -> Any:
        try:
            value = self._read(cell)
            if not value.is_finite():
                raise Unreadable(_("这里要填数字。"))
            if value.adjusted() >= self.digits - self.places:
                raise Unreadable(_("数字太大。请核对小数点和单位。"))
            value = value.quantize(Decimal(1).scaleb(-self.places), rounding=ROUND_HALF_UP)
        except InvalidOperation:
            raise Unreadable(_("看不出数字。请只填数字，例如 1280.5。")) from None
        self._within(value)
        return value if value else abs(value)  # never a negative zero

    def _within(self, value: Decimal) -> None:
        if self.minimum is not None and value < self.minimum:
            raise Unreadable(_("不能小于 %(limit)s。") % {"limit": self.minimum})
        if self.maximum is not None and value > self.maximum:
            raise Unreadable(_("不能大于 %(limit)s。") % {"limit": self.maximum})

    @property
    def hint(self) -> str:
        if self.unit:
            return _("数字，单位%(unit)s") % {"unit": self.unit}
        return _("数字")


@dataclass(frozen=True)
class Whole(Number):
    """A whole number as int; 12.0 is read, 12.5 is refused."""

    places: int = 0

    def __call__(self, cell: Cell, zone: ZoneInfo) -> int:
        try:
            value = self._read(cell)
        except InvalidOperation:
            raise Unreadable(_("看不出数字。请只填整数，例如 12。")) from None
        if not value.is_finite() or value.adjusted() >= self.digits:
            raise Unreadable(_("数字太大。请核对小数点和单位。"))
        if value != value.to_integral_value():
            raise Unreadable(_("这里要填整数。"))
        self._within(value)
        return int(value)

    @property
    def hint(self) -> str:
        if self.unit:
            return _("整数，单位%(unit)s") % {"unit": self.unit}
        return _("整数")


@dataclass(frozen=True)
class Degrees(Number):
    """A longitude or latitude in degrees as float, with its bounds."""

    places: int = 8
    minimum: Decimal | int | None = -180
    maximum: Decimal | int | None = 180

    def __call__(self, cell: Cell, zone: ZoneInfo) -> float:
        return float(super().__call__(cell, zone))


LONGITUDE = Degrees()
LATITUDE = Degrees(minimum=-90, maximum=90)

_EXCEL_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial has no zone
_LAST_SERIAL = 2_958_465  # 9999-12-31
_MOMENT = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[\sT]*(上午|下午|AM|PM)?\s*(\d{1,2})\s*[:时]\s*(\d{1,2})\s*(?:[:分]\s*(\d{1,2})"
    r"(?:\.(\d{1,6})\d*)?\s*秒?|分)?\s*(AM|PM)?\s*(Z|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[\sT]?(\d{2}):?(\d{2})(?::?(\d{2}))?)?")


def _from_serial(serial: float) -> datetime:
    if not 1 <= serial <= _LAST_SERIAL + 1:
        raise Unreadable(_("看不出日期。请写成 2026-11-23。"))
    seconds = round((serial % 1) * 86_400)
    return _EXCEL_DAY_ZERO + timedelta(days=int(serial), seconds=seconds)


def _hour(hour: int, half: str | None) -> int:
    if half is None or hour > 12:
        return hour
    afternoon = half.upper() in {"下午", "PM"}
    return hour % 12 + (12 if afternoon else 0)


def _zone_of(text: str) -> Any:
    if text.upper() == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    offset = sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(offset) if offset else UTC


def read_moment(cell: Cell) -> datetime:
    """A datetime (naive, unless the text names its offset) from the many ways people write one.

    Reads 2019/2/28 11:25:05 · 2026-11-23 · 2026年11月23日 下午3:05 · 20261123 · 20261123 0930 ·
    2026-11-23T09:30:00+08:00 · Excel serials. Refuses what could be read in two ways (02/03/2026).
    """
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise Unreadable(_("看不出日期。请写成 2026-11-23。"))
    if isinstance(cell, int | float):
        if not (float(cell).is_integer() and 10_000_101 <= cell <= 99_991_231):
            return _from_serial(float(cell))
        cell = str(int(cell))
    text = half_width(cell).strip()
    found = _MOMENT.fullmatch(text)
    if found is not None:
        year, month, day, before, hour, minute, second, micro, after, offset = found.groups()
        return _built(
            (year, month, day),
            (str(_hour(int(hour), before or after)) if hour else "0", minute, second),
            micro or "",
            offset or "",
        )
    found = _COMPACT.fullmatch(text)
    if found is not None:
        return _built(found.groups()[:3], found.groups()[3:])
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _from_serial(float(text))
    if re.match(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}", text):
        raise Unreadable(_("看不出年月日的先后。请写成 2026-11-23。"))
    raise Unreadable(_("看不出日期。请写成 2026-11-23。"))


def _built(
    day: Sequence[str | None], clock: Sequence[str | None], micro: str = "", offset: str = ""
) -> datetime:
    year, month, number = (int(part or 0) for part in day)
    try:
        date(year, month, number)
    except ValueError:
        raise Unreadable(
            _("没有 %(year)d 年 %(month)d 月 %(day)d 日这一天。")
            % {"year": year, "month": month, "day": number}
        ) from None
    hour, minute, second = (int(part or 0) for part in clock)
    whole_day = hour == 24 and not minute and not second
    try:
        moment = datetime(  # noqa: DTZ001 - the caller adds the zone
            year,
            month,
            number,
            0 if whole_day else hour,
            minute,
            second,
            int(micro.ljust(6, "0")) if micro else 0,
        )
        if offset:
            moment = moment.replace(tzinfo=_zone_of(offset))
        return moment + timedelta(days=1) if whole_day else moment
    except (ValueError, OverflowError):
        raise Unreadable(_("时刻不对。请写成 2026-11-23 09:30。")) from None


@dataclass(frozen=True)
class Day:
    """A calendar day. A time of day behind it is dropped."""

    earliest: date = date(1900, 1, 1)
    latest: date = date(2199, 12, 31)

    typed: ClassVar[bool] = True

    def __call__(self, cell: Cell, zone: ZoneInfo) -> date:
        moment = read_moment(cell)
        day = (moment.astimezone(zone) if moment.tzinfo else moment).date()
        if not self.earliest <= day <= self.latest:
            raise Unreadable(
                _("日期应在 %(first)s 至 %(last)s 之间。")
                % {"first": self.earliest.isoformat(), "last": self.latest.isoformat()}
            )
        return day

    @property
    def hint(self) -> str:
        return _("日期，例如 2026-11-23")


@dataclass(frozen=True)
class Moment:
    """A moment as an aware datetime; a naive one is taken in the zone of the import (`--tz`)."""

    typed: ClassVar[bool] = True

    def __call__(self, cell: Cell, zone: ZoneInfo) -> datetime:
        moment = read_moment(cell)
        if not 1900 <= moment.year <= 2199:
            raise Unreadable(
                _("日期应在 %(first)s 至 %(last)s 之间。")
                % {"first": "1900-01-01", "last": "2199-12-31"}
            )
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)

    @property
    def hint(self) -> str:
        return _("日期和时间，例如 2026-11-23 09:30")


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


@dataclass(frozen=True)
class Geometry:
    """A GeoJSON geometry (dict, or its text) of one of the allowed types, coordinates checked."""

    kinds: tuple[str, ...] = ("Polygon", "MultiPolygon")
    max_points: int = 20_000

    typed: ClassVar[bool] = True

    def __call__(self, cell: Cell, zone: ZoneInfo) -> dict[str, Any]:
        if isinstance(cell, str):
            import json

            try:
                cell = json.loads(cell)
            except ValueError:
                raise Unreadable(_("不是 GeoJSON 图形。")) from None
        if not isinstance(cell, dict) or cell.get("type") not in self.kinds:
            raise Unreadable(_("图形类型应为 %(kinds)s。") % {"kinds": " / ".join(self.kinds)})
        if _count_points(cell.get("coordinates"), self.max_points) == 0:
            raise Unreadable(_("图形里没有坐标。"))
        return {"type": cell["type"], "coordinates": cell["coordinates"]}

    @property
    def hint(self) -> str:
        return _("GeoJSON 图形")


def _count_points(node: Any, limit: int) -> int:
    """The number of positions below `node`; Unreadable for anything that is not coordinates."""
    count, stack = 0, [(node, 0)]
    while stack:
        item, depth = stack.pop()
        if not isinstance(item, list) or depth > 4:
            raise Unreadable(_("图形的坐标不完整。请从原系统重新导出。"))
        if item and isinstance(item[0], int | float):
            if len(item) < 2 or not all(
                isinstance(part, int | float) and math.isfinite(part) for part in item
            ):
                raise Unreadable(_("图形的坐标不完整。请从原系统重新导出。"))
            if not (-180 <= item[0] <= 180 and -90 <= item[1] <= 90):
                raise Unreadable(_("图形的坐标不是经纬度。请先转换为经纬度再导入。"))
            count += 1
            if count > limit:
                raise Unreadable(_("图形超过 %(limit)d 个点。请先简化。") % {"limit": limit})
        else:
            stack.extend((child, depth + 1) for child in item)
    return count
