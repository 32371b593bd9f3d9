"""故事 3：沿街违停。主办交警、协办执法，各有各的时钟；晚的一方记晚，另一方不记。"""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from loushi.casework.demands.commands import Submission, submit_demand
from loushi.casework.demands.models import Assignment, Demand, DemandCategory
from loushi.foundation.core.testing import at
from loushi.registry.accounts.models import Department, User
from loushi.registry.accounts.queries import actor_for
from loushi.registry.enterprises.models import EnterpriseMembership

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def submitted() -> Demand:
    """The firm's demand, submitted on the morning of 2 November."""
    user = User.objects.get(username="firm1")
    member = EnterpriseMembership.objects.unscoped("journey").get(user=user)
    return submit_demand(
        actor=actor_for(user, timezone.localdate()),
        submission=Submission(
            text="桐川路沿街违停堵住卸货口。每天早上七点到八点。",
            category_id=DemandCategory.objects.get(code="40.03").pk,
            enterprise_id=member.enterprise_id,
        ),
    )


def send(page: Any) -> None:
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()


def test_lead_and_co_unit_with_their_own_clocks(enter: Callable[..., Any]) -> None:
    police = Department.objects.get(short_name="交警")
    urban = Department.objects.get(short_name="执法")
    with at("2026-11-02 10:00"):
        demand = submitted()
        case = f"/demands/{demand.pk}/"
        clerk = enter("clerk1", case)
        clerk.locator(".acts").get_by_text("受理", exact=True).click()
        clerk.wait_for_load_state()
        clerk.goto(f"{case}dispatch/")
        clerk.select_option("select[name=lead]", str(police.pk))
        clerk.check(f"input[name=co][value='{urban.pk}']", force=True)
        clerk.fill("input[name=co_days]", "1")
        send(clerk)
    with at("2026-11-03 10:00"):
        lead = enter("dept1", f"{case}progress/")
        lead.fill("textarea[name=note]", "现场勘查完毕，拟设两个限时卸货位，发临时通行证。")
        lead.set_input_files(
            "input[name=uploads]",
            {"name": "勘查记录.txt", "mimeType": "text/plain", "buffer": "勘查记录".encode()},
        )
        send(lead)
        assert lead.get_by_text("勘查记录.txt").first.is_visible()
    with at("2026-11-05 10:00"):
        co = enter("dept2", f"{case}answer_part/")
        co.fill("textarea[name=note]", "已加派巡查。")
        send(co)
    with at("2026-11-06 10:00"):
        lead = enter("dept1", f"{case}sign/")  # days later: a session of its own
        send(lead)
        lead.goto(f"{case}resolve/")
        lead.check("input[name=verdict][value=solved]", force=True)
        lead.fill("textarea[name=answer]", "已划定限时卸货位。")
        send(lead)
    late = {
        part.department_id: part.is_late
        for part in Assignment.objects.unscoped("journey").filter(demand=demand)
    }
    assert late == {police.pk: False, urban.pk: True}
    page = enter("clerk1", case).locator("main").inner_text()
    assert "交警" in page
    assert "执法" in page
