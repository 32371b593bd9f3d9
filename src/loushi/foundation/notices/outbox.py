"""The worker's side: decide which mails a notice causes, claim what is due, send it."""

import logging
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPSenderRefused
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from loushi.foundation.core import stamps
from loushi.foundation.core.worker import back_off

from . import registry
from .models import (
    Channel,
    Delivery,
    DigestItem,
    KindPreference,
    KindRule,
    Mode,
    Notice,
    Preference,
)
from .schedule import Times, after_quiet, digest_after

log = logging.getLogger(__name__)

WHY = "the worker delivers for everybody"
PLANNED_AT_ONCE = 50
CLAIMED_AT_ONCE = 10
LEASE = timedelta(minutes=2)
# A mail is not begun when its claim ends sooner than the longest SMTP conversation.
MARGIN = timedelta(seconds=45)
FIRST_DELAY_SECONDS = 60
LONGEST_DELAY_SECONDS = 6 * 3600
MAX_ATTEMPTS = 12  # with these delays about a day
NO_ADDRESS = "收件人没有可用的邮件地址"
NOT_VISIBLE = "收件人已无权查看这件事"
ALL_READ = "都已在站内读过"


def mail_enabled() -> bool:
    """Whether a mail server is configured; without one, notices stay inside the application."""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


# ---- planning -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Plan:
    """Preferences of the people in one portion, read at once."""

    times: dict[int, Times]
    choices: dict[tuple[int, str], str]
    rules: dict[str, KindRule]

    def mode(self, notice: Notice) -> str:
        kind = registry.kind_of(notice.kind)
        setting = registry.kind_of(kind.setting)
        rule = self.rules.get(setting.code)
        usual = rule.mail if rule else setting.mail
        return self.choices.get((notice.recipient_id, setting.code), usual)

    def urgent(self, notice: Notice) -> bool:
        rule = self.rules.get(notice.kind)
        return rule.urgent if rule else registry.kind_of(notice.kind).urgent


def _preferences(notices: list[Notice]) -> _Plan:
    users = {notice.recipient_id for notice in notices}
    kinds = {notice.kind for notice in notices}
    kinds |= {registry.kind_of(kind).setting for kind in kinds}
    return _Plan(
        times={
            row.user_id: Times(row.digest_hour, row.quiet_from, row.quiet_until)
            for row in Preference.objects.unscoped(WHY).filter(user_id__in=users)
        },
        choices={
            (row.user_id, row.kind): row.mode
            for row in KindPreference.objects.unscoped(WHY).filter(
                user_id__in=users, channel=Channel.MAIL
            )
        },
        rules={rule.kind: rule for rule in KindRule.objects.filter(kind__in=kinds)},
    )


def _hidden(notices: list[Notice]) -> set[int]:
    """The notices whose recipient may not see the subject any more. An error counts as seen here,
    because the mail's own check, which has retries, follows."""
    wanted: dict[str, dict[int, set[int]]] = {}
    for one in notices:
        if one.subject_id is not None:
            people = wanted.setdefault(one.subject_type, {})
            people.setdefault(one.recipient_id, set()).add(one.subject_id)
    seen: dict[str, Set[tuple[int, int]]] = {}
    for subject, people in wanted.items():
        try:
            seen[subject] = registry.seen_of(subject, people)
        except Exception:
            log.exception("visibility of notices of %s could not be checked", subject)
    return {
        one.pk
        for one in notices
        if one.subject_type in seen
        and one.subject_id is not None
        and (one.recipient_id, one.subject_id) not in seen[one.subject_type]
    }


def plan() -> int:
    """Decides about mail for notices that were just written; returns how many it looked at. Who may
    see what is asked before the transaction, which holds SQLite's write lock."""
    fresh = Notice.objects.unscoped(WHY).filter(planned_at=None)
    notices = list(fresh.order_by("pk")[:PLANNED_AT_ONCE])
    if not notices:
        return 0
    with stamps.looking():
        hidden = _hidden(notices)
    with transaction.atomic():
        locked = fresh.filter(pk__in=[one.pk for one in notices])
        free = set(locked.select_for_update(skip_locked=True).values_list("pk", flat=True))
        notices = [one for one in notices if one.pk in free]
        now = timezone.now()
        if mail_enabled():
            preferences = _preferences(notices)
            for notice in notices:
                if notice.pk not in hidden:
                    _plan_mail(notice, preferences, now)
        rows = Notice.objects.unscoped(WHY)
        rows.filter(pk__in=free).update(planned_at=now)
        if hidden & free:
            rows.filter(pk__in=hidden & free).update(withheld_at=now)
    return len(notices)


