"""Reading the audit: filtered pages by key, one entry, and the export."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.days import day_begins, day_ends
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.scoping import fetch

from .models import Entry
from .policy import EXPORT, VIEW, named_actions

PAGE_ROWS = 50
DEFAULT_DAYS = 30
EXPORT_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; both dates are inclusive days in local time."""

    since: date
    until: date
    who: str = ""
    action: str = ""
    subject: str = ""
    request: str = ""
    result: str = ""

    def as_text(self) -> dict[str, str]:
        """The filter for the address and for the entry about the look; empty parts left out."""
        parts = {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "who": self.who,
            "action": self.action,
            "subject": self.subject,
            "request": self.request,
            "result": self.result,
        }
        return {key: value for key, value in parts.items() if value}


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the before/after table; None means that the side has no such key."""

    key: str
    label: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as shown."""

    pk: int
    at: datetime
    actor_id: int | None
    actor_name: str
    actor_appointment: str
    action: str
    action_label: str
    result: str
    result_label: str
    subject_type: str
    subject_id: int | None
    subject_label: str
    why: str
    request_id: str
    unit_path: str
    ip: str | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of entries, newest first; `after` is the cursor of the next page ('' at the end)."""

    rows: tuple[Row, ...]
    after: str


def default_filter() -> Filter:
    """The last thirty days."""
    today = timezone.localdate()
    return Filter(since=today - timedelta(days=DEFAULT_DAYS - 1), until=today)


def action_label(code: str) -> str:
    """The words for an action: its own, or of a look, or the code itself."""
    label = named_actions().get(code)
    if label:
        return str(label)
    if code.endswith(".look"):
        return _("查看受保护的内容")
    return code


def results() -> list[tuple[str, Any]]:
    """The choices of the result filter, all first."""
    return [("", _("全部")), *Entry.Result.choices]


def _found(actor: Actor, wanted: Filter) -> QuerySet[Entry]:
    rows = Entry.objects.visible_to(actor).filter(
        at__gte=day_begins(wanted.since), at__lt=day_ends(wanted.until)
    )
    if wanted.who:
        who = Q(actor_name__contains=wanted.who)
        if wanted.who.isdigit():
            who |= Q(actor_id=int(wanted.who))
        rows = rows.filter(who)
    if wanted.action:
        rows = rows.filter(action__startswith=wanted.action)
    if wanted.subject:
        kind, _colon, pk = wanted.subject.rpartition(":")
        if kind and pk.isdigit():
            rows = rows.filter(subject_type=kind, subject_id=int(pk))
        else:
            rows = rows.filter(subject_label__contains=wanted.subject)
    if wanted.request:
        rows = rows.filter(request_id=wanted.request)
    if wanted.result:
        rows = rows.filter(result=wanted.result)
    return rows.order_by("-at", "-pk")


def _field_labels(subject_type: str) -> dict[str, str]:
    """The words of a subject's fields, by field name and by column."""
    try:
        model = apps.get_model(subject_type)
    except (LookupError, ValueError):
        return {}
    labels = {}
    for field in model._meta.concrete_fields:
        # Without words of its own a field is called like its name, which says nothing more.
        if str(field.verbose_name) != field.name.replace("_", " "):
            labels[field.name] = labels[field.attname] = str(field.verbose_name)
    return labels


def _said(value: Any) -> Any:
    """A recorded value as people read it; None stays (that side has no such key)."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return _("、").join(str(_said(one)) for one in value)
    if isinstance(value, dict):
        return _("；").join(f"{key} {_said(one)}" for key, one in value.items())
    return value


def _row(entry: Entry) -> Row:
    labels = _field_labels(entry.subject_type)
    keys = [*entry.before, *(key for key in entry.after if key not in entry.before)]
    return Row(
        pk=entry.pk,
        at=entry.at,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        actor_appointment=entry.actor_appointment,
        action=entry.action,
        action_label=action_label(entry.action),
        result=entry.result,
        result_label=str(Entry.Result(entry.result).label),
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        subject_label=entry.subject_label,
        why=entry.why,
        request_id=entry.request_id,
        unit_path=entry.unit_path,
        ip=entry.ip,
        changes=tuple(
            Change(
                key, labels.get(key, key), _said(entry.before.get(key)), _said(entry.after.get(key))
            )
            for key in keys
        ),
    )


def _after(rows: QuerySet[Entry], cursor: str) -> QuerySet[Entry]:
    if not cursor:
        return rows
    micros, _dash, pk = cursor.partition("-")
    if not (micros.isdigit() and pk.isdigit()):
        raise Refused(_("页码失效了。请从第一页重新查看。"), field="after")
    at = datetime.fromtimestamp(0, tz=timezone.get_default_timezone()) + timedelta(
        microseconds=int(micros)
    )
    return rows.filter(Q(at__lt=at) | Q(at=at, pk__lt=int(pk)), at__lte=at)


def _cursor(entry: Entry) -> str:
    epoch = datetime.fromtimestamp(0, tz=timezone.get_default_timezone())
    return f"{(entry.at - epoch) // timedelta(microseconds=1)}-{entry.pk}"


def page(actor: Actor, wanted: Filter, after: str = "", size: int = PAGE_ROWS) -> Page:
    """One page of what the actor may see; raises Denied without the permission."""
    if not actor.has(VIEW):
        raise Denied
    rows = list(_after(_found(actor, wanted), after)[: size + 1])
    return Page(
        rows=tuple(_row(entry) for entry in rows[:size]),
        after=_cursor(rows[size - 1]) if len(rows) > size else "",
    )


def entry(actor: Actor, pk: int) -> Row:
    """One entry; raises NotVisible."""
    return _row(fetch(Entry, actor, pk))


def of_subject(actor: Actor, kind: str, pk: int, limit: int = 200) -> tuple[Row, ...]:
    """What was done to one subject, newest first; for panels of other packages."""
    rows = Entry.objects.visible_to(actor).filter(subject_type=kind, subject_id=pk)
    return tuple(_row(entry) for entry in rows.order_by("-at", "-pk")[:limit])


def exported(actor: Actor, wanted: Filter) -> Iterator[Row]:
    """All found entries, newest first, read in portions; refused above 200,000 rows."""
    if not actor.has(EXPORT):
        raise Denied
    rows = _found(actor, wanted)
    if rows[EXPORT_ROWS : EXPORT_ROWS + 1].exists():
        raise Refused(
            _("这个范围超过 %(limit)s 条，一次导不完。请缩短起止日期后再导出。")
            % {"limit": f"{EXPORT_ROWS:,}"},
            field="since",
        )
    return (_row(entry) for entry in rows.iterator(chunk_size=2000))


def actions_of(actor: Actor) -> dict[str, str]:
    """The declared actions for the filter's choices, by code."""
    return {code: str(label) for code, label in named_actions().items()} if actor.has(VIEW) else {}
