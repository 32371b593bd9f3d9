"""Everything the case page shows, for one actor: facts, parts, clocks, history, legal moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.demands.models import (
    Assignment,
    Demand,
    DemandClock,
    DemandEvent,
    DemandPause,
    Extension,
    Rating,
)
from loushi.casework.demands.queries.drawing import clock_bar_items
from loushi.casework.demands.workflow import workflow
from loushi.foundation.core import clocks as core_clocks
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.scoping import covering, fetch, hidden_fields
from loushi.foundation.core.workflow import Move
from loushi.foundation.files.models import Attachment
from loushi.foundation.files.queries import attachments_of

WHY = "what belongs to a demand that was fetched under its scope"


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock as the page shows it; minutes are those of the limit's own clock."""

    kind: str
    label: str
    part: Assignment | None
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    limit: core_clocks.Limit
    used: float
    whole: float
    over: float
    is_late: bool
    is_past_due: bool
    is_paused: bool
    nominal_minutes: int
    sentences: tuple[str, ...]
    days: tuple[core_clocks.DayRow, ...]
    warnings: tuple[str, ...]

    @property
    def left(self) -> float:
        return max(0.0, self.whole - self.used)

    @property
    def share(self) -> float:
        """The used share; 1.0 at the due time."""
        return self.used / self.whole if self.whole else 0.0

    @property
    def tone(self) -> str:
        """late, soon (from 80 %), held (paused) or ''."""
        if self.is_late or self.over:
            return "late"
        if self.is_paused:
            return "held"
        return "soon" if self.stopped_at is None and self.share >= 0.8 else ""

    @property
    def day_minutes(self) -> int:
        """Minutes of one day in words: a working day's, or 1440 where clock hours count."""
        return 1440 if self.limit.kind.is_clock else self.nominal_minutes

    @property
    def owner(self) -> str:
        """The unit whose own clock this is; '' for the firm's."""
        return str(self.part.department or self.part.building) if self.part else ""

    @property
    def floors(self) -> tuple[float, float, float]:
        """(total, filled, over) in working days, for the floor clock."""
        day = self.nominal_minutes
        return self.whole / day, min(self.used, self.whole) / day, self.over / day


@dataclass(frozen=True, slots=True)
class CaseView:
    """The case page: `hidden` names the columns that this actor must not see."""

    demand: Demand
    hidden: frozenset[str]
    sees_internal: bool
    parts: tuple[Assignment, ...]
    clocks: tuple[ClockView, ...]
    main: ClockView | None
    bar: list[dict[str, Any]]
    events: tuple[DemandEvent, ...]
    moves: tuple[Move, ...]
    attachments: tuple[Attachment, ...]
    pauses: tuple[DemandPause, ...]
    extension: Extension | None
    ratings: tuple[Rating, ...]

    @property
    def lead(self) -> Assignment | None:
        return next((p for p in self.parts if p.part == "lead" and p.is_active), None)

    @property
    def co_units(self) -> list[Assignment]:
        return [part for part in self.parts if part.part == "co" and part.is_active]

    @property
    def bar_title(self) -> str:
        """What the clock bar measures: 受理 until the case is dispatched, 办结 from then on."""
        return _("%(kind)s时钟") % {"kind": self.main.label} if self.main else ""

    @property
    def contact(self) -> str:
        """The submitter's name as this actor may see it."""
        if "contact_name" in self.hidden:
            return str(_("姓名已隐去"))
        return self.demand.contact_name


def case(actor: Actor, pk: int) -> CaseView:
    """One demand with all that belongs to it. Raises NotVisible."""
    demand = fetch(
        Demand,
        actor,
        pk,
        related=("category__parent", "enterprise", "building", "space", "unit", "lead"),
    )
    now = timezone.now()
    staff = sees_internal(actor, demand)
    parts = _rows(Assignment, demand, "department", "building")
    pauses = _rows(DemandPause, demand)
    views = _clock_views(demand, parts, pauses, now)
    main = next((view for view in views if view.kind == DemandClock.Kind.RESOLVE), None) or next(
        (view for view in views if view.kind == DemandClock.Kind.ACCEPT), None
    )
    events = DemandEvent.objects.unscoped(WHY).filter(row=demand).select_related("assignment")
    if not staff:
        events = events.filter(is_public=True)
    return CaseView(
        demand=demand,
        hidden=hidden_fields(actor, demand),
        sees_internal=staff,
        parts=tuple(parts),
        clocks=tuple(views),
        main=main,
        bar=clock_bar_items(main, views, pauses, now) if main else [],
        events=tuple(events.order_by("-id")),
        moves=tuple(workflow.legal(actor, demand)),
        attachments=tuple(attachments_of(("demands.demand", demand.pk), internal=staff)),
        pauses=tuple(pauses),
        extension=next(
            (e for e in reversed(_rows(Extension, demand)) if e.state == Extension.State.ASKED),
            None,
        ),
        ratings=tuple(_rows(Rating, demand)),
    )


