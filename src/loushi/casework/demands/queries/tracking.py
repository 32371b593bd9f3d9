"""Progress without login: by number and the last four digits of the contact's phone."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from loushi.casework.demands.models import Demand, State
from loushi.casework.demands.workflow import ENDED

WHY = "whoever knows number and phone may ask how a demand stands"
NUMBER = re.compile(r"\s*([A-Za-z]{1,4})-?(\d{4})-?0*(\d{1,15})\s*")


@dataclass(frozen=True, slots=True)
class Progress:
    """State, dates and whether there is an answer: no names, no units, no words of the case."""

    number: str
    state: str
    kind: str
    submitted_at: datetime
    accepted_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None

    @property
    def answered(self) -> bool:
        return self.resolved_at is not None


def progress(number: str, digits: str) -> Progress | None:
    """How a demand stands, or None: unknown number and wrong digits look the same."""
    given = NUMBER.fullmatch(number)
    if given is None or not re.fullmatch(r"\d{4}", digits.strip(), re.ASCII):
        return None
    prefix, year, pk = given.groups()
    row = (
        Demand.objects.unscoped(WHY)
        .filter(pk=int(pk), prefix=prefix.upper(), year=int(year))
        .filter(contact_phone__endswith=digits.strip())
        .first()
    )
    if row is None or len(row.contact_phone) < 7:
        return None
    kind, state = _neutral(row)
    return Progress(
        number=row.number,
        state=state,
        kind=kind,
        submitted_at=row.submitted_at,
        accepted_at=row.accepted_at,
        resolved_at=row.resolved_at,
        closed_at=row.closed_at,
        due_at=row.due_at if row.state not in ENDED else None,
    )


def _neutral(row: Demand) -> tuple[str, str]:
    """(kind, words) that say how it stands, but not where."""
    return {
        State.SUBMITTED: ("new", _("待受理")),
        State.NEED_INFO: ("paused", _("等提出人补充")),
        State.SUSPENDED: ("paused", _("挂账，到复核日再办")),
        State.RESOLVED: ("done", _("已答复，等评价")),
        State.CLOSED: ("done", _("已办结")),
        State.DECLINED: ("plain", _("不予受理，理由已告知提出人")),
        State.WITHDRAWN: ("plain", _("已撤回")),
        State.MERGED: ("plain", _("已与同类合并办理")),
        State.SPLIT: ("plain", _("已拆成几件办理")),
    }.get(State(row.state), ("handling", _("办理中")))
