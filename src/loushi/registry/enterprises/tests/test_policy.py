"""Who sees which enterprise, and which phones."""

from datetime import date

import pytest

from loushi.foundation.core.actor import BUILDING, ENTERPRISE, system_actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.core.scoping import hidden_fields
from loushi.foundation.core.testing import at, grant, make_actor
from loushi.registry.accounts.factories import actor_of
from loushi.registry.buildings.factories import make_building
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.factories import (
    make_contact,
    make_enterprise,
    make_member,
    make_tenancy,
)
from loushi.registry.enterprises.models import Enterprise, EnterpriseContact
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
VIEW = ["enterprises.view"]


@pytest.fixture
def units():
    return make_district()


def seen(actor) -> list[str]:
    return sorted(queries.enterprises(actor).values_list("name", flat=True))


def test_home_and_every_running_place_make_visible(units) -> None:
    tower = make_building(units["C2"])
    firm = make_enterprise(units["C1"], name="云栈")
    make_tenancy(firm, make_building(units["C1"]), since=date(2026, 1, 1))
    branch = make_tenancy(firm, tower, is_main=False, since=date(2026, 2, 1))
    there = make_actor(path=units["C2"].path, permissions=VIEW)
    assert seen(make_actor(path=units["C1"].path, permissions=VIEW)) == ["云栈"]
    assert seen(there) == ["云栈"]
    with at("2026-06-01 09:00"):
        commands.move_out(
            actor=system_actor(), tenancy_id=branch.pk, on=date(2026, 5, 31), why="撤点"
        )
        assert seen(there) == []


def test_a_tenancy_that_ends_later_is_still_running_until_its_day(units) -> None:
    firm = make_enterprise(units["C1"], name="云栈")
    tenancy = make_tenancy(firm, make_building(units["C2"]), is_main=False)
    there = make_actor(path=units["C2"].path, permissions=VIEW)
    tenancy.until = date(2026, 6, 1)
    tenancy.save()
    Enterprise.plain.update(unit_path=units["C1"].path)
    with at("2026-05-31 23:00"):
        assert seen(there) == ["云栈"]
    with at("2026-06-01 00:30"):
        assert seen(there) == []


def test_building_role_sees_the_tenants_of_the_building_only(units) -> None:
    tower, other = make_building(units["C1"]), make_building(units["C1"])
    make_tenancy(make_enterprise(units["C1"], name="甲"), tower)
    make_tenancy(make_enterprise(units["C1"], name="乙"), other)
    chief = make_actor(grants=[grant("building_chief", BUILDING, tower.pk, *VIEW)])
    assert seen(chief) == ["甲"]


def test_own_people_see_their_own_enterprise_only(units) -> None:
    mine, other = make_enterprise(units["C1"], name="甲"), make_enterprise(units["C1"])
    person = actor_of(make_member(mine).user)
    assert [held.kind for held in person.grants] == [ENTERPRISE]
    assert seen(person) == ["甲"]
    assert queries.enterprise_of(person) == mine
    with pytest.raises(NotVisible):
        queries.enterprise_card(person, other.pk)
    with pytest.raises(NotVisible):
        queries.own_page(person, other.pk)


def test_membership_ends_with_its_last_day(units) -> None:
    firm = make_enterprise(units["C1"])
    member = make_member(firm)
    commands.end_member(actor=system_actor(), membership_id=member.pk, until=date(2026, 5, 31))
    assert queries.grants_of(member.user_id, date(2026, 5, 31))
    assert not queries.grants_of(member.user_id, date(2026, 6, 1))
    with at("2026-06-01 09:00"):
        assert queries.members_to_notify(firm.pk) == []


def test_phone_is_hidden_unless_a_covering_grant_shows_it(units) -> None:
    firm = make_enterprise(units["C1"])
    make_contact(firm)
    actor = make_actor(
        grants=[
            grant("viewer", "unit", units["C1"].path, "enterprises.view"),
            grant("officer", "unit", units["C2"].path, "enterprises.view", "enterprises.phone"),
        ]
    )
    assert hidden_fields(actor, firm) == {"phone"}
    assert queries.contacts_of(actor, firm.pk)[0].phone == "138****2046"
    near = make_actor(path=units["C1"].path, permissions=[*VIEW, "enterprises.phone"])
    assert hidden_fields(near, firm) == frozenset()
    assert queries.contacts_of(near, firm.pk)[0].phone == "13812342046"
    lines = queries.enterprise_list(actor, queries.Filters()).rows
    assert [line.phone for line in lines] == ["138****2046"]


def test_reveal_needs_right_place_and_purpose(units) -> None:
    contact = make_contact(make_enterprise(units["C1"]))
    may = make_actor(path=units["C1"].path, permissions=[*VIEW, "enterprises.reveal"])
    assert (
        commands.reveal_phone(actor=may, contact_id=contact.pk, purpose="核实地点") == "13812342046"
    )
    with pytest.raises(Refused):
        commands.reveal_phone(actor=may, contact_id=contact.pk, purpose=" 看 ")
    with pytest.raises(Denied):
        commands.reveal_phone(
            actor=make_actor(path=units["C1"].path, permissions=VIEW),
            contact_id=contact.pk, purpose="核实地点",
        )  # fmt: skip
    with pytest.raises(NotVisible):
        commands.reveal_phone(
            actor=make_actor(path=units["C2"].path, permissions=[*VIEW, "enterprises.reveal"]),
            contact_id=contact.pk, purpose="核实地点",
        )  # fmt: skip


def test_contacts_are_visible_with_their_enterprise(units) -> None:
    tower = make_building(units["C2"])
    firm = make_enterprise(units["C1"])
    contact = make_contact(firm)
    there = make_actor(path=units["C2"].path, permissions=VIEW)
    assert not EnterpriseContact.objects.visible_to(there).exists()
    make_tenancy(firm, make_building(units["C1"]), since=date(2026, 2, 1))
    make_tenancy(firm, tower, is_main=False)
    assert list(EnterpriseContact.objects.visible_to(there)) == [contact]
    chief = make_actor(grants=[grant("building_chief", BUILDING, tower.pk, *VIEW)])
    assert list(EnterpriseContact.objects.visible_to(chief)) == [contact]


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13812342046", "138****2046"), ("0571-88001234", "057****1234"), ("8800123", "88****23"),
     ("12345", "12345"), ("", "")],
)  # fmt: skip
def test_masking(phone: str, masked: str) -> None:
    assert queries.masked_phone(phone) == masked
