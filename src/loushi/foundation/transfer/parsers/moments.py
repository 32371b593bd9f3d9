"""Days and moments in the many ways people write them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from .cells import Cell, Serial1904, Unreadable, half_width

_EXCEL_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial has no zone
_DAYS_1904 = 1_462  # between the two beginnings
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
            late = _DAYS_1904 if isinstance(cell, Serial1904) else 0
            return _from_serial(float(cell) + late)
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
