"""Bodies, terms, rules, and who sees them."""

from datetime import date
from typing import Any

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.core.testing import at
from loushi.registry.accounts.factories import actor_of
from loushi.registry.buildings.factories import make_building
from loushi.services.governance import commands, queries
from loushi.services.governance.factories import make_body
from loushi.services.governance.models import Body, BodyRule, CouncilSeat

WHY = "test"


def test_a_new_body_starts_with_the_rules_of_its_kind(place: Any) -> None:
    page = queries.body_page(place.actors["leader"], place.body.pk)
    assert {rule.matter for rule in page.rules} == {"ordinary", "major", "personnel"}
    rule = queries.rule_of(place.body, "major", date(2026, 12, 10))
    assert (rule.quorum, rule.majority, rule.base) == ("two_thirds", "two_thirds", "all")


def test_a_rule_holds_from_its_day(place: Any) -> None:
    values = {"matter": "ordinary", "quorum": "two_thirds", "majority": "all", "base": "cast",
              "since": date(2027, 1, 1)}  # fmt: skip
    commands.set_rule(actor=place.actors["secretary"], body_id=place.body.pk, values=values)
    assert queries.rule_of(place.body, "ordinary", date(2026, 12, 31)).quorum == "over_half"
    assert queries.rule_of(place.body, "ordinary", date(2027, 1, 1)).quorum == "two_thirds"
    with pytest.raises(Refused, match="今天或以后"):
        commands.set_rule(
            actor=place.actors["secretary"], body_id=place.body.pk,
            values=values | {"since": date(2026, 6, 1)},
        )  # fmt: skip
    assert BodyRule.objects.unscoped(WHY).filter(body=place.body).count() == 4


def test_nobody_sits_twice_at_a_time(place: Any) -> None:
    actor, body = place.actors["secretary"], place.body
    values = {"user_id": place.members[0].pk, "side": "owners", "since": date(2026, 12, 1)}
    with pytest.raises(Refused) as refusal:
        commands.add_seat(actor=actor, body_id=body.pk, values=values)
    assert refusal.value.errors[0].field == "user_id"
    commands.end_seat(
        actor=actor, body_id=body.pk, seat_id=place.seats[0].pk, until=date(2026, 12, 31)
    )
    commands.add_seat(actor=actor, body_id=body.pk, values=values | {"since": date(2027, 1, 1)})
    assert CouncilSeat.objects.unscoped(WHY).filter(user=place.members[0]).count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "望澜楼宇治理委员会"}, "name"),
        ({"name": "新会", "since": date(2026, 5, 1), "until": date(2026, 4, 1)}, "until"),
        ({"name": "新会", "building_id": 999999}, "building_id"),
    ],
)
def test_a_refused_body_names_its_field(place: Any, values: dict[str, Any], field: str) -> None:
    before = (Body.objects.unscoped(WHY).count(), Entry.objects.unscoped(WHY).count())
    with pytest.raises(Refused) as refusal:
        commands.create_body(
            actor=place.actors["secretary"], unit_id=place.units["C1"].pk, kind="council",
            values=values,
        )  # fmt: skip
    assert refusal.value.errors[0].field == field
    assert (Body.objects.unscoped(WHY).count(), Entry.objects.unscoped(WHY).count()) == before


def test_rights(place: Any) -> None:
    for name, error in (("neighbour", NotVisible), ("stranger", NotVisible), ("officer", Denied),
                        ("member2", Denied)):  # fmt: skip
        with pytest.raises(error):
            commands.update_body(
                actor=place.actors[name], body_id=place.body.pk, values={"note": "x"}
            )
    with pytest.raises(Denied):
        commands.create_body(
            actor=place.actors["neighbour"], unit_id=place.units["C1"].pk, kind="council",
            values={"name": "越界"},
        )  # fmt: skip
    assert Body.objects.unscoped(WHY).count() == 1


def test_a_member_sees_the_body_for_the_term(place: Any) -> None:
    member = place.members[1]
    assert queries.body_page(actor_of(member), place.body.pk).row == place.body
    commands.end_seat(
        actor=place.actors["secretary"], body_id=place.body.pk, seat_id=place.seats[1].pk,
        until=date(2026, 12, 10),
    )  # fmt: skip
    assert queries.body_page(actor_of(member), place.body.pk).row == place.body
    with at("2026-12-11 09:00"), pytest.raises(NotVisible):
        queries.body_page(actor_of(member), place.body.pk)


def test_demands_go_to_the_towers_own_body_then_to_the_nearest_around(place: Any) -> None:
    tower = make_building(place.units["C1"])
    assert queries.body_for(tower) == place.body
    forum = make_body(place.units["C1"], "望澜中心议事厅", kind="forum", building_id=tower.pk)
    assert queries.body_for(tower) == forum
    commands.update_body(
        actor=place.actors["secretary"], body_id=forum.pk, values={"until": date(2026, 12, 9)}
    )
    assert queries.body_for(tower) == place.body


def test_the_list_uses_the_same_queries(place: Any, same_queries: Any) -> None:
    def grow(count: int) -> None:
        start = Body.objects.unscoped(WHY).count()
        for n in range(start, start + count):
            make_body(place.units["C1"], f"议事厅{n}", kind="forum")

    same_queries(lambda: queries.body_list(place.actors["leader"], queries.Filters()), grow)
