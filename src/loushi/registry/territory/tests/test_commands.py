"""Founding, renaming, moving, merging, splitting: effects, refusals, history."""

from datetime import date

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import UNIT, system_actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.models import Event
from loushi.foundation.core.testing import at, grant, make_actor
from loushi.registry.territory import commands, queries
from loushi.registry.territory.factories import FOUNDED, found, make_district
from loushi.registry.territory.models import Unit, UnitName, UnitPlacement, UnitSuccession

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()
TODAY = date(2026, 10, 12)


@pytest.fixture(autouse=True)
def noon():
    with at("2026-10-12 12:00"):
        yield


def everything() -> tuple[object, ...]:
    """All rows of the tree, to prove that a refusal changed nothing."""
    return (
        list(Unit.objects.order_by("pk").values()),
        list(UnitPlacement.objects.order_by("pk").values()),
        list(UnitName.objects.order_by("pk").values()),
        list(UnitSuccession.objects.order_by("pk").values()),
        Event.objects.count(),
        Entry.objects.unscoped("test").count(),
    )


def names(on: date) -> list[str]:
    return [node.name for node in queries.tree(on)]


def test_founding_places_the_unit_and_leaves_a_trace() -> None:
    units = make_district(communities=1, grids=0)
    community = units["C1"]
    assert community.path == units["Q"].path + f"{community.pk:06d}"
    assert queries.root_path() == units["Q"].path
    entry = Entry.objects.unscoped("test").get(subject_id=community.pk)
    assert entry.action == "territory.found"
    assert Event.objects.filter(name="unit_founded", payload__unit_id=community.pk).exists()


def test_a_unit_founded_ahead_appears_on_its_day() -> None:
    units = make_district(communities=1, grids=0)
    later = found("C9", "community", units["Q"], on=date(2026, 12, 1))
    assert later.path == ""
    assert queries.path_on(later.pk) == ""
    assert queries.path_on(later.pk, date(2026, 12, 1)) == units["Q"].path + f"{later.pk:06d}"
    with at("2026-12-01 00:05"):
        assert commands.take_effect() == 1
        later.refresh_from_db()
        assert later.path == queries.path_on(later.pk)
        assert commands.take_effect() == 0


@pytest.mark.parametrize(
    ("code", "kind", "parent", "field"),
    [
        ("C1", "community", "Q", "code"),
        ("N", "district", None, "kind"),
        ("N", "community", None, "parent"),
        ("N", "community", "C1-G1", "parent"),
        ("N", "grid", "nowhere", "parent"),
        ("", "grid", "C1", "code"),
        ("N", "tower", "C1", "kind"),
    ],
)
def test_what_cannot_be_founded(code: str, kind: str, parent: str | None, field: str) -> None:
    make_district()
    before = everything()
    with pytest.raises((Refused, KeyError, ValueError)) as refusal:
        commands.found_unit(
            actor=SYSTEM, code=code, name="新单元", kind=kind, parent=parent, on=TODAY
        )
    assert isinstance(refusal.value, Refused)
    assert refusal.value.errors[0].field == field
    assert everything() == before


def test_founding_before_the_parent_stands_is_refused() -> None:
    make_district()
    before = everything()
    with pytest.raises(Refused, match="不存在"):
        commands.found_unit(
            actor=SYSTEM, code="X", name="太早", kind="grid", parent="C1", on=date(2020, 1, 1)
        )
    assert everything() == before


def test_only_a_grant_that_covers_both_places_may_move() -> None:
    units = make_district()
    actor = make_actor(path=units["C1"].path, permissions=["territory.change"])
    before = everything()
    with pytest.raises(Denied):
        commands.move_unit(
            actor=actor, unit_id=units["C1-G1"].pk, parent_id=units["C2"].pk, on=TODAY
        )
    assert everything() == before
    own = commands.found_unit(
        actor=actor, code="C1-G9", name="新片区", kind="grid", parent="C1", on=TODAY
    )
    assert own.path.startswith(units["C1"].path)


def test_two_roles_at_two_units_do_not_multiply() -> None:
    units = make_district()
    actor = make_actor(
        grants=[
            grant("reader", UNIT, units["Q"].path, "territory.view"),
            grant("chief", UNIT, units["C1"].path, "territory.change"),
        ]
    )
    before = everything()
    with pytest.raises(Denied):
        commands.rename_unit(actor=actor, unit_id=units["C2"].pk, name="改名", on=TODAY)
    assert everything() == before


def test_a_new_name_holds_from_its_day_on() -> None:
    units = make_district(communities=1, grids=0)
    commands.rename_unit(actor=SYSTEM, unit_id=units["C1"].pk, name="望澜商务社区", on=TODAY)
    assert names(TODAY) == ["临漕区", "望澜商务社区"]
    assert names(date(2026, 10, 11)) == ["临漕区", "第1商务社区"]


