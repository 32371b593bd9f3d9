"""Resolutions, their tasks, and what a file shows of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.scoping import fetch, permits
from loushi.registry.buildings.queries import Page, page_of
from loushi.services.governance.models import Resolution, ResolutionTask
from loushi.services.governance.policy import CONVENE

WHY = "tasks of resolutions that are scoped"


@dataclass(frozen=True, slots=True)
class ResolutionFilters:
    """What the list of resolutions is narrowed to."""

    q: str = ""
    state: str = ""
    body: int | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class ResolutionLine:
    """A row of the list; `done` of `tasks`, `late` of them past their day."""

    id: int
    number: str
    text: str
    title: str
    body: str
    adopted: bool
    adopted_on: date
    state: str
    state_label: str
    verdict: str
    answer: str
    tasks: int
    done: int
    late: int


@dataclass(frozen=True, slots=True)
class ResolutionPage:
    """Everything of a resolution."""

    row: Resolution
    tasks: tuple[ResolutionTask, ...]
    open_tasks: int
    may_convene: bool


def resolutions(actor: Actor, filters: ResolutionFilters) -> QuerySet[Resolution]:
    """The visible resolutions, narrowed."""
    rows = Resolution.objects.visible_to(actor)
    if filters.q:
        rows = rows.filter(
            Q(text__icontains=filters.q)
            | Q(item__title__icontains=filters.q)
            | Q(body__name__icontains=filters.q)
        )
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.body:
        rows = rows.filter(body_id=filters.body)
    if filters.late:
        rows = rows.filter(pk__in=_late().values("resolution_id"))
    return rows


def _late() -> QuerySet[ResolutionTask]:
    rows = ResolutionTask.objects.unscoped(WHY).order_by()
    return rows.filter(state=ResolutionTask.State.OPEN, due_on__lt=timezone.localdate())


def resolution_list(
    actor: Actor, filters: ResolutionFilters, *, after: str = "", before: str = "", size: int = 50
) -> Page[ResolutionLine]:
    """One page, newest first."""
    rows = resolutions(actor, filters).select_related("body", "item")
    page = page_of(rows, order=("-adopted_on",), after=after, before=before, size=size)
    return replace(page, rows=_lines(page.rows))  # type: ignore[arg-type, return-value]


def resolution_lines(actor: Actor, filters: ResolutionFilters) -> Iterable[ResolutionLine]:
    """All rows for a file, in portions."""
    after = ""
    while True:
        page = resolution_list(actor, filters, after=after, size=500)
        yield from page.rows
        if not page.after:
            return
        after = page.after


def resolution_page(actor: Actor, resolution_id: int) -> ResolutionPage:
    """One resolution with its tasks."""
    row = fetch(Resolution, actor, resolution_id, related=("body__building", "item__meeting"))
    tasks = tuple(
        ResolutionTask.objects.unscoped(WHY).filter(resolution=row).select_related("owner")
    )
    left = sum(task.state == ResolutionTask.State.OPEN for task in tasks)
    return ResolutionPage(row, tasks, left, permits(actor, CONVENE, row))


def task_row(actor: Actor, task_id: int) -> ResolutionTask:
    """A task for its owner, or for whoever sees its resolution."""
    rows = ResolutionTask.objects.unscoped("checked below: the owner, or the resolution is seen")
    row = rows.select_related("resolution__body", "resolution__item").filter(pk=task_id).first()
    if row is None:
        raise NotVisible
    if actor.user_id is None or row.owner_id != actor.user_id:
        fetch(Resolution, actor, row.resolution_id)
    return row


def sees_resolution(actor: Actor, resolution_id: int) -> bool:
    """Whether the actor sees a resolution; the owner of a task may not."""
    return Resolution.objects.visible_to(actor).filter(pk=resolution_id).exists()


def own_tasks(actor: Actor) -> list[ResolutionTask]:
    """The open tasks that are the actor's."""
    rows = ResolutionTask.objects.unscoped("one's own tasks").filter(
        owner_id=actor.user_id or 0, state=ResolutionTask.State.OPEN
    )
    return list(rows.select_related("resolution__body", "resolution__item"))


def _lines(rows: list[Resolution]) -> list[ResolutionLine]:
    today = timezone.localdate()
    counts: dict[int, list[int]] = {row.pk: [0, 0, 0] for row in rows}
    tasks = ResolutionTask.objects.unscoped(WHY).filter(resolution__in=list(counts))
    stands = ResolutionTask.State
    for pk, state, due in tasks.values_list("resolution_id", "state", "due_on"):
        count = counts[pk]
        count[0] += state != stands.DROPPED
        count[1] += state == stands.DONE
        count[2] += state == stands.OPEN and due < today
    return [
        ResolutionLine(
            row.pk, row.number, row.text, row.item.title, row.body.name, row.adopted,
            row.adopted_on, row.state, str(row.get_state_display()), row.verdict, row.answer,
            *counts[row.pk],
        )
        for row in rows
    ]  # fmt: skip
