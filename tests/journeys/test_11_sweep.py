"""故事 11：扫楼。名单来自登记，逐间一键核对；迁走、新来当场进登记，空置和在地状态同时变。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from loushi.casework.visits.models import SweepCampaign, SweepTask
from loushi.foundation.audit.models import Entry
from loushi.registry.buildings.models import Space
from loushi.registry.enterprises.factories import valid_code
from loushi.registry.enterprises.models import Enterprise, Tenancy

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"
PHONE = {"width": 390, "height": 844}


def test_from_the_list_to_the_report(enter: Callable[..., Any]) -> None:
    secretary = enter("secretary1", "/visits/sweeps/new/")
    secretary.fill("input[name=name]", "冬季扫楼")
    secretary.locator("input[name=building_ids]").first.check()
    due = timezone.localdate() + timedelta(days=20)
    secretary.fill("input[name=due_on]", due.isoformat())
    secretary.get_by_role("button", name="开始").click()
    secretary.wait_for_load_state()
    campaign = SweepCampaign.objects.unscoped(WHY).get(name="冬季扫楼")
    tasks = SweepTask.objects.unscoped(WHY).filter(campaign=campaign)
    held = [task for task in tasks.order_by("pk") if task.base]
    firm_room, left_room = held[0], held[1]
    empty = next(task for task in tasks.order_by("pk") if not task.base)
    leaving = Tenancy.objects.unscoped(WHY).get(pk=left_room.base[0]["tenancy_id"])

    officer = enter("officer1.1", f"/visits/rooms/{firm_room.pk}/", viewport=PHONE)
    officer.get_by_role("button", name="无变化，下一间").click()
    officer.wait_for_load_state()
    assert tasks.get(pk=firm_room.pk).outcome == "confirmed"
    assert "/visits/rooms/" in officer.url

    officer.goto(f"/visits/rooms/{left_room.pk}/")
    officer.get_by_role("button", name="空置").click()
    officer.wait_for_load_state()
    leaving.refresh_from_db()
    assert leaving.until == timezone.localdate()
    assert Space.objects.unscoped(WHY).get(pk=left_room.space_id).state != "let"

    code = valid_code(424_242)
    officer.goto(f"/visits/rooms/{empty.pk}/")
    officer.locator("details.room-more > summary").first.click()
    officer.get_by_text("新来一家").click()
    officer.fill("input[name=n0-name]", "沐石设计有限公司")
    officer.fill("input[name=n0-credit_code]", code[:-1] + "O")
    officer.get_by_role("button", name="保存更正，下一间").click()
    officer.wait_for_load_state()
    assert not Enterprise.objects.unscoped(WHY).filter(name="沐石设计有限公司").exists()
    assert officer.input_value("input[name=n0-name]") == "沐石设计有限公司"
    officer.fill("input[name=n0-credit_code]", code)
    officer.select_option("select[name=n0-presence]", "here_only")
    officer.get_by_role("button", name="保存更正，下一间").click()
    officer.wait_for_load_state()
    made = Enterprise.objects.unscoped(WHY).get(credit_code=code)
    assert Tenancy.objects.unscoped(WHY).get(enterprise=made).presence == "here_only"
    entry = Entry.objects.unscoped(WHY).filter(action="enterprises.register").latest("id")
    assert entry.why == "扫楼 冬季扫楼"
    assert entry.actor_name

    secretary.goto(f"/visits/sweeps/{campaign.pk}/{left_room.building_id}/")
    assert "空置" in secretary.locator("main").inner_text()
    secretary.goto(f"/visits/sweeps/{campaign.pk}/report/")
    text = secretary.locator("main").inner_text()
    assert "迁出" in text
    assert "新登记" in text
    secretary.goto(f"/visits/sweeps/{campaign.pk}/close/")
    secretary.fill("input[name=note]", "先收一部分，其余下次。")
    secretary.get_by_role("button", name="结束扫楼").click()
    secretary.wait_for_load_state()
    campaign.refresh_from_db()
    assert campaign.state == "closed"
