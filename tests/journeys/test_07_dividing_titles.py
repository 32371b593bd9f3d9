"""故事 7：房产分割。四家企业、三幢楼的同一件事，一次对接会、一个答复，四份各自的评价。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.casework.demands.commands import Submission, make_move, submit_demand
from loushi.casework.demands.models import Demand, DemandCategory
from loushi.casework.matching.models import CommonIssue, MeetingKind
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import path_range
from loushi.registry.accounts.models import Appointment, Department, Role, User
from loushi.registry.accounts.queries import actor_for
from loushi.registry.enterprises.models import EnterpriseMembership, Tenancy
from loushi.registry.territory.models import Unit

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"
TEXTS = (
    "买下的整层写字楼想做房产分割，分成两本证，窗口说没有先例。",
    "房产分割证办不下来，转让合同已经签了。",
    "房产分割以后契税怎么交，三个部门说法不一样。",
    "房产分割的测绘报告做了两遍，还是收不了件。",
)
ANSWER = "可以分割：先做分割测绘，不动产登记窗口一并换证，契税按分割后的面积计。"


def test_four_demands_one_meeting_one_answer_four_ratings(
    enter: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    people, demands = _asked()
    office = enter("secretary1", "/matching/pick/?q=房产分割")
    for demand in demands:
        office.locator(f"input[name=demands][value='{demand.pk}']").check()
    office.get_by_role("button", name="归并勾选的").click()
    office.fill("input[name=name]", "写字楼房产分割办证")
    office.get_by_role("button", name="建立", exact=True).click()
    office.get_by_role("heading", name="写字楼房产分割办证").wait_for()
    row = CommonIssue.objects.unscoped(WHY).latest("id")

    lead, *helpers = _departments()
    office.goto(f"/matching/{row.pk}/assign/")
    office.select_option("select[name=lead]", str(lead.pk))
    for unit in helpers:
        office.locator(f"input[name=co][value='{unit.pk}']").check()
    office.get_by_role("button", name="交办", exact=True).click()
    office.get_by_text("一并交办诉求 4 件").first.wait_for()

    axe(office)

    _met(office, row.pk, lead)
    axe(office)

    handler = enter(_handler(lead).username, f"/matching/{row.pk}/")
    handler.get_by_role("link", name="统一答复").click()
    handler.get_by_text("4 / 4 件").wait_for()
    handler.get_by_label("已解释说明").check()
    handler.fill("textarea[name=answer]", ANSWER)
    handler.get_by_role("button", name="提交答复").click()
    handler.get_by_text("4 件诉求转为待评价").first.wait_for()
    axe(handler)

    _rated(enter, people, demands)


def _met(page: Any, issue: int, lead: Department) -> None:
    """The secretary plans the meeting, calls it, holds it and writes down what was decided."""
    MeetingKind.objects.get_or_create(code="topic", defaults={"name": "专题"})
    page.goto(f"/matching/meetings/new/?issue={issue}")
    page.get_by_label("专题").check()
    soon = timezone.localtime(timezone.now() + timedelta(minutes=2))
    page.fill("input[name=starts_at]", soon.strftime("%Y-%m-%dT%H:%M"))
    page.fill("input[name=place]", "综合服务中心")
    page.get_by_role("button", name="保存，下一步发通知").click()
    page.get_by_role("button", name="发会议通知").click()
    page.get_by_role("link", name="开会", exact=True).click()
    page.get_by_role("button", name="开会", exact=True).click()
    page.wait_for_url("**/attendance/")
    for group in page.locator("main form fieldset").all():
        group.get_by_label("到场").check()
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("到会 3 / 3 家").wait_for()
    page.locator("aside").get_by_role("link", name="记一项决定").click()
    page.fill("textarea[name=text]", "出分割登记统一口径，贴到窗口")
    page.select_option("select[name=department_id]", str(lead.pk))
    page.fill("input[name=due_on]", (timezone.localdate() + timedelta(days=14)).isoformat())
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("button", name="结束会议").click()
    page.get_by_role("link", name="纪要 Word").wait_for()


def _rated(enter: Callable[..., Any], people: list[User], demands: list[Demand]) -> None:
    """The first firm on its own page, which names no other firm; the others rate as well."""
    page = enter(people[0].username, f"/demands/mine/{demands[0].pk}/")
    page.get_by_text("写字楼房产分割办证").wait_for()
    page.get_by_text(ANSWER).first.wait_for()
    text = page.content()
    assert not [one for one in demands[1:] if one.enterprise and one.enterprise.name in text]
    for number, (user, demand) in enumerate(zip(people, demands, strict=True), 2):
        make_move(actor=_actor(user), demand_id=demand.pk, move="rate",
                  values={"score": number, "solved": "yes"})  # fmt: skip
    rows = Demand.objects.unscoped(WHY).filter(pk__in=[one.pk for one in demands]).order_by("pk")
    assert [(one.state, one.answer, one.score) for one in rows] == [
        ("closed", ANSWER, score) for score in (2, 3, 4, 5)
    ]
    page.goto(f"/demands/mine/{demands[0].pk}/")
    page.get_by_text("您的评价").wait_for()


def _actor(user: User) -> Actor:
    return actor_for(user, timezone.localdate())


def _asked() -> tuple[list[User], list[Demand]]:
    """Four firms in three buildings of the first community, each with its own demand, accepted."""
    post = Appointment.objects.unscoped(WHY).get(user__username="clerk1")
    unit = Unit.objects.get(pk=post.unit_id)
    rows = Tenancy.objects.unscoped(WHY).filter(
        path_range("building__unit_path", unit.path), until__isnull=True
    )
    homes = _homes(list(rows.select_related("enterprise", "building").order_by("pk")))
    role = Role.objects.get(code="enterprise_contact")
    category = DemandCategory.objects.filter(parent__isnull=False).order_by("pk").first()
    assert category is not None
    people, demands = [], []
    clerk = _actor(User.objects.get(username="clerk1"))
    for number, (home, text) in enumerate(zip(homes, TEXTS, strict=True)):
        user = User.objects.create(username=f"owner{number}", name=f"产权人{number}", password="!")
        EnterpriseMembership.objects.unscoped(WHY).create(
            enterprise=home.enterprise, user=user, role=role, since=timezone.localdate(),
            unit_path=home.unit_path,
        )  # fmt: skip
        demand = submit_demand(
            actor=_actor(user),
            submission=Submission(text=text, category_id=category.pk,
                                  enterprise_id=home.enterprise_id,
                                  building_id=home.building_id),
        )  # fmt: skip
        demands.append(make_move(actor=clerk, demand_id=demand.pk, move="accept"))
        people.append(user)
    return people, demands


def _homes(rows: list[Tenancy]) -> list[Tenancy]:
    """Four firms in three buildings."""
    found: list[Tenancy] = []
    for row in rows:
        firms = {one.enterprise_id for one in found}
        towers = {one.building_id for one in found}
        wanted = row.building_id not in towers if len(towers) < 3 else len(found) == 3
        if wanted and row.enterprise_id not in firms:
            found.append(row)
    assert len({one.building_id for one in found}) == 3
    return found


def _departments() -> list[Department]:
    """住建, 规划自然资源, 税务."""
    found = [Department.objects.filter(short_name__contains=name).first()
             for name in ("住建", "规资", "税务")]  # fmt: skip
    assert all(found)
    return [one for one in found if one]


def _handler(unit: Department) -> User:
    posts = Appointment.objects.unscoped(WHY).filter(
        department=unit, role__code="department_handler"
    )
    return posts.select_related("user").order_by("pk")[0].user
