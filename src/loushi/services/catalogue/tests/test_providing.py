"""An enterprise that provides a resource sees who comes, and only that."""

from datetime import date
from typing import Any

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.testing import at, moment
from loushi.registry.accounts.commands import issue_token
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue.models import Resource, ResourceBooking

WHY = "test"
TUESDAY = "2026-11-03"
TIMES = {
    "minutes": 30, "places": 20, "most": 10, "days_ahead": 14, "release_minutes": 30,
    "workday_hours": "11:00-13:00", "restday_hours": "", "extended_hours": "",
}  # fmt: skip
OWN = "/catalogue/own/provided/"
OTHERS = ("boss2", "employee", "neighbour", "finance")


def canteen(place: Any, firm: str = "young", name: str = "青年食堂") -> Resource:
    clerk = place.actors["clerk"]
    row = commands.draft_resource(
        actor=clerk, unit_id=place.units["C1"].pk,
        values={"name": name, "kind_id": "canteen", "capacity": 200, "since": date(2026, 11, 1),
                "firm_id": place.firms[firm].pk},
    )  # fmt: skip
    commands.publish_resource(actor=clerk, resource_id=row.pk)
    commands.set_times(actor=clerk, resource_id=row.pk, values=TIMES)
    row.refresh_from_db()
    return row


def guest(place: Any, row: Resource, clock: str = "11:00", **more: Any) -> ResourceBooking:
    given = {"name": "来客", "phone": "13812342046", "units": 2, **more}
    return commands.book_resource_for(
        actor=place.actors["clerk"], resource_id=row.pk, starts_at=moment(f"{TUESDAY} {clock}"),
        **given,
    )  # fmt: skip


def looks() -> int:
    return Entry.objects.unscoped(WHY).filter(action="catalogue.look").count()


def test_the_provider_sees_who_comes_and_each_look_is_recorded(place: Any, client_of: Any) -> None:
    row = canteen(place)
    guest(place, row, note="部门聚餐")
    late = guest(place, row, "11:30", name="不来的", phone="13900001111")
    commands.cancel_resource_booking(actor=place.actors["clerk"], booking_id=late.pk)
    boss = client_of("boss")
    assert boss.get(OWN).status_code == 200
    assert looks() == 0
    page = boss.get(f"{OWN}{row.pk}/?on={TUESDAY}").content.decode()
    for text in ("来客", "13812342046", "部门聚餐", "11:00-11:30", "2 个名额"):
        assert text in page
    assert "不来的" not in page
    boss.get(f"{OWN}{row.pk}/?on={TUESDAY}")
    assert looks() == 1
    entry = Entry.objects.unscoped(WHY).get(action="catalogue.look")
    assert (entry.subject_id, entry.actor_id) == (row.pk, place.users["boss"].pk)
    boss.get(f"{OWN}{row.pk}/?on=2026-11-04")
    assert looks() == 1
    assert "青年食堂" in boss.get("/enterprises/mine/").content.decode()
    assert OWN in boss.get("/catalogue/own/resources/").content.decode()


def test_what_is_over_keeps_only_the_ends_of_a_phone(place: Any, client_of: Any) -> None:
    row = canteen(place)
    guest(place, row)
    with at("2026-11-04 09:00"):
        page = client_of("boss").get(f"{OWN}{row.pk}/?on={TUESDAY}").content.decode()
    assert "138****2046" in page
    assert "13812342046" not in page


def test_nobody_else_sees_it_or_changes_it(place: Any, client_of: Any) -> None:
    row = canteen(place)
    booked = guest(place, row)
    with at(f"{TUESDAY} 11:05"):
        for who in OTHERS:
            client = client_of(who)
            assert client.get(f"{OWN}{row.pk}/").status_code == 404, who
            done = client.post(f"{OWN}bookings/{booked.pk}/mark/", {"step": "arrived"})
            assert done.status_code == 404, who
            with pytest.raises(NotVisible):
                commands.mark_received(
                    actor=place.actors[who], booking_id=booked.pk, step="arrived"
                )
        # The provider's own people get no more than this: the window's list is not theirs.
        boss = client_of("boss")
        assert boss.get(f"/catalogue/resources/{row.pk}/day/").status_code in (403, 404)
        assert boss.post(f"/catalogue/bookings/{booked.pk}/cancel/").status_code == 404
    booked.refresh_from_db()
    assert booked.state == "booked"
    assert looks() == 0
    assert client_of("boss2").get(OWN).status_code == 200
    assert "还没有由本企业提供的资源" in client_of("boss2").get(OWN).content.decode()
    assert client_of("employee").get(OWN).status_code == 404


