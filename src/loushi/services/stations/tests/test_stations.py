"""Stations: hours, standard, spaces, files, rights."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.transfer.commands import run_import
from loushi.services.stations import commands, queries
from loushi.services.stations.factories import make_station
from loushi.services.stations.models import StandardItem, Station

WHY = "test"


def test_hours_follow_make_up_workdays_and_holidays(place: Any) -> None:
    row = make_station(
        place.units["C1"], "加油站", workday_hours="9：00-12:00，13:30至17:30",
        restday_hours="10:00-16:00",
        extended_hours="12:00-13:30",
    )  # fmt: skip
    assert row.workday_hours == "09:00-12:00 13:30-17:30"
    hours = {
        day: queries.opening_on(row, day).usual
        for day in (date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 10), date(2026, 10, 11))
    }
    assert list(hours.values()) == [
        row.workday_hours,
        "10:00-16:00",
        row.workday_hours,
        "10:00-16:00",
    ]
    assert queries.opening_on(row, date(2026, 10, 1)).extended == "12:00-13:30"


@pytest.mark.parametrize("text", ["上午", "25:00-26:00", "12:00-09:00", "09:00-12:00 11:00-13:00"])
def test_hours_that_cannot_be_read_name_their_field(place: Any, text: str) -> None:
    with pytest.raises(Refused) as refusal:
        make_station(place.units["C1"], "加油站", workday_hours=text)
    assert refusal.value.errors[0].field == "workday_hours"
    assert not Station.objects.unscoped(WHY).filter(name="加油站").exists()


def test_the_standard_is_data_with_dates(place: Any) -> None:
    assert commands.install_standard(since=date(2026, 1, 1)) == 6
    assert commands.install_standard(since=date(2026, 1, 1)) == 0
    StandardItem.objects.filter(code="06").update(until=date(2026, 6, 30))
    items = queries.standard_on(date(2026, 11, 1))
    assert len(items) == 5
    commands.inspect(
        actor=place.actors["clerk"], station_id=place.stations[0].pk, on=date(2026, 11, 1),
        met=[one.pk for one in items[:4]], note="缺制度上墙",
    )  # fmt: skip
    line = queries.station_page(place.actors["leader"], place.stations[0].pk).line
    assert (line.met, line.items) == (4, 5)
    with pytest.raises(Refused, match="今天或以前"):
        commands.inspect(
            actor=place.actors["clerk"],
            station_id=place.stations[0].pk,
            on=date(2026, 11, 2),
            met=[],
        )


def test_spaces_never_exceed_the_station(place: Any, client_of: Any) -> None:
    row = make_station(place.units["C1"], "中心", area=100)
    data = {"name": "中心", "kind": "centre", "tenure": "own", "area": "100",
            "spaces": "会客厅 60 20 洽谈\n仓库 50",
            "services": "法务 法律咨询\n执照代办"}  # fmt: skip
    answer = client_of("secretary").post(f"/stations/{row.pk}/edit/", data)
    assert answer.status_code == 422
    assert "合计 110 ㎡" in answer.content.decode()
    data["spaces"] = "会客厅 60 20 洽谈\n仓库 40"
    assert client_of("secretary").post(f"/stations/{row.pk}/edit/", data).status_code == 302
    page = queries.station_page(place.actors["secretary"], row.pk)
    assert [(one.name, one.seats) for one in page.spaces] == [("仓库", None), ("会客厅", 20)]
    assert {one.category for one in page.services} == {"legal", "government"}


def test_a_refused_edit_changes_nothing(place: Any, client_of: Any) -> None:
    row = make_station(place.units["C1"], "中心", area=100)
    before = Entry.objects.unscoped(WHY).count()
    data = {"name": "新名", "kind": "centre", "tenure": "own", "area": "100", "spaces": "仓库 150"}
    assert client_of("secretary").post(f"/stations/{row.pk}/edit/", data).status_code == 422
    row.refresh_from_db()
    assert row.name == "中心"
    assert Entry.objects.unscoped(WHY).count() == before


def test_rights(place: Any, client_of: Any) -> None:
    pk = place.stations[0].pk
    assert client_of("neighbour").get(f"/stations/{pk}/").status_code == 404
    assert client_of("officer").get(f"/stations/{pk}/").status_code == 200
    assert client_of("officer").get(f"/stations/{pk}/edit/").status_code == 403
    assert client_of("officer").get("/stations/?export=csv").status_code == 403
    with pytest.raises(Denied):
        commands.create_station(
            actor=place.actors["neighbour"], unit_id=place.units["C1"].pk,
            values={"name": "x", "kind": "rider", "tenure": "own"},
        )  # fmt: skip


def test_pages_and_files(place: Any, client_of: Any, tmp_path: Path) -> None:
    commands.install_standard(since=date(2026, 1, 1))
    client = client_of("secretary")
    pk = place.stations[0].pk
    for path in ("/stations/", "/stations/new/", f"/stations/{pk}/", f"/stations/{pk}/edit/",
                 f"/stations/{pk}/inspect/", "/stations/?kind=rider&q=无"):  # fmt: skip
        assert client.get(path).status_code == 200, path
    text = b"".join(client.get("/stations/?export=csv").streaming_content).decode("utf-8-sig")
    assert place.stations[0].name in text
    path = tmp_path / "站点.csv"
    unit = place.units["C1"].name
    path.write_text(
        f"站点名称,社区,类型,场地来源,工作日开放时间\n新驿站,{unit},红领驿站,合用,9:00-17:00\n",
        encoding="utf-8",
    )
    report = run_import(actor=place.actors["secretary"], importer="stations", path=path)
    assert report.counts["new"] == 1
    assert Station.objects.unscoped(WHY).get(name="新驿站").workday_hours == "09:00-17:00"
    path.write_text(
        f"站点名称,社区,类型,场地来源,工作日开放时间\n东清驿站,{unit},红领驿站,合用,\n"
        f"夜站,{unit},骑士加油站,合用,随时\n",
        encoding="utf-8",
    )
    report = run_import(actor=place.actors["secretary"], importer="stations", path=path)
    assert report.counts["new"] == 0
    assert Station.objects.unscoped(WHY).count() == 3


def test_the_list_uses_the_same_queries(place: Any, same_queries: Any) -> None:
    def grow(count: int) -> None:
        for n in range(count):
            make_station(place.units["C1"], f"驿站{n}-{Station.objects.unscoped(WHY).count()}")

    same_queries(lambda: queries.station_list(place.actors["leader"], queries.Filters()), grow)
