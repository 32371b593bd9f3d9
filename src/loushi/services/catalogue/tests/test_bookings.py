"""Resources booked by times: one engine with the stations, one person once, the list in order."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.testing import at, moment
from loushi.foundation.notices.models import Notice
from loushi.registry.accounts.commands import issue_token
from loushi.registry.accounts.factories import actor_of
from loushi.registry.accounts.queries import plain_phone
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue.models import Resource, ResourceBooking, ResourceSlot

WHY = "test"
URL = "/catalogue/resources/"
TUESDAY, SUNDAY = "2026-11-03", "2026-11-08"
TIMES = {
    "minutes": 60, "places": 1, "most": 1, "days_ahead": 14, "release_minutes": 15,
    "workday_hours": "09:00-12:00", "restday_hours": "", "extended_hours": "12:00-13:00",
}  # fmt: skip


@pytest.fixture
def room(place: Any) -> Resource:
    row = commands.draft_resource(
        actor=place.actors["clerk"], unit_id=place.units["C1"].pk,
        values={"name": "路演厅", "kind_id": "room", "capacity": 80, "since": date(2026, 11, 1)},
    )  # fmt: skip
    commands.publish_resource(actor=place.actors["clerk"], resource_id=row.pk)
    commands.set_times(actor=place.actors["clerk"], resource_id=row.pk, values=TIMES)
    row.refresh_from_db()
    return row


def book(place: Any, room: Resource, who: str, clock: str = "09:00", day: str = TUESDAY,
         **more: Any) -> ResourceBooking:  # fmt: skip
    return commands.book_resource(
        actor=place.actors[who], resource_id=room.pk, starts_at=moment(f"{day} {clock}"), **more
    )


def call_in(place: Any, room: Resource, phone: str, clock: str = "09:00") -> ResourceBooking:
    return commands.book_resource_for(
        actor=place.actors["clerk"], resource_id=room.pk, name="来电", phone=phone,
        starts_at=moment(f"{TUESDAY} {clock}"),
    )  # fmt: skip


def state(row: ResourceBooking) -> str:
    row.refresh_from_db()
    return row.state


def test_who_waits_moves_up_in_order_and_is_told(place: Any, room: Resource) -> None:
    first, second, third = (book(place, room, who) for who in ("boss", "boss2", "employee"))
    assert [first.state, second.state, third.state] == ["booked", "waiting", "waiting"]
    commands.cancel_resource_booking(actor=place.actors["boss"], booking_id=first.pk)
    commands.cancel_resource_booking(actor=place.actors["boss"], booking_id=first.pk)
    assert [state(first), state(second), state(third)] == ["cancelled", "booked", "waiting"]
    (notice,) = Notice.objects.unscoped(WHY).filter(kind="catalogue.booking")
    assert notice.recipient_id == place.users["boss2"].pk
    commands.set_times(
        actor=place.actors["clerk"], resource_id=room.pk, values=TIMES | {"places": 2}
    )
    assert state(third) == "booked"
    cancels = Entry.objects.unscoped(WHY).filter(action="catalogue.booking_cancel")
    assert cancels.count() == 1


def test_who_does_not_come_gives_way(place: Any, room: Resource) -> None:
    first, second = book(place, room, "boss"), book(place, room, "boss2")
    with at(f"{TUESDAY} 09:15"):
        assert (commands.release_resources(), commands.release_resources()) == (1, 0)
    assert [state(first), state(second)] == ["missed", "booked"]


@pytest.mark.parametrize("typed", ["13800138000", "+86 138-0013-8000", "138 0013 8000"])
def test_by_account_and_again_by_phone_is_one_person(
    place: Any, room: Resource, typed: str
) -> None:  # fmt: skip
    user = place.users["boss"]
    user.phone = "138 0013 8000"
    user.save(update_fields=["phone"])
    place.actors["boss"] = actor_of(user)
    commands.set_times(
        actor=place.actors["clerk"], resource_id=room.pk, values=TIMES | {"places": 9}
    )
    book(place, room, "boss")
    with pytest.raises(Refused, match="已有预约"):
        call_in(place, room, typed)
    assert ResourceSlot.objects.unscoped(WHY).get().taken == 1
    call_in(place, room, typed, "11:00")
    with pytest.raises(Refused, match="已有预约"):
        book(place, room, "boss", "11:00")
    book(place, room, "boss2", "10:00", phone="13900139000")
    with pytest.raises(Refused, match="已有预约"):
        call_in(place, room, "139 0013 9000", "10:00")
    assert plain_phone("0571-88010000") == "0571-88010000"


@pytest.mark.parametrize(
    ("day", "clock", "sentence"),
    [
        (TUESDAY, "08:00", "不在开放时间内"),
        (TUESDAY, "23:30", "跨过半夜"),
        (TUESDAY, "09:10", "从列出的时段"),
        (SUNDAY, "09:00", "不在开放时间内"),
        ("2026-12-20", "09:00", "最多提前 14 天"),
        ("2026-11-02", "09:00", "已经开始"),
    ],
)
def test_times_that_are_not_offered(
    place: Any, room: Resource, day: str, clock: str, sentence: str
) -> None:  # fmt: skip
    with pytest.raises(Refused, match=sentence):
        book(place, room, "boss", clock, day)
    assert not ResourceBooking.objects.unscoped(WHY).exists()


def test_make_up_workdays_extended_hours_and_the_first_day(place: Any, room: Resource) -> None:
    assert book(place, room, "boss", "12:00", SUNDAY).state == "booked"
    commands.update_resource(
        actor=place.actors["clerk"], resource_id=room.pk, values={"since": date(2026, 10, 9)}
    )
    with at("2026-10-08 10:00"):
        assert book(place, room, "boss", "09:00", "2026-10-10").state == "booked"
        with pytest.raises(Refused, match="从 2026-10-09 起"):
            book(place, room, "boss2", "12:00", "2026-10-08")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"minutes": 0}, "minutes"),
        ({"places": 1, "most": 2}, "most"),
        ({"workday_hours": "随时"}, "workday_hours"),
        ({"workday_hours": "", "extended_hours": ""}, "workday_hours"),
        ({"workday_hours": "22:00-02:00"}, "workday_hours"),
    ],
)
def test_times_that_make_no_sense(place: Any, room: Resource, values: Any, field: str) -> None:
    with pytest.raises(Refused) as caught:
        commands.set_times(actor=place.actors["clerk"], resource_id=room.pk, values=TIMES | values)
    assert caught.value.errors[0].field == field
    assert room.times.places == 1


def test_several_places_at_once(place: Any, room: Resource) -> None:
    commands.set_times(
        actor=place.actors["clerk"], resource_id=room.pk,
        values=TIMES | {"places": 10, "most": 4},
    )  # fmt: skip
    with pytest.raises(Refused, match="1 到 4 个"):
        book(place, room, "boss", units=5)
    book(place, room, "boss", units=4)
    assert (
        book(place, room, "boss", "10:00", units=4, key="k").pk
        == book(place, room, "boss", "10:00", units=4, key="k").pk
    )
    assert {one.taken for one in ResourceSlot.objects.unscoped(WHY)} == {4}


def test_strangers_find_nothing(place: Any, room: Resource, client_of: Any) -> None:
    row = book(place, room, "boss")
    with pytest.raises(NotVisible):
        book(place, room, "neighbour")
    for who, step in (("neighbour", NotVisible), ("boss2", NotVisible), ("boss", Denied)):
        with pytest.raises(step):
            commands.mark_resource_booking(
                actor=place.actors[who], booking_id=row.pk, step="served"
            )
    for who in ("neighbour", "boss2"):
        with pytest.raises(NotVisible):
            commands.cancel_resource_booking(actor=place.actors[who], booking_id=row.pk)
    with pytest.raises(Denied):
        commands.set_times(actor=place.actors["boss"], resource_id=room.pk, values=TIMES)
    assert state(row) == "booked"
    for who, path in (
        ("boss2", f"/catalogue/bookings/{row.pk}.ics"),
        ("neighbour", f"{URL}{room.pk}/book/"), ("neighbour", f"{URL}{room.pk}/day/"),
    ):  # fmt: skip
        assert client_of(who).get(path).status_code == 404, (who, path)
    assert client_of("boss").get(f"{URL}{room.pk}/day/").status_code == 403
    commands.withdraw_resource(actor=place.actors["clerk"], resource_id=room.pk)
    with pytest.raises(NotVisible):
        book(place, room, "boss2")


def test_from_the_phone_to_the_providers_list(
    place: Any, room: Resource, client_of: Any
) -> None:  # fmt: skip
    boss, clerk = client_of("boss"), client_of("clerk")
    assert "预约时段" in boss.get(f"{URL}{room.pk}/").content.decode()
    page = f"{URL}{room.pk}/book/?on={TUESDAY}"
    assert "09:00-10:00 余\u00a01" in boss.get(page).content.decode()
    assert boss.post(page, {"slot": f"{TUESDAY}T08:00"}).status_code == 422
    wrong = boss.post(page, {"slot": f"{TUESDAY}T09:00", "phone": "看门口"})
    assert "电话只写数字" in wrong.content.decode()
    done = boss.post(page, {"slot": f"{TUESDAY}T09:00", "note": "路演"}, follow=True)
    assert "已预约" in done.content.decode()
    row = ResourceBooking.objects.unscoped(WHY).get()
    text = boss.get(f"/catalogue/bookings/{row.pk}.ics").content.decode()
    assert "DTSTART:20261103T010000Z" in text
    assert "SUMMARY:路演厅" in text
    day = f"{URL}{room.pk}/day/"
    assert "新芽科技" in clerk.get(f"{day}?on={TUESDAY}").content.decode()
    assert "已约 1 / 4 个名额" in clerk.get(f"{day}?on={TUESDAY}").content.decode()
    data = {"slot": f"{TUESDAY}T09:00", "name": "王姐", "phone": "13700137000"}
    told = clerk.post(f"{day}book/?on={TUESDAY}", data, follow=True).content.decode()
    assert "王姐排在候补第 1 位" in told
    with at(f"{TUESDAY} 09:05"):
        clerk = client_of("clerk")
        clerk.post(f"/catalogue/bookings/{row.pk}/mark/", {"step": "nothing"})
        assert state(row) == "booked"
        clerk.post(f"/catalogue/bookings/{row.pk}/mark/", {"step": "arrived"})
        clerk.post(f"/catalogue/bookings/{row.pk}/mark/", {"step": "served"})
        assert "已办完 1" in clerk.get(day).content.decode()
        with pytest.raises(Conflict):
            commands.cancel_resource_booking(actor=place.actors["clerk"], booking_id=row.pk)
    clerk = client_of("clerk")
    assert clerk.get(f"{URL}{room.pk}/times/").status_code == 200
    clerk.post(f"{URL}{room.pk}/times/", {"act": "stop"})
    assert boss.get(page).status_code == 404
    assert client_of("boss").get(f"{URL}{room.pk}/times/").status_code == 403


def test_the_api_books_and_cancels_once(place: Any, room: Resource) -> None:
    def call(who: str, path: str, body: Any = None, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {tokens[who]}"}
        if key:
            headers["Idempotency-Key"] = key
        address = f"/api/v1/catalogue{path}"
        if body is None:
            return Client().get(address, headers=headers)
        return Client().post(address, body, content_type="application/json", headers=headers)

    tokens = {
        name: issue_token(username=place.users[name].username) for name in ("boss", "neighbour")
    }
    slots = call("boss", f"/resources/{room.pk}/slots?on={TUESDAY}").json()
    assert (len(slots), slots[0]["free"]) == (4, 1)
    body = {"starts_at": slots[0]["starts_at"]}
    answers = [call("boss", f"/resources/{room.pk}/bookings", body, "k") for _n in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    (booked,) = {one.json()["id"] for one in answers}
    assert call("boss", "/bookings").json()[0]["state"] == "booked"
    assert call("neighbour", f"/resources/{room.pk}/slots").status_code == 404
    assert call("neighbour", f"/resources/{room.pk}/bookings", body).status_code == 404
    assert call("neighbour", f"/bookings/{booked}/cancel", {}).status_code == 404
    ends = [call("boss", f"/bookings/{booked}/cancel", {}) for _n in range(2)]
    assert [(one.status_code, one.json()["state"]) for one in ends] == [(200, "cancelled")] * 2


def test_the_days_list_asks_as_often_for_many(
    place: Any, room: Resource, client_of: Any, django_assert_max_num_queries: Any
) -> None:
    commands.set_times(
        actor=place.actors["clerk"], resource_id=room.pk, values=TIMES | {"places": 50}
    )
    for n in range(20):
        call_in(place, room, f"1370013{n:04}")
    client = client_of("clerk")
    client.get(f"{URL}{room.pk}/day/?on={TUESDAY}")
    with django_assert_max_num_queries(24):
        client.get(f"{URL}{room.pk}/day/?on={TUESDAY}")
    assert len(queries.resource_day(place.actors["clerk"], room, date(2026, 11, 3))) == 20
