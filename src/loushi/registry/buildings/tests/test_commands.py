"""Writing buildings, floors, rooms and roles: rules, refusals without effect, bulk = single."""

from datetime import date
from decimal import Decimal

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import BUILDING
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.core.models import Event
from loushi.foundation.core.testing import make_actor
from loushi.registry.accounts import commands as accounts
from loushi.registry.accounts.factories import make_user
from loushi.registry.buildings import commands, queries
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.buildings.models import Building, Floor, PropertyManager, Space
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
CHANGE = ["buildings.view", "buildings.change", "buildings.appoint"]


@pytest.fixture
def units():
    return make_district()


@pytest.fixture
def actor(units):
    return make_actor(path=units["C1"].path, permissions=CHANGE)


def stored(model) -> list[dict]:
    hidden = ("id", "created_at", "updated_at", "building_id", "floor_id", "code", "name")
    rows = model.plain.order_by("pk").values()
    return [{k: v for k, v in row.items() if k not in hidden} for row in rows]


def test_create_keeps_the_reference_system_and_the_manager(units, actor) -> None:
    tower = commands.create_building(
        actor=actor,
        values={"name": " 望澜中心  A 座 ", "unit_id": units["C1"].pk, "longitude": "120.1536",
                "latitude": "30.3191", "crs": "GCJ02", "manager": "望澜物业"},
    )  # fmt: skip
    assert tower.name == "望澜中心 A 座"
    assert tower.unit_path == units["C1"].path
    assert (tower.longitude, tower.crs) == (Decimal("120.1536000"), "GCJ02")
    assert tower.manager is not None
    assert tower.manager.name == "望澜物业"
    entry = Entry.objects.unscoped("test").get(action="buildings.create")
    assert entry.subject_id == tower.pk
    assert entry.after["name"] == "望澜中心 A 座"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", " ", "请填写楼宇名称"),
        ("floors_above", 300, "0 至 200"),
        ("completed_year", 1700, "交付年份"),
        ("crs", "MARS", "坐标系应为"),
        ("lettable_area", "-3", "可租面积"),
        ("outline", {"type": "Point", "coordinates": [1, 2]}, "应为面"),
    ],
)
def test_wrong_values_are_refused_and_nothing_is_written(units, actor, field, value, words) -> None:
    values = {"name": "望澜中心", "unit_id": units["C1"].pk, field: value}
    with pytest.raises(Refused) as caught:
        commands.create_building(actor=actor, values=values)
    assert caught.value.errors[0].field == field
    assert words in str(caught.value)
    assert not Building.plain.exists()
    assert not Entry.objects.unscoped("test").filter(action__startswith="buildings").exists()


def test_known_code_is_refused_without_naming_the_holder(units, actor) -> None:
    make_building(units["C2"], name="邻区大厦", code="LW-001")
    with pytest.raises(Refused) as caught:
        commands.create_building(
            actor=actor, values={"name": "望澜", "unit_id": units["C1"].pk, "code": "LW-001"}
        )
    assert "邻区" not in str(caught.value)
    assert Building.plain.count() == 1


def test_elsewhere_is_denied(units, actor) -> None:
    with pytest.raises(Denied):
        commands.create_building(actor=actor, values={"name": "望澜", "unit_id": units["C2"].pk})
    tower = make_building(units["C2"], name="邻区大厦")
    with pytest.raises(NotVisible):
        commands.update_building(actor=actor, building_id=tower.pk, values={"name": "改名"})
    tower.refresh_from_db()
    assert tower.name == "邻区大厦"
    assert Building.plain.count() == 1


def test_own_building_may_not_be_pushed_to_a_neighbour(units, actor) -> None:
    tower = make_building(units["C1"])
    with pytest.raises(Denied):
        commands.update_building(
            actor=actor, building_id=tower.pk, values={"unit_id": units["C2"].pk}
        )
    tower.refresh_from_db()
    assert tower.unit_id == units["C1"].pk


def test_update_touches_only_given_fields_and_records_both_sides(units, actor) -> None:
    tower = make_building(units["C1"], grade="甲级", floors_above=28)
    commands.update_building(actor=actor, building_id=tower.pk, values={"grade": "超甲级"})
    tower.refresh_from_db()
    assert (tower.grade, tower.floors_above) == ("super_a", 28)
    entry = Entry.objects.unscoped("test").get(action="buildings.update")
    assert (entry.before, entry.after) == ({"grade": "a"}, {"grade": "super_a"})
    commands.update_building(actor=actor, building_id=tower.pk, values={"grade": "super_a"})
    assert Entry.objects.unscoped("test").filter(action="buildings.update").count() == 1


def test_parts_follow_their_building_and_the_event_says_so(units) -> None:
    district = make_actor(path=units["Q"].path, permissions=CHANGE)
    tower = make_building(units["C1"])
    room = make_space(tower, unit_id=units["C1-G1"].pk)
    commands.update_building(
        actor=district, building_id=tower.pk, values={"unit_id": units["C2"].pk}
    )
    room.refresh_from_db()
    assert (room.unit_id, room.unit_path) == (None, units["C2"].path)
    assert Floor.plain.get().unit_path == units["C2"].path
    payload = Event.objects.get(name="building_placed").payload
    assert payload["new_path"] == units["C2"].path


