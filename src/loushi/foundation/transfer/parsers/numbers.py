"""Numbers with their units, whole numbers, degrees."""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from .cells import Cell, Unreadable, half_width

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
