"""Rows of a list with their floor clock and the sentence beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loushi.casework.demands.models import DemandClock, State
from loushi.casework.demands.queries.listing import Row
from loushi.foundation.core import clocks as core_clocks
from loushi.foundation.web.templatetags.loushi import minutes_text

WHY = "the running clocks of rows that were listed under their scope"
SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Line:
    """One row with its floor clock (working days: total, filled, over) and its status in words."""

    row: Row
    total: float
    filled: float
    over: float
    tone: str
    kind: str
    words: str

    @property
    def source(self) -> str:
        return "·".join(filter(None, [self.row.who, self.row.building or self.row.unit]))


def lines(rows: Iterable[Row]) -> list[Line]:
    """Adds the floor clocks of a page of rows: one query for all."""
    rows = list(rows)
    running = _firm_clocks([row.id for row in rows])
    standard = core_clocks.standard()
    now = timezone.now()
    return [_line(row, running.get(row.id, ()), standard, now) for row in rows]


def _firm_clocks(ids: Sequence[int]) -> dict[int, list[tuple[Any, ...]]]:
    """Per demand its firm-facing clocks: (kind, limit kind, amount, start, due, stop)."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    if not ids:
        return found
    clocks = DemandClock.objects.unscoped(WHY).filter(
        demand_id__in=ids, kind__in=["accept", "contact", "resolve"]
    )
    for demand_id, *values in clocks.order_by("id").values_list(
        "demand_id", "kind", "limit_kind", "limit_amount", "started_at", "due_at", "stopped_at"
    ):
        found.setdefault(demand_id, []).append(tuple(values))
    return found


def _line(
    row: Row, clocks: Sequence[tuple[Any, ...]], standard: core_clocks.Standard, now: datetime
) -> Line:
    """The clock that is due next, or the resolve clock when all have stopped."""
    current = min((c for c in clocks if c[5] is None), key=lambda c: c[4], default=None)
    shown = current or next((c for c in clocks if c[0] == "resolve"), None)
    if shown is None:
        kind, words = _status(row, "", 0.0, 0.0)
        return Line(row, 1, 1 if row.state == State.CLOSED else 0, 0, "", kind, words)
    name, limit_kind, amount, start, due_at, stop = shown
    until = stop or now
    limit = core_clocks.Limit(core_clocks.LimitKind(limit_kind), amount)
    nominal = standard.nominal_minutes(start)
    day = nominal if not limit.kind.is_clock else 1440
    whole = core_clocks.total(standard.calendar, start, limit, (), nominal)
    over = core_clocks.overdue_minutes(standard.calendar, due_at, until, limit.kind)
    left = (
        core_clocks.running(standard.calendar, limit.kind).between(until, due_at)
        if due_at > until
        else 0.0
    )
    paused = row.state in {State.NEED_INFO, State.SUSPENDED}
    tone = "held" if paused else ""
    if not tone and current is not None and due_at >= now and due_at - now < SOON:
        tone = "soon"
    kind, words = _status(row, name if current else "", 0.0 if paused else over, left, due_at, now)
    filled = max(0.0, whole - left) / day
    over_days = 0 if paused else min(over / day, 4)
    return Line(row, whole / day, filled, over_days, tone, kind, words)


def _status(
    row: Row,
    clock: str,
    over: float,
    left: float,
    due_at: datetime | None = None,
    now: datetime | None = None,
) -> tuple[str, str]:
    """(kind of status, words): what matters most about the row right now."""
    state = str(dict(State.choices).get(row.state, row.state))
    if row.state == State.SUSPENDED:
        on = date_format(row.review_on, _("n月j日")) if row.review_on else ""
        return "paused", _("%(day)s复核") % {"day": on} if on else state
    if row.state == State.NEED_INFO:
        return "paused", _("等企业补充")
    if clock and over > 0:
        return "overdue", _overdue(clock) % {"time": minutes_text(over, 420)}
    if row.state in {State.RETURNED, State.ARBITRATION}:
        return "returned", _("退回 %(n)d 次") % {"n": row.hand_backs}
    if row.state == State.SUBMITTED and clock:
        return "new", _("待受理，剩 %(time)s") % {"time": minutes_text(left)}
    if clock and due_at and now and due_at - now < SOON:
        return "due-soon", _due(due_at, now)
    if row.state in {State.RESOLVED, State.CLOSED}:
        return "done", state
    if row.state in {State.DECLINED, State.WITHDRAWN, State.MERGED, State.SPLIT}:
        return "plain", state
    return "handling", state


def _overdue(clock: str) -> str:
    return {
        "accept": _("受理超时 %(time)s"),
        "contact": _("首次联系超时 %(time)s"),
        "resolve": _("办结超时 %(time)s"),
    }[clock]


def _due(due_at: datetime, now: datetime) -> str:
    local, today = timezone.localtime(due_at), timezone.localtime(now).date()
    if local.date() == today:
        return _("今天 %(time)s 到期") % {"time": f"{local:%H:%M}"}
    return _("明天 %(time)s 到期") % {"time": f"{local:%H:%M}"}
