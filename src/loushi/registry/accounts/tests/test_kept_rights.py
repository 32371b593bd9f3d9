"""A person and an Actor are kept between requests: no right outlives its end by a single request."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from loushi.foundation.core import stamps
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.testing import at
from loushi.registry.accounts import commands, sessions
from loushi.registry.accounts.factories import PASSWORD, make_staff, make_user
from loushi.registry.accounts.models import Appointment, Role, User
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/people/"


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    stamps.forget()


def admin(until: date | None = None) -> tuple[Client, User]:
    user = make_staff("system_admin", make_district(), until=until)
    client = Client()
    answer = client.post("/login/", {"identifier": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client, user


def test_the_kept_actor_costs_one_query(django_assert_num_queries: object) -> None:
    client, _user = admin()
    client.get("/account/")
    with django_assert_num_queries(1):  # type: ignore[operator]
        client.get("/healthz")
        client.get("/theme/")  # a page that needs nothing but to know who asks


def test_a_revoked_post_ends_with_the_next_request() -> None:
    client, user = admin()
    assert [client.get(PAGE).status_code for _ in range(2)] == [200, 200]
    post = Appointment.plain.get(user=user)
    day = timezone.localdate() - timedelta(days=1)
    commands.end_appointment(actor=system_actor(), appointment_id=post.pk, on=day)
    assert client.get(PAGE).status_code == 403


def test_a_changed_role_holds_with_the_next_request() -> None:
    client, _user = admin()
    assert [client.get(PAGE).status_code for _ in range(2)] == [200, 200]
    Role.objects.filter(code="system_admin").update(permissions=[])
    assert client.get(PAGE).status_code == 403


def test_a_dated_post_ends_with_its_last_day() -> None:
    with at("2026-10-12 10:00"):
        client, _user = admin(until=date(2026, 10, 12))
        assert client.get(PAGE).status_code == 200
    with at("2026-10-12 23:59"):
        sessions.IDLE_NOTED = True
        assert client.get("/login/").status_code in {200, 302}
