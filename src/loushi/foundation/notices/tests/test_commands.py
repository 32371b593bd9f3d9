"""Writing, reading and choosing."""

from datetime import time

import pytest
from django.db import transaction

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.core.testing import make_actor
from loushi.foundation.notices import commands, queries, registry
from loushi.foundation.notices.commands import Message
from loushi.foundation.notices.models import Delivery, KindPreference, Notice, Preference

NOTICE = {"kind": "demand_dispatched", "title": "请签收", "link": "/demands/12/"}


def keys_of(user_id: int) -> list[str]:
    return list(
        Notice.objects.unscoped("test")
        .filter(recipient_id=user_id)
        .order_by("pk")
        .values_list("key", flat=True)
    )


@pytest.mark.django_db
def test_each_person_gets_a_key_once() -> None:
    commands.notify(user_ids=[3, 4, 3], key="d:12", **NOTICE)
    commands.notify(user_ids=[4, 5], key="d:12", **NOTICE)
    assert [keys_of(user) for user in (3, 4, 5)] == [["d:12"]] * 3


@pytest.mark.django_db
def test_nothing_is_told_when_the_cause_is_rolled_back() -> None:
    with transaction.atomic():
        commands.notify(user_ids=[3], key="d:12", **NOTICE)
        transaction.set_rollback(True)
    assert keys_of(3) == []


@pytest.mark.django_db
def test_a_long_title_is_shortened_and_never_stops_the_cause() -> None:
    commands.notify(user_ids=[3], key="d:12", kind="k", title="长" * 300)
    assert Notice.objects.unscoped("test").get().title == "长" * 199 + "…"


@pytest.mark.parametrize("link", ["https://elsewhere.example/", "//elsewhere.example/", "demands/"])
def test_a_notice_links_only_to_our_own_pages(link: str) -> None:
    with pytest.raises(ValueError, match="links to a page of ours"):
        commands.notify(user_ids=[3], key="d:12", kind="k", title="t", link=link)


def test_a_notice_needs_a_key() -> None:
    with pytest.raises(ValueError, match="needs a key"):
        commands.notify(user_ids=[3], key="", kind="k", title="t")


@pytest.mark.django_db
def test_history_is_written_as_read_and_sends_no_mail() -> None:
    commands.notify_many([Message(3, "k", "旧事", key="old")], deliver=False, read=True)
    notice = Notice.objects.unscoped("test").get()
    assert notice.planned_at == notice.read_at == notice.created_at


@pytest.mark.django_db
def test_opening_marks_as_read_and_gives_the_page() -> None:
    commands.notify(user_ids=[3, 4], key="d:12", **NOTICE)
    pk = Notice.objects.unscoped("test").get(recipient_id=3).pk
    assert commands.mark_read(actor=make_actor(3), pk=pk) == "/demands/12/"
    assert queries.unread_count(make_actor(3)) == 0
    assert queries.unread_count(make_actor(4)) == 1


@pytest.mark.django_db
def test_nobody_opens_the_notice_of_another() -> None:
    commands.notify(user_ids=[3], key="d:12", **NOTICE)
    notice = Notice.objects.unscoped("test").get()
    with pytest.raises(NotVisible):
        commands.mark_read(actor=make_actor(4), pk=notice.pk)
    notice.refresh_from_db()
    assert notice.read_at is None


@pytest.mark.django_db
def test_mark_all_spares_what_came_later_and_what_belongs_to_others() -> None:
    commands.notify(user_ids=[3, 4], key="first", **NOTICE)
    newest = queries.page(make_actor(3)).newest
    commands.notify(user_ids=[3], key="later", **NOTICE)
    assert commands.mark_all_read(actor=make_actor(3), until=newest) == 1
    assert queries.unread_count(make_actor(3)) == 1
    assert queries.unread_count(make_actor(4)) == 1


@pytest.mark.django_db
def test_preferences_are_saved_and_replaced() -> None:
    registry.declare_kind("demand_dispatched", "派单")
    registry.declare_kind("demand_overdue", "超时", urgent=True)
    actor = make_actor(3)
    for hour, mode in ((8, "digest"), (10, "off")):
        commands.save_preferences(
            actor=actor,
            digest_hour=hour,
            quiet_from=time(22),
            quiet_until=time(7),
            modes={"demand_dispatched": mode, "unknown": "off"},
        )
    chosen = queries.preferences(actor)
    assert (chosen.digest_hour, chosen.quiet_from, chosen.quiet_until) == (10, time(22), time(7))
    assert [(kind.code, kind.mode, kind.urgent) for kind in chosen.kinds] == [
        ("demand_dispatched", "off", False),
        ("demand_overdue", "now", True),
    ]
    assert queries.preferences(make_actor(4)).digest_hour == 9


@pytest.mark.django_db
def test_a_person_chooses_only_for_what_can_come() -> None:
    registry.declare_kind("progress", "进展")
    registry.declare_kind("accepted", "受理", group="progress")
    registry.declare_kind("intake", "待受理", permission="demands.accept")

    def offered(actor: Actor) -> list[str]:
        return [kind.code for kind in queries.preferences(actor).kinds]

    assert offered(make_actor(3)) == ["progress"]
    clerk = make_actor(3, path="000001", permissions=["demands.accept"])
    assert offered(clerk) == ["intake", "progress"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("quiet_until", {"quiet_until": None}),
        ("quiet_from", {"quiet_from": None}),
        ("digest_hour", {"digest_hour": 24}),
        ("mode_x", {"modes": {"x": "sometimes"}}),
    ],
)
def test_wrong_preferences_are_refused_and_nothing_is_saved(
    field: str, wrong: dict[str, object]
) -> None:
    good = {"digest_hour": 9, "quiet_from": time(22), "quiet_until": time(7), "modes": {}}
    with pytest.raises(Refused) as refusal:
        commands.save_preferences(actor=make_actor(3), **{**good, **wrong})
    assert refusal.value.errors[0].field == field
    assert not Preference.objects.unscoped("test").filter(user_id=3).exists()
    assert not KindPreference.objects.unscoped("test").exists()


@pytest.mark.django_db
def test_only_the_system_administrator_revives_dead_letters() -> None:
    commands.notify(user_ids=[3], key="d:12", **NOTICE)
    notice = Notice.objects.unscoped("test").get()
    dead = Delivery.objects.unscoped("test").create(
        recipient_id=3, notice=notice, state="dead", attempts=12
    )
    with pytest.raises(Denied):
        commands.retry(actor=make_actor(3), what="mail", pk=dead.pk)
    dead.refresh_from_db()
    assert dead.state == "dead"
    keeper = make_actor(9, path="000001", permissions=["notices.manage"])
    assert [letter.pk for letter in queries.dead_letters(keeper)] == [dead.pk]
    commands.retry(actor=keeper, what="mail", pk=dead.pk)
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("pending", 0)
    with pytest.raises(Denied):
        queries.dead_letters(make_actor(3))