def _plan_mail(notice: Notice, plan: _Plan, now: datetime) -> None:
    mode = plan.mode(notice)
    if mode == Mode.OFF or not _address_of(notice):
        return
    times = plan.times.get(notice.recipient_id, Times())
    urgent = plan.urgent(notice)
    if mode == Mode.DIGEST and not urgent and not notice.address:
        _join_digest(notice, times, now)
        return
    Delivery.objects.unscoped(WHY).bulk_create(
        [
            Delivery(
                recipient_id=notice.recipient_id,
                notice=notice,
                urgent=urgent,
                next_attempt_at=now if urgent else after_quiet(now, times),
                created_at=now,
            )
        ],
        ignore_conflicts=True,
    )


def _address_of(notice: Notice) -> str:
    return notice.address or registry.address_of(notice.recipient_id)


def _join_digest(notice: Notice, times: Times, now: datetime) -> None:
    """Puts the notice into the next digest that nobody has begun to send."""
    due = digest_after(now, times)
    while True:
        Delivery.objects.unscoped(WHY).bulk_create(
            [
                Delivery(
                    recipient_id=notice.recipient_id,
                    digest_on=timezone.localdate(due),
                    next_attempt_at=after_quiet(due, times),
                    created_at=now,
                )
            ],
            ignore_conflicts=True,
        )
        digest = (
            Delivery.objects.unscoped(WHY)
            .select_for_update()
            .get(
                recipient_id=notice.recipient_id,
                channel=Channel.MAIL,
                digest_on=timezone.localdate(due),
            )
        )
        if digest.state == Delivery.State.PENDING and digest.attempts == 0:
            break
        due = digest_after(due, times)
    DigestItem.objects.unscoped(WHY).bulk_create(
        [DigestItem(delivery=digest, notice=notice, recipient_id=notice.recipient_id)],
        ignore_conflicts=True,
    )


# ---- sending ------------------------------------------------------------------------------------
def claim_due(limit: int = CLAIMED_AT_ONCE) -> list[Delivery]:
    """Takes due deliveries for two minutes; no other worker gets them meanwhile."""
    now = timezone.now()
    due = Delivery.objects.unscoped(WHY).filter(
        Q(claimed_until=None) | Q(claimed_until__lt=now),
        state__in=Delivery.OPEN,
        next_attempt_at__lte=now,
    )
    if not due.exists():
        return []
    token = uuid4().hex
    with transaction.atomic():
        pks = list(
            due.select_for_update(skip_locked=True)
            .order_by("next_attempt_at", "pk")
            .values_list("pk", flat=True)[:limit]
        )
        Delivery.objects.unscoped(WHY).filter(pk__in=pks).update(
            claim=token, claimed_until=now + LEASE, attempts=F("attempts") + 1
        )
    return list(
        Delivery.objects.unscoped(WHY).filter(claim=token).select_related("notice").order_by("pk")
    )


def send_due() -> int:
    """Sends one portion of due mail over one connection; returns how many it settled."""
    if not mail_enabled():
        return 0
    claimed = claim_due()
    if not claimed:
        return 0
    connection = get_connection()
    settled = 0
    try:
        for delivery in claimed:
            if delivery.claimed_until and timezone.now() + MARGIN > delivery.claimed_until:
                break  # the rest becomes free when its claim runs out
            settled += _send(delivery, connection)
    finally:
        try:
            connection.close()
        except (OSError, SMTPException) as error:
            log.info("the mail server hung up: %s", error)
    return settled


def _send(delivery: Delivery, connection: object) -> int:
    try:
        message, reason = _message(delivery, connection)
        if message is None:
            _settle(delivery, Delivery.State.WITHHELD, error=reason)
            return 1
        with translation.override(settings.LANGUAGE_CODE):
            message.send()
    except Exception as error:
        log.warning("mail %s failed: %s", delivery.stable_name, error)
        _postpone(delivery, error)
        _hang_up(connection)
        return 0
    _settle(delivery, Delivery.State.SENT, sent_at=timezone.now(), error="")
    return 1


