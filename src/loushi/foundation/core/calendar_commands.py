"""Changing the calendar and the service levels.

Each command checks, changes, renews the version that every process compares, and publishes
`calendar_changed` with the span of dates affected, so that open due times are recomputed. Core may
not write audit: the returned `CalendarChange` carries before and after, and the caller records it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.calendar import CalendarError, Hours, Week, WorkingCalendar
from loushi.foundation.core.calendar_models import (
    STANDARD,
    CalendarDay,
    CalendarSetting,
    CalendarVersion,
    ServiceLevel,
    WorkingHours,
)
from loushi.foundation.core.clocks.limits import Limit
from loushi.foundation.core.clocks.standard import read_hours
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.events import publish
from loushi.foundation.core.holidays import (
    official_days,
    source,
    years_without_official_data,
)
from loushi.foundation.core.policy import CALENDAR_CHANGE, SERVICE_LEVEL_CHANGE

FIRST_YEAR, LAST_YEAR = 2000, 2100
OPEN_END = Date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class DayInput:
    """One day of an import: `hours` are [("09:00", "12:00"), …] for a workday of its own."""

    date: Date
    is_workday: bool
    name: str = ""
    note: str = ""
    hours: Sequence[Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """What a command did. `since`–`until` are the dates affected (no `until`: from then on)."""

    what: str
    since: Date | None = None
    until: Date | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    created: int = 0
    updated: int = 0
    unchanged: int = 0

    @property
    def changed(self) -> bool:
        return self.before != self.after


def set_calendar_day(
    *,
    actor: Actor,
    date: Date,
    is_workday: bool,
    name: str = "",
    note: str = "",
    hours: Sequence[Sequence[str]] | None = None,
    source: str = "",
) -> CalendarChange:
    """Says what one date is, over the official arrangement. Raises Denied or Refused."""
    return import_calendar_days(
        actor=actor, rows=[DayInput(date, is_workday, name, note, hours)], source=source
    )


def import_calendar_days(
    *, actor: Actor, rows: Iterable[DayInput], source: str = ""
) -> CalendarChange:
    """Sets many days at once, all or none. Raises Denied, or Refused naming every wrong row."""
    _require(actor, CALENDAR_CHANGE)
    rows = list(rows)
    _check_days(rows)
    return _write_days("days_set", rows, source, keep_local=False)


def load_official_days(*, actor: Actor, years: Iterable[int]) -> CalendarChange:
    """Copies the official days of some years into the table, to be seen, edited and kept.

    Days that the table already holds from another source stay as they are. Raises Denied, or
    Refused for a year that has no official arrangement.
    """
    _require(actor, CALENDAR_CHANGE)
    years = sorted(set(years))
    unknown = years_without_official_data(years)
    if unknown:
        raise Refused(
            _("%(years)s 年还没有官方放假调休安排。请等通知公布后再载入，或用表格导入。")
            % {"years": "、".join(map(str, unknown))},
            field="years",
        )
    rows = [DayInput(row.date, row.is_workday, row.name) for row in official_days(years)]
    return _write_days("official_days_loaded", rows, source(), keep_local=True)


@transaction.atomic
def remove_calendar_day(*, actor: Actor, date: Date) -> CalendarChange:
    """Takes back the local word about a date: the official arrangement holds again."""
    _require(actor, CALENDAR_CHANGE)
    CalendarVersion.renew()
    row = CalendarDay.objects.select_for_update().filter(date=date).first()
    if row is None:
        raise Refused(
            _("%(date)s 没有单独设置，已按官方安排和每周作息计算，不需要删除。")
            % {"date": date.isoformat()},
            field="date",
        )
    before = {date.isoformat(): _day_state(row)}
    row.delete()
    return _publish(CalendarChange("day_removed", date, date, before, {date.isoformat(): None}))


@transaction.atomic
def set_working_hours(
    *, actor: Actor, hours: Week, valid_from: Date, name: str = STANDARD
) -> CalendarChange:
    """Sets the weekly hours of a calendar from a date on, until the next later set begins.

    Raises Denied, or Refused when the hours are malformed or the week has no opening at all.
    """
    _require(actor, CALENDAR_CHANGE)
    _check_date(valid_from, "valid_from")
    try:
        WorkingCalendar(hours)
    except CalendarError:
        raise Refused(
            _(
                "作息时间有误：每段的结束要晚于开始（00:00 表示午夜），各段不能重叠，"
                "一周里至少要有一段上班时间。"
            ),
            field="hours",
        ) from None
    CalendarVersion.renew()
    rows = WorkingHours.objects.select_for_update().filter(name=name)
    following = (
        rows.filter(valid_from__gt=valid_from)
        .order_by("valid_from")
        .values_list("valid_from", flat=True)
        .first()
    )
    until = following - timedelta(days=1) if following else None
    before = _week_state(rows.filter(valid_from__lte=valid_from), valid_from)
    rows.filter(valid_from=valid_from).delete()
    earlier = rows.filter(valid_from__lt=valid_from)
    earlier.filter(valid_to__isnull=True).update(valid_to=valid_from - timedelta(days=1))
    earlier.filter(valid_to__gte=valid_from).update(valid_to=valid_from - timedelta(days=1))
    WorkingHours.objects.bulk_create(
        WorkingHours(
            name=name,
            weekday=weekday,
            start=opens,
            end=closes,
            valid_from=valid_from,
            valid_to=until,
        )
        for weekday, pairs in sorted(hours.items())
        for opens, closes in sorted(pairs)
    )
    after = _week_state(rows.filter(valid_from=valid_from), valid_from)
    return _publish(CalendarChange("working_hours_set", valid_from, until, before, after))


@transaction.atomic
def set_calendar_setting(
    *, actor: Actor, valid_from: Date, nominal_minutes: int, tz: str = "Asia/Shanghai"
) -> CalendarChange:
    """Sets the minutes of a working day of a limit for clocks that start from a date on.

    The zone of the newest row is the zone of the whole calendar. Raises Denied or Refused.
    """
    _require(actor, CALENDAR_CHANGE)
    _check_date(valid_from, "valid_from")
    if not 1 <= nominal_minutes <= 1440:
        raise Refused(_("一个工作日折合的分钟数应在 1 到 1440 之间。"), field="nominal_minutes")
    try:
        ZoneInfo(tz)
    except (KeyError, ValueError, OSError):
        raise Refused(_("没有这个时区。国内请填 Asia/Shanghai。"), field="tz") from None
    CalendarVersion.renew()
    row = CalendarSetting.objects.select_for_update().filter(valid_from=valid_from).first()
    before = {"nominal_minutes": row.nominal_minutes, "tz": row.tz} if row else {}
    after = {"nominal_minutes": nominal_minutes, "tz": tz}
    CalendarSetting.objects.update_or_create(valid_from=valid_from, defaults=after)
    return _publish(CalendarChange("setting_set", valid_from, None, before, after))


@transaction.atomic
def set_service_level(
    *,
    actor: Actor,
    valid_from: Date,
    accept: Limit | None,
    contact: Limit | None,
    resolve: Limit | None,
    subject: str = "demand",
    category_code: str = "",
    urgency: str = "",
    tier: str = "",
    source: str = "",
) -> ServiceLevel:
    """Sets the limits of a category × urgency × tier from a date on; blank keys mean any.

    The earlier row of the same keys ends the day before. Clocks that already run keep their limit.
    """
    _require(actor, SERVICE_LEVEL_CHANGE)
    _check_date(valid_from, "valid_from")
    rows = ServiceLevel.objects.select_for_update().filter(
        subject=subject, category_code=category_code, urgency=urgency, tier=tier
    )
    following = (
        rows.filter(valid_from__gt=valid_from)
        .order_by("valid_from")
        .values_list("valid_from", flat=True)
        .first()
    )
    earlier = rows.filter(valid_from__lt=valid_from)
    earlier.filter(valid_to__isnull=True).update(valid_to=valid_from - timedelta(days=1))
    earlier.filter(valid_to__gte=valid_from).update(valid_to=valid_from - timedelta(days=1))
    values: dict[str, Any] = {
        "valid_to": following - timedelta(days=1) if following else None,
        "source": source,
    }
    for step, limit in (("accept", accept), ("contact", contact), ("resolve", resolve)):
        values[f"{step}_amount"] = limit.amount if limit else None
        if limit:
            values[f"{step}_kind"] = limit.kind.value
    row, _created = ServiceLevel.objects.update_or_create(
        subject=subject,
        category_code=category_code,
        urgency=urgency,
        tier=tier,
        valid_from=valid_from,
        defaults=values,
    )
    return row


# ---- inside ------------------------------------------------------------------------------------


def _require(actor: Actor, permission: str) -> None:
    if not actor.has(permission):
        raise Denied


def _publish(change: CalendarChange) -> CalendarChange:
    if change.changed:
        publish(
            "calendar_changed",
            {
                "what": change.what,
                "since": change.since.isoformat() if change.since else None,
                "until": change.until.isoformat() if change.until else None,
                "before": change.before,
                "after": change.after,
            },
        )
    return change


def _check_date(day: Date, name: str) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused(_year_error(), field=name)


def _year_error() -> Any:
    return _("年份应在 %(first)s 到 %(last)s 之间。") % {"first": FIRST_YEAR, "last": LAST_YEAR}


def _check_days(rows: Sequence[DayInput]) -> None:
    """Every error of every row in one pass; a single row's errors name the plain fields."""
    errors: dict[str, Any] = {}
    seen: set[Date] = set()
    for number, row in enumerate(rows, start=1):
        prefix = f"rows.{number}." if len(rows) > 1 else ""
        if not FIRST_YEAR <= row.date.year <= LAST_YEAR:
            errors[f"{prefix}date"] = _year_error()
        elif row.date in seen:
            errors[f"{prefix}date"] = _("日期重复：%(date)s 出现了不止一次。") % {
                "date": row.date.isoformat()
            }
        seen.add(row.date)
        if len(row.name) > 40 or len(row.note) > 200:
            errors[f"{prefix}name"] = _("名称最多 40 字，说明最多 200 字。")
        if row.hours is not None and not _day_hours(row):
            errors[f"{prefix}hours"] = _(
                "当日作息有误：只有上班的日子才填；每段写成 09:00–12:00，结束晚于开始，不重叠。"
            )
    if errors:
        raise Refused.many(errors)


