"""Several workers at once, a killed one, and a real SMTP conversation."""

import threading
from typing import Any

import pytest
from django.db import connection

from loushi.foundation.notices import commands, outbox
from loushi.foundation.notices.commands import Message
from loushi.foundation.notices.models import Delivery, Notice
from loushi.foundation.notices.testing import Sink


@pytest.fixture
def smtp(settings: Any) -> Any:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"

    def use(sink: Sink) -> None:
        settings.EMAIL_PORT = sink.port

    return use


def write(count: int) -> set[str]:
    commands.notify_many(
        [Message(user, "k", f"第{user}条", key="once") for user in range(1, count + 1)]
    )
    pks = Notice.objects.unscoped("test").order_by("pk").values_list("pk", flat=True)
    return {f"<notice-{pk}@testserver>" for pk in pks}


def in_threads(number: int, work: Any) -> None:
    barrier = threading.Barrier(number)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            barrier.wait()
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def drain() -> None:
    while outbox.plan() + outbox.send_due():
        pass


@pytest.mark.django_db(transaction=True)
def test_three_workers_send_each_mail_once(smtp: Any) -> None:
    with Sink() as sink:
        smtp(sink)
        expected = write(40)
        in_threads(3, drain)
        drain()
        assert len(sink.message_ids) == 40
        assert set(sink.message_ids) == expected
    assert set(Delivery.objects.unscoped("test").values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_several_tell_the_same_person_the_same_thing_once() -> None:
    in_threads(4, lambda: commands.notify(user_ids=[3, 4], key="same", kind="k", title="同一件事"))
    assert Notice.objects.unscoped("test").count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_arrived_unacknowledged_comes_again_under_the_same_id(smtp: Any) -> None:
    expected = write(1)
    with Sink(hang_up=True) as sink:
        smtp(sink)
        drain()
        assert set(sink.message_ids) == expected
        (row,) = Delivery.objects.unscoped("test").all()
        assert row.state == "failed"
        sink.hang_up = False
        commands.revive([])
        Delivery.objects.unscoped("test").update(next_attempt_at=row.created_at)
        drain()
        assert len(sink.message_ids) == 2
        assert set(sink.message_ids) == expected
    row.refresh_from_db()
    assert row.state == "sent"


@pytest.mark.django_db(transaction=True)
def test_a_refused_recipient_is_a_dead_letter(smtp: Any) -> None:
    with Sink(refuse="550 no such user") as sink:
        smtp(sink)
        write(1)
        drain()
    (row,) = Delivery.objects.unscoped("test").all()
    assert row.state == "dead"
    assert "550" in row.error


@pytest.mark.django_db(transaction=True)
def test_a_mail_reads_well_on_arrival(smtp: Any) -> None:
    with Sink() as sink:
        smtp(sink)
        commands.notify(
            user_ids=[3], key="k", kind="k", title="请签收：三楼门禁", body="工号 17", link="/d/1/"
        )
        drain()
        (mail,) = sink.mails
    assert mail["Subject"] == "请签收：三楼门禁"
    assert mail["To"] == "user3@example.cn"
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_content()
    assert "工号 17" in body
    assert "http://testserver/d/1/" in body
