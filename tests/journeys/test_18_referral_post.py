"""故事 18：招商联络站。业委会引荐，联络员跟进，21 家落地；引荐人只看得到自己引荐的结果。"""

from collections.abc import Callable
from typing import Any

import pytest

from loushi.registry.leads.models import InvestmentLead, Referral

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"
LANDED = 21


def test_the_referrer_sees_the_fate_only(enter: Callable[..., Any]) -> None:
    page = enter("referral1", "/leads/", viewport={"width": 390, "height": 844})
    assert f"入驻 {LANDED} 家" in page.locator("main").inner_text()
    landed = Referral.objects.unscoped(WHY).filter(lead__state="moved_in")
    for row in landed.select_related("lead__enterprise"):
        assert page.get_by_text(row.lead.company).first.is_visible()
        assert row.lead.enterprise is not None, "who landed stands in the register"
    assert landed.count() == LANDED
    page.fill("input[name=company]", "桐川知砚咨询有限公司")
    page.fill("input[name=contact_name]", "沈观")
    page.fill("input[name=contact_phone]", "13900001111")
    page.locator("main form button").last.click()
    page.wait_for_load_state()
    assert page.get_by_text("桐川知砚咨询有限公司").first.is_visible()
    lead = InvestmentLead.objects.unscoped(WHY).get(company="桐川知砚咨询有限公司")

    liaison = enter("liaison1", f"/leads/{lead.pk}/talk/")
    liaison.select_option("select[name=industry_id]", "72")
    liaison.locator("main form[method=post] button").last.click()
    liaison.wait_for_load_state()
    assert "家园业委会" in liaison.locator("main").inner_text()

    page.reload()
    text = page.locator("main").inner_text()
    assert "洽谈" in text
    mine = Referral.objects.unscoped(WHY).filter(lead__unit=lead.unit).count()
    assert f"引荐 {mine} 家" in text
    officer = InvestmentLead.objects.unscoped(WHY).filter(officer__isnull=False).first()
    assert officer is not None
    assert officer.officer is not None
    assert officer.officer.name not in text
    assert page.goto(f"/leads/{lead.pk}/").status == 404
    assert page.goto("/leads/funnel/").status == 403
