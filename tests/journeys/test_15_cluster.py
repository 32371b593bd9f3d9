"""故事 15：东清产业集聚。线索 → 匹配空房 → 签约 → 入驻；漏斗和集聚与登记对得上。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.registry.enterprises.factories import valid_code
from loushi.registry.enterprises.models import Tenancy
from loushi.registry.leads.models import InvestmentLead

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"


def send(page: Any) -> None:
    page.locator("main form[method=post] button").last.click()
    page.wait_for_load_state()


def test_from_lead_to_cluster(enter: Callable[..., Any]) -> None:
    today = timezone.localdate()
    page = enter("liaison1", "/leads/new/")
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
            page.select_option("select[name=space_id]", index=1)
        for field, value in values.items():
            page.fill(f"input[name={field}]", value)
        send(page)
        assert page.url.endswith(f"/leads/{lead.pk}/"), page.locator("main").inner_text()
    lead.refresh_from_db()
    assert lead.state == "moved_in"
    tenancy = Tenancy.objects.unscoped(WHY).get(enterprise=lead.enterprise)
    page.goto(f"/leads/funnel/?building={tenancy.building_id}&section=Q")
    sitting = (
        Tenancy.objects.unscoped(WHY)
        .filter(
            building_id=tenancy.building_id, enterprise__industry__section="Q", until__isnull=True
        )
        .exclude(presence="registered_only")
        .values("enterprise_id")
        .distinct()
        .count()
    )
    text = page.locator("main").inner_text()
    assert f"现在 {sitting} 家" in text
    reached = InvestmentLead.objects.unscoped(WHY).filter(
        unit_path__startswith=lead.unit_path, state="moved_in"
    )
    assert f"到过 {reached.count()} 条" in text
    page.goto(f"/buildings/{tenancy.building_id}/")
    assert "年税收" in page.locator("main").inner_text()
