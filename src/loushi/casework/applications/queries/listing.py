"""Lists of applications, for one actor; counts and files are of the same rows."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.casework.applications.models import Application, ApplicationStep
from loushi.casework.applications.policy import HANDLE, own_departments
from loushi.casework.applications.workflow import DOING, RUNNING
from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.scoping import path_range
from loushi.foundation.core.stamps import Kept
from loushi.registry.buildings.queries import Page, page_of
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.models import ServiceBundle

WHY = "steps of applications that were read under their scope"
NUMBER = re.compile(r"(?:yl-?)?(?:(?P<year>\d{4})-)?(?P<id>\d{1,9})", re.IGNORECASE)
S, T = Application.State, ApplicationStep.State
STATE_KINDS = {
    S.HANDLING: "handling", S.FINISHED: "done", S.CLOSED: "done", S.REFUSED: "returned",
    S.WITHDRAWN: "plain",
}  # fmt: skip
"""How a state looks: the word of `c-status`."""
_waiting: Kept[int] = Kept("applications", most=1000)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; '' is no narrowing. `show`: "mine" (a step waits for me),
    "live", "late", "all", or a state."""

    q: str = ""
    show: str = "live"
    bundle: int | None = None
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """A row of the list; `now` are the steps that run, `done` of `steps` are done."""

    id: int
    number: str
    title: str
    bundle: str
    applicant: str
    unit: str
    state: str
    state_label: str
    submitted_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    is_late: bool
    steps: int
    done: int
    now: tuple[str, ...]
    asked: bool
    score: int | None

    @property
    def overdue(self) -> bool:
        return self.due_at is not None and self.due_at < timezone.now()


def mine(actor: Actor) -> Q:
    """Steps that wait for the actor: those of the own departments, and of the own window."""
    found = Q(department_id__in=own_departments(actor, HANDLE))
    for path in sorted(actor.keys(UNIT, HANDLE)):
        found |= Q(department__isnull=True) & path_range("unit_path", path)
    return found & Q(state__in=DOING)


def applications(actor: Actor, filters: Filters | None = None) -> QuerySet[Application]:
    """The visible applications, narrowed. A search looks beyond those being handled."""
    filters = filters or Filters(show="all")
    rows = Application.objects.visible_to(actor)
    if filters.q:
        rows = rows.filter(_named(filters.q))
    if filters.show in S.values:
        rows = rows.filter(state=filters.show)
    elif filters.show == "mine":
        steps = ApplicationStep.objects.unscoped(WHY).filter(mine(actor))
        rows = rows.filter(state=S.HANDLING, pk__in=steps.values("application_id"))
    elif filters.show == "late":
        rows = rows.filter(Q(is_late=True) | Q(state=S.HANDLING, due_at__lt=timezone.now()))
    elif filters.show == "live" and not filters.q:
        rows = rows.filter(state=S.HANDLING)
    if filters.bundle:
        rows = rows.filter(bundle_id=filters.bundle)
    if filters.unit:
        path = Unit.objects.filter(pk=filters.unit).values_list("path", flat=True).first()
        rows = rows.filter(path_range("unit_path", path)) if path else rows.none()
    return rows


def _named(q: str) -> Q:
    found = Q(title__icontains=q) | Q(applicant__icontains=q)
    match = NUMBER.fullmatch(q.strip())
    if match is None:
        return found
    number = Q(pk=int(match["id"]))
    return found | (number & Q(year=int(match["year"])) if match["year"] else number)


def application_list(
    actor: Actor, filters: Filters, *, after: str = "", before: str = "", size: int = 50
) -> Page[ApplicationLine]:
    """One page, newest first."""
    rows = applications(actor, filters).select_related("unit", "bundle")
    page = page_of(rows, order=("-submitted_at",), after=after, before=before, size=size)
    return replace(page, rows=lines_of(page.rows))  # type: ignore[arg-type, return-value]


def own_lines(actor: Actor, size: int = 50) -> list[ApplicationLine]:
    """The actor's own, for the phone: those that run first."""
    rows = Application.objects.visible_to(actor).select_related("unit", "bundle")
    found = lines_of(list(rows.order_by("-submitted_at", "-pk")[:size]))
    return sorted(found, key=lambda one: one.state != S.HANDLING)


def of_firm(actor: Actor, enterprise_id: int, size: int) -> tuple[list[ApplicationLine], int]:
    """The latest of a firm that the actor sees, and how many there are."""
    rows = Application.objects.visible_to(actor).filter(enterprise_id=enterprise_id)
    latest = rows.select_related("unit", "bundle").order_by("-submitted_at", "-pk")
    return lines_of(list(latest[:size])), rows.count()


def all_lines(actor: Actor, filters: Filters) -> Iterable[ApplicationLine]:
    """All rows for a file, in portions."""
    after = ""
    while True:
        page = application_list(actor, filters, after=after, size=500)
        yield from page.rows
        if not page.after:
            return
        after = page.after


def lines_of(rows: Sequence[Application]) -> list[ApplicationLine]:
    """Rows with their steps: one query more, however many rows."""
    steps: dict[int, list[tuple[str, str]]] = {}
    held = ApplicationStep.objects.unscoped(WHY).filter(application__in=[row.pk for row in rows])
    for pk, title, state in held.order_by("application_id", "position").values_list(
        "application_id", "title", "state"
    ):
        steps.setdefault(pk, []).append((title, state))
    labels = {code: str(label) for code, label in S.choices}
    return [_line(row, steps.get(row.pk, []), labels[row.state]) for row in rows]


def _line(row: Application, steps: list[tuple[str, str]], label: str) -> ApplicationLine:
    return ApplicationLine(
        id=row.pk, number=row.number, title=row.title, bundle=row.bundle.title,
        applicant=row.applicant, unit=row.unit.name, state=row.state,
        state_label=label, submitted_at=row.submitted_at,
        ended_at=row.ended_at, due_at=row.due_at, is_late=row.is_late, steps=len(steps),
        done=sum(state == T.DONE for _title, state in steps),
        now=tuple(title for title, state in steps if state in RUNNING),
        asked=any(state == T.ASKED for _title, state in steps), score=row.score,
    )  # fmt: skip


def firm_by_words(actor: Actor, words: str) -> int | None:
    """The one enterprise of this full name or credit code, where the actor sees it."""
    rows = Enterprise.objects.visible_to(actor).filter(
        Q(name__iexact=words) | Q(credit_code__iexact=words)
    )
    found = list(rows.order_by("pk").values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None


def bundles_in_use(actor: Actor) -> list[tuple[int, str]]:
    """The bundles of the visible applications, for a filter."""
    seen = Application.objects.visible_to(actor).order_by().values("bundle_id")
    rows = ServiceBundle.objects.unscoped("names of what the actor sees").filter(pk__in=seen)
    return list(rows.order_by("title", "pk").values_list("pk", "title"))


def waiting_count(actor: Actor) -> int:
    """How many applications have a step that waits for the actor (the number on the rail)."""
    if not actor.has(HANDLE):
        return 0
    return _waiting.get(actor, lambda: applications(actor, Filters(show="mine")).count())
