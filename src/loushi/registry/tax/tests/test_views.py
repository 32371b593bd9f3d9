"""Pages of the compartment: who sees figures, bands, intervals, or nothing."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from loushi.foundation.audit.models import Entry
from loushi.registry.enterprises.factories import make_enterprise
from loushi.registry.tax import commands, queries
from loushi.registry.tax.factories import make_release, make_returns
from loushi.registry.tax.models import Release

pytestmark = pytest.mark.django_db
FIGURE = "620,000"


def say_purpose(place: Any, name: str) -> None:
    commands.state_purpose(actor=place.actors[name], purpose="核对重点税源")


def test_the_ledger_asks_for_a_purpose_first(place: Any, client_of: Any) -> None:
    client = client_of("finance")
    page = client.get("/tax/ledger/")
    assert FIGURE not in page.content.decode()
    answer = client.post("/tax/purpose/", {"purpose": "看", "next": "/tax/ledger/"})
    assert answer.status_code == 422
    answer = client.post("/tax/purpose/", {"purpose": "核对重点税源", "next": "/tax/ledger/"})
    assert answer["Location"] == "/tax/ledger/"
    assert FIGURE in client.get("/tax/ledger/").content.decode()
    entry = Entry.objects.unscoped("test").filter(action="tax.look").latest("id")
    assert entry.why == "核对重点税源"
    outside = client.post("/tax/purpose/", {"purpose": "核对重点税源", "next": "//evil.example/"})
    assert outside["Location"] == "/tax/"


@pytest.mark.parametrize("name", ["leader", "secretary", "clerk"])
@pytest.mark.parametrize("path", ["ledger/", "release/", "totals/", "rules/"])
def test_others_get_no_figures(place: Any, client_of: Any, name: str, path: str) -> None:
    assert client_of(name).get(f"/tax/{path}").status_code == 403


def test_a_secretary_sees_bands_of_the_own_community(place: Any, client_of: Any) -> None:
    say_purpose(place, "secretary")
    text = client_of("secretary").get("/tax/bands/?sort=-amount").content.decode()
    assert "50 万元–100 万元" in text
    assert FIGURE not in text
    assert "620000" not in text
    assert place.other.name not in text


def test_the_panel_reveals_the_band_and_records(place: Any, client_of: Any) -> None:
    firm = place.firms[0]
    client = client_of("secretary")
    page = client.get(reverse("enterprises:page", args=[firm.pk])).content.decode()
    assert "查看税收档位" in page
    assert "50 万元–100 万元" not in page
    address = reverse("tax:look", args=[firm.pk])
    assert client.post(address, {"purpose": ""}).status_code == 422
    text = client.post(address, {"purpose": "走访前了解"}).content.decode()
    assert "50 万元–100 万元" in text
    assert "620" not in text
    assert client_of("neighbour").post(address, {"purpose": "走访前了解"}).status_code == 404
    clerk = client_of("clerk").get(reverse("enterprises:page", args=[firm.pk])).content.decode()
    assert "查看税收档位" not in clerk
    assert client_of("clerk").post(address, {"purpose": "走访前了解"}).status_code == 403


def test_files_hold_what_the_page_holds(place: Any, client_of: Any) -> None:
    say_purpose(place, "secretary")
    answer = client_of("secretary").get("/tax/bands/?export=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "50 万元–100 万元" in text
    assert "620" not in text


def test_publishing_is_preview_then_act(place: Any, client_of: Any) -> None:
    client = client_of("finance")
    page = client.get("/tax/release/")
    digest = page.context["digest"]
    assert "不足三家" in page.content.decode()
    data = {"years": ["2025", "2024"], "digest": digest, "note": "年度汇总"}
    assert client.post("/tax/release/", data | {"digest": "x"}).status_code == 422
    assert not Release.objects.unscoped("test").exists()
    assert client.post("/tax/release/", data).status_code == 302
    assert Release.objects.unscoped("test").get().years == [2024, 2025]


def test_a_leader_reads_intervals_only(place: Any, client_of: Any) -> None:
    assert "还没有发布" in client_of("leader").get("/tax/cube/").content.decode()
    make_release([2024, 2025])
    commands.save_total(
        actor=place.actors["finance"],
        year=2025,
        tax=Decimal(5_000_000),
        key_taxpayers=8,
        source="公报",
    )
    client = client_of("leader")
    text = client.get("/tax/cube/").content.decode()
    assert "万元" in text
    assert "不足三家" in text
    assert "2,700,000" not in text
    tower = client.get(reverse("buildings:page", args=[place.tower.pk])).content.decode()
    assert "2025 年税收" in tower
    assert client.get("/tax/towers/?year=2024").status_code == 200


def test_a_correction_by_form(place: Any, client_of: Any) -> None:
    say_purpose(place, "finance")
    client = client_of("finance")
    row = queries.ledger(place.actors["finance"], queries.Filters(year=2025)).rows[0]
    address = reverse("tax:correct", args=[row.id])
    data = {"amount": "1000", "source": "税务局", "why": "错"}
    assert client.post(address, data).status_code == 422
    assert client.post(address, data | {"why": "申报更正"}).status_code == 302
    text = client.get(reverse("tax:firm", args=[row.enterprise_id])).content.decode()
    assert "申报更正" in text
    assert "第 2 版，现行" in text


def test_totals_and_rules_by_form(place: Any, client_of: Any) -> None:
    client = client_of("finance")
    total = {"year": "2025", "tax": "9000000", "key_taxpayers": "9", "source": "区税务局公报"}
    assert client.post("/tax/totals/", total | {"tax": "-1"}).status_code == 422
    assert client.post("/tax/totals/", total).status_code == 302
    say_purpose(place, "finance")
    figures = client.get("/tax/ledger/").content.decode()
    assert "29.2" in figures or "29.22" in figures  # (620+510+700+800) 千元 ÷ 900 万元
    rule = {"since_year": "2027", "edges": "10,x", "key_threshold": "50", "source": "通知"}
    assert client.post("/tax/rules/", rule).status_code == 422
    assert client.post("/tax/rules/", rule | {"edges": "10, 50，100"}).status_code == 302
    assert queries.rule_for(2027).edges == (100_000, 500_000, 1_000_000)


def test_the_ledger_uses_the_same_queries(place: Any, same_queries: Any) -> None:
    finance = place.actors["finance"]

    def grow(count: int) -> None:
        firms = [make_enterprise(place.units["C1"]) for _ in range(count)]
        make_returns(firms, [1000] * count, 2025)

    same_queries(lambda: queries.ledger(finance, queries.Filters(year=2025)), grow)
