"""代办 at a service centre: the errands of its unit, as the person at its desk needs them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.casework.applications.models import AgentErrand, Application, ApplicationStep
from loushi.casework.applications.workflow import RUNNING
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import path_range
from loushi.registry.accounts.queries import names_of
from loushi.services.catalogue.models import BundleVersion
from loushi.services.catalogue.models.flow import flow_of

S, T = Application.State, ApplicationStep.State
WHY = "what belongs to errands that were read under their scope"
DONE_DAYS = 7
MOST = 20


@dataclass(frozen=True, slots=True)
class ErrandLine:
    """An errand: the step, for whom, who runs it (nobody yet: empty), since when, until when."""

    application: int
    number: str
    title: str
    step: str
    applicant: str
    state: str
    runner: str
    opened_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class HandOver:
    """An errand that went from one person to another today, with what was said."""

    line: ErrandLine
    at: datetime
    before: str
    after: str
    why: str


@dataclass(frozen=True, slots=True)
class Errands:
    """What waits for a runner, what the reader runs, what others run, what was handed over today,
    and what was done in the last days."""

    open: tuple[ErrandLine, ...]
    mine: tuple[ErrandLine, ...]
    others: tuple[ErrandLine, ...]
    handed: tuple[HandOver, ...]
    done: tuple[ErrandLine, ...]


def errands_at(actor: Actor, unit_path: str) -> Errands:
    """Of a unit that the actor sees, as far as the actor sees the applications."""
    since = _midnight()
    rows = _errands(actor, unit_path)
    live = list(rows.filter(state__in=RUNNING, application__state=S.HANDLING).order_by("due_at"))
    ended = rows.filter(state=T.DONE, ended_at__gte=since - timedelta(days=DONE_DAYS - 1))
    done = list(ended.order_by("-ended_at", "-pk")[:MOST])
    stretches = _stretches([*live, *done])
    names = names_of(
        [one.agent_id for one in live if one.agent_id]
        + [one.person_id for found in stretches.values() for one in found]
    )
    lines = {one.pk: _line(one, names, stretches) for one in (*live, *done)}
    own = actor.user_id
    return Errands(
        open=tuple(lines[one.pk] for one in live if one.agent_id is None),
        mine=tuple(lines[one.pk] for one in live if one.agent_id and one.agent_id == own),
        others=tuple(lines[one.pk] for one in live if one.agent_id and one.agent_id != own),
        handed=tuple(_handed(lines, stretches, names, since)),
        done=tuple(lines[one.pk] for one in done),
    )


def _errands(actor: Actor, unit_path: str) -> QuerySet[ApplicationStep]:
    """The steps that are errands by the version on which their application runs."""
    rows = ApplicationStep.objects.visible_to(actor).filter(path_range("unit_path", unit_path))
    rows = rows.filter(application__in=Application.objects.visible_to(actor).values("pk"))
    versions = BundleVersion.objects.unscoped(WHY).filter(
        pk__in=rows.order_by().values("application__version_id")
    )
    chosen = Q(pk__in=[])
    for pk, content in versions.order_by("pk").values_list("pk", "content"):
        codes = [one.code for one in flow_of(content).steps if one.verb == "errand"]
        if codes:
            chosen |= Q(application__version_id=pk, code__in=codes)
    return rows.filter(chosen).select_related("application")


def _stretches(steps: Iterable[ApplicationStep]) -> dict[int, list[AgentErrand]]:
    """Who ran which errand when, by step."""
    rows = AgentErrand.objects.unscoped(WHY).filter(step__in=[one.pk for one in steps])
    found: dict[int, list[AgentErrand]] = {}
    for row in rows.order_by("step_id", "pk"):
        found.setdefault(row.step_id, []).append(row)
    return found


def _handed(
    lines: Mapping[int, ErrandLine], stretches: Mapping[int, list[AgentErrand]],
    names: Mapping[int, str], since: datetime,
) -> Iterable[HandOver]:  # fmt: skip
    found = [
        HandOver(lines[step], later.since, names.get(former.person_id, ""),
                 names.get(later.person_id, ""), former.why)
        for step, held in stretches.items()
        for former, later in pairwise(held)
        if later.since >= since
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.at, reverse=True)


def _line(
    row: ApplicationStep, names: Mapping[int, str], stretches: Mapping[int, list[AgentErrand]]
) -> ErrandLine:
    held = stretches.get(row.pk, [])
    runner = names.get(row.agent_id or (held[-1].person_id if held else 0), "")
    made = row.application
    return ErrandLine(
        made.pk, made.number, made.title, row.title, made.applicant, row.state,
        runner or (row.handler_name if row.state == T.DONE else ""), row.opened_at, row.due_at,
        row.ended_at, row.is_late or (row.state in RUNNING and _is_over(row.due_at)),
    )  # fmt: skip


def _is_over(due_at: datetime | None) -> bool:
    return due_at is not None and due_at < timezone.now()


def _midnight() -> datetime:
    zone = timezone.get_current_timezone()
    return datetime.combine(timezone.localdate(), datetime.min.time(), zone)
