"""Roles are named in the reader's language on every page and in the API; records keep Chinese."""

import pytest
from django.test import Client
from django.utils import translation

from loushi.foundation.core.actor import system_actor
from loushi.registry.accounts.commands import issue_token
from loushi.registry.accounts.factories import actor_of, make_staff
from loushi.registry.accounts.models import User
from loushi.registry.accounts.queries import posts_of
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return make_staff("window_clerk", make_district()["C1"], name="周闻笛")


def english(user: User) -> Client:
    User.objects.filter(pk=user.pk).update(language="en")
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def test_the_page_names_the_role_in_english(clerk: User) -> None:
    text = english(clerk).get("/people/").content.decode()
    assert "Window clerk" in text
    assert "窗口</" not in text
    User.objects.filter(pk=clerk.pk).update(language="zh-hans")
    client = Client()
    client.force_login(clerk)
    text = client.get("/people/").content.decode()
    assert "窗口" in text
    assert "Window clerk" not in text


def test_the_api_and_the_snapshot(clerk: User) -> None:
    actor = actor_of(clerk)
    token = issue_token(actor=system_actor(), username=clerk.username)
    caller = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})
    me = caller.get("/api/v1/accounts/me").json()
    assert me["appointment"].endswith("Window clerk")
    assert me["grants"][0]["label"] == me["appointment"]
    with translation.override("en"):
        assert posts_of(actor).endswith("Window clerk")
        assert actor.appointment.endswith("窗口"), "what the audit keeps"
