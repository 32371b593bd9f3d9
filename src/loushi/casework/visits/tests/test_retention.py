"""The retention list: signs appear, are decided on, go and come back."""

from datetime import date

import pytest

from loushi.casework.demands.models import Demand, DemandCategory
from loushi.casework.visits.commands.retention import (
    handle_alert,
    look_for_signs,
    note_look,
    reopen_alert,
    snooze_alert,
)
from loushi.casework.visits.models import RetentionAlert, RetentionRule
from loushi.casework.visits.queries import retention
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.testing import at, make_actor
from loushi.registry.buildings.factories import make_building
from loushi.registry.enterprises import commands as enterprises
from loushi.registry.enterprises.factories import make_enterprise, make_tenancy
from loushi.registry.tax.factories import make_returns
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with at("2026-10-12 12:00"):
        yield


@pytest.fixture
def units():
    return make_district()


@pytest.fixture
def firm(units):
    firm = make_enterprise(units["C1"])
    make_tenancy(firm, make_building(units["C1"]), lease_until=date(2026, 12, 31))
    return firm


def actor(units, place="C1", *permissions):
    return make_actor(
        path=units[place].path,
        permissions=permissions or ("visits.view", "visits.record", "enterprises.view"),
    )


def make_demand(firm) -> None:
    """The row alone: the sign counts rows."""
    category, _made = DemandCategory.objects.get_or_create(code="30", name="城市管理")
    Demand.plain.create(
        title="卸货口被堵", text="每天早上", enterprise=firm, category=category, unit=firm.unit,
        unit_path=firm.unit_path, side="enterprise", prefix="LC", year=2026,
    )  # fmt: skip


def signs(units) -> list[tuple[str, str]]:
    lines = retention.retention_list(actor(units)).rows
    return [(line.sign, line.sentence) for line in lines]


def test_a_lease_that_ends_says_so_once(units, firm) -> None:
    assert look_for_signs() == 1
    assert look_for_signs() == 0
    assert signs(units) == [("lease", "租约 2026-12-31 到期，还没有登记续租")]


def test_a_threshold_counts_from_its_own_day(units, firm) -> None:
    RetentionRule.objects.create(sign="lease", value=30, valid_from=date(2026, 11, 1))
    assert look_for_signs() == 1
    assert look_for_signs(on=date(2026, 11, 1)) == 1
    assert signs(units) == []


def test_renewing_takes_it_off_and_the_next_end_brings_it_back(units, firm) -> None:
    look_for_signs()
    alert = RetentionAlert.plain.get()
    handle_alert(actor=actor(units), alert_id=alert.pk, outcome="已约业主面谈")
    assert look_for_signs() == 0
    assert signs(units) == []
    stay = firm.tenancies.get()
    enterprises.change_tenancy(
        actor=system_actor(), tenancy_id=stay.pk, values={"lease_until": date(2027, 6, 30)}
    )
    look_for_signs()
    alert.refresh_from_db()
    assert (alert.state, alert.gone_on) == ("gone", date(2026, 10, 12))
    look_for_signs(on=date(2027, 5, 1))
    assert ("lease", "租约 2027-06-30 到期，还没有登记续租") in signs(units)


def test_repeated_demands_open_again_with_one_more(units, firm) -> None:
    for _number in range(3):
        make_demand(firm)
    look_for_signs()
    alert = RetentionAlert.plain.get(sign="demands")
    assert dict(signs(units))["demands"] == "近 90 天提了 3 件诉求"
    handle_alert(actor=actor(units), alert_id=alert.pk, outcome="已合并办理")
    assert "demands" not in dict(signs(units))
    make_demand(firm)
    look_for_signs()
    assert dict(signs(units))["demands"] == "近 90 天提了 4 件诉求"


def test_what_is_put_off_comes_back_on_its_day(units, firm) -> None:
    look_for_signs()
    alert = RetentionAlert.plain.get()
    snooze_alert(actor=actor(units), alert_id=alert.pk, until=date(2026, 11, 1), why="业主月底答复")
    look_for_signs(on=date(2026, 10, 31))
    assert signs(units) == []
    look_for_signs(on=date(2026, 11, 1))
    assert [code for code, _text in signs(units)] == ["lease"]


def test_never_visited_counts_from_the_registration(units, firm) -> None:
    look_for_signs(on=date(2027, 5, 1))
    assert dict(signs(units))["unvisited"] == "登记 180 天以上，还没有走访过"


PLACE = ("visits.view", "visits.record", "enterprises.view", "tax.bands")


