"""故事 5：外摆绿色通道。商户不出店，五个动词都有时间，一个广场不排两场。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.casework.applications import commands
from loushi.casework.applications.models import AgentErrand, Application, ApplicationStep
from loushi.registry.accounts.models import Appointment, User
from loushi.registry.accounts.queries import actor_for
from loushi.services.catalogue.models import ServiceBundle

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"
PHONE = {"width": 390, "height": 844}
VERBS = ("远程指导", "线上填报", "线上审核", "备案即入", "线下代跑")


def test_the_merchant_never_leaves_the_shop(
    enter: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    bundle = ServiceBundle.objects.unscoped(WHY).get(title="外摆")
    day = timezone.localdate() + timedelta(days=9)
    _taken(bundle, f"{day}T18:00", f"{day}T22:00")
    merchant = enter("firm1", f"/applications/apply/{bundle.pk}/", viewport=PHONE)
    merchant.fill("input[name=answer_f1]", "周末外摆")
    merchant.get_by_label("中心广场").check()
    merchant.fill("input[name=answer_f3]", f"{day}T19:00")
    merchant.fill("input[name=answer_f4]", f"{day}T21:00")
    merchant.fill("input[name=answer_f5]", "8")
    merchant.locator("#field-answer_f6").get_by_label("否").check()
    merchant.get_by_role("button", name="下一步：看要交什么").click()
    merchant.get_by_text("已有安排，请换时间或地点").first.wait_for()  # before any paper
    axe(merchant)
    merchant.get_by_label("南门街角").check()
    merchant.get_by_role("button", name="下一步：看要交什么").click()
    sketch = {"name": "示意图.txt", "mimeType": "text/plain", "buffer": "店门口八张桌".encode()}
    merchant.locator("input[type=file]").set_input_files(sketch)
    merchant.get_by_role("button", name="提交申请").click()
    merchant.get_by_text("电话指导").wait_for()
    row = Application.objects.unscoped(WHY).latest("id")
    assert row.answers["f2"] == "南门街角"

    for code in ("s1", "s2", "s3", "s5"):
        _done(row, code)
    clerk = enter("clerk1", f"/applications/{row.pk}/steps/s6/assign/")
    clerk.select_option("select[name=agent]", label=_runner().name)
    clerk.get_by_role("button", name="交代跑").click()
    clerk.get_by_text(f"{_runner().name} 代跑").wait_for()
    officer = enter(_runner().username, f"/applications/{row.pk}/steps/s6/done/")
    officer.fill("textarea[name=said]", "备案牌已送到店里")
    officer.get_by_role("button", name="办好了").click()
    officer.get_by_text("备案牌已送到店里").first.wait_for()
    axe(officer)
    assert AgentErrand.objects.unscoped(WHY).get().person == _runner()

    merchant.reload()
    text = merchant.locator("main").inner_text()
    assert all(verb in text for verb in VERBS)
    assert text.count("已办，") == 5, "every verb has its time"
    merchant.locator("#field-solved").get_by_label("解决了", exact=True).check()
    merchant.locator("input[name=score][value='5']").check()
    merchant.get_by_role("button", name="提交评价").click()
    merchant.get_by_text("5 分").first.wait_for()
    assert row.channel == "online"


def _taken(bundle: ServiceBundle, since: str, until: str) -> None:
    """Another's event stands on the square."""
    clerk = _actor("clerk1")
    firm = actor_for(User.objects.get(username="firm1"), timezone.localdate())
    (enterprise,) = firm.keys("enterprise", "applications.apply")
    answers = {"f1": "社区市集", "f2": "中心广场", "f3": since, "f4": until, "f5": 20, "f6": "no"}
    unit = Appointment.objects.unscoped(WHY).get(user__username="clerk1").unit_id
    commands.submit_application(
        actor=clerk,
        request=commands.Request(bundle.pk, answers, enterprise_id=int(enterprise), unit_id=unit,
                                 papers=("m1",)),
    )  # fmt: skip


def _actor(username: str) -> Any:
    return actor_for(User.objects.get(username=username), timezone.localdate())


def _runner() -> User:
    """The enterprise officer of the community."""
    unit = Appointment.objects.unscoped(WHY).get(user__username="clerk1").unit_id
    posts = Appointment.objects.unscoped(WHY).filter(role__code="enterprise_officer", unit=unit)
    found = posts.select_related("user").order_by("pk").first()
    return found.user if found else User.objects.get(username="secretary1")


def _done(row: Application, code: str) -> None:
    step = ApplicationStep.objects.unscoped(WHY).get(application=row, code=code)
    actor = _actor("clerk1")
    if step.department is not None:
        posts = Appointment.objects.unscoped(WHY).filter(
            department=step.department, role__code="department_handler"
        )
        post = posts.select_related("user").order_by("pk")[0]
        actor = actor_for(post.user, timezone.localdate())
    commands.move_step(actor=actor, application_id=row.pk, code=code, move="done", said="已办")
