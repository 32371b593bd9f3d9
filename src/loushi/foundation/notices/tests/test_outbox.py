"""From the notice to the mail: preferences, visibility, retries, dead letters, digests."""

from datetime import time, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from loushi.foundation.core import stamps
from loushi.foundation.core.testing import at, make_actor
from loushi.foundation.notices import commands, outbox, registry
from loushi.foundation.notices.models import (
    Delivery,
    KindPreference,
    KindRule,
    Notice,
    Preference,
)

NOON = "2026-10-12 12:00"


def tell(key: str = "d:12", user_id: int = 3, kind: str = "k", **fields: Any) -> Notice:
    commands.notify(
        user_ids=[user_id],
        key=key,
        kind=kind,
        **{"title": "请签收", "body": "三楼门禁坏了", "link": "/demands/12/", **fields},
    )
    return Notice.objects.unscoped("test").get(recipient_id=user_id, key=key)


def work() -> None:
    while outbox.plan() + outbox.send_due():
        pass


def deliveries() -> list[Delivery]:
    return list(Delivery.objects.unscoped("test").order_by("pk"))


def choose(mode: str, kind: str = "k", user_id: int = 3) -> None:
    KindPreference.objects.unscoped("test").create(user_id=user_id, kind=kind, mode=mode)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """While the list holds an error, every sending raises the first of them."""
    errors: list[Exception] = []
    send = EmailMessage.send

    def sending(self: EmailMessage, fail_silently: bool = False) -> int:
        if errors:
            raise errors[0]
        return send(self, fail_silently)

    monkeypatch.setattr(EmailMessage, "send", sending)
    return errors


@pytest.mark.django_db
def test_a_notice_becomes_one_mail_with_a_stable_id() -> None:
    notice = tell()
    work()
    work()
    (message,) = mail.outbox
    assert message.to == ["user3@example.cn"]
    assert message.subject == "请签收"
    assert "三楼门禁坏了" in message.body
    assert "查看：http://testserver/demands/12/" in message.body
    assert message.extra_headers["Message-ID"] == f"<notice-{notice.pk}@testserver>"
    (delivery,) = deliveries()
    assert (delivery.state, delivery.attempts, delivery.claim) == ("sent", 1, "")


@pytest.mark.django_db
def test_a_title_with_line_breaks_cannot_inject_headers() -> None:
    tell(title="请签收\nBcc: all@example.cn")
    work()
    assert mail.outbox[0].subject == "请签收 Bcc: all@example.cn"


