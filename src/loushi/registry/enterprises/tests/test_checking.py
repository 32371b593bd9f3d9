"""The checker finds what is wrong, and after a generated year it finds nothing."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from random import Random

import pytest

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.testing import at
from loushi.registry.accounts.factories import make_user
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.buildings.models import Space
from loushi.registry.enterprises import commands
from loushi.registry.enterprises.factories import make_contact, make_enterprise, make_tenancy
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseContact,
    PlaceFact,
    Tenancy,
)
from loushi.registry.enterprises.queries import check_register
from loushi.registry.enterprises.tests.year import World, live
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db


@pytest.fixture
def units():
    return make_district()


def rules() -> set[str]:
    return {breach.rule for breach in check_register()}


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(n, marks=pytest.mark.one_engine) for n in (2, 3))]
)
def test_after_a_generated_year_nothing_is_wrong(units, tmp_path: Path, seed: int) -> None:
    for place in ("C1", "C1-G1", "C2"):
        tower = make_building(units[place], name=f"{place} 楼")
        for number in range(6):
            make_space(tower, f"{number + 1}01", area=100 + number)
    with at(datetime(2025, 8, 31, 4, tzinfo=UTC)):
        make_tenancy(
            make_enterprise(units["C1"], credit_code=None), Space.plain.first().building,
            since=date(2025, 1, 1),
        )  # fmt: skip
    world = live(World(Random(seed), tmp_path), steps=140)
    with at(datetime.combine(world.today, time(5), tzinfo=UTC)):
        commands.turn_of_day()
        assert [str(breach) for breach in check_register()] == []
    assert len(world.done) >= 12, world.refused
    assert sum(world.done.values()) > 70, world.refused


def test_every_rule_is_able_to_speak(units) -> None:
    tower = make_building(units["C1"])
    room, empty = make_space(tower, "1", area=50), make_space(tower, "2", area=50)
    firm = make_enterprise(units["C1"], tax_lies="inside")
    stay = make_tenancy(firm, tower, space_id=room.pk, area=50)
    contact = make_contact(firm)
    assert rules() == set()

    def broken(model, pk, **values) -> set[str]:
        """The rules that speak when a row is written past the commands, which is then undone."""
        before = model.plain.filter(pk=pk).values(*values).get()
        model.plain.filter(pk=pk).update(**values)
        found = rules()
        model.plain.filter(pk=pk).update(**before)
        assert rules() == set()
        return found

    fact = PlaceFact.plain.get(kind="registration")
    assert broken(Tenancy, stay.pk, presence="here_only") == {"presence"}
    assert broken(Tenancy, stay.pk, is_main=False) == {"home"}
    assert broken(Tenancy, stay.pk, unit_path=units["C2"].path) == {"home", "places"}
    assert broken(Tenancy, stay.pk, area=99) == {"areas"}
    assert broken(PlaceFact, fact.pk, until=date(2026, 5, 1)) >= {"history", "copies"}
    assert broken(Enterprise, firm.pk, registered_address="别处") == {"copies"}
    assert broken(Enterprise, firm.pk, officer_id=make_user().pk) == {"officer"}
    assert broken(Enterprise, firm.pk, status="cancelled") == {"cancelled"}
    assert broken(EnterpriseContact, contact.pk, unit_path=units["C2"].path) == {"followers"}
    assert broken(Space, empty.pk, state="let") == {"rooms"}
    assert broken(Space, room.pk, state="vacant") == {"rooms"}
    assert broken(PlaceFact, fact.pk, building_id=make_building(units["C1"], name="乙").pk) == {
        "registered_only"
    }
    Tenancy.plain.create(
        enterprise=firm, building=tower, space=room, unit_path=stay.unit_path, is_main=False,
        presence="here_registered", since=date(2026, 2, 1),
    )  # fmt: skip
    assert rules() == {"overlaps"}


def test_the_second_holding_of_one_place_is_refused_or_recognised(units) -> None:
    from loushi.foundation.core.errors import Refused

    tower = make_building(units["C1"])
    firm = make_enterprise(units["C1"])
    make_tenancy(firm, tower, space_number="1703")
    again = commands.upsert_tenancies(
        actor=system_actor(),
        rows=[{"enterprise_id": firm.pk, "building_id": tower.pk, "space_number": "1703"}],
    )
    assert again.unchanged == 1
    with pytest.raises(Refused, match="已经登记在这里入驻"):
        make_tenancy(firm, tower, space_number="1703", since=date(2026, 3, 1))
    assert Tenancy.plain.count() == 1
