"""Why a due time is what it is: the parts of the sum, in order of date, and day by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from loushi.foundation.core.calendar import Break, CalendarExhausted, WorkingCalendar
from loushi.foundation.core.clocks import limits
from loushi.foundation.core.clocks.limits import NOMINAL_MINUTES, Limit, LimitKind
from loushi.foundation.core.holidays import OfficialDay

WORK, MAKEUP, HOLIDAY, REST = "work", "makeup", "holiday", "rest"
PAUSE = "pause"
NAMED_RESTS = 2

HOLIDAY_NAMES = {
    "元旦": gettext_lazy("元旦"),
    "春节": gettext_lazy("春节"),
    "清明": gettext_lazy("清明"),
    "劳动节": gettext_lazy("劳动节"),
    "端午": gettext_lazy("端午"),
    "国庆节": gettext_lazy("国庆节"),
    "中秋": gettext_lazy("中秋"),
}


@dataclass(frozen=True, slots=True)
class DayRow:
    """One local date of the sum; minutes are those of the limit's own clock."""

    date: date
    kind: str
    """"work", "makeup" (调休上班), "holiday" or "rest"."""
    name: str
    open_minutes: float
    """Of this day, within the clock's span."""
    paused_minutes: float
    counted_minutes: float
    running_minutes: float
    """Counted from the start to the end of this day."""


@dataclass(frozen=True, slots=True)
class Part:
    """One reason why the due time is not simply the next days."""

    kind: str
    """"holiday", "rest", "makeup" or "pause"."""
    first: date
    last: date
    days: int
    minutes: float
    """Counted minutes of a make-up day, minutes a pause took out, else 0."""
    name: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole sum. `without_makeup` is the due time had the make-up days been days off."""

    start: datetime
    limit: Limit
    nominal_minutes: int
    due: datetime
    parts: tuple[Part, ...]
    days: tuple[DayRow, ...]
    without_makeup: datetime | None

    def parts_of(self, kind: str) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.kind == kind)

    def sentences(self) -> list[str]:
        """The box 到期日怎么算, sentence by sentence, in the reader's language."""
        return list(_sentences(self))

    @property
    def text(self) -> str:
        """The sentences as one paragraph."""
        return ("" if (get_language() or "zh").startswith("zh") else " ").join(self.sentences())


def day_kind(calendar: WorkingCalendar, day: date, days: Mapping[date, OfficialDay]) -> str:
    """What a date is: "work", "makeup" (a weekend day that is worked), "holiday" or "rest"."""
    word = days.get(day)
    if calendar.is_working_day(day):
        return MAKEUP if word and word.is_workday and day.weekday() >= 5 else WORK
    return HOLIDAY if word and not word.is_workday else REST


def dates(calendar: WorkingCalendar, start: datetime, end: datetime) -> Iterator[date]:
    """The local dates from `start` to `end`, both included."""
    day, last = calendar.local(start).date(), calendar.local(end).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def explain(
    calendar: WorkingCalendar,
    start: datetime,
    limit: Limit,
    breaks: Iterable[Break] = (),
    nominal_minutes: int = NOMINAL_MINUTES,
    days: Mapping[date, OfficialDay] | None = None,
) -> Explanation:
    """The sum behind `limits.due`; `days` are the named days (`Standard.days`)."""
    breaks, words = tuple(breaks), days or {}
    end = limits.due(calendar, start, limit, breaks, nominal_minutes)
    rows = tuple(_rows(calendar, start, end, limit.kind, breaks, words))
    parts = () if limit.kind.is_clock else _day_parts(rows)
    parts += _pauses(calendar, start, end, limit.kind, breaks)
    makeups = [row.date for row in rows if row.kind == MAKEUP and row.counted_minutes]
    without = None
    if makeups and not limit.kind.is_clock:
        try:
            plain = calendar.without(makeups)
            without = limits.due(plain, start, limit, breaks, nominal_minutes)
        except CalendarExhausted:
            without = None
    return Explanation(
        start=calendar.local(start),
        limit=limit,
        nominal_minutes=nominal_minutes,
        due=end,
        parts=tuple(sorted(parts, key=lambda part: part.first)),
        days=rows,
        without_makeup=without,
    )


def _rows(
    calendar: WorkingCalendar,
    start: datetime,
    end: datetime,
    kind: LimitKind,
    breaks: tuple[Break, ...],
    words: Mapping[date, OfficialDay],
) -> Iterator[DayRow]:
    clock = limits.running(calendar, kind)
    since = limits.counted_from(calendar, start, kind)
    running = 0.0
    for day in dates(calendar, start, end):
        midnight = calendar.midnight(day)
        left = max(midnight, since)
        right = max(left, min(calendar.midnight(day + timedelta(days=1)), end))
        opened = clock.between(left, right)
        counted = clock.between(left, right, breaks)
        running += counted
        word = words.get(day)
        yield DayRow(
            date=day,
            kind=day_kind(calendar, day, words),
            name=word.name if word else "",
            open_minutes=opened,
            paused_minutes=opened - counted,
            counted_minutes=counted,
            running_minutes=running,
        )


