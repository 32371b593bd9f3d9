"""故事十五（导入）：物业发来一张表，书记逐格看过、写明理由，应用；后来发现是旧表，整批撤回。"""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.jobs import run_due
from loushi.foundation.transfer.models import ImportBatch, ImportRow
from loushi.registry.enterprises.models import Enterprise, Tenancy
from loushi.registry.territory.models import Unit
from tests.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HEAD = ("税号", "租户", "楼栋编号", "房号", "租赁面积（平）", "入驻日期", "到期日", "备注2")


def batch() -> ImportBatch:
    return ImportBatch.objects.unscoped("journey").latest("id")


def press(page: Any, label: str, *, exact: bool = True) -> None:
    page.get_by_role("button", name=label, exact=exact).last.click()
    page.wait_for_load_state()


def work(page: Any) -> None:
    """The background does what the page asked for; the page follows by itself."""
    run_due()
    page.locator("#work").wait_for(state="detached")
    page.wait_for_load_state()


@pytest.fixture
def sheet(district: None, tmp_path: Path) -> Path:
    """Five tenancies of the community's first enterprises: two changed, one wrong, one doubtful."""
    community = Unit.objects.filter(kind="community").order_by("path").first()
    assert community is not None
    held = list(
        Tenancy.plain.filter(
            unit_path__startswith=community.path, until=None, area__gt=50,
            enterprise__credit_code__isnull=False, space__isnull=False, since__isnull=False,
            building__code__isnull=False,
        )
        .select_related("enterprise", "building", "space")
        .order_by("pk")[:4]
    )  # fmt: skip
    path = tmp_path / "望澜租户表（物业汇总）.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        write = csv.writer(file)
        write.writerow(("商务社区租户表", *[""] * 7))
        write.writerow(HEAD)
        for place, row in enumerate(held):
            area, code = row.area, row.enterprise.credit_code
            lease = "2031-12-31" if place < 2 else row.lease_until or ""
            if place == 1:
                area = round(area / 2)
            if place == 2:
                code = code[:11] + "O" + code[12:]
            if place == 3:
                lease = "2025-02-30"
            write.writerow((code, row.enterprise.name, row.building.code, row.space.number, area,
                            row.since.isoformat(), lease, "不导入"))  # fmt: skip
    return path


def test_from_the_sheet_to_the_roll_back(
    enter: Callable[..., Any], axe: Callable[..., None], sheet: Path
) -> None:
    before = list(Tenancy.plain.order_by("pk").values())
    page = enter("secretary1", "/transfer/new/tenancies/")
    axe(page)
    page.set_input_files("input[name=file]", str(sheet))
    press(page, "上传")

    # where it comes from: nobody can guess that
    assert page.get_by_text("表头在第 2 行").is_visible()
    axe(page)
    page.fill("input[name=source]", "物业月报")
    press(page, "下一步：对应列")

    # which column is what: recognised ones are filled in, one is chosen, one left out
    axe(page)
    row = page.locator("tr", has_text="到期日").last
    row.locator("select").select_option(label="租约到期")
    press(page, "核对全部行")
    assert page.get_by_text("正在核对").first.is_visible()
    work(page)

    found = batch()
    assert (found.counts["changed"], found.counts["rejected"]) == (2, 2), found.reasons
    assert found.origins["到期日"] in {"given", "recognised"}
    assert page.locator(".diff-old").first.is_visible()
    assert page.locator(".cell-error", has_text="没有 2025 年 2 月 30 日").first.is_visible()
    assert page.locator(".cell-error", has_text="是字母 O").first.is_visible()
    assert list(Tenancy.plain.order_by("pk").values()) == before
    axe(page)
    phone = enter("secretary1", f"/transfer/{found.pk}/", viewport=PHONE)
    axe(phone)
    wide = phone.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"], f"the page is {wide} px wide"
    phone.context.close()

    # a doubtful cell needs a note before anything is applied
    assert page.locator(".cell-warn", has_text="缩小 50%").first.is_visible()
    assert page.get_by_role("button", name="应用 2 行").is_disabled()
    doubtful = ImportRow.objects.unscoped("journey").get(batch=found, confirms__gt=0)
    page.fill(f"#note-{doubtful.row_number}", "一半转租给沐石设计，电话核实")
    page.locator(f"tr:has(#note-{doubtful.row_number}) button").click()
    page.wait_for_load_state()
    assert page.get_by_text("“一半转租给沐石设计，电话核实”").first.is_visible()

    press(page, "应用 2 行")
    work(page)
    assert page.get_by_text("这个批次做了什么").first.is_visible()
    axe(page)
    changed = Tenancy.plain.filter(lease_until="2031-12-31")
    assert changed.count() == 2
    note = Entry.objects.unscoped("journey").get(action="transfer.confirm")
    assert note.why.startswith("一半转租给沐石设计，电话核实")

    # somebody corrects one of the cells; then it turns out that the sheet was an old one
    edited = changed.order_by("pk").first()
    assert edited is not None
    Tenancy.plain.filter(pk=edited.pk).update(lease_until="2032-06-30")
    press(page, "整批撤回…")
    work(page)
    page.goto(f"/transfer/{found.pk}/roll-back/")
    assert page.get_by_text("导入之后有人改过的格").first.is_visible()
    assert page.get_by_text("2032-06-30").first.is_visible()
    axe(page)
    page.fill("input[name=why]", "物业发来的是上季度的表")
    press(page, "撤回这一批")
    work(page)
    assert page.get_by_text("已撤回").first.is_visible()
    axe(page)
    after = {row["id"]: row for row in Tenancy.plain.order_by("pk").values()}
    for row in before:
        held = after[row["id"]]
        if row["id"] == edited.pk:  # the later correction stays: nobody confirmed otherwise
            assert str(held.pop("lease_until")) == "2032-06-30"
            row.pop("lease_until")
        assert held == row

    # next time the same source is understood at once
    page.goto("/transfer/new/tenancies/")
    page.set_input_files("input[name=file]", str(sheet))
    press(page, "上传")
    page.fill("input[name=source]", "物业月报")
    press(page, "下一步：对应列")
    assert page.get_by_text("沿用上次").first.is_visible()
    assert Enterprise.plain.exists()
