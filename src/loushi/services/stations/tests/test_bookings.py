"""Bookings: booked on a phone, waited for, served at the window, hidden from others."""

from typing import Any

import pytest
from django.test import Client

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.testing import at, moment
from loushi.foundation.notices.models import Notice
from loushi.registry.accounts.commands import issue_token
from loushi.registry.accounts.factories import actor_of, make_user
from loushi.registry.enterprises.factories import make_enterprise, make_member
from loushi.services.stations import commands
from loushi.services.stations.factories import make_station
from loushi.services.stations.models import Booking, BookingSlot

WHY = "test"
SUNDAY = "2026-11-01"
MONDAY = "2026-11-02"


@pytest.fixture
def desk(place: Any) -> Any:
    """A station with one place each half hour, and three people of firms that sit there."""
    place.desk = make_station(
        place.units["C1"], "服务中心", workday_hours="09:00-12:00", extended_hours="12:00-13:00",
        slot_minutes=30, slot_places=1,
        services=[("government", "执照代办"), ("legal", "法律咨询")],
    )  # fmt: skip
    for name, unit in (("chen", "C1"), ("lin", "C1"), ("wu", "C1"), ("far", "C2")):
        firm = make_enterprise(place.units[unit], name=f"{name}公司")
        place.users[name] = make_member(firm, make_user(name)).user
    place.actors = {name: actor_of(user) for name, user in place.users.items()}
    return place


def book(desk: Any, who: str, clock: str = "09:00", day: str = MONDAY, **more: Any) -> Booking:
    given = {"service": "执照代办", **more}
    return commands.book(
        actor=desk.actors[who], station_id=desk.desk.pk, starts_at=moment(f"{day} {clock}"), **given
    )


def state(row: Booking) -> str:
    row.refresh_from_db()
    return row.state


def test_a_full_time_is_waited_for_and_the_first_moves_up(desk: Any) -> None:
    first, second, third = (book(desk, who) for who in ("chen", "lin", "wu"))
    assert [first.state, second.state, third.state] == ["booked", "waiting", "waiting"]
    commands.cancel_booking(actor=desk.actors["chen"], booking_id=first.pk)
    entries = Entry.objects.unscoped(WHY).count()
    commands.cancel_booking(actor=desk.actors["chen"], booking_id=first.pk)
    assert Entry.objects.unscoped(WHY).count() == entries
    assert [state(first), state(second), state(third)] == ["cancelled", "booked", "waiting"]
    (notice,) = Notice.objects.unscoped(WHY).filter(kind="stations.booking")
    assert notice.recipient_id == desk.users["lin"].pk
    commands.update_station(
        actor=desk.actors["clerk"], station_id=desk.desk.pk, values={"slot_places": 2}
    )
    assert state(third) == "booked"


def test_who_does_not_come_gives_way(desk: Any) -> None:
    first, second = book(desk, "chen"), book(desk, "lin")
    with at(f"{MONDAY} 09:14"):
        assert commands.release_missed() == 0
    with at(f"{MONDAY} 09:15"):
        assert commands.release_missed() == 1
        assert [state(first), state(second)] == ["missed", "booked"]
        with pytest.raises(Conflict, match="让给别人"):
            commands.mark_booking(actor=desk.actors["clerk"], booking_id=first.pk, step="arrived")
    with at(f"{MONDAY} 09:29"):
        assert commands.release_missed() == 0
    with at(f"{MONDAY} 09:30"):
        assert commands.release_missed() == 1
        commands.mark_booking(actor=desk.actors["clerk"], booking_id=first.pk, step="arrived")
        commands.mark_booking(actor=desk.actors["clerk"], booking_id=first.pk, step="served")
    assert state(first) == "served"


