"""Everybody reads notices in the own language, wherever the sender spoke another."""

from typing import Any

import pytest
from django.core import mail
from django.utils import translation

from loushi.foundation.core.actor import Actor
from loushi.foundation.notices import commands, outbox, queries, registry
from loushi.foundation.notices.commands import Phrase
from loushi.foundation.notices.models import Notice

# Sentences of this package, so that their English is in its own list.
TITLE, BODY = "楼事每日汇总：%(count)s 条消息", "未能送达"
CHINESE, ENGLISH = "楼事每日汇总：2 条消息", "Loushi daily digest: 2 notices"


@pytest.fixture
def people(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setattr(registry, "_address", lambda user: f"user{user}@example.cn")
    monkeypatch.setattr(registry, "_language", lambda user: "en" if user == 4 else "")


def tell() -> None:
    commands.notify(
        user_ids=[3, 4], kind="k", title=Phrase(TITLE, {"count": 2}), body=Phrase(BODY), key="once"
    )


@pytest.mark.django_db
def test_a_title_is_read_in_the_language_of_the_reader() -> None:
    with translation.override("en"):
        tell()
    for language, title, body in (
        ("zh-hans", CHINESE, "未能送达"),
        ("en", ENGLISH, "Undeliverable"),
    ):
        with translation.override(language):
            item = queries.page(Actor(3, "三")).rows[0]
            assert (item.title, item.body) == (title, body)


@pytest.mark.django_db
def test_mail_goes_out_in_the_language_of_its_recipient(people: None) -> None:
    tell()
    while outbox.plan() + outbox.send_due():
        pass
    subjects = {message.to[0]: message.subject for message in mail.outbox}
    assert subjects == {"user3@example.cn": CHINESE, "user4@example.cn": ENGLISH}


@pytest.mark.django_db
def test_texts_stay_as_they_are_with_their_per_cent_signs() -> None:
    commands.notify(user_ids=[3], kind="k", title="已用 80%", body="100% 棉", key="old")
    notice = Notice.objects.unscoped("test").get()
    with translation.override("en"):
        assert (notice.title_text, notice.body_text) == ("已用 80%", "100% 棉")
        assert notice.title_values is None
