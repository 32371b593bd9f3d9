"""主线：企业在手机上提一件诉求，受理、交办、签收、联系、办结，企业评价，书记看到数字。"""

import re
from collections.abc import Callable
from typing import Any

import pytest

from loushi.casework.demands.models import Demand, DemandEvent
from loushi.registry.accounts.models import Department
from loushi.registry.territory.models import Unit
from tests.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TEXT = "九层货梯晚上八点停运。直播团队的器材下不了楼，盼协调。"


def newest() -> Demand:
    return Demand.objects.unscoped("journey").latest("id")


def act(page: Any, label: str, fill: Callable[[], Any] | None = None) -> None:
    """Presses one of the legal moves and, where it has a form, sends it."""
    page.locator(".acts").get_by_text(label, exact=True).click()
    page.wait_for_load_state()
    if fill:
        fill()
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_load_state()


def test_from_the_phone_to_the_figure(enter: Callable[..., Any], axe: Callable[..., None]) -> None:
    firm = enter("firm1", "/demands/mine/new/", viewport=PHONE)
    firm.fill("textarea[name=text]", TEXT)
    firm.locator("main button[type=submit]").first.click()
    firm.wait_for_load_state()
    # The category is missing: a sentence says so, and what was typed stays.
    assert firm.locator("textarea[name=text]").input_value() == TEXT
    assert firm.get_by_text("请选择归哪一类").first.is_visible()
    axe(firm)
    firm.select_option("select[name=category]", index=3)
    firm.locator("main button[type=submit]").first.click()
    firm.wait_for_load_state()
    demand = newest()
    assert firm.get_by_text(demand.number).first.is_visible()
    axe(firm)

    clerk = enter("clerk1", f"/demands/{demand.pk}/")
    axe(clerk)
    act(clerk, "受理")
    department = Department.objects.get(code="D01")
    act(clerk, "交办", lambda: clerk.select_option("select[name=lead]", str(department.pk)))
    assert clerk.get_by_text("待签收").first.is_visible()

    handler = enter("dept1", "/demands/")
    handler.get_by_role("link", name=re.compile("九层货梯")).first.click()
    act(handler, "签收")
    act(handler, "记录首次联系", lambda: handler.fill("textarea[name=note]", "已约物业经理。"))

    def answer() -> None:
        handler.check("input[name=verdict][value=solved]", force=True)
        handler.fill("textarea[name=answer]", "货梯延到二十二点，物业已张贴。")

    act(handler, "提交办结", answer)
    assert newest().state == "resolved"

    firm.goto(f"/demands/mine/{demand.pk}/rate/")
    assert firm.get_by_text("货梯延到二十二点").first.is_visible()
    firm.check("input[name=solved][value=yes]", force=True)
    firm.check("input[name=score][value='5']", force=True)
    firm.locator("main button[type=submit]").first.click()
    firm.wait_for_load_state()
    demand.refresh_from_db()
    assert (demand.state, demand.solved, demand.score) == ("closed", "yes", 5)
    moves = list(
        DemandEvent.objects.unscoped("journey")
        .filter(row=demand)
        .order_by("id")
        .values_list("move", flat=True)
    )
    assert moves == ["submit", "accept", "dispatch", "sign", "contact", "resolve", "rate"]

    secretary = enter("secretary1", "/insights/?span=week")
    secretary.get_by_role("link", name=re.compile("满意及以上")).click()
    secretary.wait_for_load_state()
    assert secretary.get_by_text(demand.number).first.is_visible()
    axe(secretary)


def test_the_neighbour_community_finds_nothing(enter: Callable[..., Any]) -> None:
    demand = Demand.objects.unscoped("journey").latest("id")
    first = Unit.objects.filter(kind="community").order_by("path").first()
    assert first is not None
    is_first = demand.unit_path.startswith(first.path)
    own, neighbour = ("clerk1", "clerk2") if is_first else ("clerk2", "clerk1")
    assert enter(own, f"/demands/{demand.pk}/").get_by_text(demand.number).first.is_visible()
    page = enter(neighbour, f"/demands/{demand.pk}/")
    assert page.get_by_text("没有找到").first.is_visible()
    assert demand.title not in page.content()
