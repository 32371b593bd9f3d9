"""A rota from its members to a published month; swaps by the same rules."""

from datetime import date, time
from typing import Any

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.jobs import run_due
from loushi.foundation.core.testing import at
from loushi.foundation.notices.models import Notice
from loushi.services.stations import commands, queries
from loushi.services.stations.factories import make_rota
from loushi.services.stations.models import DutyMember, DutyRota, DutyShift, DutySlot, SwapRequest

WHY = "test"


def solved(place: Any, publish: bool = True) -> DutyRota:
    commands.solve_now(row=place.rota)
    if publish:
        commands.publish(actor=place.actors["secretary"], rota_id=place.rota.pk)
    place.rota.refresh_from_db()
    return place.rota


def shifts_of(place: Any, number: int) -> list[DutyShift]:
    rows = DutyShift.objects.unscoped(WHY).filter(department=place.departments[number])
    return list(rows.select_related("slot", "member").order_by("slot__starts_at"))


def member(place: Any, number: int) -> DutyMember:
    rows = DutyMember.objects.unscoped(WHY).filter(rota=place.rota)
    return rows.get(department=place.departments[number])


def test_a_week_is_covered_and_fair(place: Any) -> None:
    page = queries.rota_page(place.actors["secretary"], solved(place).pk)
    assert page.shifts == 14
    assert sorted(load for _member, load, _year in page.loads) == [3, 3, 4, 4]
    assert page.row.stands["missing"] == 0
    assert all(cell.names and not cell.missing for _station, cells in page.grid for cell in cells)


@pytest.mark.django_db(transaction=True)
def test_the_background_job_solves(place: Any) -> None:
    with at("2026-11-01 10:00"):
        commands.request_solution(actor=place.actors["secretary"], rota_id=place.rota.pk)
        with pytest.raises(Refused, match="正在排班"):
            commands.add_away(
                actor=place.actors["secretary"], rota_id=place.rota.pk,
                member_id=member(place, 0).pk, first=date(2026, 11, 3), last=date(2026, 11, 3),
            )  # fmt: skip
        run_due()
    place.rota.refresh_from_db()
    assert place.rota.state == DutyRota.State.SOLVED
    assert DutyShift.objects.unscoped(WHY).filter(published=False).count() == 14


def test_nothing_is_shown_to_departments_before_it_is_published(place: Any) -> None:
    solved(place, publish=False)
    assert queries.own_shifts(place.actors["dept0"]) == []
    with pytest.raises(NotVisible):
        queries.shift_page(place.actors["dept0"], shifts_of(place, 0)[0].pk)
    commands.publish(actor=place.actors["secretary"], rota_id=place.rota.pk)
    own = queries.own_shifts(place.actors["dept0"])
    assert own
    assert {one.department_id for one in own} == {place.departments[0].pk}
    told = Notice.objects.unscoped(WHY).filter(kind="stations.rota")
    assert set(told.values_list("recipient_id", flat=True)) == {
        place.users[f"dept{n}"].pk for n in range(4)
    }


def test_a_change_moves_as_few_shifts_as_possible(place: Any) -> None:
    solved(place)
    before = {(one.slot_id, one.member_id) for one in DutyShift.objects.unscoped(WHY).all()}
    ill = shifts_of(place, 0)[0]
    commands.hand_over(actor=place.actors["dept1"], shift_id=shifts_of(place, 1)[0].pk,
                       attended=None, handover="钥匙在柜台")  # fmt: skip
    commands.add_away(
        actor=place.actors["secretary"], rota_id=place.rota.pk, member_id=ill.member_id,
        first=ill.slot.on, last=ill.slot.on, why="防汛",
    )  # fmt: skip
    commands.solve_now(row=place.rota)
    after = {(one.slot_id, one.member_id) for one in DutyShift.objects.unscoped(WHY).all()}
    assert before - after == {(ill.slot_id, ill.member_id)}
    assert DutyShift.objects.unscoped(WHY).filter(handover="钥匙在柜台").count() == 1
    place.rota.refresh_from_db()
    assert place.rota.state == DutyRota.State.PUBLISHED
    assert place.rota.stands["moved"] == 1


