"""The three lists and what joins them: counts that open to their rows, reasons, one's own scope."""

from datetime import date
from typing import Any

import pytest

from loushi.casework.demands.commands import Submission, submit_demand
from loushi.casework.demands.models import Demand, DemandCategory
from loushi.casework.demands.queries.address import filters_from
from loushi.casework.demands.queries.listing import filtered
from loushi.casework.matching import commands, queries
from loushi.casework.matching.commands import comparing
from loushi.casework.matching.factories import Place
from loushi.casework.matching.fitting import Offered, Want, fits
from loushi.casework.matching.jobs import compare_lists
from loushi.casework.matching.models import Match
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.testing import at
from loushi.foundation.notices.models import Notice
from loushi.registry.accounts.commands import issue_token
from loushi.services.catalogue import commands as catalogue
from loushi.services.catalogue.factories import make_item

WHY = "test"
TOPICS = {"canteen": ["外卖", "就餐"], "shuttle": ["地铁"]}


def canteen(place: Place, unit: Any = None, **values: Any) -> Any:
    unit = unit or place.here
    who = place.actor("secretary" if unit == place.here else "district")
    row = catalogue.draft_resource(
        actor=who, unit_id=unit.pk,
        values={"name": "青年食堂", "kind_id": "canteen", "capacity": 200,
                "since": date(2026, 11, 1)} | values,
    )  # fmt: skip
    return catalogue.publish_resource(actor=who, resource_id=row.pk)


def asked(place: Place, number: int = 0, text: str = "午饭只能靠外卖，想要食堂。",
          side: str = "employee") -> Demand:  # fmt: skip
    return submit_demand(
        actor=place.contact(number),
        submission=Submission(
            text=text, category_id=place.world.category.pk, side=side,
            enterprise_id=place.firms[number].pk, building_id=place.towers[min(number, 2)].pk,
        ),
    )  # fmt: skip


def test_reasons_are_words_phrases_and_places() -> None:
    want = Want(1, "中午只能点外卖，离地铁又远", "000001000002", building=7)
    offers = [
        Offered("a", "青年食堂", "canteen", "000001000002", frozenset({7})),
        Offered("b", "食堂", "canteen", "000001000002", frozenset({8})),
        Offered("c", "班车", "shuttle", "000001"),
        Offered("d", "班车", "shuttle", "000002"),
        Offered("e", "健身房", "gym", "000001000002", frozenset({7})),
    ]
    found = fits(want, offers, TOPICS)
    assert [(one.key, one.words, one.near) for one in found] == [
        ("a", ("外卖",), "building"), ("c", ("地铁",), "unit"),
    ]  # fmt: skip


def test_counts_of_the_lists_open_to_their_rows(place: Place) -> None:
    asked(place)
    asked(place, 1)
    asked(place, 2, "招聘会什么时候办", "enterprise")
    canteen(place)
    make_item(place.here)
    clerk = place.actor("clerk")
    code = place.world.category.code
    for side, wants in (
        ("employee", queries.employee_wishes), ("enterprise", queries.enterprise_needs)
    ):  # fmt: skip
        (line,) = wants(clerk)
        rows = filtered(clerk, filters_from({"queue": "open", "side": side, "category": code}))
        assert line.open == rows.count() == (2 if side == "employee" else 1)
    gifts = [(one.what, one.label, one.count) for one in queries.community_gifts(clerk)]
    assert gifts == [("resource", "食堂", 1), ("item", "政务", 1)]
    assert queries.employee_wishes(place.actor("neighbour")) == []
    assert queries.community_gifts(place.actor("neighbour")) == []


def test_a_person_decides_and_the_submitter_is_told(place: Place) -> None:
    demand, row = asked(place), canteen(place)
    clerk = place.actor("clerk")
    assert (commands.propose_matches(actor=clerk), commands.propose_matches(actor=clerk)) == (1, 0)
    (line,) = queries.match_lines(clerk)
    assert (line.demand, line.offer) == (demand.pk, "青年食堂")
    assert "说到“食堂”、“外卖”" in line.why
    assert "服务这个社区" in line.why
    assert queries.own_confirmed(place.contact(0), demand.pk) == []
    commands.confirm_match(actor=clerk, match_id=line.id, note="中午 11 点开门")
    commands.confirm_match(actor=clerk, match_id=line.id)
    (notice,) = Notice.objects.unscoped(WHY).filter(kind="matching.match")
    assert notice.recipient_id == place.contacts[0].pk
    (own,) = queries.own_confirmed(place.contact(0), demand.pk)
    assert (own.offer, own.note) == ("青年食堂", "中午 11 点开门")
    assert queries.own_confirmed(place.contact(1), demand.pk) == []
    assert queries.employee_wishes(clerk)[0].matched == 1
    catalogue.withdraw_resource(actor=place.actor("secretary"), resource_id=row.pk)
    assert queries.own_confirmed(place.contact(0), demand.pk) == []


