"""故事 13：轮值。书记排一个月，部门换班、交接；空缺为零，班数相差不超过一。"""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from loushi.foundation.core.jobs import run_due
from loushi.registry.accounts.models import User
from loushi.registry.accounts.queries import actor_for
from loushi.services.stations import queries
from loushi.services.stations.models import DutyRota, DutyShift

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"
PHONE = {"width": 390, "height": 844}


def test_a_month_is_solved_published_swapped_and_handed_over(enter: Callable[..., Any]) -> None:
    page = enter("secretary1", "/stations/rotas/")
    page.get_by_role("link", name="新建轮值表").first.click()
    page.fill("input[name=name]", "下月轮值")
    first, last = _next_month()
    page.fill("input[name=first]", first.isoformat())
    page.fill("input[name=last]", last.isoformat())
    like = DutyRota.objects.unscoped(WHY).get()
    page.select_option("select[name=like]", str(like.pk))
    page.locator("main form button").last.click()
    page.wait_for_url("**/stations/rotas/*/")
    page.get_by_role("button", name="开始排班").click()
    page.get_by_text("正在排班").first.wait_for()
    run_due()
    page.get_by_role("button", name="发布并通知").wait_for()
    assert "空缺 0 个" in page.locator("main").inner_text()
    page.get_by_role("button", name="发布并通知").click()
    page.get_by_text("已发布").first.wait_for()

    rota = DutyRota.objects.unscoped(WHY).get(name="下月轮值")
    shifts = list(DutyShift.objects.unscoped(WHY).filter(slot__rota=rota))
    loads = Counter(one.member_id for one in shifts)
    assert rota.stands["missing"] == 0
    assert max(loads.values()) - min(loads.values()) <= 1
    _swap(enter)


def _swap(enter: Callable[..., Any]) -> None:
    """Department 1 offers a shift, the other side agrees on a phone, and leaves a note."""
    giver = actor_for(User.objects.get(username="dept1"), _today())
    mine, theirs = _pair(giver)
    page = enter("dept1", f"/stations/duty/{mine.pk}/swap/", viewport=PHONE)
    page.select_option("select[name=taker_id]", str(theirs.member_id))
    page.select_option("select[name=back_id]", str(theirs.pk))
    page.locator("main form button").last.click()
    page.get_by_text("对方同意后生效").first.wait_for()

    taker = User.objects.get(
        appointments__department=theirs.department, username__startswith="dept"
    )
    other = enter(taker.username, "/stations/", viewport=PHONE)
    other.wait_for_url("**/stations/duty/")
    other.get_by_role("button", name="同意").click()
    other.get_by_text("等您答复的换班").wait_for(state="detached")
    mine.refresh_from_db()
    assert mine.department == theirs.department

    other.goto(f"/stations/duty/{mine.pk}/")
    other.fill("textarea[name=handover]", "打印机缺纸，已报修")
    other.locator("main form button").last.click()
    other.get_by_text("已保存").first.wait_for()
    mine.refresh_from_db()
    assert mine.handover == "打印机缺纸，已报修"
    assert mine.attended is None  # nobody has to check in


def _pair(giver: Any) -> tuple[DutyShift, DutyShift]:
    """An own shift and one of somebody else that the rules let be exchanged."""
    for mine in queries.own_shifts(giver):
        problem = queries.problem_of(mine.slot.rota)
        for theirs in queries.free_shifts(mine):
            if queries.partner(problem, mine, theirs.member, theirs).allowed:
                return mine, theirs
    raise AssertionError("no two shifts may be exchanged")


def _today() -> date:
    from django.utils import timezone

    return timezone.localdate()


def _next_month() -> tuple[date, date]:
    today = _today()
    first = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, date.fromordinal(after.toordinal() - 1)
