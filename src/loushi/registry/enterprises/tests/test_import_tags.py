"""Importing tags: known words only, nothing twice, nothing taken away."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from loushi.foundation.core.actor import system_actor
from loushi.foundation.transfer.commands import ImportReport, run_import
from loushi.foundation.transfer.models import ImportBatch
from loushi.foundation.transfer.takeback import take_back
from loushi.registry.enterprises.factories import make_enterprise, valid_code
from loushi.registry.enterprises.imports import TagImporter
from loushi.registry.enterprises.models import Enterprise, EnterpriseTag, TagKind
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
HEAD = "统一社会信用代码,企业名称,标签,认定日期,文号\n"


@pytest.fixture
def firms() -> list[Enterprise]:
    unit = make_district()["C1"]
    return [
        make_enterprise(unit, name=f"望澜第{n}科技有限公司", credit_code=valid_code(900 + n))
        for n in range(3)
    ]


@pytest.fixture
def word(firms: list[Enterprise]) -> str:
    return TagKind.offered().order_by("pk")[0].label


def load(folder: Path, text: str) -> ImportReport:
    path = folder / "标签.csv"
    path.write_text(HEAD + text, encoding="utf-8")
    return run_import(actor=system_actor("test"), importer="tags", path=path, unit_path="")


def tags() -> list[tuple[str, date, str]]:
    rows = EnterpriseTag.plain.order_by("pk")
    return list(rows.values_list("enterprise__name", "since", "source"))


def test_a_list_tags_its_firms_and_the_same_list_changes_nothing(
    tmp_path: Path, firms: list[Enterprise], word: str
) -> None:
    text = f"{valid_code(900)},,{word},2026-01-01,临漕〔2026〕3号\n,{firms[1].name},{word},,\n"
    assert load(tmp_path, text).applied
    found = tags()
    assert found[0] == (firms[0].name, date(2026, 1, 1), "临漕〔2026〕3号")
    assert [name for name, _since, _source in found] == [firms[0].name, firms[1].name]
    load(tmp_path, text)
    assert tags() == found


def test_wrong_rows_say_what_would_be_right_and_write_nothing(
    tmp_path: Path, firms: list[Enterprise], word: str
) -> None:
    Enterprise.plain.filter(pk=firms[2].pk).update(status=Enterprise.Status.CANCELLED)
    later = timezone.localdate() + timedelta(days=2)
    report = load(
        tmp_path,
        f"{valid_code(900)},,独角兽王,,\n{valid_code(901)},,{word},{later},\n"
        f"{valid_code(902)},,{word},,\n,没有这一家,{word},,\n",
    )
    said = " ".join(sentence for _row, _column, _value, sentence in report.problems)
    for sentence in ("可用的有：", word, "日期不能晚于今天", "已注销", "没有登记过这家企业"):
        assert sentence in said
    assert tags() == []


def test_a_batch_goes_back_as_a_whole(tmp_path: Path, firms: list[Enterprise], word: str) -> None:
    assert load(tmp_path, f"{valid_code(900)},,{word},,\n").applied
    take_back(ImportBatch.plain.get(), TagImporter)
    assert tags() == []
