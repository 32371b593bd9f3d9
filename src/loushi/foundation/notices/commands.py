"""Writing notices, reading them, and choosing how they come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core import events, jobs
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.bulk import insert_missing
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.core.scoping import fetch

from . import registry
from .models import (
    OUTSIDER,
    TITLE_LENGTH,
    Channel,
    Delivery,
    KindPreference,
    Mode,
    Notice,
    Preference,
)
from .phrases import Phrase, Value
from .policy import MANAGE

__all__ = [
    "Message",
    "Phrase",
    "mark_all_read",
    "mark_read",
    "notify",
    "notify_many",
    "retry",
    "revive",
    "save_preferences",
    "write_to",
]

ROWS_PER_TRANSACTION = 500


@dataclass(frozen=True, slots=True)
class Message:
    """One notice to one person, for `notify_many`."""

    user_id: int
    kind: str
    title: str | Phrase
    body: str | Phrase = ""
    link: str = ""
    subject: tuple[str, int] | None = None
    key: str = ""
    at: datetime | None = None
    address: str = ""


def _row(message: Message, *, deliver: bool, read: bool) -> Notice:
    if message.link and (not message.link.startswith("/") or message.link.startswith("//")):
        raise ValueError(f"a notice links to a page of ours, not to {message.link!r}")
    if not message.key:
        raise ValueError("a notice needs a key that makes it unique for its recipient")
    title, title_values = _kept(message.title)
    body, body_values = _kept(message.body)
    title = " ".join(title.split())
    at = message.at or timezone.now()
    return Notice(
        recipient_id=message.user_id,
        kind=message.kind,
        title=title if len(title) <= TITLE_LENGTH else f"{title[: TITLE_LENGTH - 1]}…",
        body=body,
        title_values=title_values,
        body_values=body_values,
        address=message.address,
        link=message.link,
        subject_type=message.subject[0] if message.subject else "",
        subject_id=message.subject[1] if message.subject else None,
        key=message.key,
        created_at=at,
        planned_at=None if deliver else at,
        read_at=at if read else None,
    )


def _kept(text: str | Phrase) -> tuple[str, dict[str, Value] | None]:
    return (text.msgid, dict(text.values)) if isinstance(text, Phrase) else (text, None)


def notify(
    *,
    user_ids: Iterable[int],
    kind: str,
    title: str | Phrase,
    body: str | Phrase = "",
    link: str = "",
    subject: tuple[str, int] | None = None,
    key: str,
) -> None:
    """Tells people something, in the caller's transaction; each person once for one `key`.

    Our own sentences are given as a Phrase, so that each reader gets the own language; a plain text
    stays as it is. It is in their list as soon as the transaction commits; mail follows as they
    prefer. `link` is a path of ours. `subject` lets the worker check that the person may still see
    the matter.
    """
    notify_many(
        [
            Message(user_id, kind, title, body, link, subject, key)
            for user_id in dict.fromkeys(user_ids)
        ]
    )


def write_to(
    *,
    address: str,
    kind: str,
    title: str | Phrase,
    body: str | Phrase = "",
    subject: tuple[str, int],
    key: str,
) -> None:
    """Writes to somebody without an account, by mail only, in the caller's transaction; each
    address once for one `key`. `subject` must have a link of its own (`registry.register_link`)
    and a visibility that says whether the mail is still worth sending."""
    notify_many([Message(OUTSIDER, kind, title, body, subject=subject, key=key, address=address)])


def notify_many(messages: Iterable[Message], *, deliver: bool = True, read: bool = False) -> None:
    """Writes many notices; with `deliver=False` nothing leaves the application (history, demo)."""
    rows = [_row(message, deliver=deliver, read=read) for message in messages]
    if not rows:
        return
    insert_missing(rows)
    if deliver:
        jobs.wake_on_commit()


def mark_read(*, actor: Actor, pk: int) -> str:
    """Marks one own notice as read; returns the page it leads to ('' for none)."""
    notice = fetch(Notice, actor, pk)
    if notice.recipient_id != actor.user_id or notice.withheld_at:
        raise NotVisible
    if notice.read_at is None:
        Notice.objects.unscoped("own notice, just fetched").filter(pk=pk, read_at=None).update(
            read_at=timezone.now()
        )
    return notice.link


def mark_all_read(*, actor: Actor, until: int) -> int:
    """Marks the own notices up to id `until` as read, so that what came later stays unread."""
    return (
        Notice.objects.unscoped("own notices only")
        .filter(recipient_id=actor.user_id or 0, pk__lte=until, read_at=None)
        .update(read_at=timezone.now())
    )


def save_preferences(
    *,
    actor: Actor,
    digest_hour: int,
    quiet_from: time | None,
    quiet_until: time | None,
    modes: Mapping[str, str],
) -> None:
    """Saves how the actor wants mail: times, and a mode for each kind.

    Raises Refused when only one end of the quiet hours is given, or a choice is unknown.
    """
    if actor.user_id is None:
        raise Denied
    if (quiet_from is None) != (quiet_until is None):
        missing = "quiet_until" if quiet_until is None else "quiet_from"
        raise Refused(_("免打扰时段要同时填写开始和结束，或者都留空。"), field=missing)
    if not 0 <= digest_hour <= 23:
        raise Refused(_("汇总时间请选择 0 点到 23 点。"), field="digest_hour")
    for kind, mode in modes.items():
        if mode not in Mode.values:
            raise Refused(_("请为每类消息选择一种接收方式。"), field=f"mode_{kind}")
    with transaction.atomic():
        Preference.objects.unscoped("own preferences").update_or_create(
            user_id=actor.user_id,
            defaults={
                "digest_hour": digest_hour,
                "quiet_from": quiet_from,
                "quiet_until": quiet_until,
            },
        )
        own = KindPreference.objects.unscoped("own preferences").filter(
            user_id=actor.user_id, channel=Channel.MAIL
        )
        own.exclude(kind__in=modes).delete()
        KindPreference.objects.unscoped("own preferences").bulk_create(
            [
                KindPreference(user_id=actor.user_id, kind=kind, channel=Channel.MAIL, mode=mode)
                for kind, mode in modes.items()
                if kind in registry.kinds()
            ],
            update_conflicts=True,
            unique_fields=["user_id", "kind", "channel"],
            update_fields=["mode"],
        )


def retry(*, actor: Actor, what: str, pk: int) -> None:
    """Puts a dead letter back into its queue: `what` is "mail", "event" or "task"."""
    if not actor.has(MANAGE):
        raise Denied
    if what == "event":
        events.retry(pk)
    elif what == "task":
        jobs.retry_task(pk)
    else:
        revive([pk])


def revive(pks: Sequence[int]) -> int:
    """Gives dead mails a fresh start; returns how many."""
    done = (
        Delivery.objects.unscoped("dead letters, permission checked")
        .filter(pk__in=pks, state=Delivery.State.DEAD)
        .update(state=Delivery.State.PENDING, attempts=0, next_attempt_at=timezone.now())
    )
    jobs.wake_on_commit()
    return done