def test_dismissed_stays_so_and_proposals_lapse(place: Place) -> None:
    asked(place)
    canteen(place)
    clerk = place.actor("clerk")
    commands.propose_matches(actor=clerk)
    with at("2027-01-15 10:00"):
        assert queries.match_lines(clerk) == []
        assert queries.match_counts(clerk)["lapsed"] == 1
        assert commands.propose_matches(actor=clerk) == 1
        (line,) = queries.match_lines(clerk)
        commands.dismiss_match(actor=clerk, match_id=line.id)
    with at("2027-03-15 10:00"):
        assert commands.propose_matches(actor=clerk) == 0
        assert queries.match_counts(clerk) == {
            "proposed": 0, "confirmed": 0, "dismissed": 1, "lapsed": 0,
        }  # fmt: skip


def test_each_side_must_be_in_sight(place: Place) -> None:
    asked(place)
    canteen(place, place.world.there)
    assert commands.propose_matches(actor=place.actor("clerk")) == 0
    canteen(place)
    assert commands.propose_matches(actor=place.actor("neighbour")) == 0
    commands.propose_matches(actor=place.actor("clerk"))
    row = Match.objects.unscoped(WHY).get()
    for who in ("neighbour", "lead", "stranger"):
        assert queries.match_lines(place.actor(who)) == [], who
        with pytest.raises(NotVisible):
            commands.confirm_match(actor=place.actor(who), match_id=row.pk)
    with pytest.raises(Denied):
        commands.propose_matches(actor=place.contact(0))
    with pytest.raises(Denied):
        commands.propose_matches(actor=place.actor("other"))
    row.refresh_from_db()
    assert row.state == "proposed"


def test_by_page_and_by_file(place: Place, client_of: Any) -> None:
    demand = asked(place)
    canteen(place)
    clerk, secretary = client_of("clerk"), client_of("secretary")
    assert (
        "找到 1 条新的匹配"
        in clerk.post("/matching/matches/propose/", follow=True).content.decode()
    )
    page = secretary.get("/matching/lists/").content.decode()
    assert f"side=employee&amp;category={place.world.category.code}" in page
    assert "可能用得上" in clerk.get(f"/demands/{demand.pk}/").content.decode()
    row = Match.objects.unscoped(WHY).get()
    url = f"/matching/matches/{row.pk}/do"
    assert client_of("neighbour").post(f"{url}/confirm/").status_code == 404
    assert clerk.post(f"{url}/nothing/").status_code == 404
    assert "已确认" in clerk.post(f"{url}/confirm/", follow=True).content.decode()
    assert "青年食堂" in clerk.get("/matching/matches/?state=confirmed").content.decode()
    for path in ("/matching/lists/", "/matching/matches/"):
        file = secretary.get(f"{path}?export=csv")
        text = b"".join(file.streaming_content).decode("utf-8-sig")
        assert "食堂" in text
        assert clerk.get(f"{path}?export=csv").status_code == 403
        assert client_of("stranger").get(path).status_code == 403


def test_the_api_says_the_same(place: Place, client_of: Any) -> None:
    asked(place)
    canteen(place)
    commands.propose_matches(actor=place.actor("clerk"))
    row = Match.objects.unscoped(WHY).get()
    client = client_of("neighbour")
    client.logout()

    def call(who: str, path: str, body: Any = None) -> Any:
        head = {"HTTP_AUTHORIZATION": f"Bearer {issue_token(username=place.users[who].username)}"}
        address = f"/api/v1/matching{path}"
        if body is None:
            return client.get(address, **head)
        return client.post(address, body, content_type="application/json", **head)

    assert call("clerk", "/lists").json()["wishes"][0]["open"] == 1
    assert call("clerk", "/matches").json()[0]["offer"] == "青年食堂"
    assert call("neighbour", "/matches").json() == []
    assert call("clerk", "/comparison").json()["found"] == 1
    assert call("neighbour", "/comparison").json()["at"] is None
    assert call("neighbour", f"/matches/{row.pk}/confirm", {}).status_code == 404
    assert call("clerk", f"/matches/{row.pk}/confirm", {}).json()["state"] == "confirmed"


