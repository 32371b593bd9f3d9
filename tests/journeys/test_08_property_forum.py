"""故事 8：议事厅。一件诉求转到楼里，开会表决，执行后答复；数字看得到背后的诉求。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.casework.demands.models import Demand, Referral
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.events import deliver_due
from loushi.registry.accounts.models import User
from loushi.services.governance import commands, queries
from loushi.services.governance.models import AgendaItem, CouncilMeeting

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"


def test_a_matter_of_the_building_is_decided_and_answered(enter: Callable[..., Any]) -> None:
    page = enter("clerk1", "/demands/?queue=to_dispatch")
    demand = _accepted()
    page.goto(f"/demands/{demand.pk}/refer/")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/demands/**")
    item = Referral.objects.unscoped(WHY).get(demand=demand, outcome="").item
    assert item.reference == demand.number

    meeting = _today(item)
    chair = enter("secretary1", f"/governance/meetings/{meeting.pk}/")
    chair.get_by_role("link", name="开会", exact=True).click()
    chair.locator("main form button").first.click()
    chair.wait_for_url("**/attendance/")
    for group in chair.locator("main form fieldset").all():
        group.get_by_label("到场").check()
    chair.locator("main form button").first.click()
    chair.get_by_text("到会 7 / 7 席").wait_for()

    chair.get_by_role("link", name=item.title).click()
    chair.get_by_role("link", name="开始表决").click()
    chair.get_by_role("button", name="开始表决").click()
    chair.get_by_role("link", name="逐席登记").click()
    for group in chair.locator("main form fieldset").all():
        group.get_by_label("赞成").check()
    chair.locator("main form button").first.click()
    chair.get_by_role("button", name="结束表决、公布结果").click()
    chair.get_by_text("赞成 7、反对 0、弃权 0。通过。").wait_for()

    chair.get_by_role("link", name="同意“").click()
    chair.get_by_role("link", name="答复").click()
    chair.fill("textarea[name=answer]", "物业已按决议办好，请您看看。")
    chair.get_by_role("button", name="提交答复").click()
    chair.get_by_text("由提交人评价").first.wait_for()
    deliver_due()
    demand.refresh_from_db()
    assert (demand.state, demand.answer) == ("resolved", "物业已按决议办好，请您看看。")
    _figures(chair, demand)


def _figures(page: Any, demand: Demand) -> None:
    """The tower's numbers, and the list behind "settled in the building"."""
    page.goto(f"/demands/towers/?building={demand.building_id}")
    page.locator("main table tbody tr td a").nth(1).click()
    page.wait_for_url("**council=solved**")
    page.get_by_text(demand.title).first.wait_for()


def _accepted() -> Demand:
    """A firm's demand about a building of the first community, accepted at the window."""
    from loushi.casework.demands.commands import Submission, make_move, submit_demand
    from loushi.casework.demands.models import DemandCategory
    from loushi.registry.accounts.queries import actor_for
    from loushi.registry.enterprises.models import EnterpriseMembership, Tenancy

    user = User.objects.get(username="firm1")
    firm = EnterpriseMembership.objects.unscoped(WHY).get(user=user).enterprise
    home = Tenancy.objects.unscoped(WHY).filter(enterprise=firm, until__isnull=True).first()
    assert home is not None
    demand = submit_demand(
        actor=actor_for(user, timezone.localdate()),
        submission=Submission(
            text="大堂晚上八点就关灯，加班的人摸黑出门。", enterprise_id=firm.pk,
            category_id=DemandCategory.objects.filter(parent__isnull=False).first().pk,
            building_id=home.building_id,
        ),
    )  # fmt: skip
    clerk = actor_for(User.objects.get(username="clerk1"), timezone.localdate())
    return make_move(actor=clerk, demand_id=demand.pk, move="accept")


def _today(item: AgendaItem) -> CouncilMeeting:
    """An urgent meeting of the body that begins today; nobody waits in a test."""
    actor = system_actor()
    row = commands.create_meeting(
        actor=actor, body_id=item.body_id,
        values={"title": "临时会议", "starts_at": timezone.now() + timedelta(minutes=2),
                "place": "大堂会议室", "urgent": "当天商议"},
    )  # fmt: skip
    commands.schedule(actor=actor, meeting_id=row.pk, item_ids=[item.pk])
    commands.call_meeting(actor=actor, meeting_id=row.pk)
    assert queries.meeting_page(actor, row.pk).members
    return row
