"""故事 6：走访。当天计划、一分钟记录，发现当场变成诉求和更正；企业看得到，匿名评价。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.casework.demands.models import Demand
from loushi.casework.visits.commands import add_stop
from loushi.casework.visits.commands.retention import look_for_signs
from loushi.casework.visits.models import RatedVisit, RatingBatch, RetentionAlert, Visit
from loushi.registry.accounts.models import User
from loushi.registry.accounts.queries import actor_for
from loushi.registry.enterprises.models import Enterprise, EnterpriseMembership, Tenancy

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"
PHONE = {"width": 390, "height": 844}


def firm_of_firm1() -> Enterprise:
    member = EnterpriseMembership.objects.unscoped(WHY).get(user__username="firm1")
    return Enterprise.objects.unscoped(WHY).select_related("officer").get(pk=member.enterprise_id)


def test_day_plan_record_and_anonymous_rating(enter: Callable[..., Any]) -> None:
    firm = firm_of_firm1()
    officer = firm.officer
    assert officer is not None
    today = timezone.localdate()
    add_stop(actor=actor_for(officer, today), enterprise_id=firm.pk, on=today, despite="企业约好的")
    before = Demand.objects.unscoped(WHY).count()
    page = enter(officer.username, "/visits/today/", viewport=PHONE)
    shown = page.locator(".walk > li")
    assert shown.count() >= 2
    taps = 0

    def tap(target: Any) -> None:
        nonlocal taps
        target.click()
        taps += 1

    tap(shown.filter(has_text=firm.name).get_by_text("记走访"))
    tap(page.locator("button[name=more][value=demand]"))
    tap(page.locator(".finding textarea"))
    page.keyboard.type("冷链车充电位不够，夜里要排队")
    page.locator(".finding select").select_option(index=3)
    taps += 2
    tap(page.locator("button[name=more][value=correction]"))
    correction = page.locator(".finding").nth(1)
    taps += 2  # the select stands on the staff already; typing the number
    correction.locator("input[name$='-value']").fill(str((firm.staff_count or 10) + 1))
    tap(page.get_by_role("button", name="保存"))
    page.wait_for_url("**/visits/today/")
    assert taps <= 12
    assert page.locator(".walk-done").count() == 1
    assert "不计次数，不排名" in page.locator("main").inner_text()
    visit = Visit.objects.unscoped(WHY).filter(enterprise=firm).latest("recorded_at")
    assert visit.findings.count() == 2
    assert Demand.objects.unscoped(WHY).count() == before + 1
    firm.refresh_from_db()
    counted = firm.staff_count
    tallied = sum(RatingBatch.objects.unscoped(WHY).values_list("count", flat=True))

    own = enter("firm1", "/visits/own/", viewport=PHONE)
    own.goto(f"/visits/own/{visit.pk}/")
    text = own.locator("main").inner_text()
    assert "冷链车充电位不够" in text
    assert str(counted) in text
    own.check("input[name=verdict][value=helpful]", force=True)
    own.get_by_role("button", name="投出评价").click()
    own.wait_for_load_state()
    assert "评价过了" in own.locator("main").inner_text()
    assert RatedVisit.objects.unscoped(WHY).filter(visit=visit).exists()
    assert sum(RatingBatch.objects.unscoped(WHY).values_list("count", flat=True)) == tallied + 1


def test_a_department_sees_that_somebody_was_there(enter: Callable[..., Any]) -> None:
    firm = firm_of_firm1()
    officer = User.objects.get(pk=firm.officer_id)
    page = enter(officer.username, f"/visits/record/{firm.pk}/")
    if page.locator("input[name=despite]").count():
        page.fill("input[name=despite]", "企业约好的")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/visits/today/")
    dept = enter("dept1", "/visits/inspections/")
    dept.fill("input[name=firm]", firm.name)
    dept.fill("input[name=on]", timezone.localdate().isoformat())
    dept.fill("input[name=subject]", "消防设施年检")
    dept.get_by_role("button", name="安排").click()
    dept.wait_for_load_state()
    assert "无事不扰" in dept.locator("main").inner_text()
    dept.fill("input[name=despite]", "专项行动，市里统一部署")
    dept.get_by_role("button", name="安排").click()
    dept.wait_for_load_state()
    assert "消防设施年检" in dept.locator("article").inner_text()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_sign_is_handled_and_comes_back(
    enter: Callable[..., Any], axe: Callable[..., None], width: int
) -> None:
    firm = firm_of_firm1()
    Tenancy.objects.unscoped(WHY).filter(enterprise=firm, until__isnull=True).update(
        lease_until=timezone.localdate() + timedelta(days=30)
    )
    look_for_signs()
    alert = RetentionAlert.objects.unscoped(WHY).get(enterprise=firm, sign="lease", gone_on=None)
    assert firm.officer is not None
    page = enter(firm.officer.username, "/visits/retention/?sign=lease", viewport={
        "width": width, "height": 900,
    })  # fmt: skip
    assert "还没有登记续租" in page.locator("main").inner_text()
    axe(page)
    page.goto(f"/visits/retention/{alert.pk}/")
    axe(page)
    page.fill("textarea[name=outcome]", "已谈妥续租两年")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/visits/retention/")
    page.goto("/visits/retention/?sign=lease&state=handled")
    assert "已谈妥续租两年" in page.locator("main").inner_text()
    page.get_by_role("button", name="重新打开").first.click()
    page.wait_for_url("**/visits/retention/")
    alert.refresh_from_db()
    assert (alert.state, alert.outcome) == ("open", "")
