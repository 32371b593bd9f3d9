"""故事 26：电竞一类事。主办方在手机上一次申请，公安、消防、文旅各办各的。

27 场、20 万观众从记录里加出来。
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.casework.applications import commands
from loushi.casework.applications.models import Application, ApplicationRecord, ApplicationStep
from loushi.registry.accounts.models import Appointment, User
from loushi.registry.accounts.queries import actor_for
from loushi.services.catalogue.models import ServiceBundle

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"
PHONE = {"width": 390, "height": 844}
EVENTS, SPECTATORS = 27, 200_000


def test_one_more_event_is_permitted_held_and_counted(
    enter: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    bundle = ServiceBundle.objects.unscoped(WHY).get(title="电竞赛事")
    held = _recorded()
    assert (held.values("application").distinct().count(), _sum(held)) == (EVENTS, SPECTATORS)

    organiser = enter("firm1", f"/applications/apply/{bundle.pk}/", viewport=PHONE)
    organiser.fill("input[name=answer_f1]", "冬季邀请赛")
    organiser.get_by_label("办赛").check()
    organiser.get_by_label("陪跑").check()
    day = timezone.localdate() + timedelta(days=20)
    organiser.fill("input[name=answer_f3]", day.isoformat())
    organiser.fill("input[name=answer_f4]", "一号演播馆")
    organiser.fill("input[name=answer_f5]", "5000")
    organiser.locator("#field-answer_f6").get_by_label("否").check()
    organiser.locator("#field-answer_f7").get_by_label("是").check()
    axe(organiser)
    organiser.get_by_role("button", name="下一步：看要交什么").click()
    organiser.get_by_text("大型活动安全许可").wait_for()
    plan = organiser.locator("input[name=material_m2]")
    plan.set_input_files(
        {"name": "安全方案.txt", "mimeType": "text/plain", "buffer": "安保 60 人".encode()}
    )
    for box in organiser.get_by_label("纸质材料交到窗口").all():
        box.check()
    organiser.get_by_role("button", name="提交申请").click()
    organiser.get_by_text("社区受理，配专员").wait_for()
    row = Application.objects.unscoped(WHY).latest("id")
    assert _doers(row) >= {"公安", "消防", "文旅"}

    _done(row, "s1")
    police = enter(_handler("公安").username, f"/applications/{row.pk}/")
    police.get_by_role("link", name="安全方案.txt").wait_for()
    assert police.get_by_text("版权或授权证明").count() == 1
    assert police.get_by_text("与您单位的步骤无关").count() > 0, "only what the permit needs"
    assert "陪跑" not in police.locator("dl").first.inner_text()
    police.get_by_role("link", name="要求补正").click()
    police.fill("textarea[name=said]", "安全方案缺疏散路线")
    police.get_by_role("button", name="要求补正").click()
    police.get_by_text("待补正").first.wait_for()

    organiser.reload()
    organiser.get_by_text("安全方案缺疏散路线").wait_for()
    organiser.fill("textarea[name=note]", "已补疏散路线")
    organiser.get_by_role("button", name="提交补正").click()
    organiser.get_by_text("已交给办理部门").wait_for()

    _finish(row, but="s11")
    clerk = enter("clerk1", f"/applications/{row.pk}/do/record/")
    clerk.get_by_label("观众人次").check()
    clerk.fill("input[name=amount]", "4800")
    clerk.get_by_role("button", name="记一条").click()
    clerk.get_by_text("4,800").first.wait_for()
    _done(row, "s11")
    clerk.goto("/applications/totals/")
    line = clerk.locator("tr", has_text="电竞赛事")
    assert "204,800 人次" in line.inner_text()
    axe(clerk)
    line.get_by_role("link", name="观众人次").click()
    clerk.get_by_text(f"{EVENTS + 1} 条，合计 204,800 人次").wait_for()
    assert clerk.get_by_role("link", name="冬季邀请赛").count() == 1


def _recorded() -> Any:
    return ApplicationRecord.objects.unscoped(WHY).filter(
        label="观众人次", withdrawn_at=None, application__bundle__title="电竞赛事"
    )


def _sum(rows: Any) -> int:
    return sum(rows.values_list("amount", flat=True))


def _doers(row: Application) -> set[str]:
    rows = ApplicationStep.objects.unscoped(WHY).filter(application=row)
    return {str(one.department) for one in rows.select_related("department") if one.department}


def _done(row: Application, code: str) -> None:
    step = ApplicationStep.objects.unscoped(WHY).get(application=row, code=code)
    name = str(step.department) if step.department else ""
    user = _handler(name) if name else User.objects.get(username="clerk1")
    commands.move_step(
        actor=actor_for(user, timezone.localdate()), application_id=row.pk, code=code,
        move="done", said="已办",
    )  # fmt: skip


def _finish(row: Application, *, but: str) -> None:
    steps = ApplicationStep.objects.unscoped(WHY).filter(
        application=row, state__in=["open", "working"]
    )
    while left := [one.code for one in steps.all() if one.code != but]:
        _done(row, left[0])


def _handler(name: str) -> User:
    posts = Appointment.objects.unscoped(WHY).filter(
        department__short_name=name, role__code="department_handler"
    )
    return posts.select_related("user").order_by("pk")[0].user