@pytest.mark.parametrize(
    ("day", "clock", "sentence"),
    [
        (MONDAY, "08:30", "不在开放时间内"),
        (MONDAY, "23:45", "跨过半夜"),
        (MONDAY, "09:10", "从列出的时段"),
        (SUNDAY, "14:00", "不在开放时间内"),
        ("2026-11-20", "09:00", "最多提前 7 天"),
    ],
)
def test_times_that_are_not_offered(desk: Any, day: str, clock: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        book(desk, "chen", clock, day)
    assert not Booking.objects.unscoped(WHY).exists()


def test_make_up_workdays_and_extended_hours_are_open(desk: Any) -> None:
    with at("2026-10-08 10:00"):
        assert book(desk, "chen", "09:00", "2026-10-10").state == "booked"
        assert book(desk, "lin", "12:30", "2026-10-11").state == "booked"
        with pytest.raises(Refused, match="不在开放时间内"):
            book(desk, "wu", "09:00", "2026-10-11")


def test_two_places_at_once_are_refused(desk: Any) -> None:
    desk.desk.refresh_from_db()
    other = make_station(
        desk.units["C1"], "二号", workday_hours="09:00-12:00", slot_minutes=60, slot_places=5
    )
    book(desk, "chen", "09:30")
    with pytest.raises(Refused, match="已有预约"):
        commands.book(
            actor=desk.actors["chen"], station_id=other.pk, starts_at=moment(f"{MONDAY} 09:00")
        )
    commands.book(
        actor=desk.actors["chen"], station_id=other.pk, starts_at=moment(f"{MONDAY} 10:00")
    )


def test_the_same_key_books_once(desk: Any) -> None:
    first, again = book(desk, "chen", key="k1"), book(desk, "chen", key="k1")
    assert first.pk == again.pk
    assert BookingSlot.objects.unscoped(WHY).get().taken == 1


def test_strangers_find_nothing(desk: Any, client_of: Any) -> None:
    row = book(desk, "chen")
    with pytest.raises(NotVisible):
        book(desk, "far", "10:00")
    with pytest.raises(NotVisible):
        commands.book_for(
            actor=desk.actors["leader"], station_id=desk.desk.pk, name="王", phone="13800138000",
            starts_at=moment(f"{MONDAY} 10:00"), service="执照代办",
        )  # fmt: skip
    for who, step in (("far", NotVisible), ("lin", NotVisible), ("leader", NotVisible),
                      ("neighbour", NotVisible), ("chen", Denied)):  # fmt: skip
        with pytest.raises(step):
            commands.mark_booking(actor=desk.actors[who], booking_id=row.pk, step="served")
        if who != "chen":
            with pytest.raises(NotVisible):
                commands.cancel_booking(actor=desk.actors[who], booking_id=row.pk)
    assert state(row) == "booked"
    pk = desk.desk.pk
    assert client_of("far").get(f"/stations/{pk}/book/").status_code == 404
    assert client_of("lin").get(f"/stations/{pk}/window/").status_code == 404
    assert client_of("leader").get(f"/stations/{pk}/window/").status_code == 404
    assert client_of("lin").get(f"/stations/{pk}/").status_code == 404
    assert client_of("secretary").get("/stations/book/").status_code == 403


def test_booked_on_a_phone_and_served_at_the_window(desk: Any, client_of: Any) -> None:
    chen: Client = client_of("chen")
    page = f"/stations/{desk.desk.pk}/book/?on={MONDAY}"
    assert "服务中心" in chen.get("/stations/book/").content.decode()
    assert "09:00-09:30 余 1" in chen.get(page).content.decode()
    data = {"slot": f"{MONDAY}T09:00", "service": "", "matter": "开食品店"}
    answer = chen.post(page, data)
    assert answer.status_code == 422
    assert "开食品店" in answer.content.decode()
    answer = chen.post(page, {**data, "service": "执照代办"}, follow=True)
    assert "已预约" in answer.content.decode()
    lin = client_of("lin").post(page, {**data, "service": "法律咨询"}, follow=True)
    assert "候补第 1 位" in lin.content.decode()
    clerk: Client = client_of("clerk")
    day = f"/stations/{desk.desk.pk}/window/"
    text = clerk.get(f"{day}?on={MONDAY}").content.decode()
    assert "chen公司" in text
    assert "开食品店" in text
    data |= {"slot": f"{MONDAY}T10:00", "service": "执照代办", "name": "王大妈"}
    answer = clerk.post(f"{day}book/?on={MONDAY}", {**data, "phone": "看门口"})
    assert "电话只写数字" in answer.content.decode()
    answer = clerk.post(f"{day}book/?on={MONDAY}", {**data, "phone": "138 0013 8000"}, follow=True)
    assert "王大妈" in answer.content.decode()
    other = {**data, "name": "李二", "phone": "0571-88010000"}
    answer = clerk.post(f"{day}book/?on={MONDAY}", other, follow=True)
    assert "李二排在候补第 1 位" in answer.content.decode()
    rows = {one.name: one for one in Booking.objects.unscoped(WHY)}
    with at(f"{MONDAY} 10:01"):
        pk, clerk = rows["王大妈"].pk, client_of("clerk")
        clerk.post(f"/stations/bookings/{pk}/mark/", {"step": "served"})
        assert "已办完 1" in clerk.get(day).content.decode()
    assert client_of("clerk").get(f"{day}?on=2026-12-24").status_code == 200


def test_a_window_that_cancels_says_so(desk: Any, client_of: Any) -> None:
    row = book(desk, "chen")
    client_of("clerk").post(f"/stations/bookings/{row.pk}/cancel/", {"from": "window"})
    assert state(row) == "cancelled"
    assert Notice.objects.unscoped(WHY).filter(recipient_id=desk.users["chen"].pk).exists()


def test_who_booked_by_phone_is_called_back(desk: Any) -> None:
    row = book(desk, "chen")
    commands.book_for(
        actor=desk.actors["clerk"], station_id=desk.desk.pk, name="王秀兰", phone="13800138000",
        starts_at=moment(f"{MONDAY} 09:00"), service="执照代办",
    )  # fmt: skip
    commands.cancel_booking(actor=desk.actors["chen"], booking_id=row.pk)
    notices = Notice.objects.unscoped(WHY).filter(kind="stations.booking_call")
    assert desk.users["clerk"].pk in notices.values_list("recipient_id", flat=True)


def test_the_api_books_and_cancels_once(desk: Any) -> None:
    def call(who: str, path: str, body: Any = None, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {tokens[who]}"}
        if key:
            headers["Idempotency-Key"] = key
        if body is None:
            return Client().get(f"/api/v1/stations{path}", headers=headers)
        return Client().post(
            f"/api/v1/stations{path}", body, content_type="application/json", headers=headers
        )

    tokens = {name: issue_token(username=desk.users[name].username) for name in ("chen", "far")}
    pk = desk.desk.pk
    slots = call("chen", f"/{pk}/slots?on={MONDAY}").json()
    assert (len(slots), slots[0]["free"]) == (8, 1)
    body = {"starts_at": slots[0]["starts_at"], "service": "执照代办"}
    answers = [call("chen", f"/{pk}/bookings", body, key="k") for _time in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    (booked,) = {one.json()["id"] for one in answers}
    assert call("chen", "/bookings").json()[0]["state"] == "booked"
    naive = {**body, "starts_at": f"{MONDAY}T10:00:00"}
    assert call("chen", f"/{pk}/bookings", naive).status_code == 422
    far = {**body, "starts_at": "9999-12-31T23:59:00Z"}
    assert call("chen", f"/{pk}/bookings", far).status_code == 422
    assert call("far", f"/{pk}/bookings", body).status_code == 404
    assert call("far", f"/{pk}/slots?on={MONDAY}").status_code == 404
    assert call("far", f"/bookings/{booked}/cancel", {}).status_code == 404
    ends = [call("chen", f"/bookings/{booked}/cancel", {}) for _time in range(2)]
    assert [(one.status_code, one.json()["state"]) for one in ends] == [(200, "cancelled")] * 2