def _day_parts(rows: tuple[DayRow, ...]) -> tuple[Part, ...]:
    """Runs of days off with the same name, and each make-up day that counts."""
    parts = []
    for (kind, name), run in groupby(rows, key=lambda row: (row.kind, row.name)):
        found = list(run)
        if kind in (HOLIDAY, REST):
            parts.append(Part(kind, found[0].date, found[-1].date, len(found), 0.0, name))
        elif kind == MAKEUP:
            parts += [
                Part(kind, row.date, row.date, 1, row.counted_minutes, name)
                for row in found
                if row.counted_minutes
            ]
    return tuple(parts)


def _pauses(
    calendar: WorkingCalendar,
    start: datetime,
    end: datetime,
    kind: LimitKind,
    breaks: tuple[Break, ...],
) -> tuple[Part, ...]:
    clock = limits.running(calendar, kind)
    since = limits.counted_from(calendar, start, kind)
    parts: list[Part] = []
    done: list[Break] = []
    for left, right in sorted(breaks):
        left, right = calendar.local(max(left, since)), calendar.local(min(right, end))
        if left >= right:
            continue
        # What an earlier pause already took out is not told twice.
        taken = clock.between(left, right, done)
        done.append((left, right))
        if taken:
            first, last = left.date(), right.date()
            count = (last - first).days + 1
            parts.append(Part(PAUSE, first, last, count, taken, "", left, right))
    return tuple(parts)


# ---- words -------------------------------------------------------------------------------------


def _sentences(sum_: Explanation) -> Iterator[str]:
    yield _opening(sum_)
    off = [_off(part) for part in sum_.parts_of(HOLIDAY)]
    rests = sum_.parts_of(REST)
    if len(rests) <= NAMED_RESTS:
        off += [_span(part) for part in rests]
    else:
        days = sum(part.days for part in rests)
        off.append(ngettext("休息日 %(days)s 天", "休息日 %(days)s 天", days) % {"days": days})
    if off:
        yield _("%(days)s不计。") % {"days": _("、").join(off)}
    for part in sum_.parts_of(MAKEUP):
        yield _("%(day)s调休上班，计 %(time)s。") % {
            "day": _day(part.first),
            "time": duration(part.minutes),
        }
    paused = sum(part.minutes for part in sum_.parts_of(PAUSE))
    if paused and sum_.limit.kind is LimitKind.STATUTORY_DAYS:
        yield _("暂停 %(time)s；下班时仍在暂停的工作日不计入。") % {"time": duration(paused)}
    elif paused:
        yield _("暂停 %(time)s不计。") % {"time": duration(paused)}
    if sum_.without_makeup is not None and sum_.without_makeup != sum_.due:
        yield _("若当天不调休，到期为 %(moment)s。") % {"moment": moment(sum_.without_makeup)}


def _opening(sum_: Explanation) -> str:
    amount, start = sum_.limit.amount, moment(sum_.start)
    match sum_.limit.kind:
        case LimitKind.WORKING_DAYS:
            text = ngettext(
                "自 %(start)s 起 %(amount)s 个工作日（每个工作日计 %(nominal)s）。",
                "自 %(start)s 起 %(amount)s 个工作日（每个工作日计 %(nominal)s）。",
                amount,
            )
        case LimitKind.STATUTORY_DAYS:
            text = ngettext(
                "自 %(start)s 起，当日不计，第 %(amount)s 个工作日下班时到期。",
                "自 %(start)s 起，当日不计，第 %(amount)s 个工作日下班时到期。",
                amount,
            )
        case LimitKind.WORKING_MINUTES:
            text = _("自 %(start)s 起工作时间 %(time)s。")
        case _:
            text = _("自 %(start)s 起连续 %(time)s，夜间和节假日照计。")
    return text % {
        "start": start,
        "amount": amount,
        "nominal": duration(sum_.nominal_minutes),
        "time": duration(sum_.limit.minutes(sum_.nominal_minutes)),
    }


def _off(part: Part) -> str:
    return ngettext("%(name)s %(days)s 天", "%(name)s %(days)s 天", part.days) % {
        "name": day_name(part.name) or _("放假"),
        "days": part.days,
    }


def _span(part: Part) -> str:
    if part.first == part.last:
        return _day(part.first)
    return _("%(first)s至%(last)s") % {"first": _day(part.first), "last": _day(part.last)}


def _day(day: date) -> str:
    return _("%(date)s%(weekday)s") % {
        "date": date_format(day, _("n月j日")),
        "weekday": weekday(day),
    }


def day_name(name: str) -> str:
    """The name of a named day; that of an official holiday in the reader's language."""
    return str(HOLIDAY_NAMES.get(name, name))


def weekday(day: date) -> str:
    """周一 … 周日."""
    return (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))[
        day.weekday()
    ]


def moment(at: datetime) -> str:
    """An aware datetime in its own zone, as the pages write it: 10月13日 15:10."""
    return _("%(date)s %(time)s") % {
        "date": date_format(at.date(), _("n月j日")),
        "time": f"{at:%H:%M}",
    }


def duration(minutes: float) -> str:
    """Minutes as the pages write them: 3 小时 40 分, 25 分; whole minutes, rounded down."""
    hours, rest = divmod(int(minutes), 60)
    if hours and rest:
        return _("%(hours)s 小时 %(minutes)s 分") % {"hours": hours, "minutes": rest}
    if hours:
        return _("%(hours)s 小时") % {"hours": hours}
    return _("%(minutes)s 分") % {"minutes": rest}
