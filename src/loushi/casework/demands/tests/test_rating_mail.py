"""The one-time link that goes out by itself with the answer, to contacts without an account."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from loushi.casework.demands.factories import World
from loushi.casework.demands.models import Demand, RatingLink
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.testing import at
from loushi.foundation.notices import outbox
from loushi.foundation.notices.models import Delivery, KindRule, Mode, Notice, Preference
from loushi.registry.accounts.models import User

WHY = "test"
ADDRESS = "xu@example.cn"


@pytest.fixture(autouse=True)
def mails(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PUBLIC_ADDRESS = "https://loushi.example.cn"


def work() -> list[Any]:
    """What the worker does, until nothing is left; the mails to the contact so far."""
    while outbox.plan() + outbox.send_due():
        pass
    return [message for message in mail.outbox if message.to == [ADDRESS]]


def answer(world: World, row: Demand) -> Demand:
    row = world.move(row, "sign", world.handler())
    row = world.move(row, "start", world.handler())
    return world.move(row, "resolve", world.handler(), verdict="solved", answer="已修好。")


def answered(world: World, **fields: Any) -> Demand:
    row = world.submit(**{"contact_email": ADDRESS} | fields)
    row = world.move(row, "accept", world.clerk())
    return answer(world, world.move(row, "dispatch", world.clerk(), lead=world.police.pk))


def page_in(message: Any) -> str:
    found = re.search(r"https://loushi\.example\.cn(/demands/rate/\S+)", message.body)
    assert found
    return found[1]


def test_the_contact_rates_by_the_mailed_link_once(world: World) -> None:
    with at("2026-11-02 10:00"):
        demand = answered(world)
        (message,) = work()
        assert demand.number in message.subject
        page = page_in(message)
        rated = Client().post(page, {"score": "5", "solved": "yes", "words": ""})
        assert rated.status_code in (200, 302)
        assert Client().get(page).status_code == 410
    demand.refresh_from_db()
    assert (demand.score, demand.solved) == (5, "yes")


def test_the_link_is_gone_after_its_time(world: World) -> None:
    with at("2026-11-02 10:00"):
        answered(world)
        page = page_in(work()[0])
    with at("2026-11-09 10:01"):
        assert Client().get(page).status_code == 410


def test_no_table_holds_a_link_that_works(world: World) -> None:
    with at("2026-11-02 10:00"):
        answered(world)
        token = page_in(work()[0]).split("/")[-2]
    notice = Notice.objects.unscoped(WHY).get(address=ADDRESS)
    link = RatingLink.objects.unscoped(WHY).get()
    for text in (notice.body, str(notice.body_values), notice.link, link.digest, link.seed):
        assert token not in text


def test_at_night_the_mail_waits_until_morning(world: World) -> None:
    Preference.objects.unscoped(WHY).update_or_create(
        user_id=0, defaults={"quiet_from": "21:00", "quiet_until": "08:00"}
    )
    with at("2026-11-02 22:30"):
        answered(world)
        assert work() == []
    with at("2026-11-03 08:00"):
        assert len(work()) == 1


def test_the_platform_can_switch_the_links_off(world: World) -> None:
    KindRule.objects.create(kind="demand_resolve", mail=Mode.OFF)
    with at("2026-11-02 10:00"):
        answered(world)
        assert work() == []


def test_a_killed_worker_sends_the_same_mail_again(world: World) -> None:
    with at("2026-11-02 10:00"):
        answered(world)
        (first,) = work()
        Delivery.objects.unscoped(WHY).filter(notice__address=ADDRESS).update(state="pending")
        again = work()[-1]
    assert again.extra_headers["Message-ID"] == first.extra_headers["Message-ID"]
    assert page_in(again) == page_in(first)


def test_a_second_answer_renews_the_one_link(world: World) -> None:
    with at("2026-11-02 10:00"):
        row = answered(world)
        assert len(work()) == 1
    with at("2026-11-04 10:00"):
        row = world.move(row, "reopen", world.contact(), reason="还是不行")
    with at("2026-11-05 10:00"):
        answer(world, row)
        last = work()[-1]
    assert RatingLink.objects.unscoped(WHY).count() == 1
    with at("2026-11-10 09:00"):
        assert Client().get(page_in(last)).status_code == 200


def test_a_mail_that_came_too_late_is_not_sent(world: World) -> None:
    with at("2026-11-02 10:00"):
        row = answered(world)
        world.move(row, "reopen", world.contact(), reason="还是不行")
        assert work() == []


def test_whoever_has_an_account_is_not_written_to_twice(world: World) -> None:
    User.objects.filter(pk=world.contact().user_id).update(email=ADDRESS.upper())
    with at("2026-11-02 10:00"):
        answered(world)
    assert not RatingLink.objects.unscoped(WHY).exists()


def test_a_wrong_address_is_refused_with_a_sentence(world: World) -> None:
    with pytest.raises(Refused) as refusal:
        world.submit(contact_email="xu@")
    assert [error.field for error in refusal.value.errors] == ["contact_email"]
    assert not Demand.objects.unscoped(WHY).exists()
