"""故事 2：青年食堂。几件就餐诉求归成一件，楼委会表决，食堂为 15 幢楼服务，各人评价各人的。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.casework.demands.commands import Submission, make_move, submit_demand
from loushi.casework.demands.models import Demand, DemandCategory
from loushi.casework.matching.commands import create_issue, refer_issue
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.events import deliver_due
from loushi.foundation.core.scoping import path_range
from loushi.registry.accounts.models import Appointment, Role, User
from loushi.registry.accounts.queries import actor_for
from loushi.registry.buildings.factories import make_building
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.models import EnterpriseMembership, Tenancy
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.models import Resource
from loushi.services.governance import commands, queries
from loushi.services.governance.models import AgendaItem, Body, CouncilMeeting, Resolution
from tests.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"
NAME = "楼里就餐只能靠外卖"
TEXTS = (
    "员工就餐基本只能靠外卖，能不能有更丰富的就餐选择？",
    "中午吃饭排队太久，附近没有食堂。",
    "想要一个价格实惠的食堂，午休时间太短。",
)
ANSWER = "楼里的餐厅改成青年食堂，工作日中午开，给 15 幢楼送餐。"
SERVED = 15


def test_meals_become_a_canteen_by_a_vote(
    enter: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    unit, people, demands, item = _asked(enter)
    chair = enter("secretary1", f"/governance/meetings/{_meeting(item).pk}/agenda/")
    chair.get_by_label(NAME).check()
    axe(chair)
    chair.locator("main form button").first.click()
    chair.wait_for_url("**/governance/meetings/*/")
    _voted(item)
    chair.goto(f"/governance/items/{item.pk}/")
    chair.get_by_text("赞成 7、反对 0、弃权 0。通过。").wait_for()
    chair.get_by_role("link", name="同意“").click()

    chair.get_by_role("link", name="登记任务").click()
    chair.fill("input[name=what]", "餐厅改造和试营业")
    chair.fill("input[name=owner_name]", "餐饮公司 林经理")
    chair.fill("input[name=due_on]", (timezone.localdate() + timedelta(days=20)).isoformat())
    chair.get_by_role("button", name="保存").click()
    chair.get_by_role("button", name="生成资源草稿").click()
    _published(chair, unit)

    resolution = Resolution.objects.unscoped(WHY).get(item=item)
    task = resolution.tasks.get()
    commands.finish_task(actor=_actor("secretary1"), task_id=task.pk, state="done", note="已开张")
    chair.goto(f"/governance/resolutions/{resolution.pk}/report/")
    chair.fill("textarea[name=answer]", ANSWER)
    chair.get_by_role("button", name="提交答复").click()
    chair.get_by_text("由提交人评价").first.wait_for()
    deliver_due()
    _rated(enter, people, demands)


def _published(page: Any, unit: Unit) -> None:
    """The draft that the resolution brought is completed by a person."""
    page.wait_for_url("**/catalogue/resources/*/edit/")
    page.fill("input[name=name]", "青年食堂")
    page.select_option("select[name=kind_id]", "canteen")
    page.fill("input[name=provider]", "楼内餐饮公司")
    page.fill("input[name=capacity]", "200")
    page.fill("input[name=measure]", "人")
    page.fill("input[name=since]", timezone.localdate().isoformat())
    ticks = page.locator("input[name=building_ids]")
    assert ticks.count() >= SERVED
    for number in range(SERVED):
        ticks.nth(number).check()
    for number in range(SERVED, ticks.count()):
        ticks.nth(number).uncheck()
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="发布").click()
    page.get_by_text("已发布，企业可以看到。").wait_for()
    row = Resource.objects.unscoped(WHY).get(name="青年食堂", unit=unit, provider="楼内餐饮公司")
    assert (row.state, row.areas.count()) == ("published", SERVED)


def _rated(enter: Callable[..., Any], people: list[User], demands: list[Demand]) -> None:
    """Each gets the one answer and rates it; one of them on the phone, where the canteen stands."""
    phone = enter(people[0].username, f"/demands/mine/{demands[0].pk}/", viewport=PHONE)
    phone.get_by_text(ANSWER).first.wait_for()
    for number, (user, demand) in enumerate(zip(people, demands, strict=True), 3):
        make_move(actor=actor_for(user, timezone.localdate()), demand_id=demand.pk, move="rate",
                  values={"score": number, "solved": "yes"})  # fmt: skip
    rows = Demand.objects.unscoped(WHY).filter(pk__in=[one.pk for one in demands]).order_by("pk")
    assert [(one.state, one.answer, one.score) for one in rows] == [
        ("closed", ANSWER, score) for score in (3, 4, 5)
    ]
    row = Resource.objects.unscoped(WHY).get(provider="楼内餐饮公司")
    phone.goto(f"/catalogue/resources/{row.pk}/")
    phone.get_by_role("heading", name="服务的楼宇").wait_for()
    assert phone.locator("main ul.policy-towers li").count() == SERVED


def _asked(enter: Callable[..., Any]) -> tuple[Unit, list[User], list[Demand], AgendaItem]:
    """Employees of three firms ask; the window groups the demands and takes them to the council."""
    enter("clerk1", "/matching/")  # fills the district
    unit = Unit.objects.get(
        pk=Appointment.objects.unscoped(WHY).get(user__username="clerk1").unit_id
    )
    towers = Building.objects.unscoped(WHY).filter(path_range("unit_path", unit.path)).count()
    for number in range(max(0, SERVED - towers)):
        make_building(unit, name=f"送餐{number + 1}号楼")
    homes = Tenancy.objects.unscoped(WHY).filter(
        path_range("building__unit_path", unit.path), until__isnull=True
    )
    role = Role.objects.get(code="employee")
    category = DemandCategory.objects.filter(parent__isnull=False).order_by("pk").first()
    assert category is not None
    people, demands, firms = [], [], set[int]()
    clerk = _actor("clerk1")
    for home in homes.select_related("enterprise").order_by("pk"):
        if home.enterprise_id in firms or len(people) == len(TEXTS):
            continue
        firms.add(home.enterprise_id)
        number = len(people)
        user = User.objects.create(username=f"diner{number}", name=f"职工{number}", password="!")
        EnterpriseMembership.objects.unscoped(WHY).create(
            enterprise=home.enterprise, user=user, role=role, since=timezone.localdate(),
            unit_path=home.unit_path,
        )  # fmt: skip
        demand = submit_demand(
            actor=actor_for(user, timezone.localdate()),
            submission=Submission(
                text=TEXTS[number], category_id=category.pk, side="employee",
                enterprise_id=home.enterprise_id, building_id=home.building_id,
            ),
        )  # fmt: skip
        demands.append(make_move(actor=clerk, demand_id=demand.pk, move="accept"))
        people.append(user)
    secretary = _actor("secretary1")
    issue = create_issue(
        actor=secretary, demand_ids=[one.pk for one in demands],
        values={"name": NAME, "unit_id": unit.pk, "category_id": category.pk},
    )  # fmt: skip
    body = Body.objects.unscoped(WHY).get(unit=unit, kind__code="council", building__isnull=True)
    issue = refer_issue(actor=secretary, issue_id=issue.pk, body_id=body.pk)
    assert issue.item is not None
    return unit, people, demands, issue.item


def _meeting(item: AgendaItem) -> CouncilMeeting:
    """This month's meeting, planned; its agenda is still empty."""
    return commands.create_meeting(
        actor=_actor("secretary1"), body_id=item.body_id,
        values={"title": "楼委会例会", "starts_at": timezone.now() + timedelta(minutes=2),
                "place": "综合服务中心", "urgent": "职工就餐等不得"},
    )  # fmt: skip


def _voted(item: AgendaItem) -> None:
    """The caterer of the building is there as a guest, all members vote for it."""
    item.refresh_from_db()
    meeting, secretary = item.meeting_id or 0, _actor("secretary1")
    commands.call_meeting(actor=secretary, meeting_id=meeting)
    commands.open_meeting(actor=secretary, meeting_id=meeting, chair="书记")
    members = queries.meeting_page(secretary, meeting).members
    seats = [one.seat.pk for one in members]
    commands.record_attendance(
        actor=secretary, meeting_id=meeting, members=dict.fromkeys(seats, "room"),
        guests=[("林经理", "楼内餐饮公司")],
    )  # fmt: skip
    commands.open_vote(actor=secretary, item_id=item.pk)
    for pk in seats:
        commands.cast_vote(actor=secretary, item_id=item.pk, choice="for", seat_id=pk)
    commands.close_vote(actor=secretary, item_id=item.pk)


def _actor(username: str) -> Actor:
    return actor_for(User.objects.get(username=username), timezone.localdate())
