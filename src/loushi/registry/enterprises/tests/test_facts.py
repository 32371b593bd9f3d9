"""Dated facts and the presence that follows from them."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.core.models import Event
from loushi.foundation.core.testing import at, make_actor
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.commands.addresses import lies_where
from loushi.registry.enterprises.commands.intervals import TooEarly, covers, fit, whole
from loushi.registry.enterprises.factories import make_enterprise, make_tenancy, valid_code
from loushi.registry.enterprises.models import Enterprise, PlaceFact, Tenancy, presence_of
from loushi.registry.territory.factories import make_district

SYSTEM = system_actor()
FIRST_DAY = date(2026, 1, 1)
DAYS = 60


@pytest.fixture
def units(db):
    return make_district()


@pytest.fixture
def actor(units):
    return make_actor(
        path=units["C1"].path,
        permissions=[
            "enterprises.view",
            "enterprises.change",
            "buildings.view",
            "buildings.change",
        ],
    )


def state(actor, firm, **values):
    given = {"kind": "registration", "values": {"lies": "outside", "address": "外地"},
             "since": date(2026, 3, 1), "reason": "moved_out", **values}  # fmt: skip
    return commands.record_fact(actor=actor, enterprise_id=firm.pk, **given)


def chain(firm, kind="registration") -> list[PlaceFact]:
    rows = PlaceFact.plain.filter(enterprise=firm, kind=kind, withdrawn_at__isnull=True)
    return sorted(rows, key=lambda row: row.since or date.min)


@given(
    st.lists(
        st.tuples(st.integers(0, DAYS - 1), st.booleans(), st.integers(0, 99)), min_size=1,
        max_size=25,
    )
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_a_chain_is_whole_and_says_what_was_painted(statements) -> None:
    """Whatever is stated in whatever order: no overlap, no gap, one runs, and every day says what
    the last statement about it said (an independent painting of days)."""
    spans: list[SimpleNamespace] = []
    painted: dict[int, int] = {}
    for number, correcting, value in statements:
        since = FIRST_DAY + timedelta(days=number)
        ordered = sorted(spans, key=lambda span: span.since)
        try:
            place = fit(ordered, since, correcting=correcting)
        except TooEarly:
            assert not correcting
            assert number <= (ordered[-1].since - FIRST_DAY).days
            continue
        until = min([(s.since - FIRST_DAY).days for s in spans if s.since > since], default=DAYS)
        if place.withdraw is not None:
            spans.remove(place.withdraw)
        if place.close is not None:
            place.close.until = since
        spans.append(SimpleNamespace(since=place.since, until=place.until, value=value))
        painted |= dict.fromkeys(range(number, until), value)
    ordered = sorted(spans, key=lambda span: span.since)
    assert whole(ordered) == ""
    assert [span for span in ordered if span.until is None] == ordered[-1:]
    for number in range(DAYS):
        held = [s.value for s in spans if covers(s, FIRST_DAY + timedelta(days=number))]
        assert held == ([painted[number]] if number in painted else [])


@pytest.mark.parametrize(
    ("sits", "lies", "presence"),
    [
        (True, "inside", "here_registered"), (True, "outside", "here_only"),
        (True, "unknown", "unknown"), (True, None, "unknown"),
        (False, "inside", "registered_only"), (False, None, "registered_only"),
    ],
)  # fmt: skip
def test_the_rule(sits, lies, presence) -> None:
    assert presence_of(sits=sits, lies=lies) == presence


@pytest.mark.parametrize(
    ("address", "lies"),
    [
        ("临漕市临漕区桐川路 66 号", "inside"), ("江北市临浦区望江路 3 号", "outside"),
        ("桐川路 66 号", "unknown"), ("", "unknown"), ("江北市高新开发区 3 号", "unknown"),
        ("临漕 区桐川路", "inside"),
    ],
)  # fmt: skip
def test_addresses_say_where_they_lie_or_nothing(address, lies) -> None:
    assert lies_where(address, ("临漕区",)) == lies


def test_presence_follows_the_registration_in_the_same_transaction(units, actor) -> None:
    tower = make_building(units["C1"])
    firm = make_enterprise(units["C1"])
    stay = make_tenancy(firm, tower)
    assert stay.presence == "here_registered"
    state(actor, firm)
    stay.refresh_from_db()
    firm.refresh_from_db()
    assert stay.presence == "here_only"
    assert (firm.registered_lies, firm.registered_address) == ("outside", "外地")
    old, new = chain(firm)
    assert (old.until, old.ended_id, new.since, new.until) == (
        date(2026, 3, 1), "moved_out", date(2026, 3, 1), None,
    )  # fmt: skip
    assert Entry.objects.unscoped("test").filter(action="enterprises.fact").count() == 1


def test_presence_on_an_earlier_day_is_that_days(units, actor) -> None:
    firm = make_enterprise(units["C1"])
    stay = make_tenancy(firm, make_building(units["C1"]))
    state(actor, firm)
    stay.refresh_from_db()
    assert queries.presences_on([stay], date(2026, 2, 1)) == {stay.pk: "here_registered"}
    assert queries.presences_on([stay], date(2026, 3, 1)) == {stay.pk: "here_only"}


def test_a_correction_withdraws_and_keeps_later_events(units, actor) -> None:
    firm = make_enterprise(units["C1"])
    make_tenancy(firm, make_building(units["C1"]))
    state(actor, firm)
    state(actor, firm, values={"lies": "unknown", "address": ""}, since=date(2026, 2, 1),
          reason="corrected")  # fmt: skip
    assert [(row.since, row.until, row.lies) for row in chain(firm)] == [
        (date(2026, 1, 1), date(2026, 2, 1), "inside"),
        (date(2026, 2, 1), date(2026, 3, 1), "unknown"),
        (date(2026, 3, 1), None, "outside"),
    ]
    state(actor, firm, values={"lies": "inside", "address": ""}, since=date(2026, 2, 1),
          reason="corrected")  # fmt: skip
    withdrawn = PlaceFact.plain.get(enterprise=firm, withdrawn_at__isnull=False)
    assert (withdrawn.lies, withdrawn.until) == ("unknown", date(2026, 3, 1))
    assert [row.lies for row in chain(firm)] == ["inside", "inside", "outside"]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"since": date(2999, 1, 1)}, "since", "不能晚于今天"),
        ({"since": date(2025, 1, 1)}, "since", "更正"),
        ({"reason": "whim"}, "reason", "请选择变化的原因"),
        ({"values": {"lies": "moon"}}, "lies", "本区、区外或待核"),
        ({"values": {"lies": "inside"}}, "address", "没有变化"),
        ({"values": {"lies": "outside", "address": "路" * 201}}, "address", "最多 200 个字"),
    ],
)
def test_wrong_statements_change_nothing(units, actor, change, field, words) -> None:
    firm = make_enterprise(units["C1"])
    stay = make_tenancy(firm, make_building(units["C1"]))
    before = list(PlaceFact.plain.values())
    with pytest.raises(Refused, match=words) as caught:
        state(actor, firm, **change)
    assert caught.value.errors[0].field == field
    stay.refresh_from_db()
    assert list(PlaceFact.plain.values()) == before
    assert stay.presence == "here_registered"


def test_neighbours_and_readers_state_nothing(units) -> None:
    firm = make_enterprise(units["C1"])
    make_tenancy(firm, make_building(units["C1"]))
    neighbour = make_actor(
        path=units["C2"].path, permissions=["enterprises.view", "enterprises.change"]
    )
    reader = make_actor(path=units["C1"].path, permissions=["enterprises.view"])
    for person, wrong in ((neighbour, NotVisible), (reader, Denied)):
        with pytest.raises(wrong):
            state(person, firm)
    assert [row.lies for row in chain(firm)] == ["inside"]
    with pytest.raises(NotVisible):
        queries.facts_of(neighbour, firm.pk)


def test_registered_in_a_building_where_it_does_not_sit(units, actor) -> None:
    here, there = make_building(units["C1"], name="甲楼"), make_building(units["C1"], name="乙楼")
    room = make_space(there, "801")
    firm = make_enterprise(units["C1"])
    make_tenancy(firm, here)
    state(
        actor, firm, reason="changed",
        values={"lies": "inside", "building_id": there.pk, "space_id": room.pk},
    )  # fmt: skip
    ghost = Tenancy.plain.get(building=there)
    assert (ghost.presence, ghost.sits, ghost.since, ghost.is_main) == (
        "registered_only", False, date(2026, 3, 1), False,
    )  # fmt: skip
    room.refresh_from_db()
    assert room.state == "vacant"
    with at("2026-06-01 09:00"):
        make_tenancy(firm, there, space_id=room.pk, since=date(2026, 5, 1))
    ghost.refresh_from_db()
    assert ghost.until == date(2026, 5, 1)


def test_leaving_the_place_of_registration_leaves_it_registered_only(units, actor) -> None:
    tower = make_building(units["C1"], name="望澜中心")
    firm = make_enterprise(
        units["C1"], registered_address="临漕区望澜中心 1703 室", registered_lies="inside"
    )
    stay = make_tenancy(firm, tower, space_number="1703")
    assert chain(firm)[0].building_id == tower.pk
    with at("2026-06-01 09:00"):
        commands.move_out(actor=actor, tenancy_id=stay.pk, on=date(2026, 5, 31), why="到期")
    left = Tenancy.plain.get(until__isnull=True)
    assert (left.presence, left.since, left.is_main) == ("registered_only", date(2026, 5, 31), True)
    stay.refresh_from_db()
    assert (stay.presence, stay.ended_id) == ("here_registered", "moved_out")


@pytest.mark.parametrize(
    ("held", "claimed"),
    [("outside", "here_registered"), ("outside", "registered_only"), ("inside", "here_only")],
)
def test_a_claim_that_the_registration_contradicts_is_refused(units, held, claimed) -> None:
    firm = make_enterprise(units["C1"], registered_lies=held)
    with pytest.raises(Refused, match="先在企业页面更正注册地"):
        make_tenancy(firm, make_building(units["C1"]), presence=claimed)
    assert not Tenancy.plain.exists()
    assert [row.lies for row in chain(firm)] == [held]


def test_a_claim_completes_what_waited_to_be_verified(units) -> None:
    firm = make_enterprise(units["C1"], registered_address="桐川路 66 号")
    assert chain(firm)[0].lies == "unknown"
    stay = make_tenancy(firm, make_building(units["C1"]), presence="here_only")
    assert stay.presence == "here_only"
    assert (chain(firm)[0].lies, chain(firm)[0].address) == ("outside", "桐川路 66 号")


def test_cancelling_ends_everything_and_forbids_moving_in(units, actor) -> None:
    firm = make_enterprise(units["C1"], tax_lies="inside")
    room = make_space(make_building(units["C1"]))
    stay = make_tenancy(firm, room.building, space_id=room.pk)
    with at("2026-06-01 09:00"):
        commands.update_enterprise(
            actor=actor, enterprise_id=firm.pk, values={"status": "cancelled"}, why="登记机关公告"
        )
        stay.refresh_from_db()
        room.refresh_from_db()
        assert (stay.until, stay.ended_id, room.state) == (date(2026, 6, 1), "cancelled", "vacant")
        assert not PlaceFact.plain.filter(until__isnull=True, withdrawn_at__isnull=True).exists()
        assert Event.objects.get(name="enterprise_moved_out").payload["elsewhere"] is False
        with pytest.raises(Refused, match="已经注销"):
            make_tenancy(firm, room.building, space_id=room.pk, since=date(2026, 6, 1))
    assert Tenancy.plain.count() == 1


@pytest.mark.parametrize("found", ["here_only", "registered_only"])
def test_what_is_found_at_the_place_changes_the_facts_from_today(units, actor, found) -> None:
    tower = make_building(units["C1"])
    firm = make_enterprise(units["C1"])
    room = make_space(tower)
    stay = make_tenancy(firm, tower, space_id=room.pk)
    with at("2026-06-01 09:00"):
        now = commands.change_tenancy(
            actor=actor, tenancy_id=stay.pk, values={"presence": found}, why="扫楼"
        )
    stay.refresh_from_db()
    room.refresh_from_db()
    assert now.presence == found
    if found == "here_only":
        assert now.pk == stay.pk
        assert [row.lies for row in chain(firm)] == ["inside", "outside"]
        return
    assert (stay.until, stay.presence) == (date(2026, 6, 1), "here_registered")
    assert (now.since, now.sits, room.state) == (date(2026, 6, 1), False, "vacant")
    assert chain(firm)[-1].building_id == tower.pk


def test_values_of_today_become_events_and_never_empty_others(units, actor) -> None:
    firm = make_enterprise(units["C1"], registered_lies="inside", registered_address="临漕区一路")
    commands.update_enterprise(
        actor=actor, enterprise_id=firm.pk, values={"registered_lies": "outside"}
    )
    old, new = chain(firm)
    assert (old.until, new.reason_id, new.address) == (new.since, "moved_out", "临漕区一路")
    commands.update_enterprise(actor=actor, enterprise_id=firm.pk, values={"tax_lies": "inside"})
    assert [row.lies for row in chain(firm, "tax")] == ["inside"]
    assert [row.lies for row in chain(firm)] == ["inside", "outside"]


def test_officers_are_handed_over_with_a_day(units, actor) -> None:
    from loushi.registry.accounts.factories import make_user

    one, two = make_user("方既明"), make_user("季临川")
    firms = [make_enterprise(units["C1"]) for _number in range(3)]
    ids = [firm.pk for firm in firms]
    give = {"actor": actor, "enterprise_ids": ids, "why": "网格调整"}
    assert commands.assign_officers(**give, user_id=one.pk, since=date(2026, 2, 1)) == 3
    assert commands.assign_officers(**give, user_id=one.pk, since=date(2026, 2, 2)) == 0
    assert commands.assign_officers(**give, user_id=two.pk, since=date(2026, 3, 1)) == 3
    posts = list(firms[0].posts.order_by("pk").values_list("user_id", "since", "until"))
    assert posts == [
        (one.pk, date(2026, 2, 1), date(2026, 3, 1)), (two.pk, date(2026, 3, 1), None),
    ]  # fmt: skip
    assert set(Enterprise.plain.values_list("officer_id", flat=True)) == {two.pk}
    foreign = make_enterprise(units["C2"])
    with pytest.raises(Refused, match="不在您可更正的范围内"):
        commands.assign_officers(**{**give, "enterprise_ids": [*ids, foreign.pk]},
                                 user_id=one.pk, since=date(2026, 4, 1))  # fmt: skip
    assert set(Enterprise.plain.filter(pk__in=ids).values_list("officer_id", flat=True)) == {two.pk}


def test_bulk_and_single_statements_give_identical_rows(units) -> None:
    rows = [
        {"name": f"第{n}家", "credit_code": valid_code(700 + n), "unit_id": units["C1"].pk,
         "registered_address": "临漕区桐川路", "tax_lies": "outside", "source": "演示"}
        for n in range(3)
    ]  # fmt: skip
    hidden = {"id", "enterprise_id", "recorded_at"}

    def stored():
        return [
            {k: v for k, v in row.items() if k not in hidden}
            for row in PlaceFact.plain.order_by("enterprise_id", "kind").values()
        ]

    commands.register_enterprises(actor=SYSTEM, rows=rows)
    many = stored()
    Enterprise.plain.all().delete()
    for row in rows:
        commands.register_enterprise(actor=SYSTEM, values=row)
    assert stored() == many


@pytest.mark.parametrize(
    "said",
    [
        {"registered_address": "临漕区桐川路 1 号"},
        {"registered_lies": "outside", "tax_lies": "inside", "tax_address": "临漕区桐川路 2 号"},
        {"registered_lies": "unknown"},
        {},
    ],
)
def test_what_is_said_at_registration_and_a_moment_later_is_recorded_alike(units, said) -> None:
    plain = {"unit_id": units["C1"].pk, "source": "演示"}
    columns = ("registered_lies", "registered_address", "tax_lies", "tax_address")
    found = []
    for later in (False, True):
        with at("2026-07-10 10:00"):
            values = {**plain, "name": f"第{later}家", **({} if later else said)}
            firm = commands.register_enterprise(actor=SYSTEM, values=values)
            if later and said:
                commands.update_enterprise(actor=SYSTEM, enterprise_id=firm.pk, values=said)
        firm.refresh_from_db()
        facts = PlaceFact.plain.filter(enterprise_id=firm.pk).order_by("kind").values()
        hidden = {"id", "enterprise_id", "source"}  # an unchanged source is not said again
        found.append(
            (
                [{k: v for k, v in fact.items() if k not in hidden} for fact in facts],
                [getattr(firm, name) for name in columns],
            )
        )
    assert found[0] == found[1]