@pytest.mark.parametrize("count", [2, 20])
def test_the_list_asks_as_often_for_many(
    place: Place, client_of: Any, count: int, django_assert_max_num_queries: Any
) -> None:
    row = canteen(place)
    parent = DemandCategory.objects.filter(parent__isnull=True).first()
    assert parent is not None
    for number in range(count):
        demand = asked(place, number % 4, f"外卖太贵了，第{number}次")
        Match.objects.unscoped(WHY).create(
            demand=demand, resource=row, unit_path=demand.unit_path, why="x",
            expires_on=date(2027, 1, 1),
        )  # fmt: skip
    client = client_of("clerk")
    client.get("/matching/matches/")
    with django_assert_max_num_queries(32):
        client.get("/matching/matches/")


def night(day: str = "2026-12-02") -> int:
    with at(f"{day} 03:30"):
        return compare_lists()


def test_the_night_compares_each_community_and_tells_once(place: Place) -> None:
    asked(place)
    asked(place, 1)
    canteen(place)
    canteen(place, place.world.there, name="邻里食堂")
    assert (night(), night()) == (2, 2)
    assert Match.objects.unscoped(WHY).count() == 2
    with at("2026-12-02 09:00"):
        assert {one.offer for one in queries.match_lines(place.actor("clerk"))} == {"青年食堂"}
        seen = queries.last_compared(place.actor("clerk"))
        assert seen is not None
        assert (seen.looked, seen.found, seen.units, seen.by_hand) == (2, 2, 1, False)
        whole = queries.last_compared(place.actor("district"))
        assert whole is not None
        assert (whole.looked, whole.found, whole.units) == (2, 2, 2)
        assert queries.last_compared(place.actor("lead")) is None
    told = Notice.objects.unscoped(WHY).filter(kind="matching.proposals")
    people = {one.recipient_id: one.title_values for one in told}
    assert people == {place.users[name].pk: {"n": 2} for name in ("clerk", "secretary")}
    assert night("2026-12-03") == 0
    assert told.count() == 2


def test_the_night_leaves_alone_what_a_person_or_the_time_has_decided(place: Place) -> None:
    asked(place)
    asked(place, 1)
    canteen(place)
    clerk = place.actor("clerk")
    night()
    with at("2026-12-02 09:00"):
        first, _second = queries.match_lines(clerk)
        commands.dismiss_match(actor=clerk, match_id=first.id)
    for day in ("2026-12-03", "2027-01-20"):
        assert night(day) == 0
    with at("2027-01-20 09:00"):
        counts = queries.match_counts(clerk)
        assert counts == {"proposed": 0, "confirmed": 0, "dismissed": 1, "lapsed": 1}
        assert commands.propose_matches(actor=clerk) == 1
        seen = queries.last_compared(clerk)
        assert seen is not None
        assert (seen.by_hand, seen.by_name, seen.looked) == (True, "clerk", 2)


def test_the_night_looks_at_all_that_is_open(place: Place, monkeypatch: Any) -> None:
    monkeypatch.setattr(comparing, "BATCH", 2)
    for number in range(5):
        asked(place, number % 4, f"外卖太贵，第{number}次说")
    canteen(place)
    assert night() == 5
    with pytest.raises(Denied):
        commands.compare_unit(actor=place.actor("district"), unit_id=place.here.pk)


def test_the_page_says_when_it_was_last_compared(place: Place, client_of: Any) -> None:
    page = client_of("clerk").get("/matching/matches/").content.decode()
    assert "还没有比对过" in page
    asked(place)
    canteen(place)
    night()
    page = client_of("clerk").get("/matching/matches/").content.decode()
    assert "2026-12-02 03:30，看了 1 件未办结的诉求，新提出 1 条" in page
    client_of("clerk").post("/matching/matches/propose/")
    with at("2026-12-02 10:00"):
        client_of("clerk").post("/matching/matches/propose/")
        page = client_of("secretary").get("/matching/matches/").content.decode()
    assert "由clerk手动比对" in page
