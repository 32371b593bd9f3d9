"""Importing enterprises, tenancies and the industry table from small files of every odd kind."""

from datetime import date
from pathlib import Path

import pytest

from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.testing import make_actor
from loushi.foundation.transfer.commands import run_import
from loushi.registry.buildings.factories import make_building
from loushi.registry.enterprises.factories import make_enterprise, valid_code
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseContact,
    IndustryCode,
    Tenancy,
)
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()


@pytest.fixture
def units():
    return make_district()


@pytest.fixture
def load(tmp_path: Path):
    def run(importer: str, text: str, *, actor=SYSTEM, **kwargs):
        path = tmp_path / "文件.csv"
        path.write_text(text, encoding="utf-8")
        return run_import(actor=actor, importer=importer, path=path, **kwargs)

    return run


def test_list_without_codes_is_known_by_source_and_number(units, load) -> None:
    text = "id,name,province,city,district,address\n1,云栈科技,浙江省,临漕市,东区,桐川路66号\n"
    waiting = load("enterprises", text, source="名录")
    assert (waiting.counts["unplaced"], waiting.counts["new"]) == (1, 0)
    assert not Enterprise.plain.exists()
    placed = load("enterprises", text, source="名录", unit_path=units["C1"].path)
    assert placed.counts["new"] == 1
    firm = Enterprise.plain.get()
    assert (firm.unit_id, firm.registered_address) == (units["C1"].pk, "桐川路66号")
    again = load("enterprises", text, source="名录", unit_path=units["C1"].path)
    assert again.counts["unchanged"] == 1


def test_codes_are_checked_and_explained_row_by_row(units, load) -> None:
    good = valid_code(1)
    text = f"公司名称,信用代码\n甲,{good}\n乙,{good[:11]}O{good[12:]}\n丙,{good[:17]}\n"
    report = load("enterprises", text, unit_path=units["C1"].path, dry_run=True)
    assert (report.counts["new"], report.counts["rejected"]) == (1, 2)
    sentences = " ".join(problem[3] for problem in report.problems)
    assert "第 12 位是字母 O" in sentences
    assert "这里是 17 位" in sentences


def test_columns_as_people_name_them(units, load) -> None:
    text = (
        "企业名称,统一社会信用代码,所属行业,企业规模,登记状态,成立日期,员工人数,商务社区\n"
        f"云栈科技,{valid_code(1)},I65,小型,存续,2019年5月20日,120人,第1商务社区\n"
    )
    report = load("enterprises", text)
    assert report.counts["new"] == 1
    firm = Enterprise.plain.get()
    assert (firm.industry_id, firm.size, firm.status) == ("65", "small", "operating")
    assert (firm.established_on, firm.staff_count) == (date(2019, 5, 20), 120)
    assert firm.unit_id == units["C1"].pk


def test_unknown_industry_is_a_hint_not_an_error(units, load) -> None:
    text = f"企业名称,信用代码,行业\n云栈,{valid_code(1)},修仙业\n"
    report = load("enterprises", text, unit_path=units["C1"].path)
    assert (report.counts["new"], report.counts["hints"]) == (1, 1)
    assert Enterprise.plain.get().industry_id is None


def test_building_room_and_contact_come_in_one_go(units, load) -> None:
    make_building(units["C1"], name="望澜中心")
    text = (
        "企业名称,信用代码,楼宇,房号,在地状态,联系人,联系电话\n"
        f"云栈,{valid_code(1)},望澜中心,1703,在地不在册,许念青,13812342046\n"
    )
    load("enterprises", text)
    tenancy = Tenancy.plain.get()
    assert (tenancy.space.number, tenancy.presence) == ("1703", "here_only")
    assert EnterpriseContact.plain.get().phone == "13812342046"
    assert Enterprise.plain.get().unit_id == units["C1"].pk
    assert load("enterprises", text).counts["unchanged"] == 1
    assert Tenancy.plain.count() == 1


def test_a_neighbours_code_is_refused_without_a_name(units, load) -> None:
    held = make_enterprise(units["C2"], name="邻区贸易")
    actor = make_actor(path=units["C1"].path, permissions=["enterprises.import"])
    text = f"企业名称,信用代码\n我的企业,{held.credit_code}\n"
    report = load("enterprises", text, unit_path=units["C1"].path, actor=actor, dry_run=True)
    assert report.counts["rejected"] == 1
    assert "邻区" not in str(report.problems)


def test_tenancies_find_firm_and_tower_and_make_the_room(units, load) -> None:
    make_building(units["C1"], name="望澜中心", code="LW-001")
    firm = make_enterprise(units["C1"], name="云栈科技")
    text = (
        "信用代码,楼宇编码,房号,面积,入驻日期,租约到期\n"
        f"{firm.credit_code},LW-001,1703,700,2022-03-15,2026-12-31\n"
    )
    assert load("tenancies", text).counts["new"] == 1
    assert Tenancy.plain.get().lease_until == date(2026, 12, 31)
    assert load("tenancies", text).counts["unchanged"] == 1
    longer = load("tenancies", text.replace("2026-12-31", "2028-12-31"))
    assert longer.counts["changed"] == 1
    assert Tenancy.plain.get().lease_until == date(2028, 12, 31)


def test_tenancy_errors_name_what_is_missing(units, load) -> None:
    make_building(units["C1"], name="望澜中心")
    make_enterprise(units["C1"], name="云栈科技")
    text = (
        "企业名称,楼宇,入驻日期,迁出日期\n"
        "没有的企业,望澜中心,2022-01-01,\n云栈科技,没有的楼,2022-01-01,\n"
        "云栈科技,望澜中心,2022-01-01,2021-01-01\n云栈科技,,2022-01-01,\n"
    )
    report = load("tenancies", text, dry_run=True)
    assert report.counts["rejected"] == 4
    sentences = " ".join(problem[3] for problem in report.problems)
    assert "没有登记过这家企业" in sentences
    assert "没有登记过“没有的楼”" in sentences
    assert "早于入驻日期" in sentences
    assert "没有写明入驻的楼宇" in sentences
    assert not Tenancy.plain.exists()


def test_industry_table_adds_finer_levels_to_the_shipped_ones(load) -> None:
    assert IndustryCode.objects.filter(level=1).count() == 20
    assert IndustryCode.objects.filter(level=2).count() == 97
    text = (
        "level,code,parent,section,name,remark,implied\n"
        "2,65,I,I,软件和信息技术服务业,,0\n3,651,65,I,软件开发,,0\n4,6511,651,I,基础软件开发,,0\n"
    )
    report = load("industries", text)
    assert (report.counts["new"], report.counts["unchanged"]) == (2, 1)
    assert IndustryCode.objects.get(pk="6511").parent == "651"