def test_came_and_did_not_come(place: Any, client_of: Any) -> None:
    row = canteen(place)
    one, two = guest(place, row), guest(place, row, "11:30", phone="13900001111")

    def mark(booked: ResourceBooking, step: str) -> str:
        client_of("boss").post(f"{OWN}bookings/{booked.pk}/mark/", {"step": step})
        booked.refresh_from_db()
        return booked.state

    assert mark(one, "arrived") == "booked"  # not before the day
    with at(f"{TUESDAY} 11:40"):
        assert "未到" in client_of("boss").get(f"{OWN}{row.pk}/").content.decode()
        assert mark(one, "arrived") == "arrived"
        assert mark(two, "missed") == "missed"
        assert mark(two, "nonsense") == "missed"
    marks = Entry.objects.unscoped(WHY).filter(action="catalogue.booking_mark")
    assert {entry.actor_id for entry in marks} == {place.users["boss"].pk}


def test_a_draft_is_not_shown_and_a_withdrawn_one_while_somebody_comes(place: Any) -> None:
    row, boss = canteen(place), place.actors["boss"]
    draft = commands.draft_resource(
        actor=place.actors["clerk"], unit_id=place.units["C1"].pk,
        values={"name": "草稿", "kind_id": "room", "firm_id": place.firms["young"].pk},
    )  # fmt: skip
    guest(place, row)
    commands.withdraw_resource(actor=place.actors["clerk"], resource_id=row.pk)
    assert [(one.name, one.ahead) for one in queries.provided(boss)] == [
        ("青年食堂", ((date(2026, 11, 3), 2),))
    ]
    with at("2026-11-04 09:00"):
        assert queries.provided(boss) == []
    with pytest.raises(NotVisible):
        queries.provided_resource(boss, draft.pk)


def test_the_form_names_the_enterprise_by_name_or_code(place: Any, client_of: Any) -> None:
    clerk = client_of("clerk")
    given = {"name": "会议室", "kind_id": "room", "unit_id": place.units["C1"].pk}
    wrong = clerk.post("/catalogue/resources/new/", given | {"firm": "没有这家"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert "没有找到这家企业" in page
    assert "没有这家" in page
    assert not Resource.objects.unscoped(WHY).exists()
    clerk.post("/catalogue/resources/new/", given | {"firm": "新芽科技"})
    row = Resource.objects.unscoped(WHY).get()
    assert (row.firm_id, row.provider) == (place.firms["young"].pk, "新芽科技")
    clerk.post(f"/catalogue/resources/{row.pk}/edit/", given | {"firm": ""})
    row.refresh_from_db()
    assert row.firm_id is None
    with pytest.raises(NotVisible):
        commands.update_resource(
            actor=place.actors["clerk"], resource_id=row.pk,
            values={"firm_id": place.firms["far"].pk},
        )  # fmt: skip


def test_who_books_is_told_who_will_see_it(place: Any, client_of: Any) -> None:
    row = canteen(place)
    page = client_of("boss2").get(f"/catalogue/resources/{row.pk}/book/").content.decode()
    assert "新芽科技”的联系人会看到您的姓名" in page


def test_the_api_says_the_same(place: Any, client: Any) -> None:
    row = canteen(place)
    booked = guest(place, row)

    def call(who: str, path: str, body: Any = None) -> Any:
        head = {"HTTP_AUTHORIZATION": f"Bearer {issue_token(username=place.users[who].username)}"}
        address = f"/api/v1/catalogue{path}"
        if body is None:
            return client.get(address, **head)
        return client.post(address, body, content_type="application/json", **head)

    assert [one["name"] for one in call("boss", "/provided").json()] == ["青年食堂"]
    (line,) = call("boss", f"/provided/{row.pk}/bookings?on={TUESDAY}").json()
    assert (line["name"], line["units"]) == ("来客", 2)
    assert looks() == 1
    mark = f"/provided/bookings/{booked.pk}/mark"
    for who in OTHERS:
        assert call(who, "/provided").json() == []
        assert call(who, f"/provided/{row.pk}/bookings").status_code == 404
        assert call(who, mark, {"step": "arrived"}).status_code == 404
    assert call("boss", mark, {"step": "arrived"}).status_code == 422
    with at(f"{TUESDAY} 11:00"):
        assert call("boss", mark, {"step": "arrived"}).json()["state"] == "arrived"
    assert call("boss", f"/provided/{row.pk}/bookings?on=9999-12-31").status_code == 404


@pytest.mark.parametrize("count", [2, 20])
def test_the_list_asks_as_often_for_many(
    place: Any, client_of: Any, count: int, django_assert_max_num_queries: Any
) -> None:
    rows = [canteen(place, name=f"食堂{number}") for number in range(count)]
    for number, row in enumerate(rows):
        guest(place, row, phone=f"1390000{number:04d}")
    boss = client_of("boss")
    boss.get(OWN)
    with django_assert_max_num_queries(24):
        assert boss.get(OWN).status_code == 200
