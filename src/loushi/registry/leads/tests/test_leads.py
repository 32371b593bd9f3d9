"""From the clue to the tenancy, matching, referrals, the funnel; refusals change nothing."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.transfer.commands import run_import
from loushi.registry.buildings.factories import make_building, make_space
from loushi.registry.enterprises.factories import make_enterprise, make_tenancy, valid_code
from loushi.registry.enterprises.models import Enterprise, Tenancy
from loushi.registry.leads import commands, queries
from loushi.registry.leads.factories import make_lead
from loushi.registry.leads.models import InvestmentLead, LeadQuote, Stage

pytestmark = pytest.mark.django_db
WHY = "test"


def step(place: Any, lead: Any, move: str, **values: Any) -> InvestmentLead:
    return commands.make_move(
        actor=place.actors["liaison"], lead_id=lead.pk, move=move, values=values
    )


def quoted(place: Any, lead: Any) -> None:
    step(place, lead, "talk", contact_name="许念青", contact_phone="13812342046", industry_id="Q")
    step(place, lead, "view", area_min=Decimal(280), use="办公", space_id=place.rooms[0].pk)
    step(place, lead, "quote", price=Decimal("3.2"))


def test_from_clue_to_tenancy_in_one_go(place: Any) -> None:
    lead = make_lead(place.units["C1"])
    quoted(place, lead)
    lease = {"lease_since": date(2026, 11, 1), "lease_until": date(2029, 10, 31)}
    step(place, lead, "sign", credit_code=valid_code(77), **lease)
    done = step(place, lead, "move_in")
    assert done.state == Stage.MOVED_IN
    tenancy = Tenancy.objects.unscoped(WHY).get(enterprise=done.enterprise)
    assert (tenancy.space_id, tenancy.lease_until) == (place.rooms[0].pk, lease["lease_until"])
    place.rooms[0].refresh_from_db()
    assert place.rooms[0].state == "let"
    history = queries.lead_page(place.actors["liaison"], lead.pk).events
    assert [one.move for one in history] == [
        "move_in", "sign", "quote", "view", "talk", "create",
    ]  # fmt: skip


def test_each_stage_names_what_it_lacks(place: Any) -> None:
    lead = make_lead(place.units["C1"])
    with pytest.raises(Refused) as refusal:
        step(place, lead, "talk")
    assert {error.field for error in refusal.value.errors} == {
        "contact_name", "contact_phone", "industry_id",
    }  # fmt: skip
    lead.refresh_from_db()
    assert lead.state == Stage.CLUE
    quoted(place, lead)
    with pytest.raises(Refused, match="晚于起租"):
        step(
            place, lead, "sign", credit_code=valid_code(78), lease_since=date(2027, 1, 1),
            lease_until=date(2026, 1, 1),
        )  # fmt: skip
    with pytest.raises(Refused):
        commands.update_lead(
            actor=place.actors["liaison"], lead_id=lead.pk, values={"contact_name": ""}
        )
    lead.refresh_from_db()
    assert (lead.state, lead.contact_name) == (Stage.QUOTED, "许念青")


def test_a_let_room_cannot_be_signed(place: Any) -> None:
    lead = make_lead(place.units["C1"])
    quoted(place, lead)
    make_tenancy(make_enterprise(place.units["C1"]), place.tower, space_id=place.rooms[0].pk)
    with pytest.raises(Refused, match="已租"):
        step(
            place, lead, "sign", credit_code=valid_code(79), lease_since=date(2026, 1, 1),
            lease_until=date(2027, 1, 1),
        )  # fmt: skip
    assert not Enterprise.objects.unscoped(WHY).filter(name=lead.company).exists()


def test_a_room_next_door_cannot_be_named(place: Any) -> None:
    elsewhere = make_space(make_building(place.units["C2"]), "901", area=300)
    lead = make_lead(place.units["C1"])
    step(place, lead, "talk", contact_name="许", contact_phone="13812342046", industry_id="Q")
    with pytest.raises(Refused, match="匹配的房源"):
        step(place, lead, "view", area_min=Decimal(1), use="办公", space_id=elsewhere.pk)


def test_losing_needs_a_reason_and_can_be_taken_up_again(place: Any) -> None:
    lead = make_lead(place.units["C1"])
    with pytest.raises(Refused):
        step(place, lead, "lose")
    assert step(place, lead, "lose", lost_reason="price").lost_reason == "price"
    assert step(place, lead, "reopen", words="又来电").lost_reason == ""


def test_matches_say_why(place: Any) -> None:
    for _n in range(3):
        firm = make_enterprise(place.units["C1"], industry_id="Q")
        make_tenancy(firm, place.tower)
    lead = make_lead(
        place.units["C1"], area_min=Decimal(290), area_max=Decimal(350), budget=Decimal(4),
        use="办公", industry_id="Q",
    )  # fmt: skip
    found = queries.matches(place.actors["liaison"], lead)
    assert [one.room for one in found] == ["东清大厦 1201"]  # 1202 is too dear, 1203 too large
    text = "；".join(found[0].reasons)
    assert "面积 300 ㎡" in text
    assert "不超预算" in text
    assert "同楼有 3 家同行业企业" in text


def test_a_referrer_sees_the_fate_and_nothing_else(place: Any, client_of: Any) -> None:
    referrer = place.actors["referrer"]
    made = commands.refer(
        actor=referrer, company="知砚知识产权", contact_name="沈", contact_phone="13900001111"
    )
    quoted(place, made.lead)
    fate = queries.own_referrals(referrer)
    assert [(one.company, one.stage) for one in fate] == [("知砚知识产权", "报价")]
    assert queries.own_referrals(place.actors["other_referrer"]) == []
    page = client_of("referrer").get("/leads/referrals/").content.decode()
    assert "报价" in page
    for hidden in ("3.2", "1201", place.users["liaison"].name):
        assert hidden not in page.split("<main")[1]
    assert client_of("referrer").get(f"/leads/{made.lead_id}/").status_code == 404
    assert client_of("referrer").get("/enterprises/").content.decode().count("data-item") == 0
    with pytest.raises(NotVisible):
        queries.lead_page(referrer, made.lead_id)
    with pytest.raises(Denied):
        commands.refer(
            actor=place.actors["leader"], company="x", contact_name="x", contact_phone="x"
        )


def test_the_neighbour_neither_sees_nor_moves(place: Any, client_of: Any) -> None:
    lead = make_lead(place.units["C1"])
    before = Entry.objects.unscoped(WHY).count()
    client = client_of("neighbour")
    assert client.get(f"/leads/{lead.pk}/").status_code == 404
    assert client.post(f"/leads/{lead.pk}/note/", {"words": "看看"}).status_code == 404
    assert client_of("leader").post(f"/leads/{lead.pk}/note/", {"words": "看"}).status_code == 403
    assert Entry.objects.unscoped(WHY).count() == before


def test_phones_are_masked_for_those_who_only_look(place: Any) -> None:
    make_lead(place.units["C1"], contact_phone="13812342046")
    seen = queries.lead_list(place.actors["leader"], queries.Filters()).rows[0].phone
    assert seen == "138****2046"
    worked = queries.lead_list(place.actors["liaison"], queries.Filters()).rows[0].phone
    assert worked == "13812342046"


def test_the_funnel_adds_up(place: Any) -> None:
    leads = [make_lead(place.units["C1"], company=f"企业{n}") for n in range(3)]
    quoted(place, leads[0])
    step(place, leads[1], "lose", lost_reason="silent")
    steps = queries.funnel(place.actors["liaison"], queries.Filters())
    assert [one.reached for one in steps] == [3, 1, 1, 1, 0, 0]
    counts = queries.stage_counts(place.actors["liaison"], queries.Filters())
    assert sum(counts.values()) == 3
    assert LeadQuote.objects.unscoped(WHY).count() == 1


def test_the_cluster_ends_at_the_registers_number(place: Any) -> None:
    for n in range(4):
        firm = make_enterprise(place.units["C1"], industry_id="Q")
        make_tenancy(firm, place.tower, since=date(2026, 1, 1 + n))
    found = queries.growth(place.actors["liaison"], "Q", building_id=place.tower.pk)
    sections = queries.section_counts(place.actors["liaison"], place.tower.pk)
    now = {code: count for code, _name, count in sections}
    assert (found.counts[0], found.counts[-1]) == (0, 4)
    assert now["Q"] == 4


def test_pages_and_file(place: Any, client_of: Any) -> None:
    lead = make_lead(place.units["C1"])
    client = client_of("liaison")
    for path in ("/leads/", "/leads/funnel/", "/leads/new/", f"/leads/{lead.pk}/",
                 f"/leads/{lead.pk}/edit/", f"/leads/{lead.pk}/talk/"):  # fmt: skip
        assert client.get(path).status_code == 200, path
    answer = client.post(f"/leads/{lead.pk}/talk/", {"contact_name": "许"})
    assert answer.status_code == 422
    assert "必须填写" in answer.content.decode()
    text = b"".join(client.get("/leads/?export=csv").streaming_content).decode("utf-8-sig")
    assert lead.company in text
    assert client_of("secretary").get("/leads/posts/").status_code == 200
    assert client.get("/leads/posts/").status_code == 403
    unit = place.units["C1"].pk
    wrong = client.post("/leads/new/", {"company": "", "source": "call", "unit_id": unit})
    assert wrong.status_code == 422
    right = client.post("/leads/new/", {"company": "新企业", "source": "call", "unit_id": unit})
    assert right.status_code == 302


def test_posts_by_form(place: Any, client_of: Any) -> None:
    client = client_of("secretary")
    data = {"name": "望澜府业委会", "unit_id": place.units["C1"].pk}
    assert client.post("/leads/posts/", data).status_code == 302
    post = queries.posts(place.actors["secretary"])[-1][0]
    address = f"/leads/posts/{post.pk}/"
    assert client.post(address, {"username": "nobody"}).status_code == 422
    name = place.users["other_referrer"].username
    assert client.post(address, {"username": name}).status_code == 302
    assert client.get(address).status_code == 200


def test_import_and_the_same_name_again(place: Any, tmp_path: Path) -> None:
    path = tmp_path / "线索.csv"
    unit = place.units["C1"].name
    path.write_text(f"企业名称,社区,来源,面积\n澄观生物,{unit},展会推介,300\n", encoding="utf-8")
    report = run_import(actor=place.actors["secretary"], importer="leads", path=path)
    assert report.counts["new"] == 1
    assert InvestmentLead.objects.unscoped(WHY).get().area_min == 300
    again = run_import(actor=system_actor(), importer="leads", path=path, dry_run=True)
    assert again.counts["hints"] == 1


def test_the_list_uses_the_same_queries(place: Any, same_queries: Any) -> None:
    def grow(count: int) -> None:
        for n in range(count):
            make_lead(place.units["C1"], company=f"企业{n}")

    same_queries(lambda: queries.lead_list(place.actors["liaison"], queries.Filters()), grow)
