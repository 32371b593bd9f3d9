"""What an import of tenancies asks, and that a whole batch goes back exactly."""

import random
from datetime import date
from pathlib import Path

import pytest
from stdnum.cn import uscc

from loushi.foundation.core.actor import system_actor
from loushi.foundation.transfer.commands import run_import
from loushi.foundation.transfer.models import ExternalKey, ImportBatch
from loushi.foundation.transfer.takeback import survey, take_back
from loushi.registry.buildings.factories import make_building
from loushi.registry.buildings.models import Space
from loushi.registry.enterprises.commands import credit_code, merge_enterprises
from loushi.registry.enterprises.factories import make_enterprise, valid_code
from loushi.registry.enterprises.imports import EnterpriseImporter
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseContact,
    PlaceFact,
    Tenancy,
)
from loushi.registry.enterprises.queries.finding import enterprise_finder
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()
HEAD = "统一社会信用代码,楼宇编码,房号,面积,入驻日期,租约到期\n"


@pytest.fixture
def tower():
    units = make_district()
    return make_building(units["C1"], code="LW-1", name="望澜中心")


@pytest.fixture
def load(tmp_path: Path, tower):
    def run(importer: str, text: str, **kwargs):
        path = tmp_path / "文件.csv"
        path.write_text(text, encoding="utf-8")
        kwargs.setdefault("unit_path", tower.unit_path)
        return run_import(actor=SYSTEM, importer=importer, path=path, **kwargs)

    return run


def asked(report) -> str:
    return " ".join(sentence for _row, _column, _value, sentence in report.problems)


def firm(tower, number: int, name: str) -> str:
    make_enterprise(tower.unit, name=name, credit_code=valid_code(number))
    return valid_code(number)


def test_a_room_that_shrinks_must_be_explained(tower, load) -> None:
    code = firm(tower, 1, "云栈科技")
    assert load("tenancies", f"{HEAD}{code},LW-1,1703,700,2022-03-15,2026-12-31\n").applied
    text = f"{HEAD}{code},LW-1,1703,412,2022-03-15,2026-12-31\n"
    report = load("tenancies", text)
    assert not report.applied
    assert "缩小 41%，请说明" in asked(report)
    assert Tenancy.plain.get().area == 700
    assert load("tenancies", text, note="1706 转租").applied
    assert Tenancy.plain.get().area == 412


def test_a_lease_that_ends_before_it_begins_is_rejected_also_against_what_is_stored(
    tower, load
) -> None:
    code = firm(tower, 1, "云栈科技")
    text = f"{HEAD}{code},LW-1,1703,700,2022-03-15,2021-12-31\n"
    report = load("tenancies", text)
    assert "早于入驻日期" in asked(report)
    assert not Tenancy.plain.exists()


def test_two_firms_in_one_room_at_the_same_time_must_be_said(tower, load) -> None:
    one, two = firm(tower, 1, "云栈科技"), firm(tower, 2, "沐石设计")
    assert load("tenancies", f"{HEAD}{one},LW-1,1703,700,2022-03-15,\n").applied
    text = f"{HEAD}{two},LW-1,1703,100,2026-03-15,\n"
    report = load("tenancies", text)
    assert "1703 已有“云栈科技”在用" in asked(report)
    assert Tenancy.plain.count() == 1
    assert load("tenancies", text, note="合租，有协议").applied
    assert Tenancy.plain.count() == 2


def test_two_firms_of_one_new_file_in_one_room_must_be_said(tower, load) -> None:
    one, two = firm(tower, 1, "云栈科技"), firm(tower, 2, "沐石设计")
    text = f"{HEAD}{one},LW-1,1703,700,2022-03-15,\n{two},LW-1,1703,100,2026-03-15,\n"
    report = load("tenancies", text)
    assert "1703 与第 2 行" in asked(report)
    assert not Tenancy.plain.exists()
    assert load("tenancies", text, note="合租，有协议").applied
    assert Tenancy.plain.count() == 2
    head = "统一社会信用代码,企业名称,楼宇编码,房号\n"
    text = f"{head}{valid_code(3)},甲,LW-1,1801\n{valid_code(4)},乙,LW-1,1801\n"
    report = load("enterprises", text)
    assert "1801 与第 2 行“甲”是同一间" in asked(report)
    assert Enterprise.plain.count() == 2


def test_one_firm_twice_in_a_place_at_one_time_is_found_by_the_check(tower, load) -> None:
    code = firm(tower, 1, "云栈科技")
    assert load("tenancies", f"{HEAD}{code},LW-1,1703,700,2022-03-15,\n").applied
    report = load("tenancies", f"{HEAD}{code},LW-1,1703,700,2024-01-01,\n", dry_run=True)
    assert "从 2022-03-15 起已经登记在这里入驻" in asked(report)
    twice = f"{HEAD}{code},LW-1,1801,70,2024-01-01,\n{code},LW-1,1801,70,2025-01-01,\n"
    assert "与第 2 行是同一家在同一间" in asked(load("tenancies", twice, dry_run=True))
    again = load("tenancies", f"{HEAD}{code},LW-1,1703,700,,\n")
    assert again.counts["unchanged"] == 1, "a row without days means the stay that runs"
    assert Tenancy.plain.count() == 1


