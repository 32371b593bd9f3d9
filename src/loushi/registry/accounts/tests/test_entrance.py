"""The door: login, lock, idle time, first password, devices, the demo's shortcuts."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.testing import at
from loushi.registry.accounts import commands, entrance, queries, sessions
from loushi.registry.accounts.factories import PASSWORD, actor_of, make_staff, make_user
from loushi.registry.accounts.models import User, UserSession
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
LOGIN = "/login/"
HOME = "/account/"


@pytest.fixture(autouse=True)
def one_clock(monkeypatch: Any) -> None:
    """django-axes keeps a name of its own for the clock."""
    monkeypatch.setattr("axes.handlers.proxy.now", lambda: timezone.now())


def log_in(client: Client, user: User | str, password: str = PASSWORD, **more: Any) -> Any:
    name = user if isinstance(user, str) else user.username
    return client.post(LOGIN, {"identifier": name, "password": password, **more})


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_stranger_is_sent_to_the_door_and_back() -> None:
    client, user = Client(), make_user()
    response = client.get("/account/devices/")
    assert response.headers["Location"] == "/login/?next=%2Faccount%2Fdevices%2F"
    response = log_in(client, user, next="/account/devices/")
    assert response.headers["Location"] == "/account/devices/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:1"])
def test_the_way_back_stays_in_the_house(target: str) -> None:
    assert log_in(Client(), make_user(), next=target).headers["Location"] == "/"


def test_login_by_user_name_any_case_or_phone() -> None:
    user = make_user(username="zhou.wendi", phone="13800001234")
    for name in ("zhou.wendi", "Zhou.Wendi ", "13800001234"):
        assert log_in(Client(), name).status_code == 302, name
    make_user(phone="13800001234")
    assert log_in(Client(), "13800001234").status_code == 422
    assert user.username == "zhou.wendi"


def test_wrong_unknown_and_closed_look_the_same() -> None:
    user = make_user(username="zhou.wendi")
    closed = make_user(username="closed.one")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    pages = []
    for name, password in (
        ("zhou.wendi", "wrong"), ("nobody.here", PASSWORD), ("closed.one", PASSWORD)
    ):  # fmt: skip
        response = log_in(Client(), name, password)
        assert response.status_code == 422
        assert not response.wsgi_request.user.is_authenticated
        pages.append([str(error) for error in response.context["form"].non_field_errors()])
    assert pages[0] == pages[1] == pages[2]
    assert user.username


def test_refused_logins_are_recorded_without_what_was_typed() -> None:
    make_user(username="zhou.wendi")
    log_in(Client(), "zhou.wendi", "wrong-Password-1")
    log_in(Client(), "my-secret-typed-here", "x")
    rows = Entry.objects.unscoped("test").filter(action="accounts.log_in", result="refused")
    assert rows.count() == 2
    assert rows.filter(subject_label="zhou.wendi").count() == 1
    dump = str(list(rows.values()))
    assert "my-secret-typed-here" not in dump
    assert "wrong-Password-1" not in dump


@pytest.mark.parametrize("name", ["zhou.wendi", "nobody.here"])
def test_five_failures_lock_five_minutes_known_or_not(name: str) -> None:
    make_user(username="zhou.wendi")
    client = Client()
    with at("2026-10-12 10:00"):
        for _number in range(4):
            assert log_in(client, name, "wrong").status_code == 422
        response = log_in(client, name, "wrong")
        assert response.status_code == 429
        assert "连续输错 5 次" in text(response)
        assert "请 5 分钟后再试" in text(response)
    with at("2026-10-12 10:02"):
        response = log_in(client, name)
        assert response.status_code == 429
        assert "请 3 分钟后再试" in text(response)
    with at("2026-10-12 10:05:01"):
        assert log_in(client, name).status_code == (302 if name == "zhou.wendi" else 422)


def test_the_security_administrator_lifts_a_lock() -> None:
    units = make_district()
    security = actor_of(make_staff("security_admin", units["Q"]))
    user = make_user(username="zhou.wendi")
    client = Client()
    for _number in range(5):
        log_in(client, user, "wrong")
    assert queries.is_locked("zhou.wendi")
    commands.unlock_user(actor=security, user_id=user.pk)
    assert not queries.is_locked("zhou.wendi")
    assert log_in(client, user).status_code == 302


def test_idle_time_ends_the_login_and_says_so() -> None:
    client, user = Client(), make_user()
    with at("2026-10-12 10:00"):
        log_in(client, user)
    with at("2026-10-12 10:29"):
        assert client.get(HOME).status_code == 200
    with at("2026-10-12 10:58"):
        assert client.get(HOME).status_code == 200
    with at("2026-10-12 11:29"):
        response = client.get(HOME)
        assert response.status_code == 302
        assert "idle=1" in response.headers["Location"]
        assert "30 分钟没有使用" in text(client.get(response.headers["Location"]))
    assert UserSession.plain.get().end_reason == "idle"


def test_a_fragment_after_the_end_gets_401_with_the_door() -> None:
    response = Client().get(
        HOME, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/demands/7/"}
    )
    assert response.status_code == 401
    assert response.headers["HX-Redirect"].startswith("/login/?next=")


def test_a_first_password_must_go_first() -> None:
    client, user = Client(), make_user(must_change_password=True)
    assert log_in(client, user).headers["Location"] == "/account/password/"
    assert client.get("/departments/").headers["Location"] == "/account/password/"
    form = {"old": PASSWORD, "new": "brand-New-pass-7", "again": "brand-New-pass-7"}
    assert client.post("/account/password/", form | {"again": "x"}).status_code == 422
    assert client.post("/account/password/", form).status_code == 302
    assert client.get("/departments/").status_code == 200
    user.refresh_from_db()
    assert not user.must_change_password


def test_devices_are_listed_and_end_at_once() -> None:
    user = make_user()
    here, there = Client(), Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/130.0")
    log_in(here, user)
    log_in(there, user)
    page = here.get("/account/devices/")
    assert "Firefox · Windows" in text(page)
    other = next(row for row in page.context["rows"] if row.pk != page.context["current"])
    assert here.post(f"/account/devices/{other.pk}/end/").status_code == 302
    assert there.get(HOME).status_code == 302
    assert here.get(HOME).status_code == 200


def test_nobody_ends_anothers_device() -> None:
    mine, other = Client(), Client()
    log_in(mine, make_user())
    log_in(other, make_user())
    row = UserSession.plain.order_by("pk").last()
    assert row is not None
    assert mine.post(f"/account/devices/{row.pk}/end/").status_code == 404
    assert other.get(HOME).status_code == 200


def test_a_new_password_ends_the_other_devices_and_keeps_this_one() -> None:
    user = make_user()
    here, there = Client(), Client()
    log_in(here, user)
    log_in(there, user)
    form = {"old": PASSWORD, "new": "brand-New-pass-7", "again": "brand-New-pass-7"}
    here.post("/account/password/", form)
    assert here.get(HOME).status_code == 200
    assert there.get(HOME).status_code == 302
    assert sessions.end_all(user.pk, "test") == 1
    assert here.get(HOME).status_code == 302


def test_logging_out_ends_the_session() -> None:
    client, user = Client(), make_user()
    log_in(client, user)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 302
    assert client.get(HOME).status_code == 302
    assert UserSession.plain.get().end_reason == "logout"


def test_chinese_by_default_english_on_request() -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="en-US,en")
    assert 'lang="zh' in text(client.get(LOGIN))
    client.post("/account/language/", {"language": "en", "next": LOGIN})
    assert 'lang="en"' in text(client.get(LOGIN))


def test_the_demo_enters_only_in_the_demo(settings: Any, monkeypatch: Any) -> None:
    user, other = make_user(), make_user()
    monkeypatch.setattr(entrance, "_demo", lambda: [{"username": user.username, "role": "窗口"}])
    client = Client()
    for demo, production, status in ((False, False, 404), (True, True, 404), (True, False, 302)):
        settings.DEMO, settings.PRODUCTION = demo, production
        response = client.post("/login/demo/", {"username": user.username})
        assert response.status_code == status
    assert client.get(HOME).status_code == 200
    assert Client().post("/login/demo/", {"username": other.username}).status_code == 404


def test_the_forgotten_password_page_is_open() -> None:
    assert Client().get("/login/forgotten/").status_code == 200
