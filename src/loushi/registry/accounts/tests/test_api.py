"""Bearer tokens on the API: who I am, problem documents, the same doors as the pages."""

from typing import Any

import pytest
from django.test import Client

from loushi.foundation.core.testing import at
from loushi.registry.accounts import commands
from loushi.registry.accounts.factories import make_department, make_staff, make_user
from loushi.registry.accounts.models import ApiToken, User
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


def holder(user: User) -> Client:
    token = commands.issue_token(username=user.username)
    return Client(headers={"Authorization": f"Bearer {token}"})


def get(client: Client, path: str) -> Any:
    return client.get(f"/api/v1/{path}")


def test_the_token_speaks_for_its_person(units: dict[str, Unit]) -> None:
    clerk = make_staff("window_clerk", units["C1"], name="林知微")
    body = get(holder(clerk), "accounts/me").json()
    assert (body["name"], body["appointment"]) == ("林知微", "第1商务社区 窗口")
    assert body["grants"][0]["key"] == units["C1"].path


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Bearer loushi_nonsense"])
def test_without_a_token_a_problem_document(header: str) -> None:
    client = Client(headers={"Authorization": header}) if header else Client()
    response = get(client, "accounts/me")
    assert response.status_code == 401
    assert response.headers["Content-Type"].startswith("application/problem+json")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["status"] == 401


def test_a_browser_session_opens_no_api(units: dict[str, Unit]) -> None:
    client = Client()
    client.force_login(
        make_staff("window_clerk", units["C1"]),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    assert get(client, "accounts/me").status_code == 401


def test_a_closed_account_or_a_first_password_opens_nothing(units: dict[str, Unit]) -> None:
    user = make_user()
    client = holder(user)
    assert get(client, "accounts/me").status_code == 200
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    assert get(client, "accounts/me").status_code == 401
    User.objects.filter(pk=user.pk).update(must_change_password=False, is_active=False)
    assert get(client, "accounts/me").status_code == 401
    assert ApiToken.plain.count() == 1


def test_departments_and_the_tree_of_a_day(units: dict[str, Unit]) -> None:
    row = make_department(units["Q"], code="D01")
    client = holder(make_staff("department_handler", row))
    assert [one["code"] for one in get(client, "accounts/departments").json()] == ["D01"]
    tree = get(client, "units?on=2026-10-12").json()
    assert [unit["code"] for unit in tree["units"]][:2] == ["Q", "C1"]
    assert get(client, "units?on=2019-01-01").json()["units"] == []
    wrong = get(client, "units?on=someday")
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "on"


def test_the_description_is_openapi_3_1() -> None:
    body = get(Client(), "openapi.json").json()
    assert body["openapi"].startswith("3.1")
    assert "/api/v1/accounts/me" in body["paths"]
