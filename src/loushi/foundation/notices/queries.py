"""Reading notices, preferences, and what could not be delivered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.models import EventDelivery, QueuedTask
from loushi.foundation.core.stamps import Kept

from . import registry
from .models import Channel, Delivery, KindPreference, KindRule, Mode, Notice, Preference
from .policy import MANAGE

PAGE_ROWS = 50
MOST_COUNTED = 100
LETTERS_SHOWN = 200

_unread: Kept[int] = Kept("notices")


@dataclass(frozen=True, slots=True)
class Item:
    """One notice as listed."""

    pk: int
    kind: str
    kind_label: str
    title: str
    body: str
    link: str
    created_at: datetime
    read: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page of notices, unread first, each part newest first; `newest` bounds "mark all"."""

    rows: tuple[Item, ...]
    after: str
    newest: int


@dataclass(frozen=True, slots=True)
class KindChoice:
    """One kind with the mode in force for a person."""

    code: str
    label: str
    urgent: bool
    mode: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a person wants mail."""

    digest_hour: int
    quiet_from: time | None
    quiet_until: time | None
    kinds: tuple[KindChoice, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """Something that failed too often: `what` is "mail", "event" or "task"."""

    what: str
    pk: int
    title: str
    to: str
    attempts: int
    at: datetime
    error: str


def _own(actor: Actor) -> QuerySet[Notice]:
    """The notices of the actor alone: support mode does not open other people's."""
    return Notice.objects.visible_to(actor).filter(
        recipient_id=actor.user_id or 0, withheld_at=None
    )


def unread_count(actor: Actor) -> int:
    """How many are unread, counted to 100 at most (show "99+" from there)."""
    if actor.user_id is None:
        return 0
    return _unread.get(actor, lambda: _count_unread(actor))


def _count_unread(actor: Actor) -> int:
    return len(_own(actor).filter(read_at=None).order_by().values_list("pk")[:MOST_COUNTED])


def _item(notice: Notice) -> Item:
    return Item(
        pk=notice.pk,
        kind=notice.kind,
        kind_label=str(registry.kind_of(notice.kind).label),
        title=notice.title_text,
        body=notice.body_text,
        link=notice.link,
        created_at=notice.created_at,
        read=notice.read_at is not None,
    )


def _part(rows: QuerySet[Notice], read: bool, below: int, size: int) -> list[Notice]:
    part = rows.filter(read_at__isnull=not read)
    if below:
        part = part.filter(pk__lt=below)
    return list(part.order_by("-pk")[:size])


def page(
    actor: Actor, *, unread_only: bool = False, kind: str = "", after: str = "",
    size: int = PAGE_ROWS,
) -> Page:  # fmt: skip
    """One page of the actor's notices; `after` is the cursor of the page before."""
    phase, _dash, last = after.partition("-")
    if after and not (phase in {"new", "read"} and last.isdigit()):
        raise Refused(_("页码失效了。请从第一页重新查看。"), field="after")
    below = int(last) if last else 0
    rows = _own(actor)
    if kind:
        rows = rows.filter(kind=kind)
    found: list[Notice] = []
    if phase != "read":
        found = _part(rows, False, below, size + 1)
        below = 0
    if not unread_only and len(found) <= size:
        found += _part(rows, True, below, size + 1 - len(found))
    shown = found[:size]
    more = ""
    if len(found) > size:
        more = f"{'new' if shown[-1].read_at is None else 'read'}-{shown[-1].pk}"
    newest = max((notice.pk for notice in shown), default=0)
    return Page(rows=tuple(_item(notice) for notice in shown), after=more, newest=newest)


def kinds_held(actor: Actor) -> list[tuple[str, str]]:
    """The kinds that the actor has notices of, for the filter."""
    codes: Iterable[str] = _own(actor).order_by("kind").values_list("kind", flat=True).distinct()
    return [(code, str(registry.kind_of(code).label)) for code in codes]


def preferences(actor: Actor) -> Preferences:
    """What the actor chose, with the platform's rule where nothing was chosen."""
    own = Preference.objects.visible_to(actor).filter(user_id=actor.user_id or 0).first()
    chosen = dict(
        KindPreference.objects.visible_to(actor)
        .filter(user_id=actor.user_id or 0, channel=Channel.MAIL)
        .values_list("kind", "mode")
    )
    rules = {rule.kind: rule for rule in KindRule.objects.all()}
    kinds = []
    for code, kind in registry.kinds().items():
        if kind.group or (kind.permission and not actor.has(kind.permission)):
            continue
        rule = rules.get(code)
        usual, urgent = (rule.mail, rule.urgent) if rule else (kind.mail, kind.urgent)
        kinds.append(KindChoice(code, str(kind.label), urgent, chosen.get(code, usual)))
    return Preferences(
        digest_hour=own.digest_hour if own else 9,
        quiet_from=own.quiet_from if own else None,
        quiet_until=own.quiet_until if own else None,
        kinds=tuple(kinds),
    )


def modes() -> list[tuple[str, Any]]:
    """The choices for each kind."""
    return list(Mode.choices)


def dead_letters(actor: Actor) -> tuple[Letter, ...]:
    """Mails, events and tasks that failed too often, newest first, at most 200 of each."""
    if not actor.has(MANAGE):
        raise Denied
    mails = (
        Delivery.objects.unscoped("dead letters, permission checked")
        .filter(state=Delivery.State.DEAD)
        .select_related("notice")
        .order_by("-pk")[:LETTERS_SHOWN]
    )
    events = (
        EventDelivery.objects.filter(state=EventDelivery.State.DEAD)
        .select_related("event")
        .order_by("-pk")[:LETTERS_SHOWN]
    )
    tasks = QueuedTask.objects.filter(state=QueuedTask.State.DEAD).order_by("-pk")[:LETTERS_SHOWN]
    return (
        *(
            Letter(
                "mail",
                row.pk,
                row.notice.title_text if row.notice else _("每日汇总"),
                str(row.recipient_id),
                row.attempts,
                row.created_at,
                row.error,
            )
            for row in mails
        ),
        *(
            Letter(
                "event", row.pk, row.event.name, row.listener, row.attempts,
                row.event.created_at, row.error,
            )
            for row in events
        ),
        *(
            Letter("task", row.pk, row.name, "", row.attempts, row.created_at, row.error)
            for row in tasks
        ),
    )  # fmt: skip