def _day_hours(row: DayInput) -> Hours | None:
    """The day's own hours, None where they are wrong."""
    try:
        hours = read_hours(row.hours or ())
        WorkingCalendar({0: hours})
    except (TypeError, ValueError):
        return None
    return hours if row.is_workday else None


@transaction.atomic
def _write_days(
    what: str, rows: Sequence[DayInput], source: str, *, keep_local: bool
) -> CalendarChange:
    CalendarVersion.renew()
    found = {
        row.date: row
        for row in CalendarDay.objects.select_for_update()
        .filter(date__in=[row.date for row in rows])
        .order_by("date")
    }
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    created: list[CalendarDay] = []
    updated: list[CalendarDay] = []
    for given in rows:
        old = found.get(given.date)
        if keep_local and old is not None and old.source.split(" ")[0] != source.split(" ")[0]:
            continue
        new = CalendarDay(
            pk=old.pk if old else None,
            date=given.date,
            is_workday=given.is_workday,
            name=given.name,
            note=given.note,
            source=source,
            hours=_hours_state(given),
        )
        if old is not None and _day_state(old) == _day_state(new):
            continue
        key = given.date.isoformat()
        before[key], after[key] = _day_state(old) if old else None, _day_state(new)
        (updated if old else created).append(new)
    CalendarDay.objects.bulk_create(created)
    CalendarDay.objects.bulk_update(
        updated, ["is_workday", "name", "note", "source", "hours"], batch_size=200
    )
    dates = [row.date for row in (*created, *updated)]
    return _publish(
        CalendarChange(
            what,
            min(dates, default=None),
            max(dates, default=None),
            before,
            after,
            created=len(created),
            updated=len(updated),
            unchanged=len(rows) - len(dates),
        )
    )


def _hours_state(row: DayInput) -> list[list[str]] | None:
    if row.hours is None:
        return None
    return [[_clock(opens), _clock(closes)] for opens, closes in read_hours(row.hours)]


def _day_state(row: CalendarDay) -> dict[str, Any]:
    return {
        "is_workday": row.is_workday,
        "name": row.name,
        "note": row.note,
        "source": row.source,
        "hours": row.hours,
    }


def _week_state(rows: Iterable[WorkingHours], on: Date) -> dict[str, Any]:
    state: dict[str, Any] = {}
    for row in rows:
        if row.valid_from <= on and (row.valid_to is None or on <= row.valid_to):
            state.setdefault(str(row.weekday), []).append([_clock(row.start), _clock(row.end)])
    return state


def _clock(at: time) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"
