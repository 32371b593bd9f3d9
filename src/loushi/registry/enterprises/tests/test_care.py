"""Tags, stability, officers and facts on the pages: who may, what is refused, what changes."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.testing import make_actor
from loushi.registry.accounts.factories import make_staff
from loushi.registry.buildings.factories import make_building
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.factories import make_enterprise, make_tenancy
from loushi.registry.enterprises.models import EnterpriseTag, PlaceFact, Stability, TagRule
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()


@pytest.fixture
def units():
    return make_district()


@pytest.fixture
def firms(units):
    tower, other = make_building(units["C1"], name="甲楼"), make_building(units["C1"], name="乙楼")
    found = [make_enterprise(units["C1"]) for _number in range(3)]
    for firm, place in zip(found, (tower, tower, other), strict=True):
        make_tenancy(firm, place)
    return found


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def secretary(units):
    return client_of(make_staff("community_secretary", units["C1"]))


def test_bulk_work_reaches_exactly_the_filtered_firms(units, firms, secretary) -> None:
    tower = firms[0].tenancies.get().building_id
    address = reverse("enterprises:bulk") + f"?building={tower}"
    assert "2 家企业" in secretary.get(address).content.decode()
    answer = secretary.post(
        address, {"act": "tag", "tag": "focus", "since": "2026-02-01", "why": "社区名单"}
    )
    assert answer.status_code == 302
    tagged = EnterpriseTag.plain.values_list("enterprise_id", flat=True)
    assert set(tagged) == {firms[0].pk, firms[1].pk}
    page = secretary.get(reverse("enterprises:list") + "?tag=focus").content.decode()
    assert firms[0].name[:10] in page
    assert firms[2].name not in page
    officer = make_staff("enterprise_officer", units["C1"], name="方既明")
    secretary.post(
        address, {"act": "officer", "user_id": officer.pk, "since": "2026-02-01", "why": "分片"}
    )
    firms[2].refresh_from_db()
    firms[0].refresh_from_db()
    assert (firms[0].officer_id, firms[2].officer_id) == (officer.pk, None)


def test_bulk_without_a_tag_or_a_right_changes_nothing(units, firms, secretary) -> None:
    address = reverse("enterprises:bulk")
    answer = secretary.post(address, {"act": "tag", "since": "2026-02-01", "why": "名单"})
    assert answer.status_code == 422
    assert "没有这个标签" in answer.content.decode()
    reader = client_of(make_staff("district_viewer", units["Q"]))
    assert reader.get(address).status_code == 403
    neighbour = client_of(make_staff("community_secretary", units["C2"]))
    neighbour.post(address, {"act": "tag", "tag": "focus", "since": "2026-02-01", "why": "名单"})
    assert not EnterpriseTag.plain.exists()


def test_a_fact_is_stated_on_the_page_and_a_wrong_day_stays_typed(units, firms, secretary) -> None:
    address = reverse("enterprises:fact", args=[firms[0].pk, "registration"])
    form = {"lies": "outside", "address": "江北市望江路 3 号", "reason": "moved_out",
            "since": "2025-01-01", "source": "营业执照"}  # fmt: skip
    refused = secretary.post(address, form)
    assert refused.status_code == 422
    assert "请把原因选为“更正”" in refused.content.decode()
    assert "江北市望江路 3 号" in refused.content.decode()
    assert PlaceFact.plain.filter(enterprise=firms[0]).count() == 1
    assert secretary.post(address, {**form, "since": "2026-03-01"}).status_code == 302
    page = secretary.get(reverse("enterprises:facts", args=[firms[0].pk])).content.decode()
    assert "江北市望江路 3 号" in page
    assert "2026-03-01" in page
    assert secretary.get(reverse("enterprises:fact", args=[firms[0].pk, "moon"])).status_code == 404


def test_stability_is_judged_with_a_reason(units, firms, secretary) -> None:
    address = reverse("enterprises:stability", args=[firms[0].pk])
    assert secretary.post(address, {"level": "yellow", "on": "2026-02-01"}).status_code == 422
    form = {"level": "yellow", "on": "2026-02-01", "reason": "租约快到期"}
    assert secretary.post(address, form).status_code == 302
    secretary.post(address, {**form, "level": "green", "on": "2026-03-01"})
    held = list(Stability.plain.order_by("pk").values_list("level_id", "since", "until"))
    assert held == [
        ("yellow", date(2026, 2, 1), date(2026, 3, 1)), ("green", date(2026, 3, 1), None),
    ]  # fmt: skip
    early = secretary.post(address, {**form, "on": "2026-01-05"})
    assert early.status_code == 422
    assert Stability.plain.count() == 2
    viewer = client_of(make_staff("district_viewer", units["Q"]))
    assert viewer.post(address, form).status_code == 403
    assert Stability.plain.count() == 2


def test_rules_keep_their_tags_and_leave_those_of_people(units) -> None:
    young = make_enterprise(units["C1"], size="micro", established_on=date(2026, 1, 1))
    old = make_enterprise(units["C1"], size="micro", established_on=date(2001, 1, 1))
    software = make_enterprise(units["C1"], industry_id="65", size="large")
    commands.set_tag(actor=SYSTEM, enterprise_ids=[old.pk], kind="startup", source="人工")
    assert commands.apply_tag_rules(actor=SYSTEM) == 2
    assert commands.apply_tag_rules(actor=SYSTEM) == 0

    def carrying(kind: str) -> set[int]:
        rows = EnterpriseTag.plain.filter(kind_id=kind, until__isnull=True)
        return set(rows.values_list("enterprise_id", flat=True))

    assert carrying("startup") == {young.pk, old.pk}
    assert carrying("digital") == {software.pk}
    TagRule.objects.filter(kind_id="startup").update(
        conditions=[{"what": "age_days_at_most", "value": 1}]
    )
    commands.apply_tag_rules(actor=SYSTEM)
    assert carrying("startup") == {old.pk}
    with pytest.raises(Denied):
        commands.apply_tag_rules(actor=make_actor(path=units["C1"].path))


def test_tags_of_the_neighbour_are_refused_as_a_whole(units, firms) -> None:
    foreign = make_enterprise(units["C2"])
    actor = make_actor(
        path=units["C1"].path, permissions=["enterprises.view", "enterprises.change"]
    )
    with pytest.raises(Refused, match="不在您可更正的范围内"):
        commands.set_tag(actor=actor, enterprise_ids=[firms[0].pk, foreign.pk], kind="focus")
    assert not EnterpriseTag.plain.exists()


def test_counts_of_the_list_are_those_of_its_rows(units, firms) -> None:
    commands.record_fact(
        actor=SYSTEM, enterprise_id=firms[0].pk, kind="registration", since=date(2026, 3, 1),
        values={"lies": "outside"}, reason="moved_out",
    )  # fmt: skip
    actor = make_actor(path=units["C1"].path, permissions=["enterprises.view"])
    counts = queries.presence_counts(actor, queries.Filters())
    for presence in ("here_registered", "here_only"):
        narrowed = queries.enterprises(actor, queries.Filters(presence=presence))
        assert narrowed.count() == counts[presence]
    tower = firms[0].tenancies.get().building_id
    here = queries.presence_counts(actor, queries.Filters(building=tower))
    assert here == {"here_registered": 1, "here_only": 1}


def test_the_whole_timeline_merges_and_filters(units, firms, secretary) -> None:
    commands.judge_stability(
        actor=SYSTEM, enterprise_id=firms[0].pk, level="blue", reason="想扩租", on=date(2026, 4, 1)
    )
    address = reverse("insights:timeline", args=[firms[0].pk])
    page = secretary.get(address).content.decode()
    assert "想扩租" in page
    assert "入驻甲楼" in page
    only = secretary.get(address + "?kind=stability").content.decode()
    assert "想扩租" in only
    assert "入驻甲楼" not in only
    assert "想扩租" not in secretary.get(address + "?until=2026-03-31").content.decode()
    file = secretary.get(address + "?export=csv")
    assert "想扩租" in b"".join(file.streaming_content).decode()
    neighbour = client_of(make_staff("community_secretary", units["C2"]))
    assert neighbour.get(address).status_code == 404