def new_case(
    actor: Actor,
    demand: Demand,
    clocks: Sequence[DemandClock],
    standard: core_clocks.Standard | None = None,
) -> CaseView:
    """The case of a demand that the actor has just submitted, from what was written: it has no
    parts, pauses, files or ratings yet, and its one line is that of the submission (left out).
    Raises NotVisible. No query where the calendar is handed over."""
    if not covering(actor, "demands.view", demand):
        raise NotVisible
    now = timezone.now()
    demand._active_parts = []  # type: ignore[attr-defined]
    standard = standard or core_clocks.standard()
    views = tuple(_view(clock, None, (), standard, now) for clock in clocks)
    return CaseView(
        demand=demand,
        hidden=hidden_fields(actor, demand),
        sees_internal=sees_internal(actor, demand),
        parts=(),
        clocks=views,
        main=views[0] if views else None,
        bar=[],
        events=(),
        moves=tuple(workflow.legal(actor, demand)),
        attachments=(),
        pauses=(),
        extension=None,
        ratings=(),
    )


def sees_internal(actor: Actor, demand: Demand) -> bool:
    """Staff (by unit, department or building) see internal lines; the firm does not."""
    return any(
        reason != "self" and getattr(reason, "kind", "") != "enterprise"
        for reason in covering(actor, "demands.view", demand)
    )


def _rows(model: Any, demand: Demand, *related: str) -> list[Any]:
    rows = model.objects.unscoped(WHY).filter(demand=demand).order_by("id")
    return list(rows.select_related(*related) if related else rows)


def _clock_views(
    demand: Demand,
    parts: Sequence[Assignment],
    pauses: Sequence[DemandPause],
    now: datetime,
) -> list[ClockView]:
    standard = core_clocks.standard()
    by_id = {part.pk: part for part in parts}
    return [
        _view(clock, by_id.get(clock.assignment_id or 0), pauses, standard, now)
        for clock in _rows(DemandClock, demand)
    ]


def breaks_of(
    pauses: Sequence[DemandPause], assignment_id: int | None, until: datetime
) -> list[tuple[datetime, datetime]]:
    """The pauses that count for a clock up to a moment."""
    return [
        (pause.since, min(pause.until or until, until))
        for pause in pauses
        if pause.assignment_id in (None, assignment_id) and pause.since <= until
    ]


def _view(
    clock: DemandClock,
    part: Assignment | None,
    pauses: Sequence[DemandPause],
    standard: core_clocks.Standard,
    now: datetime,
) -> ClockView:
    until = clock.stopped_at or now
    limit, calendar = clock.limit, standard.calendar
    nominal = standard.nominal_minutes(clock.started_at)
    breaks = breaks_of(pauses, clock.assignment_id, until)
    used = core_clocks.elapsed(calendar, clock.started_at, until, limit.kind, breaks)
    whole = core_clocks.total(calendar, clock.started_at, limit, breaks, nominal)
    past_due = core_clocks.is_late(clock.due_at, until)
    explanation = core_clocks.explain(
        calendar, clock.started_at, limit, breaks, nominal, standard.days
    )
    return ClockView(
        kind=clock.kind,
        label=str(clock.get_kind_display()),
        part=part,
        started_at=clock.started_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        limit=limit,
        used=used,
        whole=whole,
        over=max(0.0, used - whole),
        is_late=clock.is_late or past_due,
        is_past_due=past_due,
        is_paused=clock.stopped_at is None
        and any(p.until is None and p.assignment_id in (None, clock.assignment_id) for p in pauses),
        nominal_minutes=nominal,
        sentences=tuple(explanation.sentences()),
        days=explanation.days,
        warnings=tuple(standard.warnings(clock.due_at)),
    )
