"""Recording, correcting, looking, publishing; refusals change nothing."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.transfer.commands import run_import
from loushi.foundation.transfer.queries import batches
from loushi.overview.insights.queries.timeline import timeline_of
from loushi.registry.accounts.factories import actor_of, make_staff
from loushi.registry.tax import commands, queries
from loushi.registry.tax.factories import make_release
from loushi.registry.tax.models import CellState, Release, ReleaseCell, TaxReturn, TaxRule

pytestmark = pytest.mark.django_db
WHY = "test"


def returns() -> Any:
    return TaxReturn.objects.unscoped(WHY)


def test_a_correction_keeps_the_earlier_version(place: Any) -> None:
    finance = place.actors["finance"]
    row = returns().get(enterprise=place.firms[0], year=2025)
    made = commands.correct_figure(
        actor=finance, measure="tax", figure_id=row.pk, amount=Decimal("620000.50"),
        source="区税务局更正函", why="申报更正",
    )  # fmt: skip
    kept = list(
        returns()
        .filter(enterprise=place.firms[0], year=2025)
        .order_by("version")
        .values_list("amount", "is_current", "version")
    )
    assert kept == [(Decimal("620000.00"), False, 1), (Decimal("620000.50"), True, 2)]
    entry = Entry.objects.unscoped(WHY).filter(action="tax.tax_recorded").latest("id")
    assert entry.subject_id == made
    assert "620000" not in f"{entry.before}{entry.after}"
    with pytest.raises(Refused, match="最新的一版"):
        commands.correct_figure(
            actor=finance, measure="tax", figure_id=row.pk, amount=Decimal(1),
            source="税务局", why="再改一次",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"year": 1980}, "year"), ({"amount": Decimal(-1)}, "amount"), ({"source": " "}, "source")],
)
def test_wrong_figures_are_refused_by_name(place: Any, changes: Any, field: str) -> None:
    row = {
        "enterprise_id": place.firms[0].pk, "year": 2023, "amount": Decimal(1), "source": "税务局",
    }  # fmt: skip
    with pytest.raises(Refused) as refusal:
        commands.record_figures(actor=place.actors["finance"], measure="tax", rows=[row | changes])
    assert [error.field for error in refusal.value.errors] == [field]
    assert not returns().filter(enterprise=place.firms[0], year=2023).exists()


@pytest.mark.parametrize("name", ["leader", "secretary", "clerk"])
def test_nobody_else_records(place: Any, name: str) -> None:
    before = returns().count()
    row = {
        "enterprise_id": place.firms[0].pk, "year": 2023, "amount": Decimal(1), "source": "税务局",
    }  # fmt: skip
    with pytest.raises(Denied):
        commands.record_figures(actor=place.actors[name], measure="tax", rows=[row])
    assert returns().count() == before


def test_bands_need_a_purpose_and_leave_an_entry(place: Any) -> None:
    secretary, firm = place.actors["secretary"], place.firms[0]
    with pytest.raises(Refused, match="用途"):
        commands.look_at_band(actor=secretary, enterprise_id=firm.pk)
    looks = Entry.objects.unscoped(WHY).filter(action="tax.look")
    assert not looks.exists()
    found = commands.look_at_band(actor=secretary, enterprise_id=firm.pk, purpose="走访前了解税源")
    assert [(one.year, one.label) for one in found] == [
        (2025, "50 万元–100 万元"), (2024, "100 万元–500 万元"),
    ]  # fmt: skip
    commands.look_at_band(actor=secretary, enterprise_id=firm.pk)
    assert list(looks.values_list("why", flat=True)) == ["走访前了解税源"] * 2


def test_the_timeline_shows_bands_after_the_purpose_and_records_the_look(place: Any) -> None:
    secretary, firm = place.actors["secretary"], place.firms[0]
    looks = Entry.objects.unscoped(WHY).filter(action="tax.look")
    told = timeline_of(secretary, firm.pk, kind="tax")
    assert [row.title for row in told.moments] == ["2025 年税收档位", "2024 年税收档位"]
    assert not looks.exists()
    commands.state_purpose(actor=secretary, purpose="走访前了解税源")
    now, before = timeline_of(secretary, firm.pk, kind="tax").moments
    assert now.title == "2025 年税收档位：50 万元–100 万元"
    assert now.text == "比上年降档，上年 100 万元–500 万元"
    assert before.text == ""
    assert looks.count() == 1
    for name in ("leader", "clerk"):
        assert timeline_of(place.actors[name], firm.pk).counts["tax"] == 0


def test_looks_stop_at_the_border(place: Any) -> None:
    with pytest.raises(NotVisible):
        commands.look_at_band(
            actor=place.actors["neighbour"], enterprise_id=place.firms[0].pk, purpose="随便看看"
        )
    with pytest.raises(Denied):
        commands.look_at_band(
            actor=place.actors["leader"], enterprise_id=place.firms[0].pk, purpose="随便看看"
        )
    with pytest.raises(Denied):
        commands.look_at_figures(
            actor=place.actors["secretary"], enterprise_id=place.firms[0].pk, purpose="随便看看"
        )
    assert not Entry.objects.unscoped(WHY).filter(action="tax.look").exists()


def test_falling_bands_say_from_where_to_where(place: Any) -> None:
    found = queries.falling_bands(place.actors["secretary"])
    assert found[place.firms[0].pk] == "100 万元–500 万元 → 50 万元–100 万元"
    assert place.other.pk not in found
    assert queries.falling_bands(place.actors["secretary"], steps=2) == {}
    assert queries.falling_bands(place.actors["leader"]) == {}


def test_a_release_shows_intervals_and_hides_the_small(place: Any) -> None:
    make_release()
    cells = {
        (cell.unit_name, cell.section, cell.measure): cell
        for cell in ReleaseCell.objects.unscoped(WHY).filter(year=2025)
    }
    mine = cells[(place.units["C1"].name, "", "tax")]
    assert mine.low is not None
    assert mine.low <= 2_700_000 - 350_000
    assert mine.high >= 2_700_000 + 350_000
    theirs = cells[(place.units["C2"].name, "", "tax")]
    assert (theirs.state, theirs.low, theirs.high) == (CellState.FEW, None, None)


def test_what_was_not_previewed_is_not_published(place: Any) -> None:
    finance = place.actors["finance"]
    digest = queries.draft(finance, [2025]).digest
    row = returns().get(enterprise=place.firms[5], year=2025)
    commands.correct_figure(
        actor=finance, measure="tax", figure_id=row.pk, amount=Decimal(1_900_000),
        source="税务局", why="申报更正",
    )  # fmt: skip
    with pytest.raises(Conflict):
        commands.publish_release(actor=finance, years=[2025], digest=digest)
    assert not Release.objects.unscoped(WHY).exists()
    with pytest.raises(Denied):
        queries.draft(place.actors["leader"], [2025])


def test_a_release_stays_as_it_was(place: Any) -> None:
    make_release()
    before = list(ReleaseCell.objects.unscoped(WHY).order_by("pk").values())
    row = returns().get(enterprise=place.firms[5], year=2025)
    commands.correct_figure(
        actor=place.actors["finance"], measure="tax", figure_id=row.pk,
        amount=Decimal(1_900_000), source="税务局", why="申报更正",
    )  # fmt: skip
    make_release()
    rows = ReleaseCell.objects.unscoped(WHY).filter(release__number=1).order_by("pk")
    assert list(rows.values()) == before


def test_rules_protect_the_bands(place: Any) -> None:
    finance = place.actors["finance"]
    given: dict[str, Any] = {"actor": finance, "source": "区财政局通知", "since_year": 2027}
    with pytest.raises(Refused, match="1.67"):
        commands.save_rule(edges=[500_000, 600_000], key_threshold=500_000, **given)
    with pytest.raises(Refused, match="档位下限"):
        commands.save_rule(edges=[500_000, 1_000_000], key_threshold=700_000, **given)
    with pytest.raises(Refused, match="已有数据"):
        commands.save_rule(edges=[500_000], key_threshold=500_000, **(given | {"since_year": 2025}))
    assert not TaxRule.objects.exists()
    commands.save_rule(edges=[300_000, 1_000_000], key_threshold=300_000, **given)
    assert queries.rule_for(2027).key_threshold == 300_000
    assert queries.rule_for(2026).key_threshold == 500_000


def test_importing_and_importing_again(place: Any, tmp_path: Path) -> None:
    path = tmp_path / "税收.csv"
    firm = place.firms[0]
    text = "信用代码,年度,税收（万元）,来源\n"
    path.write_text(f"{firm.credit_code},2023,61.5,区税务局\n".join([text, ""]), encoding="utf-8")
    finance = place.actors["finance"]
    report = run_import(actor=finance, importer="tax", path=path)
    assert report.counts["new"] == 1
    row = returns().get(enterprise=firm, year=2023)
    assert (row.amount, row.source, row.version) == (Decimal(615_000), "区税务局", 1)
    assert row.batch
    assert run_import(actor=finance, importer="tax", path=path).counts["unchanged"] == 1
    path.write_text(f"{text}{firm.credit_code},2023,62,区税务局更正\n", encoding="utf-8")
    assert run_import(actor=finance, importer="tax", path=path).counts["changed"] == 1
    assert returns().filter(enterprise=firm, year=2023).count() == 2


def test_batches_of_tax_are_not_the_auditors(place: Any, tmp_path: Path) -> None:
    path = tmp_path / "税收.csv"
    path.write_text(f"信用代码,年度,税收\n{place.firms[0].credit_code},2023,61\n", encoding="utf-8")
    run_import(actor=place.actors["finance"], importer="tax", path=path, source="税务局")
    office = actor_of(make_staff("district_office", place.units["Q"]))
    assert office.has("transfer.view")
    assert not batches(office).exists()
    assert batches(place.actors["finance"]).count() == 1
    assert batches(system_actor()).count() == 1
