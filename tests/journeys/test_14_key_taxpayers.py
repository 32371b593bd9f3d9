"""故事 14：重点税源。财务专员导入并发布，书记看档位，区领导看区间；每次查看都留痕。"""

from collections.abc import Callable
from typing import Any

import pytest

from loushi.foundation.audit.models import Entry
from loushi.registry.tax.models import ReleaseCell, TaxReturn

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"


def say_purpose(page: Any, words: str) -> None:
    page.fill("input[name=purpose]", words)
    page.locator("main form button").last.click()
    page.wait_for_load_state()


def test_figures_bands_and_the_cube(enter: Callable[..., Any]) -> None:
    row = (
        TaxReturn.objects.unscoped(WHY)
        .filter(is_current=True, year__gt=2000)
        .select_related("enterprise")
        .latest("year", "pk")
    )
    finance = enter("finance", "/transfer/new/tax/")
    finance.goto("/tax/ledger/")
    say_purpose(finance, "核对年度重点税源")
    assert finance.get_by_role("heading", name="税收台账").is_visible()
    finance.goto(f"/tax/returns/{row.pk}/correct/")
    finance.fill("input[name=amount]", "765432.10")
    finance.fill("input[name=why]", "企业申报更正")
    finance.locator("main form button").last.click()
    finance.wait_for_load_state()
    assert finance.get_by_text("企业申报更正").first.is_visible()

    finance.goto("/tax/release/")
    finance.locator("main form[method=post] button").last.click()
    finance.locator("dialog button.button-primary").click()
    finance.wait_for_url("**/tax/cube/")
    assert "第 2 号" in finance.locator("main").inner_text()

    leader = enter("leader", "/tax/cube/")
    text = leader.locator("main").inner_text()
    assert "重点税源占全区税收" in text
    assert "%–" in text
    assert "765432" not in text.replace(",", "")
    hidden = ReleaseCell.objects.unscoped(WHY).filter(release__number=2, low__isnull=True)
    assert hidden.exists()
    assert "不足三家" in text or "占比过高" in text
    assert leader.goto("/tax/ledger/").status == 403

    secretary = enter("secretary1", "/tax/bands/")
    say_purpose(secretary, "走访前了解税源")
    text = secretary.locator("main").inner_text()
    assert "万元" in text
    assert "765,432" not in text
    looks = Entry.objects.unscoped(WHY).filter(action="tax.look")
    assert {"核对年度重点税源", "走访前了解税源"} <= set(looks.values_list("why", flat=True))