def test_bulk_and_single_give_identical_rows(units) -> None:
    actor = make_actor(path=units["Q"].path, permissions=CHANGE)
    rows = [
        {"name": f"第{n}座", "code": f"X{n}", "unit_id": units["C1"].pk, "floors_above": n,
         "lettable_area": "100.5", "manager": "望澜物业", "longitude": 120.1, "latitude": 30.2}
        for n in range(1, 6)
    ]  # fmt: skip
    made = commands.upsert_buildings(actor=actor, rows=rows)
    rooms = [
        {"building_id": pk, "number": str(number), "floor_number": number, "area": 50,
         "state": "vacant", "use": "办公"}
        for pk in made.ids
        for number in (1, 2)
    ]  # fmt: skip
    commands.upsert_spaces(actor=actor, rows=rooms)
    many = [stored(model) for model in (Building, Floor, Space)]
    for model in (Space, Floor, Building):
        model.plain.all().delete()
    for row in rows:
        tower = commands.create_building(actor=actor, values=row)
        for number in (1, 2):
            commands.save_space(actor=actor, values={**rooms[number - 1], "building_id": tower.pk})
    assert [stored(model) for model in (Building, Floor, Space)] == many
    assert PropertyManager.plain.count() == 1


def test_upsert_counts_new_changed_unchanged(units, actor) -> None:
    rows = [{"name": "甲", "unit_id": units["C1"].pk}, {"name": "乙", "unit_id": units["C1"].pk}]
    first = commands.upsert_buildings(actor=actor, rows=rows)
    again = commands.upsert_buildings(
        actor=actor, rows=[rows[0], {**rows[1], "grade": "甲级"}, {**rows[0], "name": "丙"}]
    )
    assert (first.created, again.created, again.changed, again.unchanged) == (2, 1, 1, 1)
    assert again.ids[:2] == first.ids


def test_floor_zero_and_doubled_rooms_are_refused(units, actor) -> None:
    tower = make_building(units["C1"])
    with pytest.raises(Refused, match="没有第 0 层"):
        commands.save_floor(actor=actor, values={"building_id": tower.pk, "number": 0})
    room = {"building_id": tower.pk, "number": "1703"}
    with pytest.raises(Refused, match="出现了 2 次"):
        commands.upsert_spaces(actor=actor, rows=[room, room])
    assert not Floor.plain.exists()
    assert not Space.plain.exists()


def test_space_must_lie_inside_its_buildings_unit(units, actor) -> None:
    tower = make_building(units["C1"])
    with pytest.raises(Refused, match="不在楼宇所属单元之内"):
        commands.save_space(
            actor=actor,
            values={"building_id": tower.pk, "number": "1", "unit_id": units["C2-G1"].pk},
        )
    assert not Space.plain.exists()


def test_role_gives_dated_grants_for_this_building_only(units, actor) -> None:
    accounts.install_roles(actor=make_system())
    tower, other = make_building(units["C1"]), make_building(units["C1"])
    chief = make_user("温叙白")
    commands.appoint_building_role(
        actor=actor, building_id=tower.pk, user_id=chief.pk, role="building_chief",
        since=date(2026, 1, 1), until=date(2026, 6, 30),
    )  # fmt: skip
    grants = queries.grants_of(chief.pk, date(2026, 6, 30))
    assert [(grant.kind, grant.key) for grant in grants] == [(BUILDING, str(tower.pk))]
    assert not queries.grants_of(chief.pk, date(2026, 7, 1))
    seen = make_actor(chief.pk, grants=grants)
    assert list(queries.buildings(seen)) == [tower]
    assert other.pk not in queries.buildings(seen).values_list("pk", flat=True)
    with pytest.raises(Refused, match="任期有重叠"):
        commands.appoint_building_role(
            actor=actor, building_id=tower.pk, user_id=chief.pk, role="building_chief",
            since=date(2026, 6, 1),
        )  # fmt: skip
    assert tower.roles.count() == 1


def test_property_staff_see_all_managed_buildings(units) -> None:
    accounts.install_roles(actor=make_system())
    actor = make_actor(path=units["Q"].path, permissions=CHANGE)
    one = make_building(units["C1"], manager="望澜物业")
    two = make_building(units["C2"], manager="望澜物业")
    make_building(units["C1"], manager="别家物业")
    person = make_user("季临川")
    commands.add_manager_member(
        actor=actor, manager_id=one.manager_id, user_id=person.pk, role="property_staff",
        since=date(2026, 1, 1),
    )  # fmt: skip
    grants = queries.grants_of(person.pk, date(2026, 3, 1))
    assert {grant.key for grant in grants} == {str(one.pk), str(two.pk)}


def test_one_community_may_not_appoint_for_a_managers_other_buildings(units, actor) -> None:
    accounts.install_roles(actor=make_system())
    tower = make_building(units["C1"], manager="望澜物业")
    make_building(units["C2"], manager="望澜物业")
    with pytest.raises(Refused, match="上一级单位"):
        commands.add_manager_member(
            actor=actor, manager_id=tower.manager_id, user_id=make_user().pk,
            role="property_staff", since=date(2026, 1, 1),
        )  # fmt: skip
    assert not tower.manager.members.exists()


def make_system():
    from loushi.foundation.core.actor import system_actor

    return system_actor()