def test_what_cannot_be_covered_says_why(place: Any) -> None:
    commands.add_template(
        actor=place.actors["secretary"], rota_id=place.rota.pk, weekdays=[2], starts=time(18),
        ends=time(20), station_ids=[place.stations[0].pk], skill="急救",
    )  # fmt: skip
    solved(place, publish=False)
    page = queries.rota_page(place.actors["secretary"], place.rota.pk)
    assert [(slot.skill, told["main"]) for slot, told in page.open_slots] == [("急救", "skill")]


def test_a_swap_keeps_the_rules_or_says_why_not(place: Any) -> None:
    solved(place)
    mine = shifts_of(place, 0)[0]
    there = {
        one.department_id for one in DutyShift.objects.unscoped(WHY).filter(slot__on=mine.slot.on)
    }
    busy = next(n for n in range(1, 4) if place.departments[n].pk in there)
    before = Entry.objects.unscoped(WHY).count()
    with pytest.raises(Refused, match="已在别处值守"):
        commands.ask_swap(actor=place.actors["dept0"], shift_id=mine.pk,
                          taker_id=member(place, busy).pk)  # fmt: skip
    assert SwapRequest.objects.unscoped(WHY).count() == 0
    assert Entry.objects.unscoped(WHY).count() == before


def test_a_gift_that_would_be_unfair_is_refused(place: Any) -> None:
    solved(place)
    loads = {n: len(shifts_of(place, n)) for n in range(4)}
    few, many = min(loads, key=loads.__getitem__), max(loads, key=loads.__getitem__)
    days = {one.slot.on for one in shifts_of(place, many)}
    mine = next(one for one in shifts_of(place, few) if one.slot.on not in days)
    with pytest.raises(Refused, match="相差 3 班"):
        commands.ask_swap(actor=place.actors[f"dept{few}"], shift_id=mine.pk,
                          taker_id=member(place, many).pk)  # fmt: skip


def exchange(place: Any) -> tuple[DutyShift, DutyShift, int]:
    """A shift of department 0 and one of another that may be exchanged."""
    mine = shifts_of(place, 0)
    for n in range(1, 4):
        theirs = shifts_of(place, n)
        for one in mine:
            for two in theirs:
                if one.slot.on not in {x.slot.on for x in theirs} and two.slot.on not in {
                    x.slot.on for x in mine
                }:
                    return one, two, n
    raise AssertionError("no pair may be exchanged")


def test_an_agreed_exchange_is_done_at_once_and_once(place: Any) -> None:
    solved(place)
    one, two, n = exchange(place)
    swap = commands.ask_swap(
        actor=place.actors["dept0"], shift_id=one.pk, taker_id=two.member_id, back_id=two.pk
    )
    assert [row.pk for row in queries.pending_swaps(place.actors[f"dept{n}"])] == [swap.pk]
    other = next(m for m in range(1, 4) if m != n)
    with pytest.raises(NotVisible):
        commands.answer_swap(actor=place.actors[f"dept{other}"], swap_id=swap.pk, agree=True)
    commands.answer_swap(actor=place.actors[f"dept{n}"], swap_id=swap.pk, agree=True)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.department, two.department) == (place.departments[n], place.departments[0])
    with pytest.raises(Conflict):
        commands.answer_swap(actor=place.actors[f"dept{n}"], swap_id=swap.pk, agree=False)


def test_a_swap_that_broke_meanwhile_is_refused_at_the_answer(place: Any) -> None:
    solved(place)
    one, two, n = exchange(place)
    swap = commands.ask_swap(
        actor=place.actors["dept0"], shift_id=one.pk, taker_id=two.member_id, back_id=two.pk
    )
    commands.add_away(
        actor=place.actors["secretary"], rota_id=place.rota.pk, member_id=two.member_id,
        first=one.slot.on, last=one.slot.on,
    )  # fmt: skip
    with pytest.raises(Refused, match="那天不能值守"):
        commands.answer_swap(actor=place.actors[f"dept{n}"], swap_id=swap.pk, agree=True)
    one.refresh_from_db()
    assert one.department == place.departments[0]


def test_a_surge_rota_respects_what_is_published(place: Any) -> None:
    solved(place)
    surge = make_rota(place.units["C1"], [place.stations[0]], place.departments, days=3, surge=True)
    commands.solve_now(row=surge)
    for one in DutyShift.objects.unscoped(WHY).filter(slot__rota=surge).select_related("slot"):
        same = DutyShift.objects.unscoped(WHY).filter(
            slot__rota=place.rota, slot__on=one.slot.on, department=one.department
        )
        assert not same.exists()
    assert surge.members.count() == 4


