"""The plan on a day, places, search, what other packages ask for."""

from datetime import date
from decimal import Decimal

import pytest

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.testing import at, make_actor
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.factories import (
    make_contact,
    make_enterprise,
    make_member,
    make_tenancy,
)
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()


@pytest.fixture
def units():
    return make_district()


def test_plan_follows_the_tenancies_of_the_day(units) -> None:
    tower = make_building(units["C1"])
    room, other = make_space(tower, "1701", area=300), make_space(tower, "1702", area=100)
    first = make_tenancy(
        make_enterprise(units["C1"], short_name="甲"), tower, space_id=room.pk,
        since=date(2024, 1, 1), lease_until=date(2026, 8, 1),
    )  # fmt: skip
    with at("2026-06-01 09:00"):
        commands.move_out(actor=SYSTEM, tenancy_id=first.pk, on=date(2026, 3, 1), why="到期")
    make_tenancy(
        make_enterprise(units["C1"], short_name="乙"), tower, space_id=other.pk,
        since=date(2026, 2, 1), presence="here_only",
    )  # fmt: skip

    def drawn(on: date) -> tuple[str, Decimal | None]:
        plan = queries.plan_on(SYSTEM, tower.pk, on)
        return " ".join(item.label or "空" for item in plan.floors[0].spaces), plan.totals.share

    assert drawn(date(2023, 12, 31)) == ("空 空", Decimal(0))
    assert drawn(date(2024, 1, 1)) == ("甲 空", Decimal("0.75"))
    assert drawn(date(2026, 2, 28)) == ("甲 乙", Decimal(1))
    assert drawn(date(2026, 3, 1)) == ("空 乙", Decimal("0.25"))
    assert queries.plan_on(SYSTEM, tower.pk, date(2026, 3, 1)).registered == (0, 1)


def test_leases_that_end_within_three_months_are_marked(units) -> None:
    tower = make_building(units["C1"])
    for number, lease in (("1", date(2026, 8, 30)), ("2", date(2026, 8, 31)), ("3", None)):
        room = make_space(tower, number, area=50)
        make_tenancy(make_enterprise(units["C1"]), tower, space_id=room.pk, lease_until=lease)
    plan = queries.plan_on(SYSTEM, tower.pk, date(2026, 6, 1))
    assert [item.ending for item in plan.floors[0].spaces] == [True, False, False]
    assert (plan.ending, plan.leases, plan.ending_area) == (1, 2, 50)


def test_main_place_comes_first(units) -> None:
    firm = make_enterprise(units["C1"])
    make_tenancy(firm, make_building(units["C1"], name="旧楼"), since=date(2025, 1, 1))
    make_tenancy(
        firm, make_building(units["C1"], name="新楼"), since=date(2026, 1, 1), space_number="1703"
    )
    place = queries.place_of(firm.pk)
    assert place is not None
    assert place.text == "新楼 1703"
    assert [found.building for found in queries.spaces_of(SYSTEM, firm.pk)] == ["新楼", "旧楼"]


def test_search_finds_names_and_codes_within_the_scope(units) -> None:
    firm = make_enterprise(units["C1"], name="云栈供应链")
    make_enterprise(units["C2"], name="云栈贸易")
    actor = make_actor(path=units["C1"].path, permissions=["enterprises.view"])
    assert [card.id for card in queries.search(actor, "云栈")] == [firm.pk]
    assert [card.id for card in queries.search(actor, str(firm.credit_code)[-8:])] == [firm.pk]
    assert queries.search(actor, " ") == []


def test_card_says_what_others_need(units) -> None:
    firm = make_enterprise(units["C1"], name="云栈", industry_id="65", size="small")
    make_tenancy(firm, make_building(units["C1"], name="望澜"), presence="here_only")
    make_contact(firm)
    member = make_member(firm)
    card = queries.enterprise_card(SYSTEM, firm.pk)
    assert (card.place_text, card.presence) == ("望澜", "在地不在册")
    assert card.contact is not None
    assert (card.industry, card.size) == ("软件和信息技术服务业", "小型")
    assert card.contact.name == "许念青"
    assert queries.members_to_notify(firm.pk) == [member.user_id]


def test_own_people_may_choose_the_towers_where_they_sit(units) -> None:
    from loushi.registry.accounts.factories import actor_of

    firm, tower = make_enterprise(units["C1"]), make_building(units["C1"], name="望澜")
    make_building(units["C1"], name="别的楼")
    make_tenancy(firm, tower)
    person = actor_of(make_member(firm).user)
    assert queries.building_choices(person) == [(tower.pk, "望澜")]


@pytest.mark.parametrize("sort", ["place", "name", "-name", "newest", "-established", "staff"])
def test_every_sort_pages_through_all_rows_once(units, sort) -> None:
    for number in range(7):
        make_enterprise(
            units["C1"], staff_count=number % 3 or None,
            established_on=date(2020, 1, 1 + number % 2) if number % 3 else None,
        )  # fmt: skip
    filters, found, after = queries.Filters(sort=sort), [], ""
    while True:
        page = queries.enterprise_list(SYSTEM, filters, after=after, size=3)
        found += [row.id for row in page.rows]
        after = page.after
        if not after:
            break
    assert len(found) == len(set(found)) == 7
    assert found == [row.id for row in queries.enterprise_list(SYSTEM, filters).rows]