def test_a_code_or_name_of_before_a_merge_leads_to_the_firm_of_today(tower, load) -> None:
    kept = make_enterprise(tower.unit, name="云栈科技有限公司", credit_code=valid_code(1))
    old = valid_code(1)[:7] + "9" + valid_code(1)[8:17]
    old += uscc.calc_check_digit(old)
    former = make_enterprise(tower.unit, name="云栈科技", credit_code=old)
    merge_enterprises(actor=SYSTEM, kept_id=kept.pk, former_id=former.pk, why="同一家")
    report = load("enterprises", f"统一社会信用代码,企业名称,员工数\n{old},云栈科技有限公司,88\n")
    assert (report.counts["changed"], report.counts["hints"]) == (1, 1)
    finder = enterprise_finder(codes=[old])
    assert finder.merged(old, "", lambda path: True).endswith(
        "已经并入“云栈科技有限公司”，按这家处理。"
    )
    assert kept.name not in finder.merged(old, "", lambda path: False), "names no hidden firm"
    row = Enterprise.plain.get()
    assert (row.pk, row.staff_count, row.credit_code) == (kept.pk, 88, valid_code(1))
    report = load("tenancies", "企业名称,楼宇编码,房号\n云栈科技,LW-1,1703\n")
    assert report.applied
    assert report.counts["hints"] == 1
    assert Tenancy.plain.get().enterprise_id == kept.pk
    report = load("tax", f"统一社会信用代码,年度,税收\n{old},2025,100\n", dry_run=True)
    assert (report.counts["new"], report.counts["hints"]) == (1, 1)


def test_one_after_the_other_in_a_room_is_no_question(tower, load) -> None:
    one, two = firm(tower, 1, "云栈科技"), firm(tower, 2, "沐石设计")
    assert load("tenancies", f"{HEAD}{one},LW-1,1703,700,2022-03-15,\n").applied
    Tenancy.plain.update(until=date(2026, 1, 1))
    report = load("tenancies", f"{HEAD}{two},LW-1,1703,100,2026-01-01,\n")
    assert report.applied
    assert report.counts["confirms"] == 0


def test_a_batch_of_enterprises_goes_back_with_everything_that_followed(tower, load) -> None:
    old = firm(tower, 1, "云栈科技")
    head = "统一社会信用代码,企业名称,员工数,楼宇编码,房号,联系人,联系电话,外部编号\n"
    before = Enterprise.plain.get()
    state = {"name": before.name, "staff_count": before.staff_count, "unit_path": before.unit_path}
    Space.plain.create(building=tower, number="1703", unit_path=tower.unit_path, state="vacant")
    text = (
        f"{head}{old},云栈新名,88,LW-1,1703,王青,13800000000,A1\n"
        f"{valid_code(2)},沐石设计,9,LW-1,1801,李石,13900000000,A2\n"
    )
    report = load("enterprises", text, source="月报")
    assert report.applied
    assert Tenancy.plain.count() == 2
    assert Space.plain.get(number="1703").state == "let"
    assert Space.plain.filter(number="1801").exists()
    batch = ImportBatch.objects.unscoped("test").get(pk=report.batch_id)
    found = survey(batch, EnterpriseImporter)
    assert not found.edited
    assert not any(found.kept.values())
    take_back(batch, EnterpriseImporter)
    after = Enterprise.plain.get()
    assert {name: getattr(after, name) for name in state} == state
    assert not Tenancy.plain.exists()
    assert not EnterpriseContact.plain.exists()
    assert not ExternalKey.objects.filter(source="月报").exists()
    assert Space.plain.get().state == "vacant"


def test_a_statement_that_a_file_replaced_runs_again_after_the_roll_back(tower, load) -> None:
    code = firm(tower, 1, "云栈科技")
    head = "统一社会信用代码,企业名称,注册地\n"
    assert load("enterprises", f"{head}{code},云栈科技,区外\n").applied
    running = PlaceFact.plain.filter(kind="registration", until=None, withdrawn_at=None)
    before = running.values_list("pk", "lies").get()
    report = load("enterprises", f"{head}{code},云栈科技,本区\n")
    assert running.get().lies == "inside"
    take_back(ImportBatch.objects.unscoped("test").get(pk=report.batch_id), EnterpriseImporter)
    assert running.values_list("pk", "lies").get() == before
    assert Enterprise.plain.get().registered_lies == "outside"


def test_an_enterprise_that_somebody_uses_stays(tower, load) -> None:
    report = load("enterprises", f"统一社会信用代码,企业名称\n{valid_code(2)},沐石设计\n")
    firm_row = Enterprise.plain.get()
    Tenancy.plain.create(enterprise=firm_row, building=tower, unit_path=tower.unit_path)
    batch = ImportBatch.objects.unscoped("test").get(pk=report.batch_id)
    found = survey(batch, EnterpriseImporter)
    assert list(found.kept[Enterprise]) == [firm_row.pk]
    take_back(batch, EnterpriseImporter)
    assert Enterprise.plain.get() == firm_row


def test_the_quick_check_character_is_the_standards() -> None:
    chance = random.Random(7)
    for _turn in range(500):
        first = "".join(chance.choices(credit_code.ALPHABET, k=2))
        first += "".join(chance.choices("0123456789", k=6))
        first += "".join(chance.choices(credit_code.ALPHABET, k=9))
        assert credit_code.is_valid(first + uscc.calc_check_digit(first))
        wrong = next(c for c in credit_code.ALPHABET if c != uscc.calc_check_digit(first))
        assert not credit_code.is_valid(first + wrong)
