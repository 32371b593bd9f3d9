"""By when something will be accepted: the sentence on the home page and under the submit button."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from loushi.casework.demands.models import Tier, Urgency
from loushi.foundation.core import clocks
from loushi.foundation.core.clocks import Limit, LimitKind


@dataclass(frozen=True, slots=True)
class Promise:
    """What holds for a demand that is submitted now. `note` says what is not counted, or ''."""

    limit: Limit
    due_at: datetime
    note: str
    warnings: tuple[str, ...]

    @property
    def short(self) -> str:
        """The limit in words: 工作时间 2 小时内受理."""
        return limit_words(self.limit)

    @property
    def text(self) -> str:
        """现在提交，今天 13:50 前受理."""
        return _("现在提交，%(when)s 前受理") % {"when": moment_words(self.due_at)}


def accept_promise(urgency: str = Urgency.NORMAL, category_code: str = "") -> Promise | None:
    """When a demand submitted now will be accepted at the latest; None where no limit is set."""
    now = timezone.now()
    wanted = urgency if urgency in Urgency.values else Urgency.NORMAL
    level = clocks.service_level_for(
        "demand", category_code, wanted, Tier.COMMUNITY, timezone.localtime(now).date()
    )
    limit = level.limit("accept") if level else None
    if limit is None:
        return None
    standard = clocks.standard()
    due_at = clocks.due(standard.calendar, now, limit, (), standard.nominal_minutes(now))
    return Promise(
        limit, due_at, _not_counted(standard, now, due_at, limit), tuple(standard.warnings(due_at))
    )


def _not_counted(standard: clocks.Standard, now: datetime, due_at: datetime, limit: Limit) -> str:
    """The lunch break between now and the due time, or that only working time counts."""
    if limit.kind.is_clock:
        return str(_("节假日和夜间也算"))
    local_now, local_due = timezone.localtime(now), timezone.localtime(due_at)
    if local_now.date() != local_due.date():
        return str(_("只计工作时间"))
    openings = standard.calendar.open_intervals(now, due_at)
    breaks = [
        f"{timezone.localtime(end):%H:%M}–{timezone.localtime(start):%H:%M}"
        for (_start, end), (start, _end) in zip(openings, openings[1:], strict=False)
    ]
    return str(_("午间 %(time)s 不计") % {"time": "、".join(breaks)}) if breaks else ""


def limit_words(limit: Limit) -> str:
    """An accept limit as a promise: 工作时间 2 小时内受理, 1 个工作日内受理."""
    if limit.kind in {LimitKind.WORKING_DAYS, LimitKind.STATUTORY_DAYS}:
        text = ngettext("%(n)d 个工作日内受理", "%(n)d 个工作日内受理", limit.amount)
        return text % {"n": limit.amount}
    minutes = limit.minutes()
    hours, rest = divmod(minutes, 60)
    time = (
        _("%(n)d 小时") % {"n": hours} if hours and not rest else _("%(n)d 分钟") % {"n": minutes}
    )
    if limit.kind.is_clock:
        return str(_("%(time)s 内受理，不分昼夜") % {"time": time})
    return str(_("工作时间 %(time)s内受理") % {"time": time})


def moment_words(at: datetime) -> str:
    """今天 13:50, 明天 9:30, 10月12日 周一 10:20."""
    local, today = timezone.localtime(at), timezone.localtime(timezone.now()).date()
    clock = f"{local:%H:%M}"
    if local.date() == today:
        return str(_("今天 %(time)s") % {"time": clock})
    if local.date() == today + timedelta(days=1):
        return str(_("明天 %(time)s") % {"time": clock})
    return f"{day_words(at)} {date_format(local, 'D')} {clock}"


def day_words(at: datetime | date) -> str:
    """9月28日, or 28 Sep; another year is named."""
    day = timezone.localtime(at).date() if isinstance(at, datetime) else at
    english = (get_language() or "").startswith("en")
    text = date_format(day, "j M")
    if not english:
        text = str(_("%(month)d月%(day)d日") % {"month": day.month, "day": day.day})
    if day.year == timezone.localdate().year:
        return text
    if english:
        return f"{text} {day.year}"
    return str(_("%(year)d年%(day)s") % {"year": day.year, "day": text})
