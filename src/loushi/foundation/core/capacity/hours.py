"""Hours as people write them, and what is open on a day: make-up workdays and holidays included."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.clocks import standard_calendar
from loushi.foundation.core.errors import Refused

SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~至]\s*(\d{1,2})[:：](\d{2})")


@dataclass(frozen=True, slots=True)
class Opening:
    """The hours of one day; `extended` are those of 延时服务."""

    on: date
    workday: bool
    usual: str
    extended: str

    @property
    def spans(self) -> tuple[tuple[time, time], ...]:
        """The usual and the extended hours as times."""
        return tuple(
            (time.fromisoformat(start), time.fromisoformat(end))
            for start, _gap, end in (
                part.partition("-") for part in f"{self.usual} {self.extended}".split()
            )
        )

    @property
    def closed(self) -> bool:
        return not self.usual and not self.extended


def read_hours(text: str, field: str) -> str:
    """ "9：00-12:00，13:30至17:30" as "09:00-12:00 13:30-17:30"; Refused says what is wrong."""
    typed = text.strip()
    if not typed:
        return ""
    spans = []
    for part in re.split(r"[,，;；、\s]+", re.sub(r"\s*([-–—~至])\s*", r"\1", typed)):
        found = SPAN.fullmatch(part)
        try:
            if found is None:
                raise ValueError(part)
            first, second, third, fourth = map(int, found.groups())
            spans.append((time(first, second), time(third, fourth)))
        except ValueError:
            raise Refused(
                _("看不懂“%(part)s”。请写成 09:00-12:00 13:30-17:30。") % {"part": part},
                field=field,
            ) from None
    spans.sort()
    wrong = any(start >= end for start, end in spans)
    if wrong or any(a[1] > b[0] for a, b in zip(spans, spans[1:], strict=False)):
        raise Refused(_("开放时间不能重叠，开始须早于结束。"), field=field)
    return " ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in spans)


def opened(on: date, *, workday: str, restday: str, extended: str) -> Opening:
    """The hours of a day. A make-up workday (调休) opens as a workday, a holiday as a rest day."""
    works = is_workday(on)
    return Opening(on, works, workday if works else restday, extended)


def is_workday(on: date) -> bool:
    """Whether the standard calendar works on that day."""
    zone = timezone.get_current_timezone()
    start = datetime.combine(on, time(0), tzinfo=zone)
    return standard_calendar().between(start, start + timedelta(days=1)) > 0
