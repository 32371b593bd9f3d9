"""Words of applications: the history as sentences, the state of a step at a glance."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loushi.casework.applications.models import Application, ApplicationEvent, ApplicationStep
from loushi.casework.applications.queries import StepLine
from loushi.casework.applications.workflow import LABELS
from loushi.foundation.core.rating import Solved

S, T = Application.State, ApplicationStep.State
STEP_KINDS = {
    T.WAITING: "plain", T.OPEN: "new", T.WORKING: "handling", T.ASKED: "paused", T.DONE: "done",
    T.REFUSED: "returned", T.CANCELLED: "plain",
}  # fmt: skip
MOVE_KINDS = {
    "submit": "new", "start": "handling", "assign": "handling", "ask": "paused",
    "supply": "new", "done": "done",
    "refuse": "returned", "finished": "done", "refused": "returned", "withdraw": "returned",
    "rate": "done",
}  # fmt: skip
TITLES = LABELS | {
    "submit": _l("提出申请"), "finished": _l("整件事办结"), "refused": _l("整件事未通过"),
}  # fmt: skip
SOON_HOURS = 24


def step_kind(line: StepLine, now: datetime) -> str:
    """The colour of a step: late and soon before its state."""
    row = line.row
    if row.state in (T.OPEN, T.WORKING) and row.due_at is not None:
        if row.due_at < now:
            return "overdue"
        if (row.due_at - now).total_seconds() < SOON_HOURS * 3600:
            return "due-soon"
    return STEP_KINDS[T(row.state)]


def step_words(line: StepLine, now: datetime) -> str:
    """ "在办，11-28 17:30 前"."""
    row = line.row
    label = str(row.get_state_display())
    if row.state in (T.OPEN, T.WORKING) and row.due_at is not None:
        at = timezone.localtime(row.due_at)
        said = {"state": label, "at": f"{at:%m-%d %H:%M}"}
        if row.due_at < now:
            return _("%(state)s，应在 %(at)s 前办好，已超时") % said
        return _("%(state)s，%(at)s 前办好") % said
    if row.state == T.DONE and row.ended_at is not None:
        at = timezone.localtime(row.ended_at)
        words = _("已办，%(at)s") % {"at": f"{at:%m-%d %H:%M}"}
        return words + _("（超时）") if row.is_late else words
    return label


def entries(events: Iterable[ApplicationEvent]) -> list[dict[str, Any]]:
    """The history for a timeline, newest first."""
    return [_entry(one) for one in events]


def _entry(event: ApplicationEvent) -> dict[str, Any]:
    title = str(TITLES.get(event.move, event.move))
    if event.step is not None:
        title = _("%(step)s：%(move)s") % {"step": event.step.title, "move": title}
    who = " ".join(dict.fromkeys(filter(None, [event.appointment, event.actor_name])))
    return {
        "id": f"event-{event.pk}", "at": timezone.localtime(event.at),
        "kind": MOVE_KINDS.get(event.move, "note"), "title": title,
        "text": event.note, "meta": "·".join(filter(None, [_more(event), who])),
    }  # fmt: skip


def _more(event: ApplicationEvent) -> str:
    data = event.data
    if event.move == "rate":
        return rating_words(data.get("score"), data.get("solved", ""))
    if event.move == "assign":
        told = {"former": data.get("from", ""), "person": data.get("to", "")}
        return _("%(former)s 交给 %(person)s") % told if told["former"] else told["person"]
    if event.move in ("record", "unrecord"):
        amount = data.get("amount")
        return " ".join(filter(None, [data.get("label", ""), f"{amount:,}" if amount else ""]))
    return ""


def rating_words(score: Any, solved: str) -> str:
    """ "解决了，5 分"."""
    label = dict(Solved.choices).get(solved, "")
    return _("%(solved)s，%(score)s 分（满分 5 分）") % {"solved": label, "score": score}