@pytest.mark.django_db
def test_without_a_mail_server_nothing_leaves(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    tell()
    work()
    assert deliveries() == []
    assert Notice.objects.unscoped("test").get().planned_at is not None


@pytest.mark.django_db
def test_a_person_without_an_address_gets_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_address", lambda user_id: "")
    tell()
    work()
    assert deliveries() == []


@pytest.mark.django_db
def test_who_switched_a_kind_off_gets_no_mail_of_it() -> None:
    choose("off")
    tell()
    tell(key="other", kind="other")
    work()
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_the_platforms_rule_overrides_the_declared_kind_and_a_person_both() -> None:
    registry.declare_kind("k", "派单", mail="now")
    KindRule.objects.create(kind="k", mail="off")
    tell()
    choose("now", user_id=4)
    tell(user_id=4)
    work()
    assert [message.to for message in mail.outbox] == [["user4@example.cn"]]


@pytest.mark.django_db
def test_a_kind_in_a_group_follows_the_choice_for_the_group() -> None:
    registry.declare_kind("progress", "进展", mail="off")
    registry.declare_kind("k", "受理", group="progress")
    tell()
    choose("now", kind="progress", user_id=4)
    tell(user_id=4)
    work()
    assert [message.to for message in mail.outbox] == [["user4@example.cn"]]


@pytest.mark.django_db
def test_quiet_hours_delay_mail_unless_it_is_urgent() -> None:
    registry.declare_kind("alarm", "紧急", urgent=True)
    Preference.objects.unscoped("test").create(user_id=3, quiet_from=time(22), quiet_until=time(7))
    with at("2026-10-12 23:00"):
        tell()
        tell(key="alarm", kind="alarm", title="紧急")
        work()
        assert [message.subject for message in mail.outbox] == ["紧急"]
    with at("2026-10-13 07:00"):
        work()
        assert [message.subject for message in mail.outbox] == ["紧急", "请签收"]


@pytest.mark.django_db
def test_who_may_no_longer_see_the_matter_is_told_nothing() -> None:
    registry.register_visibility(
        "demands.demand", lambda wanted: {(4, pk) for pk in wanted.get(4, ())}
    )
    for user in (3, 4):
        tell(user_id=user, subject=("demands.demand", 12))
    work()
    assert [message.to for message in mail.outbox] == [["user4@example.cn"]]
    withheld = Notice.objects.unscoped("test").exclude(withheld_at=None)
    assert [notice.recipient_id for notice in withheld] == [3]


@pytest.mark.django_db
def test_who_may_see_is_asked_once_for_all_and_before_the_transaction() -> None:
    asked: list[Any] = []

    def seen(wanted: Any) -> set[tuple[int, int]]:
        asked.append((stamps.in_transaction(), {user: set(ids) for user, ids in wanted.items()}))
        return {(3, 12), (4, 13)}

    registry.register_visibility("demands.demand", seen)
    for user, pk in ((3, 12), (3, 13), (4, 13)):
        tell(user_id=user, subject=("demands.demand", pk), key=f"k{pk}")
    outbox.plan()
    assert asked == [(False, {3: {12, 13}, 4: {13}})]
    withheld = Notice.objects.unscoped("test").exclude(withheld_at=None)
    assert [(one.recipient_id, one.subject_id) for one in withheld] == [(3, 13)]


@pytest.mark.django_db
def test_visibility_is_checked_again_when_the_mail_goes_out() -> None:
    seen = [True]
    registry.register_visibility("demands.demand", lambda wanted: {(3, 12)} if seen[0] else set())
    notice = tell(subject=("demands.demand", 12))
    outbox.plan()
    seen[0] = False
    outbox.send_due()
    assert mail.outbox == []
    (delivery,) = deliveries()
    assert (delivery.state, delivery.error) == ("withheld", outbox.NOT_VISIBLE)
    notice.refresh_from_db()
    assert notice.withheld_at is not None


@pytest.mark.django_db
def test_a_failure_is_retried_with_growing_pauses_and_the_same_id(
    failing: list[Exception],
) -> None:
    with at(NOON) as now:
        notice = tell()
        failing.append(SMTPServerDisconnected("断线"))
        work()
        (delivery,) = deliveries()
        assert (delivery.state, delivery.attempts) == ("failed", 1)
        assert "断线" in delivery.error
        assert timedelta(seconds=48) <= delivery.next_attempt_at - now <= timedelta(seconds=72)
        work()
        assert deliveries()[0].attempts == 1
    failing.clear()
    with at(now + timedelta(seconds=73)):
        work()
    assert [m.extra_headers["Message-ID"] for m in mail.outbox] == [
        f"<notice-{notice.pk}@testserver>"
    ]


@pytest.mark.django_db
def test_a_mail_dies_after_twelve_attempts_over_most_of_a_day(failing: list[Exception]) -> None:
    failing.append(SMTPServerDisconnected("断线"))
    with at(NOON) as now:
        start = now
        tell()
        outbox.plan()
    for _attempt in range(outbox.MAX_ATTEMPTS):
        (delivery,) = deliveries()
        assert delivery.state in Delivery.OPEN
        now = max(now, delivery.next_attempt_at)
        with at(now):
            outbox.send_due()
    (delivery,) = deliveries()
    assert (delivery.state, delivery.attempts) == ("dead", outbox.MAX_ATTEMPTS)
    assert now - start > timedelta(hours=12)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SMTPRecipientsRefused({"user3@example.cn": (550, b"no such user")}), "dead"),
        (SMTPRecipientsRefused({"user3@example.cn": (450, b"later")}), "failed"),
        (SMTPDataError(554, b"rejected"), "dead"),
        (SMTPDataError(451, b"later"), "failed"),
    ],
)
def test_only_a_final_refusal_is_final_at_once(
    error: Exception, state: str, failing: list[Exception]
) -> None:
    tell()
    failing.append(error)
    work()
    assert [delivery.state for delivery in deliveries()] == [state]


