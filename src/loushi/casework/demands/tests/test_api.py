"""The API of demands: who gets in, who sees what, nothing twice, no row lost between pages."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from loushi.casework.demands.factories import World
from loushi.casework.demands.models import Demand, RatingLink
from loushi.casework.demands.tests.test_firm import logged_in, member
from loushi.foundation.core.testing import at
from loushi.registry.accounts import tokens
from loushi.registry.accounts.factories import make_staff
from loushi.registry.accounts.models import ApiToken, User

WHY = "test"
ROOT = "/api/v1/demands"


class Caller:
    """A client with somebody's bearer token."""

    def __init__(self, user: User) -> None:
        text, digest, hint = tokens.make()
        ApiToken.objects.unscoped(WHY).create(user=user, digest=digest, hint=hint)
        self.client = Client(headers={"Authorization": f"Bearer {text}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(ROOT + path, query)

    def post(self, path: str, body: Any, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(ROOT + path, body, content_type="application/json", headers=headers)


@pytest.fixture
def clerk(world: World) -> Caller:
    return Caller(make_staff("window_clerk", world.here))


@pytest.fixture
def neighbour(world: World) -> Caller:
    return Caller(make_staff("window_clerk", world.there))


@pytest.fixture
def contact(world: World) -> Caller:
    return Caller(member(world, "enterprise_contact", "陈屿", "13800002046"))


def body(world: World, **fields: Any) -> dict[str, Any]:
    return {
        "text": "桐川路违停堵住卸货口。",
        "category": world.category.code,
        "enterprise": world.enterprise.pk,
        "building": world.tower.pk,
        "contact_name": "陈屿",
        "contact_phone": "13800002046",
        **fields,
    }


def test_without_a_token_there_is_a_problem_document(world: World) -> None:
    for headers in ({}, {"Authorization": "Bearer loushi_wrong"}):
        answer = Client(headers=headers).get(ROOT)
        assert answer.status_code == 401
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json()["status"] == 401


def test_a_session_is_no_token(world: World) -> None:
    user = member(world, "enterprise_contact", "陈屿")
    assert logged_in(user).get(ROOT).status_code == 401


def test_submitting_gives_201_and_its_address(world: World, contact: Caller) -> None:
    with at(timezone.now()):  # the minutes left must not pass between the two answers
        answer = contact.post("", body(world))
        row = Demand.objects.unscoped(WHY).get()
        again = contact.get(f"/{row.pk}").json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{ROOT}/{row.pk}"
    given = answer.json()
    assert (given["number"], given["state"]["code"], given["channel"]["code"]) == (
        row.number, "submitted", "api",
    )  # fmt: skip
    assert given["submitted_at"].endswith(("Z", "+00:00", "+08:00"))
    assert again == given


def test_the_same_key_makes_one_demand(world: World, contact: Caller) -> None:
    one = contact.post("", body(world), key="k-1")
    two = contact.post("", body(world), key="k-1")
    other = contact.post("", body(world, text="另一件事"), key="k-1")
    assert (one.status_code, two.status_code, other.status_code) == (201, 201, 409)
    assert one.json()["id"] == two.json()["id"]
    assert Demand.objects.unscoped(WHY).count() == 1


def test_every_wrong_field_is_named(world: World, contact: Caller) -> None:
    answer = contact.post("", body(world, category="99", building=999, text=""))
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"category", "building"}
    malformed = contact.post("", {"text": 5})
    assert malformed.status_code == 422
    assert {"text", "category"} <= {error["field"] for error in malformed.json()["errors"]}
    assert not Demand.objects.unscoped(WHY).exists()


def test_nobody_names_rows_of_others(world: World, neighbour: Caller) -> None:
    answer = neighbour.post("", body(world))
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"enterprise", "building"}
    assert not Demand.objects.unscoped(WHY).exists()


def test_the_neighbour_finds_nothing(world: World, neighbour: Caller, clerk: Caller) -> None:
    row = world.submit()
    for path in (f"/{row.pk}", f"/{row.pk}/history", f"/{row.pk}/moves", f"/{row.pk}/attachments"):
        assert neighbour.get(path).status_code == 404, path
        assert clerk.get(path).status_code == 200, path
    assert neighbour.post(f"/{row.pk}/moves/accept", {}).status_code == 404
    assert neighbour.get("").json()["items"] == []
    row.refresh_from_db()
    assert row.state == "submitted"


def test_moves_follow_the_table(world: World, clerk: Caller) -> None:
    row = world.submit()
    names = [move["name"] for move in clerk.get(f"/{row.pk}/moves").json()]
    assert "accept" in names
    assert "resolve" not in names
    accepted = clerk.post(f"/{row.pk}/moves/accept", {}, key="m1")
    again = clerk.post(f"/{row.pk}/moves/accept", {}, key="m1")
    assert (accepted.status_code, again.status_code) == (200, 200)
    assert clerk.post(f"/{row.pk}/moves/accept", {}).status_code == 409
    missing = clerk.post(f"/{row.pk}/moves/dispatch", {})
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (422, "lead")
    given = {"lead": world.police.pk, "lead_limit": {"kind": "working_days", "amount": 3}}
    sent = clerk.post(f"/{row.pk}/moves/dispatch", given)
    assert sent.json()["state"]["code"] == "dispatched"
    assert clerk.post(f"/{row.pk}/moves/resolve", {"verdict": "solved"}).status_code == 403
    parts = clerk.get(f"/{row.pk}").json()["parts"]
    assert [part["department"]["name"] for part in parts] == [world.police.name]


def test_hidden_names_are_null_and_listed(world: World) -> None:
    made = world.submit(hide_name=True, contact_phone="13800002046", contact_email="xu@example.cn")
    row = world.move(made, "accept", world.clerk())
    world.move(row, "dispatch", world.clerk(), lead=world.police.pk)
    handler = Caller(make_staff("department_handler", world.police))
    given = handler.get(f"/{row.pk}").json()
    assert {given[f"contact_{part}"] for part in ("name", "phone", "email")} == {None}
    assert given["hidden"] == ["contact_email", "contact_name", "contact_phone", "submitter"]
    text = handler.get(f"/{row.pk}/history").content.decode()
    assert "陈屿" not in text


def test_the_firm_reads_public_lines_only(world: World, contact: Caller, clerk: Caller) -> None:
    pk = contact.post("", body(world)).json()["id"]
    clerk.post(f"/{pk}/moves/note", {"note": "内部的话"})
    assert [event["move"] for event in contact.get(f"/{pk}/history").json()] == ["submit"]
    assert [event["move"] for event in clerk.get(f"/{pk}/history").json()] == ["note", "submit"]


@pytest.mark.parametrize("sort", ["new", "old", "due"])
def test_walking_the_pages_gives_every_row_once(world: World, clerk: Caller, sort: str) -> None:
    made = [world.submit(text=f"第 {number} 件").pk for number in range(23)]
    for pk in made[::4]:
        Demand.objects.unscoped(WHY).filter(pk=pk).update(due_at=None)
    seen: list[int] = []
    answer = clerk.get("", sort=sort, limit=5)
    while True:
        page = answer.json()
        seen += [item["id"] for item in page["items"]]
        assert page["count"] == 23
        if page["next"] is None:
            assert "Link" not in answer.headers
            break
        address = answer.headers["Link"].partition(">")[0].strip("<")
        answer = clerk.client.get(address)
    assert sorted(seen) == made
    assert len(seen) == len(set(seen))


def test_the_filters_are_those_of_the_pages(world: World, clerk: Caller) -> None:
    urgent = world.submit(urgency="urgent", text="电梯困人")
    other = world.move(world.submit(), "accept", world.clerk())
    ids = lambda **query: [item["id"] for item in clerk.get("", **query).json()["items"]]  # noqa: E731
    assert ids(urgency="urgent") == [urgent.pk]
    assert ids(queue="to_dispatch") == [other.pk]
    assert ids(q="困人") == [urgent.pk]
    assert ids(unit=world.there.path) == []
    assert ids(since="2999-01-01") == []
    assert clerk.get("", sort="sideways").status_code == 422


def picture() -> SimpleUploadedFile:
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    return SimpleUploadedFile("门口.png", buffer.getvalue(), "image/png")


def test_files_are_added_listed_and_downloaded_under_the_same_policy(
    world: World, contact: Caller, neighbour: Caller
) -> None:
    pk = contact.post("", body(world)).json()["id"]
    address = f"{ROOT}/{pk}/attachments"
    headers = {"Idempotency-Key": "f1"}
    for _twice in range(2):
        answer = contact.client.post(address, {"uploads": picture()}, headers=headers)
        assert answer.status_code == 201
    files = contact.get(f"/{pk}/attachments").json()
    assert [file["name"] for file in files] == ["门口.png"]
    got = contact.client.get(files[0]["href"])
    assert got.headers["Content-Type"] == "image/png"
    assert b"".join(got.streaming_content).startswith(b"\x89PNG")
    assert neighbour.client.get(files[0]["href"]).status_code == 404
    assert neighbour.client.post(address, {"uploads": picture()}).status_code == 404
    assert logged_in(member(world, "employee", "周小禾")).get(
        f"/files/{files[0]['id']}/x.png"
    ).status_code == 404  # fmt: skip


def test_a_rating_link_comes_from_the_centre_after_the_answer(
    world: World, clerk: Caller, contact: Caller
) -> None:
    row = world.resolved()
    answer = clerk.post(f"/{row.pk}/rating-link", {})
    assert answer.status_code == 201
    path = answer.json()["url"].removeprefix("http://testserver")
    assert Client().get(path).status_code == 200
    one = clerk.post(f"/{row.pk}/rating-link", {}, key="l1").json()
    assert clerk.post(f"/{row.pk}/rating-link", {}, key="l1").json() == one
    assert RatingLink.objects.unscoped("test").filter(demand=row).count() == 2
    assert clerk.post(f"/{row.pk}/rating-link", {}, key="l2").json()["url"] != one["url"]
    assert contact.post(f"/{row.pk}/rating-link", {}).status_code == 403
    waiting = world.submit()
    assert clerk.post(f"/{waiting.pk}/rating-link", {}).status_code == 403


def test_the_description_is_openapi_3_1_and_names_every_path(world: World) -> None:
    given = Client().get("/api/v1/openapi.json").json()
    assert given["openapi"].startswith("3.1")
    paths = given["paths"]
    for name in ("units", "accounts/me", "tax", "leads", "notices"):
        for path in (one for one in paths if one.startswith(f"/api/v1/{name}")):
            for method in paths[path].values():
                problem = method["responses"]["403"]["content"]["application/problem+json"]
                assert problem["schema"]["$ref"].endswith("Problem" + "Details"), path
    assert {f"{ROOT}", f"{ROOT}/categories", f"{ROOT}/{{demand_id}}/moves/{{move}}"} <= set(paths)
    for path, methods in paths.items():
        if path.startswith(ROOT):
            for method in methods.values():
                assert method["summary"], path
                assert method["description"], path


def test_categories_come_first_level_before_second(world: World, contact: Caller) -> None:
    given = contact.get("/categories").json()
    assert [row["code"] for row in given] == ["30", "30.01"]
    assert given[1]["parent"] == "30"


def test_any_date_that_can_be_written_is_answered(contact: Caller) -> None:
    """Midnight of the first day of the calendar lies before it in UTC."""
    assert contact.get("", since="0001-01-01", until="9999-12-31").status_code == 200
