"""The counter queue: numbers in order, called where they belong, timed, hidden from others."""

from typing import Any

import pytest
from django.test import Client

from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.testing import at
from loushi.foundation.notices.models import Notice
from loushi.registry.accounts.commands import issue_token
from loushi.registry.accounts.factories import actor_of, make_user
from loushi.registry.enterprises.factories import make_enterprise, make_member
from loushi.services.stations import commands, queries
from loushi.services.stations.factories import make_station
from loushi.services.stations.models import Counter, QueueTicket
from loushi.services.stations.queries.queue import tickets

WHY = "test"
DAY = "2026-11-02"


@pytest.fixture
def hall(place: Any) -> Any:
    """A station with two counters: the first does licences only."""
    place.hall = make_station(
        place.units["C1"], "服务中心", workday_hours="09:00-17:00",
        services=[("government", "执照代办"), ("legal", "法律咨询")],
    )  # fmt: skip
    for name, unit in (("chen", "C1"), ("lin", "C1"), ("far", "C2")):
        firm = make_enterprise(place.units[unit], name=f"{name}公司")
        place.users[name] = make_member(firm, make_user(name)).user
    place.actors = {name: actor_of(user) for name, user in place.users.items()}
    commands.set_counters(
        actor=place.actors["clerk"], station_id=place.hall.pk,
        lines=[("1 号窗口", ["执照代办"]), ("2 号窗口", [])],
    )  # fmt: skip
    place.one, place.two = Counter.objects.unscoped(WHY).order_by("order")
    with at(f"{DAY} 10:00"):
        yield place


def paper(hall: Any, service: str = "") -> QueueTicket:
    return commands.print_ticket(
        actor=hall.actors["clerk"], station_id=hall.hall.pk, service=service
    )


def call(hall: Any, counter: Counter) -> QueueTicket:
    return commands.call_next(actor=hall.actors["clerk"], counter_id=counter.pk)


def end(hall: Any, row: QueueTicket, state: str = "served") -> QueueTicket:
    return commands.end_ticket(actor=hall.actors["clerk"], ticket_id=row.pk, state=state)


def test_numbers_are_called_in_order_at_the_counter_that_does_it(hall: Any) -> None:
    law, licence, undecided = (paper(hall, one) for one in ("法律咨询", "执照代办", ""))
    assert [str(one) for one in (law, licence, undecided)] == ["001", "002", "003"]
    assert call(hall, hall.one) == licence
    with pytest.raises(Conflict, match="002 还在办理"):
        call(hall, hall.one)
    assert call(hall, hall.two) == law
    end(hall, licence)
    assert call(hall, hall.one) == undecided
    end(hall, undecided, "missed")
    with pytest.raises(Conflict, match="没有人在等"):
        call(hall, hall.one)
    with pytest.raises(Conflict, match="过号"):
        end(hall, undecided)
    with at("2026-11-03 09:00"):
        assert str(paper(hall)) == "001"


def test_who_is_sent_to_another_counter_comes_first_there(hall: Any) -> None:
    first, second = paper(hall, "执照代办"), paper(hall)
    call(hall, hall.one)
    given: dict[str, Any] = {"actor": hall.actors["clerk"], "ticket_id": first.pk}
    with pytest.raises(Refused):
        commands.transfer_ticket(**given, counter_id=hall.one.pk)
    with at(f"{DAY} 10:05"):
        commands.transfer_ticket(**given, counter_id=hall.two.pk)
        with pytest.raises(Conflict):
            commands.transfer_ticket(**given, counter_id=hall.two.pk)
        assert call(hall, hall.one) == second
    with at(f"{DAY} 10:07"):
        assert call(hall, hall.two) == first
    with at(f"{DAY} 10:10"):
        row = end(hall, first)
    assert (row.waited, row.served, row.transfers) == (2 * 60, 8 * 60, 1)


