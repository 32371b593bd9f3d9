"""The retention list: which firms, why, and what was done."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.visits.models import RetentionAlert
from loushi.casework.visits.policy import RECORD, SIGN_RIGHTS, alerts_for
from loushi.casework.visits.queries.coverage import firms_in_scope
from loushi.casework.visits.queries.signs import SIGNS, thresholds_on
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.scoping import path_range
from loushi.registry.buildings.queries import Page, page_of
from loushi.registry.enterprises.queries import places_of
from loushi.registry.territory.models import Unit

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One sign at one firm, as the list shows it."""

    id: int
    enterprise_id: int
    name: str
    place: str
    officer: str
    sign: str
    sign_label: str
    sentence: str
    rows: str
    state: str
    state_label: str
    since: date
    snoozed_until: date | None
    outcome: str
    decided: str
    href: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; '' and None are no narrowing, officer 0 is "has none"."""

    sign: str = ""
    unit: int | None = None
    officer: int | None = None
    state: str = RetentionAlert.State.OPEN


@dataclass(frozen=True, slots=True)
class Tally:
    """Firms in operation with such a sign over firms in operation, in the same narrowing."""

    firms: int
    whole: int
    signs: dict[str, int]
    states: dict[str, int]
    at: datetime

    @property
    def share(self) -> float | None:
        return self.firms / self.whole if self.whole else None


def retention_list(
    actor: Actor, wanted: Wanted | None = None, *, after: str = "", before: str = "",
    size: int = PAGE_SIZE,
) -> Page[AlertLine]:  # fmt: skip
    """One page of the visible alerts, the longest standing first."""
    rows = _rows(actor, wanted or Wanted()).select_related("enterprise__officer")
    page: Page[Any] = page_of(rows, order=("since", "pk"), after=after, before=before, size=size)
    places = places_of([row.enterprise_id for row in page.rows])
    lines = [
        _line(row, places[row.enterprise_id][0].text if places[row.enterprise_id] else "")
        for row in page.rows
    ]
    return replace(page, rows=lines)


def retention_lines(actor: Actor, wanted: Wanted) -> Iterator[AlertLine]:
    """All rows of the list, for the export, in portions."""
    after = ""
    while True:
        page = retention_list(actor, wanted, after=after, size=500)
        yield from page.rows
        if not page.after:
            return
        after = page.after


def tally(actor: Actor, wanted: Wanted) -> Tally:
    """The figures above the list: each is what the list shows when it is narrowed so."""
    whole = _narrowed(firms_in_scope(actor), wanted, "")
    firms = whole.filter(pk__in=_rows(actor, wanted).order_by().values("enterprise_id"))
    signs = _rows(actor, replace(wanted, sign="")).order_by().values_list("sign", flat=True)
    states = _rows(actor, replace(wanted, state="")).order_by().values_list("state", flat=True)
    return Tally(
        firms.count(), whole.count(), dict(Counter(signs)), dict(Counter(states)), timezone.now()
    )


def officers(actor: Actor) -> list[tuple[int, str]]:
    """The officers of the firms that were ever on the visible list, for the filter."""
    rows = alerts_for(actor).filter(enterprise__officer__isnull=False).order_by()
    found = rows.values_list("enterprise__officer_id", "enterprise__officer__name").distinct()
    return sorted(found, key=lambda one: one[1])


def sign_choices(actor: Actor) -> list[tuple[str, str]]:
    """The signs that the actor may see at all, in the order in which they are registered."""
    return [
        (code, str(one.label))
        for code, one in SIGNS.items()
        if code not in SIGN_RIGHTS or actor.has(SIGN_RIGHTS[code])
    ]


def thresholds(actor: Actor, on: date) -> str:
    """The thresholds in force on a day, in one line."""
    values = thresholds_on(on)
    return "；".join(
        _("%(sign)s：%(value)d %(unit)s")
        % {"sign": label, "value": values[code], "unit": SIGNS[code].unit}
        for code, label in sign_choices(actor)
    )


def alerts_of(actor: Actor, enterprise_id: int) -> list[AlertLine]:
    """What puts one firm on the list now, for the firm's page.

    Signs with a right of their own stand on the list only, where the look is recorded.
    """
    rows = alerts_for(actor).filter(enterprise_id=enterprise_id, gone_on__isnull=True)
    rows = rows.exclude(sign__in=SIGN_RIGHTS).select_related("enterprise__officer")
    return [_line(row, "") for row in rows.order_by("pk")]


def alert_for_change(actor: Actor, alert_id: int) -> AlertLine:
    """One alert for its form; NotVisible or Denied."""
    found = alerts_for(actor).filter(pk=alert_id).select_related("enterprise__officer").first()
    if found is None:
        raise NotVisible
    if not alerts_for(actor, RECORD).filter(pk=alert_id).exists():
        raise Denied
    places = places_of([found.enterprise_id])[found.enterprise_id]
    return _line(found, places[0].text if places else "")


def _rows(actor: Actor, wanted: Wanted) -> QuerySet[RetentionAlert]:
    rows = _narrowed(alerts_for(actor), wanted, "enterprise__")
    if wanted.sign:
        rows = rows.filter(sign=wanted.sign)
    return rows.filter(state=wanted.state) if wanted.state else rows


def _narrowed(rows: QuerySet[Any], wanted: Wanted, to: str) -> QuerySet[Any]:
    """By unit and officer: alerts (`to` leads to their enterprise) and enterprises alike."""
    if wanted.unit:
        path = Unit.objects.filter(pk=wanted.unit).values_list("path", flat=True).first()
        rows = rows.filter(path_range("unit_path", path)) if path else rows.none()
    if wanted.officer is not None:
        rows = rows.filter(**{f"{to}officer_id": wanted.officer or None})
    return rows


def _line(row: RetentionAlert, place: str) -> AlertLine:
    one = SIGNS[row.sign]
    name, query = one.rows(row.enterprise_id)
    args = [] if name == "demands:inbox" else [row.enterprise_id]
    firm = row.enterprise
    return AlertLine(
        id=row.pk,
        enterprise_id=row.enterprise_id,
        name=firm.name,
        place=place,
        officer=firm.officer.name if firm.officer else "",
        sign=row.sign,
        sign_label=str(one.label),
        sentence=one.say(row.numbers),
        rows=str(one.shows),
        state=row.state,
        state_label=str(row.get_state_display()),
        since=row.since,
        snoozed_until=row.snoozed_until,
        outcome=row.outcome,
        decided=row.decided_name,
        href=reverse(name, args=args) + (f"?{query}" if query else ""),
    )