def _hang_up(connection: object) -> None:
    """After a failure the next mail gets a fresh connection."""
    try:
        connection.close()  # type: ignore[attr-defined]
    except (OSError, SMTPException):
        log.info("the mail server was gone already")


def _permanent(error: Exception) -> bool:
    """Whether the server said that it will never take this mail (SMTP 5xx, RFC 5321 4.2.1)."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    if isinstance(error, SMTPDataError | SMTPSenderRefused):
        return error.smtp_code >= 500
    return False


def _postpone(delivery: Delivery, error: Exception) -> None:
    dead = _permanent(error) or delivery.attempts >= MAX_ATTEMPTS
    due = timezone.now() + back_off(
        delivery.attempts, first=FIRST_DELAY_SECONDS, longest=LONGEST_DELAY_SECONDS
    )
    if not delivery.urgent:
        row = Preference.objects.unscoped(WHY).filter(user_id=delivery.recipient_id).first()
        if row:
            due = after_quiet(due, Times(row.digest_hour, row.quiet_from, row.quiet_until))
    _settle(
        delivery,
        Delivery.State.DEAD if dead else Delivery.State.FAILED,
        next_attempt_at=due,
        error=f"{type(error).__name__}: {error}"[:2000],
    )


def _settle(delivery: Delivery, state: str, **fields: object) -> None:
    """Notes the outcome, unless the claim has passed to another worker meanwhile."""
    Delivery.objects.unscoped(WHY).filter(pk=delivery.pk, claim=delivery.claim).update(
        state=state, claim="", claimed_until=None, **fields
    )


def message_id(delivery: Delivery) -> str:
    """The same at every attempt, so that a mail sent twice can be recognised."""
    host = urlsplit(settings.PUBLIC_ADDRESS).hostname or "localhost"
    return f"<{delivery.stable_name}@{host}>"


def _visible(notice: Notice) -> bool:
    if notice.withheld_at:
        return False
    if registry.may_see(notice.recipient_id, notice.subject_type, notice.subject_id):
        return True
    Notice.objects.unscoped(WHY).filter(pk=notice.pk).update(withheld_at=timezone.now())
    return False


def _message(delivery: Delivery, connection: object) -> tuple[EmailMessage | None, str]:
    """The mail, or None and why there is none any more."""
    notice = delivery.notice
    address = _address_of(notice) if notice else registry.address_of(delivery.recipient_id)
    if not address:
        return None, NO_ADDRESS
    with translation.override(registry.language_of(delivery.recipient_id)):
        if notice is not None:
            if not _visible(notice):
                return None, NOT_VISIBLE
            subject, parts = notice.title_text, [_about(notice)]
        else:
            unread = DigestItem.objects.unscoped(WHY).filter(
                delivery=delivery, notice__read_at=None
            )
            items = [item.notice for item in unread.select_related("notice").order_by("pk")]
            notices = [notice for notice in items if _visible(notice)]
            if not notices:
                return None, ALL_READ
            subject = _("楼事每日汇总：%(count)s 条消息") % {"count": len(notices)}
            parts = [_about(notice) for notice in notices]
        footer = _farewell() if notice is not None and notice.address else _footer()
        body = "\n\n".join([*parts, footer])
    message = EmailMessage(
        subject=" ".join(str(subject).split()),
        body=body,
        to=[address],
        connection=connection,  # type: ignore[arg-type]
        headers={"Message-ID": message_id(delivery), "Auto-Submitted": "auto-generated"},
    )
    return message, ""


def _about(notice: Notice) -> str:
    lines = [notice.title_text]
    if notice.body:
        lines.append(notice.body_text)
    page = notice.link or registry.link_of(notice.subject_type, notice.subject_id)
    if page:
        link = f"{settings.PUBLIC_ADDRESS.rstrip('/')}{page}"
        lines.append(_("查看：%(link)s") % {"link": link})
    return "\n".join(lines)


def _footer() -> str:
    link = f"{settings.PUBLIC_ADDRESS.rstrip('/')}/notices/preferences/"
    return _("此信由楼事自动发出，请勿直接回复。接收方式可在这里调整：%(link)s") % {"link": link}


def _farewell() -> str:
    return _("此信由楼事自动发出，请勿直接回复。链接只能用一次，过期作废，请勿转发。")
