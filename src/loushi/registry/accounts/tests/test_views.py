"""The pages: who opens what, what the forms do, what stays as it was."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from loushi.foundation.core.testing import at
from loushi.registry.accounts import queries
from loushi.registry.accounts.factories import (
    PASSWORD,
    make_department,
    make_staff,
    make_user,
)
from loushi.registry.accounts.models import Appointment, Department, SupportAccess, User
from loushi.registry.territory.factories import make_district
from loushi.registry.territory.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with at("2026-10-12 12:00"):
        yield


@pytest.fixture
def units() -> dict[str, Unit]:
    return make_district()


def inside(user: User) -> Client:
    """A browser in which the person is logged in."""
    client = Client()
    response = client.post(
        reverse("accounts:login"), {"identifier": user.username, "password": PASSWORD}
    )
    assert response.status_code == 302
    return client


@pytest.fixture
def security(units: dict[str, Unit]) -> Client:
    return inside(make_staff("security_admin", units["Q"], name="安闻"))


def test_every_page_of_the_own_account_opens(units: dict[str, Unit]) -> None:
    client = inside(make_staff("window_clerk", units["C1"]))
    for name in ("profile", "change_password", "sessions", "tokens", "people", "departments"):
        assert client.get(reverse(f"accounts:{name}")).status_code == 200, name


def test_every_page_of_the_security_administrator_opens(
    security: Client, units: dict[str, Unit]
) -> None:
    clerk = make_staff("window_clerk", units["C1"])
    for name in ("new_person", "appoint_many", "supports", "people"):
        assert security.get(reverse(f"accounts:{name}")).status_code == 200, name
    for name in ("person", "edit_person", "appoint"):
        assert security.get(reverse(f"accounts:{name}", args=[clerk.pk])).status_code == 200, name


def test_a_clerk_sees_colleagues_and_no_neighbours(units: dict[str, Unit]) -> None:
    client = inside(make_staff("window_clerk", units["C1"], name="林知微"))
    mine = make_staff("enterprise_officer", units["C1"], name="同事甲")
    other = make_staff("window_clerk", units["C2"], name="邻居乙")
    page = client.get(reverse("accounts:people")).content.decode()
    assert mine.name in page
    assert other.name not in page
    assert client.get(reverse("accounts:person", args=[mine.pk])).status_code == 200
    assert client.get(reverse("accounts:person", args=[other.pk])).status_code == 404


@pytest.mark.parametrize("name", ["new_person", "appoint_many", "supports", "new_department"])
def test_a_clerk_manages_nobody(units: dict[str, Unit], name: str) -> None:
    client = inside(make_staff("window_clerk", units["C1"]))
    before = (User.objects.count(), Appointment.plain.count(), Department.objects.count())
    assert client.get(reverse(f"accounts:{name}")).status_code == 403
    assert client.post(reverse(f"accounts:{name}"), {}).status_code == 403
    assert before == (User.objects.count(), Appointment.plain.count(), Department.objects.count())


def test_a_new_account_shows_its_password_once(security: Client) -> None:
    form = {"name": "顾南乔", "username": "Gu.Nanqiao", "phone": "", "email": ""}
    page = security.post(reverse("accounts:new_person"), form)
    user = User.objects.get(username="gu.nanqiao")
    assert user.must_change_password
    assert page.context["password"] in page.content.decode()
    assert user.check_password(page.context["password"])


def test_a_wrong_account_form_keeps_what_was_typed(security: Client) -> None:
    form = {"name": "顾南乔", "username": "顾", "phone": "abc", "email": ""}
    page = security.post(reverse("accounts:new_person"), form)
    assert page.status_code == 422
    assert "顾南乔" in page.content.decode()
    assert set(page.context["form"].errors) == {"username", "phone"}
    assert not User.objects.filter(name="顾南乔").exists()


def test_appointing_and_ending_a_post(security: Client, units: dict[str, Unit]) -> None:
    user = make_user("江未眠")
    form = {"role": "window_clerk", "unit": units["C1"].pk, "department": "",
            "since": "2026-10-12", "until": "", "note": ""}  # fmt: skip
    response = security.post(reverse("accounts:appoint", args=[user.pk]), form)
    assert response.status_code == 302
    (post,) = queries.appointments_of(user.pk, date(2026, 10, 12))
    response = security.post(
        reverse("accounts:end_post", args=[post.pk]), {"on": "2026-10-30", "person": user.pk}
    )
    post.refresh_from_db()
    assert post.until == date(2026, 10, 30)


def test_bulk_appointing_is_all_or_nothing(security: Client, units: dict[str, Unit]) -> None:
    user = make_user()
    form = {"people": f"{user.username}\nnobody.here", "role": "window_clerk",
            "unit": units["C1"].pk, "since": "2026-10-12", "until": ""}  # fmt: skip
    page = security.post(reverse("accounts:appoint_many"), form)
    assert page.status_code == 422
    assert "nobody.here" in page.content.decode()
    assert not queries.appointments_of(user.pk, date(2026, 10, 12))
    form["people"] = user.username
    assert security.post(reverse("accounts:appoint_many"), form).status_code == 302
    assert queries.appointments_of(user.pk, date(2026, 10, 12))


def test_closing_resetting_unlocking(security: Client, units: dict[str, Unit]) -> None:
    user = make_staff("window_clerk", units["C1"])

    def post(name: str, **form: Any) -> Any:
        return security.post(reverse(f"accounts:{name}", args=[user.pk]), form)

    page = post("reset_password", **{"reset-why": "电话核实本人"})
    user.refresh_from_db()
    assert user.check_password(page.context["password"])
    post("close_person", **{"close-why": "调离"})
    user.refresh_from_db()
    assert not user.is_active
    assert security.get(reverse("accounts:person", args=[user.pk])).status_code == 200
    post("open_person")
    post("unlock_person")
    post("leave_person", **{"leave-on": "2026-10-12", "leave-why": "调离"})
    user.refresh_from_db()
    assert user.left_on == date(2026, 10, 12)


def test_departments_are_kept_by_the_system_administrator(units: dict[str, Unit]) -> None:
    client = inside(make_staff("system_admin", units["Q"]))
    form = {"code": "D01", "name": "区交警大队", "short_name": "交警", "unit": units["Q"].pk,
            "phone": "", "duties": "", "is_active": "on"}  # fmt: skip
    assert client.post(reverse("accounts:new_department"), form).status_code == 302
    row = Department.objects.get(code="D01")
    for name in ("department", "edit_department"):
        assert client.get(reverse(f"accounts:{name}", args=[row.pk])).status_code == 200
    form["name"] = "区公安分局交警大队"
    response = client.post(reverse("accounts:edit_department", args=[row.pk]), form)
    assert response.status_code == 302
    row.refresh_from_db()
    assert row.name == "区公安分局交警大队"


def test_support_mode_runs_from_page_to_page_and_ends(units: dict[str, Unit]) -> None:
    security = inside(make_staff("security_admin", units["Q"], name="安闻"))
    helper = make_user("支援员")
    client = inside(helper)
    form = {"user": helper.username, "reason": "排查列表", "hours": 2}
    assert security.post(reverse("accounts:supports"), form).status_code == 302
    access = SupportAccess.plain.get()
    assert access.reason in client.get(reverse("accounts:profile")).content.decode()
    client.post(reverse("accounts:start_support", args=[access.pk]))
    page = client.get(reverse("accounts:departments"))
    assert page.wsgi_request.actor.see_all
    assert "支持模式：您现在能看到全部数据，到 14:00 自动结束" in page.content.decode()
    with at("2026-10-12 12:20"):
        assert client.get(reverse("accounts:departments")).wsgi_request.actor.see_all
    security.post(reverse("accounts:revoke_support", args=[access.pk]))
    assert not client.get(reverse("accounts:departments")).wsgi_request.actor.see_all


def test_people_are_exported_under_the_same_rights(units: dict[str, Unit]) -> None:
    clerk = make_staff("window_clerk", units["C1"])
    make_staff("window_clerk", units["C2"], name="邻居乙")
    response = inside(clerk).get(reverse("accounts:people"), {"export": "csv"})
    text = b"".join(response).decode() if response.streaming else response.content.decode()
    assert clerk.name in text
    assert "邻居乙" not in text


def test_the_export_reads_all_people_in_portions(
    security: Client, units: dict[str, Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loushi.registry.accounts.exports.CHUNK", 2)
    names = {make_staff("window_clerk", units["C1"], name=f"甲{n}").name for n in range(5)}
    response = security.get(reverse("accounts:people"), {"export": "csv"})
    text = b"".join(response).decode() if response.streaming else response.content.decode()
    assert all(name in text for name in names)
    assert text.count("窗口") == 5  # each with the post


def test_a_list_costs_the_same_for_two_and_for_twenty(
    security: Client, units: dict[str, Unit], same_queries: Any
) -> None:
    def page() -> None:
        assert security.get(reverse("accounts:people")).status_code == 200

    def grow(number: int) -> None:
        for _one in range(number):
            make_staff("window_clerk", units["C1"])

    same_queries(page, grow)


def test_the_departments_page_names_its_people(units: dict[str, Unit]) -> None:
    row = make_department(units["Q"])
    client = inside(make_staff("department_handler", row, name="陈屿"))
    page = client.get(reverse("accounts:department", args=[row.pk])).content.decode()
    assert "陈屿" in page


def test_the_page_of_a_unit_links_only_to_people_who_may_be_opened(units: dict[str, Unit]) -> None:
    above = make_staff("security_admin", units["Q"], name="安闻")
    own = make_staff("window_clerk", units["C1"], name="文书")
    client = inside(make_staff("community_secretary", units["C1"]))
    page = client.get(reverse("territory:unit", args=[units["Q"].pk])).content.decode()
    assert "安闻" in page
    assert reverse("accounts:person", args=[above.pk]) not in page
    page = client.get(reverse("territory:unit", args=[units["C1"].pk])).content.decode()
    assert reverse("accounts:person", args=[own.pk]) in page