@pytest.fixture
def fallen(units, firm):
    make_returns([firm], [2_000_000], year=2024)
    make_returns([firm], [700_000], year=2025)
    look_for_signs()
    return RetentionAlert.plain.get(sign="tax")


def test_a_falling_band_shows_to_those_who_may_see_bands(units, firm, fallen) -> None:
    sentence = "2025 年的税收档位比上一年低"
    seer, other = actor(units, "C1", *PLACE), actor(units)
    lines = retention.retention_list(seer, retention.Wanted(sign="tax")).rows
    assert [(line.sentence, line.href) for line in lines] == [
        (sentence, f"/enterprises/{firm.pk}/")
    ]
    assert fallen.numbers == {"year": 2025}
    assert retention.tally(seer, retention.Wanted(sign="tax")).firms == 1
    assert "tax" in dict(retention.sign_choices(seer))
    assert retention.retention_list(other, retention.Wanted(sign="tax")).rows == []
    assert "tax" not in retention.tally(other, retention.Wanted()).signs
    assert "tax" not in dict(retention.sign_choices(other))
    assert [line.sign for line in retention.alerts_of(seer, firm.pk)] == ["lease"]
    with pytest.raises(NotVisible):
        handle_alert(actor=other, alert_id=fallen.pk, outcome="谈妥")
    with pytest.raises(NotVisible):
        retention.alert_for_change(other, fallen.pk)
    fallen.refresh_from_db()
    assert fallen.state == "open"


def test_the_look_at_a_falling_band_is_recorded(units, firm, fallen) -> None:
    seer = actor(units, "C1", *PLACE)
    note_look(actor=seer, lines=retention.retention_list(seer).rows)
    entry = Entry.objects.unscoped("test").get(action="tax.look")
    assert (entry.why, entry.subject_id) == ("安商稳商名单", firm.pk)
    note_look(actor=seer, lines=retention.retention_list(actor(units)).rows)
    assert Entry.objects.unscoped("test").filter(action="tax.look").count() == 1


def test_a_threshold_of_two_bands_leaves_one_out(units, firm, fallen) -> None:
    RetentionRule.objects.create(sign="tax", value=2, valid_from=date(2026, 10, 1))
    look_for_signs()
    fallen.refresh_from_db()
    assert fallen.state == "gone"


def test_reopening_and_deciding_twice(units, firm) -> None:
    look_for_signs()
    alert = RetentionAlert.plain.get()
    handle_alert(actor=actor(units), alert_id=alert.pk, outcome="已约面谈")
    with pytest.raises(Conflict, match="已约面谈"):
        handle_alert(actor=actor(units), alert_id=alert.pk, outcome="另一个结果")
    with pytest.raises(Denied):
        reopen_alert(actor=actor(units, "C1", "visits.view"), alert_id=alert.pk)
    reopen_alert(actor=actor(units), alert_id=alert.pk)
    with pytest.raises(Conflict, match="已经在名单上"):
        reopen_alert(actor=actor(units), alert_id=alert.pk)
    alert.refresh_from_db()
    assert (alert.state, alert.outcome, alert.since) == ("open", "", date(2026, 10, 12))


def test_figures_are_the_rows_they_open(units, firm) -> None:
    look_for_signs()
    who = actor(units)
    found = retention.tally(who, retention.Wanted())
    assert (found.firms, found.whole, found.signs, found.states) == (
        1, 1, {"lease": 1}, {"open": 1}
    )  # fmt: skip
    nobody = retention.Wanted(officer=0)
    assert len(retention.retention_list(who, nobody).rows) == 1
    elsewhere = retention.Wanted(unit=units["C2"].pk)
    assert retention.tally(who, elsewhere).share is None
    assert retention.retention_list(who, elsewhere).rows == []


def test_refusals_change_nothing(units, firm) -> None:
    look_for_signs()
    alert = RetentionAlert.plain.get()
    given = {"alert_id": alert.pk, "outcome": "谈妥"}
    with pytest.raises(NotVisible):
        handle_alert(actor=actor(units, "C2"), **given)
    with pytest.raises(Denied):
        handle_alert(actor=actor(units, "C1", "visits.view"), **given)
    with pytest.raises(Refused, match="处理结果"):
        handle_alert(actor=actor(units), alert_id=alert.pk, outcome=" ")
    with pytest.raises(Refused, match="晚于今天"):
        snooze_alert(actor=actor(units), alert_id=alert.pk, until=date(2026, 10, 12), why="等")
    alert.refresh_from_db()
    assert (alert.state, alert.outcome) == ("open", "")
    assert retention.retention_list(actor(units, "C2")).rows == []