def test_the_next_rota_copies_and_levels_the_year(place: Any) -> None:
    solved(place)
    before = queries.rota_page(place.actors["secretary"], place.rota.pk).loads
    few = [member.name for member, load, _year in before if load == 3]
    row = commands.create_rota(
        actor=place.actors["secretary"], unit_id=place.units["C1"].pk, name="下一周",
        first=date(2026, 11, 9), last=date(2026, 11, 15), like=place.rota.pk,
    )  # fmt: skip
    commands.solve_now(row=row)
    page = queries.rota_page(place.actors["secretary"], row.pk)
    assert sorted(m.name for m, load, _year in page.loads if load == 4) == sorted(few)


def test_a_shift_over_midnight_ends_the_next_day(place: Any) -> None:
    commands.add_template(
        actor=place.actors["secretary"], rota_id=place.rota.pk, weekdays=[4], starts=time(20),
        ends=time(2), station_ids=[place.stations[0].pk],
    )  # fmt: skip
    slot = DutySlot.objects.unscoped(WHY).order_by("-ends_at").filter(on=date(2026, 11, 6)).first()
    assert slot is not None
    assert (slot.ends_at - slot.starts_at).total_seconds() == 6 * 3600


def test_the_neighbour_and_the_onlooker_change_nothing(place: Any, client_of: Any) -> None:
    before = Entry.objects.unscoped(WHY).count()
    assert client_of("neighbour").get(f"/stations/rotas/{place.rota.pk}/").status_code == 404
    address = f"/stations/rotas/{place.rota.pk}/do/solve/"
    assert client_of("neighbour").post(address).status_code == 404
    assert client_of("officer").post(address).status_code == 403
    with pytest.raises(Denied):
        commands.publish(actor=place.actors["leader"], rota_id=place.rota.pk)
    place.rota.refresh_from_db()
    assert place.rota.state == DutyRota.State.DRAFT
    assert Entry.objects.unscoped(WHY).count() == before


def test_pages(place: Any, client_of: Any) -> None:
    solved(place)
    client = client_of("secretary")
    root = f"/stations/rotas/{place.rota.pk}/"
    for path in ("/stations/rotas/", "/stations/rotas/new/", root, f"{root}members/",
                 f"{root}cover/", f"{root}away/", "/stations/duty/"):  # fmt: skip
        assert client.get(path).status_code == 200, path
    wrong = {"name": "x", "unit_id": place.units["C1"].pk, "first": "2026-12-31",
             "last": "2026-12-01", "rest_hours": 11, "longest_run": 6}  # fmt: skip
    answer = client.post("/stations/rotas/new/", wrong)
    assert answer.status_code == 422
    assert "最后一天不能早于第一天" in answer.content.decode()
    assert client.post("/stations/rotas/new/", wrong | {"last": "2027-01-31"}).status_code == 302
    shift = shifts_of(place, 0)[0]
    other = client_of("dept0")
    assert other.get("/stations/").headers["Location"] == "/stations/duty/"
    for path in (f"/stations/duty/{shift.pk}/", f"/stations/duty/{shift.pk}/swap/"):
        assert other.get(path).status_code == 200, path
        assert client_of("dept1").get(path).status_code == 404
    told = {"attended": "yes", "person": "沈观", "handover": "打印机缺纸"}
    assert other.post(f"/stations/duty/{shift.pk}/", told).status_code == 302
    shift.refresh_from_db()
    assert (shift.attended, shift.handover) == (True, "打印机缺纸")


def test_the_month_grid_uses_the_same_queries(place: Any, same_queries: Any) -> None:
    solved(place)

    def grow(count: int) -> None:
        for n in range(count):
            commands.add_template(
                actor=place.actors["secretary"], rota_id=place.rota.pk, weekdays=[n % 7],
                starts=time(18 + n % 4, n), ends=time(23), station_ids=[place.stations[0].pk],
            )  # fmt: skip

    same_queries(lambda: queries.rota_page(place.actors["secretary"], place.rota.pk), grow)