@pytest.mark.django_db
def test_one_bad_mail_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def book(user_id: int) -> str:
        return "not an address\n" if user_id == 3 else f"user{user_id}@example.cn"

    monkeypatch.setattr(registry, "_address", book)
    for user in (3, 4, 5):
        tell(user_id=user)
    work()
    assert sorted(message.to[0] for message in mail.outbox) == [
        "user4@example.cn",
        "user5@example.cn",
    ]


@pytest.mark.django_db
def test_a_claim_keeps_other_workers_away_until_it_runs_out() -> None:
    with at(NOON) as now:
        tell()
        outbox.plan()
        assert len(outbox.claim_due()) == 1
        assert outbox.claim_due() == []
        assert outbox.send_due() == 0
    with at(now + outbox.LEASE + timedelta(seconds=1)):
        assert outbox.send_due() == 1
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_who_lost_the_claim_does_not_overwrite_the_outcome() -> None:
    tell()
    outbox.plan()
    (mine,) = outbox.claim_due()
    Delivery.objects.unscoped("test").update(claim="other")
    outbox._settle(mine, Delivery.State.DEAD)
    assert deliveries()[0].state == "pending"


@pytest.mark.django_db
def test_a_digest_collects_a_day_in_one_mail() -> None:
    choose("digest")
    with at("2026-10-12 08:00"):
        tell(key="a", title="第一件")
        work()
    with at("2026-10-12 08:59"):
        tell(key="b", title="第二件")
        work()
        assert mail.outbox == []
    with at("2026-10-12 09:00"):
        tell(key="c", title="第三件")
        work()
        work()
    (message,) = mail.outbox
    assert message.subject == "楼事每日汇总：2 条消息"
    assert "第一件" in message.body
    assert "第二件" in message.body
    assert "第三件" not in message.body
    first = deliveries()[0]
    assert message.extra_headers["Message-ID"] == f"<digest-{first.pk}@testserver>"
    with at("2026-10-13 09:00"):
        work()
    assert "第三件" in mail.outbox[1].body


@pytest.mark.django_db
def test_a_digest_that_was_begun_takes_nothing_more(failing: list[Exception]) -> None:
    choose("digest")
    with at("2026-10-12 08:00"):
        tell(key="a", title="第一件")
        outbox.plan()
    failing.append(SMTPServerDisconnected("断线"))
    with at("2026-10-12 09:00"):
        outbox.send_due()
    Delivery.objects.unscoped("test").update(digest_on="2026-10-13")
    with at("2026-10-12 09:00:10"):
        tell(key="b", title="第二件")
        outbox.plan()
    assert [str(delivery.digest_on) for delivery in deliveries()] == ["2026-10-13", "2026-10-14"]


@pytest.mark.django_db
def test_a_digest_leaves_out_what_was_read_and_says_nothing_when_all_was() -> None:
    choose("digest")
    with at("2026-10-12 08:00"):
        notices = [tell(key="a", title="第一件"), tell(key="b", title="第二件")]
        work()
    commands.mark_read(actor=make_actor(3), pk=notices[0].pk)
    with at("2026-10-12 09:00"):
        work()
    assert "第一件" not in mail.outbox[0].body
    with at("2026-10-12 10:00"):
        last = tell(key="c")
        work()
    commands.mark_read(actor=make_actor(3), pk=last.pk)
    with at("2026-10-13 09:00"):
        work()
    assert len(mail.outbox) == 1
    assert [delivery.state for delivery in deliveries()] == ["sent", "withheld"]


@pytest.mark.django_db
def test_an_urgent_kind_never_waits_for_the_digest() -> None:
    registry.declare_kind("k", "紧急", urgent=True)
    choose("digest")
    tell()
    work()
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_planning_an_old_notice_uses_the_moment_of_planning() -> None:
    with at(NOON):
        tell()
    outbox.plan()
    assert deliveries()[0].next_attempt_at <= timezone.now()
