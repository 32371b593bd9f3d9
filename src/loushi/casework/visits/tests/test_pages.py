"""Pages of visits and sweeps, as people in their roles open them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from loushi.casework.demands.models import Demand
from loushi.casework.visits import commands
from loushi.casework.visits.factories import World
from loushi.casework.visits.models import PlanStop, RatedVisit, SweepTask, Visit
from loushi.registry.accounts.factories import make_staff
from loushi.registry.enterprises.models import Tenancy

WHY = "test"


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def officer(world: World) -> Client:
    return client_of(world.officer)


@pytest.fixture
def secretary(world: World) -> Client:
    return client_of(world.secretary)


def text_of(response) -> str:
    return response.content.decode()


def test_today_says_why_and_counts_without_ranking(world: World, officer: Client) -> None:
    text = text_of(officer.get(reverse("visits:today")))
    assert world.firms[0].name in text
    assert "还没有联系过" in text
    assert "<b>0</b> / 4 家" in text
    assert "不计次数，不排名" in text
    assert not PlanStop.objects.unscoped(WHY).exists()


def test_one_form_records_a_visit_with_a_demand_and_a_correction(
    world: World, officer: Client
) -> None:
    page = reverse("visits:record", args=[world.firms[0].pk])
    assert "许念青" in text_of(officer.get(page))
    tenancy = world.tenancies[0]
    answer = officer.post(
        page,
        {
            "purpose": "routine",
            "met": "contact",
            "key": "k1",
            "f": ["aa", "bb"],
            "aa-kind": "demand",
            "aa-text": "充电位不够",
            "aa-category": world.category.pk,
            "bb-kind": "correction",
            "bb-what": f"area|{tenancy.pk}|180",
            "bb-value": "120",
        },
    )
    assert answer.status_code == 302
    visit = Visit.objects.unscoped(WHY).get()
    assert (visit.met_name, visit.findings.count()) == ("许念青", 2)
    assert Demand.objects.unscoped(WHY).get().text == "充电位不够"
    assert Tenancy.objects.unscoped(WHY).get(pk=tenancy.pk).area == 120
    text = text_of(officer.get(reverse("visits:today")))
    assert "已记" in text
    assert "<b>1</b> / 4 家" in text
    text = text_of(officer.get(reverse("visits:page", args=[visit.pk])))
    assert "180" in text
    assert "120" in text


def test_a_refusal_keeps_what_was_typed(world: World, officer: Client) -> None:
    page = reverse("visits:record", args=[world.firms[0].pk])
    form = {"purpose": "routine", "met": "contact", "f": "aa", "aa-kind": "demand",
            "aa-text": "充电位不够", "note": "内部话"}  # fmt: skip
    answer = officer.post(page, form)
    assert answer.status_code == 422
    assert "充电位不够" in text_of(answer)
    assert "请选择诉求归哪一类" in text_of(answer)
    assert not Visit.objects.unscoped(WHY).exists()
    assert "充电位不够" in text_of(officer.post(page, {**form, "more": "policy"}))
    assert not Visit.objects.unscoped(WHY).exists()


def test_blocks_come_as_fragments(world: World, officer: Client) -> None:
    page = reverse("visits:finding")
    text = text_of(officer.get(page, {"firm": world.firms[0].pk, "more": "correction"}))
    assert "员工数（现 20）" in text
    assert "面积（现 180 ㎡）" in text
    assert text_of(officer.get(page, {"firm": world.firms[0].pk, "gone": 1})) == ""


def test_editing_and_withdrawing(world: World, officer: Client, secretary: Client) -> None:
    visit = world.visit(note="原话")
    form = {"purpose": "return", "met": "nobody", "version": 1, "note": "改过", "why": "笔误"}
    page = reverse("visits:edit", args=[visit.pk])
    assert secretary.get(page).status_code == 403
    assert officer.get(page).status_code == 200
    assert officer.post(page, form).status_code == 302
    conflict = officer.post(page, {**form, "note": "另一台"})
    assert conflict.status_code == 409
    assert "另一台" in text_of(conflict)
    assert "改过" in text_of(conflict)
    assert "原话" in text_of(officer.get(reverse("visits:page", args=[visit.pk])))
    page = reverse("visits:withdraw", args=[visit.pk])
    assert officer.post(page, {"version": 2, "why": ""}).status_code == 422
    assert officer.post(page, {"version": 2, "why": "记错"}).status_code == 302
    assert Visit.objects.unscoped(WHY).get().state == "withdrawn"


def test_the_plan_can_be_changed(world: World, officer: Client) -> None:
    today = timezone.localdate().isoformat()
    act = reverse("visits:plan_act")
    page = reverse("visits:plan")
    assert officer.get(page).status_code == 200
    first, second = world.firms[0].pk, world.firms[1].pk
    officer.post(act, {"act": "down", "firm": first, "on": today})
    rows = PlanStop.objects.unscoped(WHY).filter(user=world.officer).order_by("position")
    assert rows[0].enterprise_id == second
    officer.post(act, {"act": "drop", "firm": second, "on": today})
    assert rows.exclude(state="dropped").first().enterprise_id == first
    later = (timezone.localdate() + timedelta(days=2)).isoformat()
    officer.post(act, {"act": "postpone", "firm": first, "on": today, "to": later})
    assert rows.get(enterprise_id=first).on.isoformat() == later
    officer.post(act, {"act": "add", "firm": second, "on": later})
    assert rows.filter(enterprise_id=second, on=later, state="planned").exists()
    text = text_of(officer.get(page, {"on": later, "q": "望澜第3"}))
    assert world.firms[2].name in text


def test_another_teams_inspection_shows_in_the_plan(world: World, officer: Client) -> None:
    today = timezone.localdate().isoformat()
    act = {"act": "down", "firm": world.firms[1].pk, "on": today}
    officer.post(reverse("visits:plan_act"), act)
    handler = client_of(world.handler)
    page = reverse("visits:inspections")
    form = {"department_id": world.department.pk, "firm": world.firms[0].name, "on": today,
            "subject": "发票核查"}  # fmt: skip
    answer = handler.post(page, form)
    assert answer.status_code == 422  # the community goes there today
    assert "无事不扰" in text_of(answer)
    assert handler.post(page, {**form, "despite": "专项行动"}).status_code == 302
    stop = PlanStop.objects.unscoped(WHY).get(department=world.department)
    text = text_of(officer.get(reverse("visits:today")))
    assert "区税务局" in text
    assert "写理由再去" in text
    assert client_of(world.neighbour).get(page).content.decode().count("发票核查") == 0
    assert handler.post(reverse("visits:inspection_done", args=[stop.pk])).status_code == 302
    assert Visit.objects.unscoped(WHY).get().purpose == "inspection"


def test_the_list_filters_exports_and_hides_from_the_neighbour(
    world: World, officer: Client, secretary: Client
) -> None:
    world.visit(note="顶楼漏水的事")
    world.visit(enterprise_id=world.firms[1].pk, purpose="policy")
    page = reverse("visits:list")
    text = text_of(officer.get(page, {"purpose": "policy"}))
    assert world.firms[1].name in text
    assert world.firms[0].name not in text
    assert world.firms[0].name in text_of(officer.get(page, {"q": "顶楼漏水"}))
    assert world.firms[0].name not in text_of(client_of(world.neighbour).get(page))
    assert officer.get(page, {"export": "xlsx"}).status_code == 403
    answer = secretary.get(page, {"export": "csv"})
    assert "顶楼漏水的事" in b"".join(answer.streaming_content).decode("utf-8-sig")


def test_lists_take_as_many_queries_for_2_and_20_rows(
    world: World, officer: Client, same_queries
) -> None:
    def grow(count: int) -> None:
        for _number in range(count):
            world.visit()

    same_queries(lambda: officer.get(reverse("visits:list")), grow)


def test_a_sweep_from_the_first_page_to_the_report(
    world: World, officer: Client, secretary: Client
) -> None:
    due = (timezone.localdate() + timedelta(days=7)).isoformat()
    form = {"name": "秋季扫楼", "building_ids": [world.tower.pk], "due_on": due, "key": "s1"}
    page = reverse("visits:sweep_new")
    assert officer.get(page).status_code == 403
    assert secretary.post(page, {**form, "name": ""}).status_code == 422
    answer = secretary.post(page, form)
    assert answer.status_code == 302
    task = SweepTask.objects.unscoped(WHY).get(number="301")
    room = reverse("visits:room", args=[task.pk])
    shown = officer.get(room)
    assert "无变化，下一间" in text_of(shown)
    facts = shown.context["facts"]
    answer = officer.post(
        room, {"outcome": "confirmed", "version": 1, "stamp": facts.stamp, "key": "r1"}
    )
    nxt = SweepTask.objects.unscoped(WHY).get(number="302")
    assert answer["Location"] == reverse("visits:room", args=[nxt.pk])
    stale = officer.post(room, {"outcome": "refused", "version": 1, "stamp": "x", "key": "r2"})
    assert stale.status_code == 409
    assert "刚刚被别人改过" in text_of(stale)
    for name in ("sweep", "sweep_rooms", "sweep_report"):
        assert secretary.get(reverse(f"visits:{name}", args=[task.campaign_id])).status_code == 200
    tower = reverse("visits:sweep_building", args=[task.campaign_id, world.tower.pk])
    assert "1 / 2" in text_of(secretary.get(tower))
    close = reverse("visits:sweep_close", args=[task.campaign_id])
    assert officer.post(close, {"note": "x"}).status_code == 403
    assert secretary.post(close, {"note": ""}).status_code == 422
    assert secretary.post(close, {"note": "到期"}).status_code == 302
    answer = secretary.get(
        reverse("visits:sweep_rooms", args=[task.campaign_id]), {"export": "csv"}
    )
    assert "无变化" in b"".join(answer.streaming_content).decode("utf-8-sig")


def test_a_correction_with_a_note_through_the_form(world: World, officer: Client) -> None:
    campaign = world.sweep()
    task = world.task(campaign, "301")
    page = reverse("visits:room", args=[task.pk])
    stamp = officer.get(page).context["facts"].stamp
    key = f"t{world.tenancies[0].pk}-"
    form = {
        "outcome": "corrected", "version": 1, "stamp": stamp, "key": "k",
        f"{key}gone": "", f"{key}staff_count": "300", f"{key}area": "180",
        f"{key}presence": "here_registered", f"{key}lease_until": "",
    }  # fmt: skip
    asked = officer.post(page, form)
    assert asked.status_code == 422
    code = asked.context["checks"][0]["code"]
    assert officer.post(page, {**form, f"why-{code}": "并入分公司"}).status_code == 302
    world.firms[0].refresh_from_db()
    assert world.firms[0].staff_count == 300
    bad = officer.post(page, {**form, "version": 2, f"{key}area": "很大"})
    assert bad.status_code == 422
    assert "请填数字" in text_of(bad)


def test_the_firm_sees_its_visits_without_notes_and_rates_once(world: World) -> None:
    visit = world.visit(note="内部备注不给看")
    firm = client_of(world.contact())
    text = text_of(firm.get(reverse("visits:own")))
    assert "周闻笛" in text
    page = reverse("visits:own_visit", args=[visit.pk])
    assert "内部备注不给看" not in text_of(firm.get(page))
    assert firm.post(page, {"verdict": ""}).status_code == 422
    assert not RatedVisit.objects.unscoped(WHY).exists()
    assert firm.post(page, {"verdict": "helpful"}).status_code == 302
    assert firm.post(page, {"verdict": "useless"}).status_code == 422
    assert "评价过了" in text_of(firm.get(page))
    assert "谁来过" in text_of(firm.get(reverse("enterprises:own")))
    assert firm.get(reverse("visits:list")).status_code == 403
    assert firm.get(reverse("visits:page", args=[visit.pk])).status_code == 404


def test_panels_coverage_ratings_rules(world: World, officer: Client, secretary: Client) -> None:
    world.visit()
    assert "近 12 个月 1 次" in text_of(
        officer.get(reverse("enterprises:page", args=[world.firms[0].pk]))
    )
    text = text_of(officer.get(reverse("buildings:page", args=[world.tower.pk])))
    assert "近 12 个月走访" in text
    assert "走访到 1 家企业" in text
    text = text_of(officer.get(reverse("visits:coverage"), {"reached": "no"}))
    assert world.firms[1].name in text
    assert "25.0" in text
    assert "还没有满五份" in text_of(secretary.get(reverse("visits:ratings")))
    rules = reverse("visits:rules")
    assert secretary.get(rules).status_code == 403
    office = client_of(make_staff("district_office", world.units["Q"]))
    today = timezone.localdate().isoformat()
    form = {"code": "quiet_days", "value": 30, "valid_from": today, "source": "会议纪要"}
    assert office.post(rules, {**form, "value": ""}).status_code == 422
    assert office.post(rules, form).status_code == 302
    from loushi.casework.visits.queries import rules_on

    assert rules_on().quiet_days == 30
    assert rules_on(timezone.localdate() - timedelta(days=1)).quiet_days == 14


def test_an_unplanned_visit_joins_the_plan_of_today(world: World) -> None:
    commands.keep_plan(actor=world.actor(), on=timezone.localdate())
    world.visit(enterprise_id=world.firms[3].pk)
    done = PlanStop.objects.unscoped(WHY).filter(state="done")
    assert [stop.enterprise_id for stop in done] == [world.firms[3].pk]


def test_a_conflict_shows_both_sides_in_words(
    world: World, officer: Client, secretary: Client
) -> None:
    campaign = world.sweep()
    task = world.task(campaign, "301")
    page = reverse("visits:room", args=[task.pk])
    stamp = officer.get(page).context["facts"].stamp
    key = f"t{world.tenancies[0].pk}-"
    form = {
        "outcome": "corrected", "version": 1, "stamp": stamp, "key": "mine", "area": "176",
        f"{key}gone": "left", "n0-name": "云栈科技", "note": "前台说的",
    }  # fmt: skip
    first = {"outcome": "absent", "version": 1, "stamp": stamp, "key": "theirs", "note": "锁着门"}
    assert secretary.post(page, first).status_code == 302
    text = text_of(officer.post(page, form))
    for words in ("有更正", "房间面积 176 ㎡", f"{world.firms[0].name}：迁走了", "新来 云栈科技"):
        assert words in text
    assert "锁着门" in text
    assert "没有人" in text
    assert ">corrected" not in text