def test_a_number_given_back_while_the_list_was_read_is_not_called(
    hall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, there = paper(hall), paper(hall)
    monkeypatch.setattr("loushi.services.stations.commands.queue.waiting_for",
                        lambda *_given: [gone, there])  # fmt: skip
    commands.leave_queue(actor=hall.actors["clerk"], ticket_id=gone.pk)
    assert call(hall, hall.two) == there
    gone.refresh_from_db()
    assert gone.state == "left"


def test_the_figures_carry_numerator_and_denominator(hall: Any) -> None:
    rows = [paper(hall) for _n in range(4)]
    for number, minutes in enumerate((5, 20, 30)):
        with at(f"{DAY} 10:{minutes:02}"):
            call(hall, hall.two)
            end(hall, rows[number], "missed" if number == 2 else "served")
    found = queries.queue_figures(tickets(hall.hall))
    assert (found.taken, found.called, found.soon, found.missed, found.done) == (4, 3, 1, 1, 2)
    assert (found.waited, found.served) == (20, 0)


def test_by_phone_one_number_a_person_and_a_word_when_called(hall: Any) -> None:
    given: dict[str, Any] = {"actor": hall.actors["chen"], "station_id": hall.hall.pk}
    first = commands.take_ticket(**given, service="执照代办")
    assert commands.take_ticket(**given) == first
    with pytest.raises(Refused, match="从列表里选择"):
        commands.take_ticket(actor=hall.actors["lin"], station_id=hall.hall.pk, service="算命")
    call(hall, hall.one)
    commands.call_again(actor=hall.actors["clerk"], ticket_id=first.pk)
    notices = Notice.objects.unscoped(WHY).filter(kind="stations.queue")
    assert set(notices.values_list("recipient_id", flat=True)) == {hall.users["chen"].pk}
    assert notices.count() == 2
    with pytest.raises(Conflict, match="不能再取消"):
        commands.leave_queue(actor=hall.actors["chen"], ticket_id=first.pk)
    end(hall, first)
    second = commands.take_ticket(**given)
    assert commands.leave_queue(actor=hall.actors["chen"], ticket_id=second.pk).state == "left"
    assert commands.leave_queue(actor=hall.actors["chen"], ticket_id=second.pk).state == "left"


def test_strangers_find_nothing(hall: Any, client_of: Any) -> None:
    row = commands.take_ticket(actor=hall.actors["chen"], station_id=hall.hall.pk)
    with pytest.raises(NotVisible):
        commands.take_ticket(actor=hall.actors["far"], station_id=hall.hall.pk)
    for who, refusal in (("neighbour", NotVisible), ("lin", NotVisible), ("leader", Denied)):
        with pytest.raises(NotVisible):
            commands.leave_queue(actor=hall.actors[who], ticket_id=row.pk)
        with pytest.raises(refusal):
            commands.call_next(actor=hall.actors[who], counter_id=hall.one.pk)
    for who, refusal in (("chen", NotVisible), ("neighbour", NotVisible), ("leader", Denied)):
        with pytest.raises(refusal):
            commands.set_counters(actor=hall.actors[who], station_id=hall.hall.pk, lines=[])
    row.refresh_from_db()
    assert row.state == "waiting"
    assert len(queries.counters(hall.hall)) == 2
    for who in ("chen", "neighbour", "leader"):
        for path in ("queue/", "queue/screen/"):
            assert client_of(who).get(f"/stations/{hall.hall.pk}/{path}").status_code == 404, who
    assert client_of("far").get(f"/stations/{hall.hall.pk}/ticket/").status_code == 404


def test_from_the_paper_to_the_wall(hall: Any, client_of: Any) -> None:
    clerk, base = client_of("clerk"), f"/stations/{hall.hall.pk}"
    text = "1 号窗口：执照代办\n2 号窗口\n3 号窗口:法律咨询"
    form = clerk.get(f"{base}/counters/").content.decode()
    assert "本站点提供的服务" in form
    wrong = clerk.post(f"{base}/counters/", {"counters": "1 号窗口：算命"})
    assert "算命" in wrong.content.decode()
    assert clerk.post(f"{base}/counters/", {"counters": text}).status_code == 302
    assert len(queries.counters(hall.hall)) == 3
    page = clerk.post(f"{base}/queue/print/", {"service": "执照代办"}, follow=True)
    assert "前面还有 0 人" in page.content.decode()
    row = QueueTicket.objects.unscoped(WHY).get()
    data = {"counter": hall.one.pk, "ticket": row.pk, "target": hall.two.pk}
    assert "叫下一位" in clerk.get(f"{base}/queue/?counter={hall.one.pk}").content.decode()
    clerk.post(f"{base}/queue/do/next/", data)
    wall = clerk.get(f"{base}/queue/screen/").content.decode()
    assert wall.index("1 号窗口") < wall.index("001") < wall.index("2 号窗口")
    clerk.post(f"{base}/queue/do/transfer/", data)
    page = clerk.post(f"{base}/queue/do/next/", data | {"counter": hall.two.pk}, follow=True)
    assert "办完" in page.content.decode()
    assert clerk.post(f"{base}/queue/do/nothing/", data).status_code == 404
    clerk.post(f"{base}/queue/do/served/", data)
    row.refresh_from_db()
    assert row.state == "served"
    file = client_of("secretary").get(f"{base}/queue/?export=csv")
    assert "执照代办" in b"".join(file.streaming_content).decode("utf-8-sig")
    chen = client_of("chen")
    assert "取号" in chen.get(f"{base}/ticket/").content.decode()
    chen.post(f"{base}/ticket/", {"act": "take"})
    assert "您的号" in chen.get(f"{base}/ticket/").content.decode()
    chen.post(f"{base}/ticket/", {"act": "leave"})
    assert queries.own_ticket(hall.actors["chen"], hall.hall) is None


def test_the_api_takes_a_number_once(hall: Any) -> None:
    head = {"Authorization": f"Bearer {issue_token(username=hall.users['chen'].username)}"}
    path = f"/api/v1/stations/{hall.hall.pk}/tickets"
    answers = [
        Client().post(path, {"service": ""}, content_type="application/json", headers=head)
        for _n in range(2)
    ]
    assert [one.json()["number"] for one in answers] == ["001", "001"]
    found = Client().get(path, headers=head).json()
    assert (found["waiting"], found["own"]["front"]) == (1, 0)


@pytest.mark.parametrize("count", [2, 20])
def test_the_desk_asks_as_often_for_many(
    hall: Any, client_of: Any, count: int, django_assert_max_num_queries: Any
) -> None:
    for _n in range(count):
        paper(hall)
    client = client_of("clerk")
    client.get(f"/stations/{hall.hall.pk}/queue/")
    with django_assert_max_num_queries(28):
        client.get(f"/stations/{hall.hall.pk}/queue/")
