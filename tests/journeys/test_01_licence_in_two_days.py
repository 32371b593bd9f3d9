"""故事 1：执照两天。开店的人在窗口填一张表、交一次材料，三个部门办，手机上看进度，最后由他评价。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.casework.applications import commands
from loushi.casework.applications.models import Application, ApplicationClock, ApplicationStep
from loushi.foundation.core import clocks
from loushi.registry.accounts.models import Appointment, User
from loushi.registry.accounts.queries import actor_for
from loushi.services.catalogue.models import ServiceBundle

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"
PHONE = {"width": 390, "height": 844}


def test_one_form_three_departments_and_the_owner_rates(
    enter: Callable[..., Any], new_page: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    bundle = ServiceBundle.objects.unscoped(WHY).get(title="开店")
    window = enter("clerk1", f"/applications/register/{bundle.pk}/")
    window.fill("input[name=applicant]", "许念青")
    window.fill("input[name=contact_phone]", "13800001234")
    window.fill("input[name=answer_f1]", "念青面馆")
    window.get_by_label("餐饮").check()
    window.fill("input[name=answer_f3]", "望澜中心 1 层 108")
    window.fill("input[name=answer_f4]", "80")
    window.locator("#field-answer_f5").get_by_label("否").check()
    window.locator("#field-answer_f6").get_by_label("否").check()
    window.get_by_role("button", name="下一步：看要交什么").click()
    window.get_by_text("食品经营许可").wait_for()
    assert window.get_by_text("公共场所卫生许可").count() == 0, "a food shop takes its own branch"
    for box in window.get_by_label("纸质材料交到窗口").all():
        box.check()
    axe(window)
    window.get_by_role("button", name="提交申请").click()
    window.get_by_text("请申请人用手机扫一扫").wait_for()
    row = Application.objects.unscoped(WHY).latest("id")
    assert window.locator(".app-code svg").is_visible()

    window.goto(f"/applications/{row.pk}/steps/s1/done/")
    window.fill("textarea[name=said]", "材料齐了")
    window.get_by_role("button", name="办好了").click()
    window.get_by_role("heading", name="念青面馆").wait_for()
    licence = _step(row, "s2")
    started = _clock(licence).started_at
    assert licence.due_at == clocks.due(
        clocks.standard_calendar(), started, clocks.Limit(clocks.LimitKind.WORKING_DAYS, 2),
        (), clocks.nominal_minutes(started),
    ), "two working days of acceptance"  # fmt: skip

    handler = enter(_handler("市监").username, "/applications/")
    handler.get_by_role("link", name="念青面馆").click()
    handler.get_by_role("link", name="办好了").click()
    handler.fill("textarea[name=said]", "执照已发，窗口领取")
    handler.get_by_role("button", name="办好了").click()
    handler.get_by_text("执照已发，窗口领取").first.wait_for()
    axe(handler)
    licence.refresh_from_db()
    assert not licence.is_late

    phone = new_page(viewport=PHONE)
    phone.goto(f"/applications/p/{commands.token_of(row)}/")
    phone.get_by_text("执照已发，窗口领取").wait_for()
    assert phone.get_by_text("还有").is_visible()
    axe(phone)
    departments = _finish(row)
    assert {"市监", "税务"} <= departments
    phone.reload()
    phone.get_by_label("解决了", exact=True).check()
    phone.locator("input[name=score][value='5']").check()
    phone.get_by_role("button", name="提交评价").click()
    phone.get_by_text("5 分").first.wait_for()
    row.refresh_from_db()
    assert (row.state, row.score, row.solved) == ("closed", 5, "yes")


def _finish(row: Application) -> set[str]:
    """The other steps, each by its own department; who took part."""
    found = {"市监"}
    while step := ApplicationStep.objects.unscoped(WHY).filter(
        application=row, state="open"
    ).order_by("position").first():  # fmt: skip
        if step.department is None:
            user = User.objects.get(username="clerk1")
        else:
            found.add(str(step.department))
            user = _handler(str(step.department))
        actor = actor_for(user, timezone.localdate())
        commands.move_step(actor=actor, application_id=row.pk, code=step.code, move="done",
                           said="已办")  # fmt: skip
    return found


def _step(row: Application, code: str) -> ApplicationStep:
    return ApplicationStep.objects.unscoped(WHY).get(application=row, code=code)


def _clock(step: ApplicationStep) -> ApplicationClock:
    found = ApplicationClock.objects.unscoped(WHY).get(step=step)
    assert timezone.now() - found.started_at < timedelta(minutes=5)
    return found


def _handler(name: str) -> User:
    posts = Appointment.objects.unscoped(WHY).filter(
        department__short_name=name, role__code="department_handler"
    )
    return posts.select_related("user").order_by("pk")[0].user