def test_a_name_planned_ahead_waits() -> None:
    units = make_district(communities=1, grids=0)
    unit = commands.rename_unit(
        actor=SYSTEM, unit_id=units["C1"].pk, name="新名", on=date(2027, 1, 1)
    )
    assert unit.name == "第1商务社区"
    with at("2027-01-01 00:01"):
        commands.take_effect()
        assert queries.get_unit(unit.pk).name == "新名"


def test_yesterdays_tree_survives_a_move() -> None:
    units = make_district()
    yesterday = queries.tree(date(2026, 10, 11))
    commands.move_unit(actor=SYSTEM, unit_id=units["C1-G1"].pk, parent_id=units["C2"].pk, on=TODAY)
    assert queries.tree(date(2026, 10, 11)) == yesterday
    assert queries.path_on(units["C1-G1"].pk) == units["C2"].path + f"{units['C1-G1'].pk:06d}"
    moved = Event.objects.get(name="unit_moved")
    assert moved.payload["old_path"] == units["C1-G1"].path


def test_a_backdated_move_recomputes_what_hangs_below() -> None:
    units = make_district()
    micro = found("M", "micro_grid", units["C1-G1"])
    commands.move_unit(
        actor=SYSTEM, unit_id=units["C1-G1"].pk, parent_id=units["C2"].pk, on=date(2025, 1, 1)
    )
    assert queries.path_on(micro.pk, date(2024, 12, 31)).startswith(units["C1"].path)
    assert queries.path_on(micro.pk, date(2025, 1, 1)).startswith(units["C2"].path)


def test_no_change_before_a_later_one() -> None:
    units = make_district()
    commands.move_unit(
        actor=SYSTEM, unit_id=units["C1-G1"].pk, parent_id=units["C2"].pk, on=date(2027, 1, 1)
    )
    before = everything()
    with pytest.raises(Refused, match="2027-01-01"):
        commands.move_unit(
            actor=SYSTEM, unit_id=units["C1-G1"].pk, parent_id=units["C2"].pk, on=TODAY
        )
    assert everything() == before


def test_merging_hands_everything_to_the_heir() -> None:
    units = make_district()
    heir = commands.merge_units(
        actor=SYSTEM, unit_ids=[units["C2"].pk], heir_id=units["C1"].pk, on=TODAY, why="批复"
    )
    assert not Event.objects.filter(name="unit_merged").exists()
    commands.run_rewrites()
    commands.run_rewrites()
    assert queries.path_on(units["C2"].pk) == ""
    assert [node.code for node in queries.children(heir.pk)] == [
        "C1-G1", "C1-G2", "C2-G1", "C2-G2"
    ]  # fmt: skip
    assert queries.heirs(units["C2"].pk, on=TODAY) == heir.pk
    assert queries.heirs(units["C2"].pk, on=date(2026, 10, 11)) == units["C2"].pk
    assert queries.predecessors(heir.pk) == [units["C2"].pk]
    assert Event.objects.get(name="unit_merged").payload["heir_paths"] == [heir.path]


def test_merging_different_levels_is_refused() -> None:
    units = make_district()
    before = everything()
    with pytest.raises(Refused, match="同一层级"):
        commands.merge_units(
            actor=SYSTEM, unit_ids=[units["C1-G1"].pk], heir_id=units["C2"].pk, on=TODAY
        )
    assert everything() == before


def test_an_heir_cannot_end_before_it_inherits() -> None:
    units = make_district(communities=3)
    commands.merge_units(
        actor=SYSTEM, unit_ids=[units["C1"].pk], heir_id=units["C2"].pk, on=date(2026, 12, 1)
    )
    before = everything()
    with pytest.raises(Refused, match="2026-12-01"):
        commands.merge_units(
            actor=SYSTEM, unit_ids=[units["C2"].pk], heir_id=units["C3"].pk, on=TODAY
        )
    assert everything() == before


@pytest.mark.slow
def test_splitting_assigns_heirs_by_building() -> None:
    units = make_district()
    (heir,) = commands.split_unit(
        actor=SYSTEM,
        unit_id=units["C1"].pk,
        on=TODAY,
        parts=[
            commands.Part(code="C3", name="东清商务社区", children=(units["C1-G2"].pk,),
                          buildings=(71, 72))
        ],
    )  # fmt: skip
    assert [node.code for node in queries.children(heir.pk)] == ["C1-G2"]
    assert queries.heirs(units["C1"].pk, 71, TODAY) == heir.pk
    assert queries.heirs(units["C1"].pk, 73, TODAY) == units["C1"].pk
    assert queries.heirs(units["C1"].pk, on=TODAY) == units["C1"].pk
    commands.run_rewrites()
    payload = Event.objects.get(name="unit_split").payload
    assert payload["buildings"] == {"71": heir.pk, "72": heir.pk}


