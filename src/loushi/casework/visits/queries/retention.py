"""The retention list: which firms, why, and what was done."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import reverse

from loushi.casework.visits.models import RetentionAlert
from loushi.casework.visits.policy import RECORD
from loushi.casework.visits.queries.signs import SIGNS
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import fetch, permits
from loushi.registry.buildings.queries import Page, page_of
from loushi.registry.enterprises.queries import places_of

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
    state: str
    state_label: str
    since: date
    snoozed_until: date | None
    outcome: str
    decided: str
    href: str


def retention_list(
    actor: Actor, *, sign: str = "", state: str = RetentionAlert.State.OPEN, mine: bool = False,
    after: str = "", before: str = "",
) -> Page[AlertLine]:  # fmt: skip
    """One page of the visible alerts, the longest standing first."""
    rows = _rows(actor, sign, state, mine).select_related("enterprise__officer")
    page: Page[Any] = page_of(
        rows, order=("since", "pk"), after=after, before=before, size=PAGE_SIZE
    )
    places = places_of([row.enterprise_id for row in page.rows])
    lines = [
        _line(row, places[row.enterprise_id][0].text if places[row.enterprise_id] else "")
        for row in page.rows
    ]
    return replace(page, rows=lines)


def counts(actor: Actor, *, state: str, mine: bool = False) -> dict[str, int]:
    """How many visible alerts of each sign are in a state."""
    rows = _rows(actor, "", state, mine)
    return dict(Counter(rows.order_by().values_list("sign", flat=True)))


def alerts_of(actor: Actor, enterprise_id: int) -> list[AlertLine]:
    """What puts one firm on the list now, as far as the actor sees it."""
    rows = RetentionAlert.objects.visible_to(actor).filter(
        enterprise_id=enterprise_id, gone_on__isnull=True
    )
    return [_line(row, "") for row in rows.select_related("enterprise__officer").order_by("pk")]


def alert_for_change(actor: Actor, alert_id: int) -> AlertLine:
    """One alert for its form; NotVisible or Denied."""
    row = fetch(RetentionAlert, actor, alert_id, permission=RECORD,
                related=("enterprise__officer",))  # fmt: skip
    return _line(row, "")


def may_decide(actor: Actor, alert_id: int) -> bool:
    """Whether the actor may note an outcome."""
    return permits(actor, RECORD, fetch(RetentionAlert, actor, alert_id))


def _rows(actor: Actor, sign: str, state: str, mine: bool) -> Any:
    rows = RetentionAlert.objects.visible_to(actor)
    if sign:
        rows = rows.filter(sign=sign)
    if state:
        rows = rows.filter(state=state)
    if mine:
        rows = rows.filter(enterprise__officer_id=actor.user_id or 0)
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
        state=row.state,
        state_label=str(row.get_state_display()),
        since=row.since,
        snoozed_until=row.snoozed_until,
        outcome=row.outcome,
        decided=row.decided_name,
        href=reverse(name, args=args) + (f"?{query}" if query else ""),
    )
