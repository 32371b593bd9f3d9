"""Who is told what: written in the command's own transaction."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_noop

from loushi.casework.applications.models import Application, ApplicationStep
from loushi.casework.applications.policy import (
    APPLY,
    HANDLE,
    KIND_ASKED,
    KIND_CLOCK,
    KIND_NEWS,
    KIND_STEP,
)
from loushi.foundation.notices.commands import Phrase, notify
from loushi.registry.accounts import queries as accounts
from loushi.registry.enterprises import queries as enterprises

SUBJECT = "applications.application"
STEP = gettext_noop("%(step)s：有一类事步骤待办")
SUPPLIED = gettext_noop("%(step)s：申请人已补正，请接着办")
ASKED = gettext_noop("%(step)s：请您补正")
FINISHED = gettext_noop("您申请的“%(bundle)s”已办结，请您评价")
REFUSED = gettext_noop("您申请的“%(bundle)s”没有通过：%(step)s")
ERRAND = gettext_noop("%(step)s：请您代跑")
WARNED = gettext_noop("%(step)s：时限已用 %(percent)d%%")
OVERDUE = gettext_noop("%(step)s：已超时")


def people_of(row: Application, step: ApplicationStep) -> list[int]:
    """Who does a step."""
    if step.department_id is not None:
        return accounts.users_with_permission(HANDLE, department_id=step.department_id)
    return accounts.users_with_permission(HANDLE, unit_path=row.unit_path)


def applicants(row: Application) -> list[int]:
    """Who is told for the applicant; a holder of the link alone is not."""
    people = enterprises.members_to_notify(row.enterprise_id, APPLY) if row.enterprise_id else []
    return people + ([row.submitter_id] if row.submitter_id else [])


def tell(
    row: Application, people: Iterable[int], kind: str, title: Phrase, key: str, body: str = "",
    *, own: bool = False,
) -> None:  # fmt: skip
    """One notice each; `key` makes a repeated command send nothing twice."""
    ids = sorted(set(people))
    if ids:
        link = f"/applications/mine/{row.pk}/" if own else f"/applications/{row.pk}/"
        notify(
            user_ids=ids, kind=kind, title=title, body=body or f"{row.number} {row.title}",
            link=link, subject=(SUBJECT, row.pk), key=f"application:{row.pk}:{key}",
        )  # fmt: skip


def opened(row: Application, steps: Sequence[ApplicationStep]) -> None:
    """Steps have opened: whoever does them is told."""
    for step in steps:
        tell(row, people_of(row, step), KIND_STEP, Phrase(STEP, {"step": step.title}),
             f"open:{step.code}")  # fmt: skip


def asked(row: Application, step: ApplicationStep, event_id: int) -> None:
    phrase = Phrase(ASKED, {"step": step.title})
    tell(row, applicants(row), KIND_ASKED, phrase, f"ask:{event_id}", step.said, own=True)


def errand(row: Application, step: ApplicationStep, person_id: int, event_id: int) -> None:
    tell(row, [person_id], KIND_STEP, Phrase(ERRAND, {"step": step.title}), f"errand:{event_id}")


def supplied(row: Application, steps: Sequence[ApplicationStep], event_id: int) -> None:
    for step in steps:
        tell(row, people_of(row, step), KIND_STEP, Phrase(SUPPLIED, {"step": step.title}),
             f"supplied:{step.code}:{event_id}")  # fmt: skip


def ended(row: Application, step: ApplicationStep) -> None:
    """The whole has ended with this step."""
    told = {"bundle": row.bundle.title, "step": step.title}
    msgid = FINISHED if row.state == Application.State.FINISHED else REFUSED
    tell(row, applicants(row), KIND_NEWS, Phrase(msgid, told), "ended", row.result, own=True)


def warned(row: Application, step: ApplicationStep, people: Iterable[int], percent: int) -> None:
    msgid = OVERDUE if percent >= 100 else WARNED
    phrase = Phrase(msgid, {"step": step.title, "percent": percent})
    tell(row, people, KIND_CLOCK, phrase, f"clock:{step.code}:{percent}")
