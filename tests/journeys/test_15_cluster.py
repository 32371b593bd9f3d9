"""故事 15：东清产业集聚。线索到入驻；34 家健康企业的集聚、楼宇税收的增长与登记对得上。"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.factories import valid_code
from loushi.registry.enterprises.models import Tenancy
from loushi.registry.leads.models import InvestmentLead

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"
CLUSTER = 34
GROWN = re.compile(r"增减\s*\+[1-9][\d.]*%–\+")


def send(page: Any) -> None:
    page.locator("main form[method=post] button").last.click()
    page.wait_for_load_state()


def test_from_lead_to_cluster(enter: Callable[..., Any]) -> None:
    today = timezone.localdate()
    page = enter("liaison1", "/leads/new/")
    tower = Building.objects.unscoped(WHY).get(name="东清大厦")
    assert sitting(tower) == CLUSTER
    page.fill("input[name=company]", "东清康养医疗科技有限公司")
    page.select_option("select[name=source]", "fair")
    page.select_option("select[name=unit_id]", index=0)
    page.fill("input[name=contact_name]", "许念青")
    page.fill("input[name=contact_phone]", "13812342046")
    page.select_option("select[name=industry_id]", "84")
    page.fill("input[name=area_min]", "80")
    page.fill("input[name=use]", "办公")
    send(page)
    lead = InvestmentLead.objects.unscoped(WHY).get(company="东清康养医疗科技有限公司")
    assert "匹配的空置房源" in page.locator("main").inner_text()
    steps: list[tuple[str, dict[str, str]]] = [
        ("talk", {}),
        ("view", {}),
        ("quote", {"price": "3.2"}),
        (
            "sign",
            {
                "credit_code": valid_code(4321),
                "lease_since": today.isoformat(),
                "lease_until": (today + timedelta(days=1000)).isoformat(),
            },
        ),
        ("move_in", {}),
    ]
    for name, values in steps:
        page.goto(f"/leads/{lead.pk}/{name}/")
        if page.locator("select[name=space_id]").count() and name == "view":
            room = page.locator("select[name=space_id] option", has_text="东清大厦").first
            page.select_option("select[name=space_id]", room.get_attribute("value"))
        for field, value in values.items():
            page.fill(f"input[name={field}]", value)
        send(page)
        assert page.url.endswith(f"/leads/{lead.pk}/"), page.locator("main").inner_text()
    lead.refresh_from_db()
    assert lead.state == "moved_in"
    tenancy = Tenancy.objects.unscoped(WHY).get(enterprise=lead.enterprise)
    assert tenancy.building == tower

    # The path of the lead, step by step, with days.
    page.goto(f"/leads/{lead.pk}/")
    path = page.locator("main").inner_text()
    assert all(step in path for step in ("线索", "洽谈", "看房", "报价", "签约", "入驻"))

    # 34 firms and this one; the chart's last month is what the list and the register hold.
    page.goto(f"/leads/funnel/?building={tower.pk}&section=Q")
    text = page.locator("main").inner_text()
    assert f"现在 {CLUSTER + 1} 家" in text
    page.get_by_text("逐月数字").first.click()
    months = [int(n) for n in page.locator("table tbody td.number").all_inner_texts()]
    assert (months[0], len(months)) == (CLUSTER + 1, 24)
    assert months[-1] < CLUSTER // 2
    assert months == sorted(months, reverse=True), "nobody of the cluster has left"
    assert sitting(tower) == CLUSTER + 1
    page.get_by_role("link", name="看这些企业").click()
    page.wait_for_load_state()
    assert f"{CLUSTER + 1} 家" in page.locator("main").inner_text()

    # The funnel adds up to the leads.
    page.goto("/leads/funnel/")
    landed = InvestmentLead.objects.unscoped(WHY).filter(
        unit_path__startswith=lead.unit_path, state="moved_in"
    )
    assert f"到过 {landed.count()} 条" in page.locator("main").inner_text()

    # The tower's tax grows: the published interval lies above that of the year before.
    page.goto(f"/buildings/{tower.pk}/")
    panel = page.locator("section", has_text="年税收").last.inner_text()
    assert GROWN.search(panel), panel


def sitting(tower: Building) -> int:
    """Health firms that sit in the tower by the register."""
    rows = Tenancy.objects.unscoped(WHY).filter(
        building=tower, enterprise__industry__section="Q", until__isnull=True
    )
    return rows.exclude(presence="registered_only").values("enterprise_id").distinct().count()
