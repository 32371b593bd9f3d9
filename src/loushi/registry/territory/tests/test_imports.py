"""Units and residential communities from files."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.testing import at, make_actor
from loushi.foundation.transfer.commands import run_import
from loushi.registry.territory import queries
from loushi.registry.territory.factories import make_district
from loushi.registry.territory.models import ResidentialCommunity, Unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with at("2026-10-12 12:00"):
        yield


def run(tmp_path: Path, importer: str, text: str, **more: Any) -> Any:
    file = tmp_path / "file.csv"
    file.write_text(text, encoding="utf-8")
    given = {"unit_path": "", "tz": "", "source": "批复", "mapping": [], "sheet": "",
             "dry_run": False, "partial": False, "report_path": None}  # fmt: skip
    actor = more.pop("actor", system_actor())
    return run_import(actor=actor, importer=importer, path=file, **(given | more))


TREE = """编码,名称,层级,上级编码,成立日期,诉求编号前缀
Q,临漕区,区,,2022-06-28,
C1,望澜商务社区,商务社区,Q,2022-06-28,WL
C1-G1,第一片区,片区,C1,2022-07-01,
C1-G1-M1,东塔微网格,楼宇微网格,C1-G1,2022-07-01,
"""


def test_a_whole_tree_comes_from_one_file_and_twice_changes_nothing(tmp_path: Path) -> None:
    report = run(tmp_path, "units", TREE)
    assert report.applied
    assert report.counts["new"] == 4
    micro = Unit.objects.get(code="C1-G1-M1")
    assert queries.names_on_path(micro.path) == [
        "临漕区", "望澜商务社区", "第一片区", "东塔微网格"
    ]  # fmt: skip
    assert queries.path_on(micro.pk, date(2022, 6, 30)) == ""
    again = run(tmp_path, "units", TREE)
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)


def test_new_names_and_parents_keep_their_history(tmp_path: Path) -> None:
    units = make_district()
    text = "编码,名称,上级编码,生效日期\nC1-G1,新名片区,C2,2026-10-10\n"
    assert run(tmp_path, "units", text).counts["changed"] == 1
    unit = Unit.objects.get(code="C1-G1")
    assert unit.name == "新名片区"
    assert unit.path.startswith(units["C2"].path)
    before = queries.unit_at(unit.pk, date(2026, 10, 9))
    assert before is not None
    assert (before.name, before.parent_id) == ("第1-1片区", units["C1"].pk)


def test_every_wrong_row_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    make_district()
    text = "编码,名称,层级,上级编码\nX1,甲,片区,没有\nX2,乙,商务社区,C1\nX3,丙,片区,\n,丁,片区,C1\n"
    report = run(tmp_path, "units", text)
    assert report.counts["rejected"] == 4
    assert not report.applied
    assert not Unit.objects.filter(code__startswith="X").exists()


def test_who_may_not_change_the_tree_imports_nothing(tmp_path: Path) -> None:
    units = make_district()
    actor = make_actor(path=units["C1"].path, permissions=["territory.view"])
    with pytest.raises(Exception, match=r"权限|没有"):
        run(tmp_path, "units", TREE.replace("Q,", "Q2,"), actor=actor)
    assert Unit.objects.count() == len(units)


def test_real_headings_of_residential_communities(tmp_path: Path) -> None:
    text = (
        "code,name,streetCode,street,areaCode,area,city\n"
        "330102001051,清波门社区,330102001,清波街道,330102,上城区,杭州市\n"
        "330102001,清波街道,,,330102,上城区,杭州市\n"
        "33010,短码,,,330102,上城区,杭州市\n"
    )
    report = run(tmp_path, "hosts", text, partial=True)
    assert (report.counts["new"], report.counts["rejected"]) == (2, 1)
    row = ResidentialCommunity.objects.get(code="330102001051")
    assert (row.name, row.subdistrict, row.source) == ("清波门社区", "清波街道", "批复")
