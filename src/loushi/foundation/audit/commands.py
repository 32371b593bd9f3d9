"""Writing the audit. Called by every command, inside the command's own transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.bulk import insert_row, insert_values
from loushi.foundation.core.logs import request_id

from .models import Entry

Subject = models.Model | tuple[str, int | None, str]

SECRET_WORDS = ("password", "secret", "token", "otp")
HIDDEN = "***"
ROWS_PER_INSERT = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a bulk record; what is None or '' comes from the call."""

    subject: Subject
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    unit_path: str = ""
    action: str = ""
    actor: Actor | None = None
    at: datetime | None = None


def changed(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides, reduced to the keys whose values differ; secrets become ***.

    >>> changed({"a": 1, "b": 2}, {"a": 1, "b": 3})
    ({'b': 2}, {'b': 3})
    """
    keys = [key for key in {**before, **after} if not _same(key, before, after)]
    return (
        {key: _shown(key, before[key]) for key in keys if key in before},
        {key: _shown(key, after[key]) for key in keys if key in after},
    )


def _same(key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return key in before and key in after and bool(before[key] == after[key])


def _shown(key: str, value: Any) -> Any:
    return HIDDEN if value and _is_secret(key) else value


@cache
def _is_secret(key: str) -> bool:
    return any(word in key.lower() for word in SECRET_WORDS)


def _values(
    actor: Actor,
    action: str,
    line: Line,
    now: datetime,
    result: str = Entry.Result.DONE,
    ip: str | None = None,
) -> dict[str, Any]:
    """The columns of an entry. Plain values: a bulk record makes no model instance of each."""
    subject = line.subject
    if isinstance(subject, models.Model):
        kind, pk, label = subject._meta.label_lower, subject.pk, str(subject)
        path = line.unit_path or getattr(subject, "unit_path", "")
    else:
        kind, pk, label = subject
        path = line.unit_path
    who = line.actor or actor
    before, after = changed(line.before, line.after)
    return {
        "at": line.at or now,
        "actor_id": who.user_id,
        "actor_name": who.name[:80],
        "actor_appointment": who.appointment[:160],
        "action": line.action or action,
        "result": result,
        "subject_type": kind,
        "subject_id": pk,
        "subject_label": label[:200],
        "before": before,
        "after": after,
        "why": line.why,
        "request_id": request_id.get()[:64],
        "unit_path": path or "",
        "ip": ip or None,
    }


def record(
    *,
    actor: Actor,
    action: str,
    subject: Subject,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    why: str = "",
    unit_path: str = "",
    result: str = Entry.Result.DONE,
    ip: str | None = None,
) -> Entry:
    """Adds one entry. `subject` is a row, or (type, id, label) where there is none.

    Keys that are equal in `before` and `after` are left out; the unit path is taken from the row
    unless given. It joins the caller's transaction: what is rolled back leaves no entry, so a
    refusal worth keeping is recorded after the rollback with `result="refused"`.
    """
    line = Line(subject, before or {}, after or {}, why, unit_path)
    return insert_row(Entry(**_values(actor, action, line, timezone.now(), result, ip)))


def record_many(*, actor: Actor, action: str, lines: Iterable[Line]) -> int:
    """Adds many entries, 1,000 to an insert; returns how many. Gives the same rows as `record`,
    of one moment where the lines name none."""
    total = 0
    pending: list[dict[str, Any]] = []
    now = timezone.now()
    for line in lines:
        pending.append(_values(actor, action, line, now))
        if len(pending) == ROWS_PER_INSERT:
            total += _insert(pending)
            pending = []
    return total + _insert(pending)


def _insert(entries: Sequence[Mapping[str, Any]]) -> int:
    with transaction.atomic():
        return len(insert_values(Entry, entries))


def record_look(
    *,
    actor: Actor,
    subject: Subject,
    purpose: str,
    fields: Sequence[str] = (),
    unit_path: str = "",
    ip: str | None = None,
) -> Entry:
    """Records that somebody looked at protected data (a full phone number, tax, the audit).

    The action is `<package>.look`; `fields` names what was shown, `purpose` says what for.
    """
    kind = subject._meta.label_lower if isinstance(subject, models.Model) else subject[0]
    return record(
        actor=actor,
        action=f"{kind.split('.')[0]}.look",
        subject=subject,
        after={"fields": list(fields)} if fields else {},
        why=purpose,
        unit_path=unit_path,
        ip=ip,
    )


def record_own_look(
    *, actor: Actor, wanted: Mapping[str, str] | None = None, entry: int = 0, export: str = ""
) -> None:
    """Records a look at the audit itself: which filter, which entry, or which export."""
    shown: dict[str, Any] = {"filter": dict(wanted)} if wanted else {}
    if export:
        shown["export"] = export
    record(
        actor=actor,
        action="audit.look",
        subject=("audit.entry", entry or None, ""),
        after=shown,
    )