def test_splitting_up_needs_a_place_for_every_child() -> None:
    units = make_district()
    before = everything()
    with pytest.raises(Refused, match="第1-2片区"):
        commands.split_unit(
            actor=SYSTEM, unit_id=units["C1"].pk, on=TODAY, dissolve=True,
            parts=[commands.Part(code="C3", name="东", children=(units["C1-G1"].pk,)),
                   commands.Part(code="C4", name="西")],
        )  # fmt: skip
    assert everything() == before


def test_splitting_up_ends_the_unit_and_names_a_main_heir() -> None:
    units = make_district()
    east, west = commands.split_unit(
        actor=SYSTEM, unit_id=units["C1"].pk, on=TODAY, dissolve=True,
        parts=[commands.Part(code="C3", name="东", children=(units["C1-G1"].pk,)),
               commands.Part(code="C4", name="西", children=(units["C1-G2"].pk,), buildings=(9,))],
    )  # fmt: skip
    assert queries.heirs(units["C1"].pk, on=TODAY) == east.pk
    assert queries.heirs(units["C1"].pk, 9, TODAY) == west.pk
    assert queries.unit_at(units["C1"].pk, TODAY) is None
    assert queries.unit_at(units["C1"].pk, date(2026, 10, 11)) is not None


def test_heirs_of_heirs_are_followed() -> None:
    units = make_district()
    commands.merge_units(
        actor=SYSTEM, unit_ids=[units["C2"].pk], heir_id=units["C1"].pk, on=date(2026, 1, 1)
    )
    (heir,) = commands.split_unit(
        actor=SYSTEM, unit_id=units["C1"].pk, on=TODAY,
        parts=[commands.Part(code="C3", name="东", buildings=(5,))],
    )  # fmt: skip
    assert queries.heirs(units["C2"].pk, 5, TODAY) == heir.pk
    assert queries.heirs(units["C2"].pk, 6, TODAY) == units["C1"].pk


def test_many_founded_at_once_are_like_one_by_one() -> None:
    units = make_district(communities=1, grids=0)
    given = {"name": "片区", "kind": "grid", "parent": units["C1"].pk, "on": TODAY}
    single = commands.found_unit(actor=SYSTEM, code="G1", **given)
    (bulk,) = commands.found_units(actor=SYSTEM, units=[commands.NewUnit(code="G2", **given)])
    skip = {"id", "code", "path", "unit_id"}
    for model in (Unit, UnitPlacement, UnitName):
        key = "pk" if model is Unit else "unit_id"
        left, right = (
            {k: v for k, v in model.objects.filter(**{key: unit.pk}).values()[0].items()
             if k not in skip}
            for unit in (single, bulk)
        )  # fmt: skip
        assert left == right
    traces = [
        {k: v for k, v in entry.items() if k in {"action", "actor_name", "why", "result"}}
        for entry in Entry.objects.unscoped("test")
        .filter(subject_id__in=[single.pk, bulk.pk], subject_type="territory.unit")
        .values()
    ]
    assert traces[0] == traces[1]


@pytest.mark.parametrize(("name", "total", "micro"), [("gongshu", 30, 18), ("pinghu", 35, 33)])
def test_the_shipped_structures(name: str, total: int, micro: int) -> None:
    queries.forget_root()
    units = commands.install_template(
        actor=SYSTEM, name=name, on=FOUNDED, district="临漕区", code="330199"
    )
    assert len(units) == total
    assert units[0].name == "临漕区"
    assert sum(unit.kind == "micro_grid" for unit in units) == micro
    assert all(unit.path.startswith(units[0].path) for unit in units)


def test_an_unknown_structure_is_refused() -> None:
    with pytest.raises(Refused, match="没有名为"):
        commands.install_template(actor=SYSTEM, name="../models", on=FOUNDED)


def test_details_are_corrected_with_a_trace() -> None:
    units = make_district(communities=1, grids=0)
    unit = commands.change_details(
        actor=SYSTEM, unit_id=units["C1"].pk, feature="金融", prefix="gs"
    )
    assert (unit.feature, unit.prefix) == ("金融", "GS")
    with pytest.raises(Refused, match="大写字母"):
        commands.change_details(actor=SYSTEM, unit_id=unit.pk, feature="", prefix="临1")
    unit.refresh_from_db()
    assert unit.prefix == "GS"


def test_hosts_run_from_a_date_to_a_date() -> None:
    units = make_district(communities=1, grids=0)
    (host,) = commands.save_residential_communities(
        actor=SYSTEM, rows=[{"code": "330105001001", "name": "长庆街社区"}]
    )
    row = commands.add_host(
        actor=SYSTEM, unit_id=units["C1"].pk, community_id=host.pk, since=FOUNDED
    )
    with pytest.raises(Refused, match="已经登记"):
        commands.add_host(actor=SYSTEM, unit_id=units["C1"].pk, community_id=host.pk, since=TODAY)
    commands.end_host(actor=SYSTEM, host_id=row.pk, on=TODAY)
    assert not queries.hosts_of(units["C1"].pk)
    assert queries.hosts_of(units["C1"].pk, date(2026, 10, 11)).count() == 1
