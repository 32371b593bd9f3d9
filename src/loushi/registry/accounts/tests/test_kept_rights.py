"""A person and an Actor are kept between requests: no right outlives its end."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from loushi.foundation.core import stamps
from loushi.foundation.core.actor import system_actor
from loushi.registry.accounts import commands, queries
from loushi.registry.accounts.factories import actor_of, make_staff
from loushi.registry.accounts.models import Appointment, Role, User
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/departments/new/"


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    stamps.forget()


def admin() -> tuple[Client, User]:
    user = make_staff("system_admin", make_district()["Q"])
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert [client.get(PAGE).status_code for _ in range(3)] == [200, 200, 200]
    return client, user


def test_who_asks_costs_one_query(django_assert_num_queries: Any) -> None:
    client, _user = admin()
    with django_assert_num_queries(1):
        client.get("/account/password/")


def test_a_post_that_ended_ends_with_the_next_request() -> None:
    client, user = admin()
    post = Appointment.plain.get(user=user)
    day = timezone.localdate() - timedelta(days=1)
    commands.end_appointment(actor=system_actor(), appointment_id=post.pk, on=day, why="调离")
    assert client.get(PAGE).status_code == 403


def test_a_changed_role_holds_with_the_next_request() -> None:
    client, _user = admin()
    Role.objects.filter(code="system_admin").update(permissions=[])
    assert client.get(PAGE).status_code == 403


def test_a_closed_account_is_out_with_the_next_request() -> None:
    client, user = admin()
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(PAGE).headers["Location"].startswith("/login/")


def test_a_changed_password_ends_the_other_sessions() -> None:
    client, user = admin()
    user.set_password("another-one-2026")
    user.save()
    assert client.get(PAGE).headers["Location"].startswith("/login/")


def test_a_dated_post_ends_after_its_last_day() -> None:
    last = date(2026, 10, 12)
    user = make_staff("system_admin", make_district()["Q"], until=last)
    for _turn in range(2):
        assert actor_of(user, last).has("accounts.departments")
        assert not actor_of(user, last + timedelta(days=1)).grants


def test_two_requests_do_not_share_a_person() -> None:
    client, user = admin()
    first, second = (client.get(PAGE).wsgi_request.user for _ in range(2))
    first.name = "改"
    assert second.name == user.name
    assert queries.actor_for(user, timezone.localdate()).name == user.name


def test_a_dead_connection_is_replaced(monkeypatch: Any) -> None:
    from django.db import OperationalError

    from loushi.registry.accounts import session_store

    client, _user = admin()
    row, broken = session_store._row, [True]

    def once(*given: Any) -> Any:
        if broken:
            broken.pop()
            raise OperationalError("server closed the connection unexpectedly")
        return row(*given)

    monkeypatch.setattr(session_store, "_row", once)
    assert client.get(PAGE).status_code == 200
