"""没有网络：记一次走访和五间房，关掉页面再打开都在；有网后各上传一次；两台设备改同一间由人来选。"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from loushi.casework.visits import commands, queries
from loushi.casework.visits.commands import CampaignInput
from loushi.casework.visits.models import SweepCampaign, SweepResult, SweepTask, Visit
from loushi.casework.visits.policy import SWEEP
from loushi.registry.accounts.models import User
from loushi.registry.accounts.queries import actor_for
from loushi.registry.buildings.models import Building

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WHY = "journey"
PHONE = {"viewport": {"width": 390, "height": 844}, "service_workers": "allow"}


def actor(user: User) -> Any:
    return actor_for(user, timezone.localdate())


@pytest.fixture
def officer(district: None) -> User:
    return User.objects.get(username="officer1.1")


@pytest.fixture
def sweep(officer: User) -> SweepCampaign:
    secretary = User.objects.get(username="secretary1")
    spaces = Building.objects.visible_to(actor(officer), SWEEP).order_by("pk")
    return commands.create_campaign(
        actor=actor(secretary),
        given=CampaignInput(
            name="冬季扫楼",
            due_on=timezone.localdate() + timedelta(days=20),
            building_ids=tuple(spaces.values_list("pk", flat=True)[:1]),
        ),
    )


def tasks_of(officer: User, sweep: SweepCampaign) -> list[SweepTask]:
    _campaign, _building, ids = next(
        one for one in queries.open_buildings(actor(officer)) if one[0].pk == sweep.pk
    )
    found = SweepTask.objects.unscoped(WHY).in_bulk(ids)
    return [found[pk] for pk in ids]


def until(page: Any, expression: str, argument: Any = None, seconds: float = 60) -> None:
    """Asks until it is so (the pages forbid what Playwright's own waiting evaluates)."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression, argument):
        assert time.monotonic() < end, f"never so: {expression}"
        page.wait_for_timeout(200)


def take_along(page: Any) -> None:
    """Opens the page of what is kept, and keeps everything on offer."""
    page.goto("/offline/")
    until(page, "Boolean(navigator.serviceWorker.controller)")
    page.wait_for_selector("#kept-parts .kept-row")
    for words in ("今天的计划", "冬季扫楼"):
        row = page.locator("#kept-parts .kept-row", has_text=words)
        row.get_by_role("button", name="存到本机").click()
        end = time.monotonic() + 200
        while "后自动清除" not in row.inner_text():
            assert time.monotonic() < end, row.inner_text()
            page.wait_for_timeout(200)


def waiting(page: Any) -> list[dict[str, Any]]:
    return page.evaluate(
        """() => new Promise(done => {
          const asked = indexedDB.open('loushi', 1);
          asked.onsuccess = () => {
            const all = asked.result.transaction('items').objectStore('items').getAll();
            all.onsuccess = () => { asked.result.close(); done(all.result); };
          };
        })"""
    )


def kept_pages(page: Any) -> int:
    return page.evaluate(
        """async () => { let n = 0;
          for (const name of await caches.keys()) if (name.startsWith('loushi-pages-'))
            n += (await (await caches.open(name)).keys()).length;
          return n; }"""
    )


def synced(page: Any) -> None:
    end = time.monotonic() + 60
    while waiting(page):
        assert time.monotonic() < end, waiting(page)
        page.wait_for_timeout(200)


def test_off_record_close_reopen_on(
    enter: Callable[..., Any], officer: User, sweep: SweepCampaign
) -> None:
    rooms = tasks_of(officer, sweep)[:5]
    before = Visit.objects.unscoped(WHY).count()
    page = enter("officer1.1", "/visits/today/", **PHONE)
    take_along(page)
    page.goto("/visits/today/")
    page.context.set_offline(True)

    page.reload()
    page.locator("[data-offline-bar]", has_text="没有网络，照常可记").wait_for()
    page.get_by_role("link", name="记走访").first.click()
    page.wait_for_selector("form.record")
    page.get_by_role("button", name="诉求").click()
    page.locator(".finding textarea").fill("冷链车充电位不够")
    page.locator(".finding select").select_option(index=3)
    page.locator("label", has_text="没见到").click()
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/visits/today/")
    page.wait_for_selector("[data-sign]")
    assert "待上传" in page.locator(".walk").inner_text()
    page.goto(f"/visits/rooms/{rooms[0].pk}/")
    for _room in rooms:
        page.get_by_role("button", name="没有人").click()
        page.wait_for_load_state()
        page.wait_for_timeout(300)
    assert len(waiting(page)) == 6
    context = page.context
    page.close()

    page = context.new_page()
    page.goto("/visits/today/")
    page.wait_for_selector("[data-sign]")
    page.locator("[data-offline-bar]", has_text="6 条已存在本机（今天 6）").wait_for()
    page.get_by_role("link", name="看 6 条").click()
    page.wait_for_selector("#kept-items .kept-row")
    assert page.locator("#kept-items .kept-row").count() == 6
    assert SweepResult.objects.unscoped(WHY).filter(task__in=[r.pk for r in rooms]).count() == 0

    page.context.set_offline(False)
    synced(page)
    assert Visit.objects.unscoped(WHY).count() == before + 1
    visit = Visit.objects.unscoped(WHY).latest("recorded_at")
    assert visit.met == "nobody"
    assert visit.findings.get().demand_id
    for room in rooms:
        assert SweepResult.objects.unscoped(WHY).filter(task=room).count() == 1
        room.refresh_from_db()
        assert room.outcome == "absent"
    page.reload()
    page.wait_for_selector("#kept-none:not([hidden])")


def test_two_devices_and_a_choice(
    enter: Callable[..., Any], officer: User, sweep: SweepCampaign
) -> None:
    first, second = tasks_of(officer, sweep)[:2]
    page = enter("officer1.1", "/visits/today/", **PHONE)
    take_along(page)
    page.context.set_offline(True)
    for room in (first, second):
        page.goto(f"/visits/rooms/{room.pk}/")
        page.get_by_role("button", name="没有人").click()
        page.wait_for_load_state()
        page.wait_for_timeout(300)
    other = enter("secretary1", f"/visits/rooms/{first.pk}/")
    other.get_by_role("button", name="无变化，下一间").click()
    other.wait_for_load_state()
    other.goto(f"/visits/rooms/{second.pk}/")
    other.get_by_role("button", name="无变化，下一间").click()
    other.wait_for_load_state()

    page.context.set_offline(False)
    page.goto("/offline/")
    page.wait_for_selector(".kept-sides:not([hidden])")
    until(page, "document.querySelectorAll('.kept-sides:not([hidden])').length === 2")
    text = page.locator("#kept-items").inner_text()
    assert "您记的" in text
    assert "现在登记的" in text
    assert "无变化" in text
    for room in (first, second):
        room.refresh_from_db()
        assert room.outcome == "confirmed"
    rows = page.locator("#kept-items .kept-row")
    rows.first.get_by_role("button", name="留现在登记的").click()
    until(page, "document.querySelectorAll('#kept-items .kept-row').length === 1")
    rows.first.get_by_role("button", name="用我记的").click()
    synced(page)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.outcome, second.outcome) == ("confirmed", "absent")


def test_expiry_keeps_the_work_and_nobody_else_sees_it(
    enter: Callable[..., Any], signed_in: Callable[..., Any], officer: User, sweep: SweepCampaign
) -> None:
    room = tasks_of(officer, sweep)[0]
    page = enter("officer1.1", "/visits/today/", **PHONE)
    take_along(page)
    page.context.set_offline(True)
    page.goto(f"/visits/rooms/{room.pk}/")
    page.get_by_role("button", name="没有人").click()
    page.wait_for_load_state()
    page.wait_for_timeout(300)
    own = page.context.cookies()
    Session.objects.all().delete()
    page.context.set_offline(False)
    page.goto("/visits/today/")
    assert "/login/" in page.url
    assert len(waiting(page)) == 1

    other = signed_in(User.objects.get(username="secretary1"))
    theirs = other.context.cookies()
    page.context.clear_cookies()
    page.context.add_cookies(theirs)
    page.goto("/offline/")
    page.wait_for_selector("#kept-none:not([hidden])")
    assert room.number not in page.locator("#kept-items").inner_text()
    page.wait_for_timeout(1500)
    assert len(waiting(page)) == 1
    assert not SweepResult.objects.unscoped(WHY).filter(task=room).exists()
    names = page.evaluate("caches.keys()")
    assert not [n for n in names if n == f"loushi-pages-{officer.pk}"]

    back = signed_in(officer)
    page.context.clear_cookies()
    page.context.add_cookies(back.context.cookies())
    assert own
    page.goto("/visits/today/")
    synced(page)
    assert SweepResult.objects.unscoped(WHY).filter(task=room).count() == 1


def test_logging_out_warns_and_clears(
    enter: Callable[..., Any], officer: User, sweep: SweepCampaign
) -> None:
    room = tasks_of(officer, sweep)[0]
    page = enter("officer1.1", "/visits/today/", service_workers="allow")
    take_along(page)
    assert kept_pages(page) > 5
    page.context.set_offline(True)
    page.goto(f"/visits/rooms/{room.pk}/")
    page.get_by_role("button", name="没有人").click()
    page.wait_for_load_state()
    page.wait_for_timeout(300)
    # Still unsent when the person leaves: the line is there, the server's answer is not.
    page.context.route("**/offline/s*/", lambda route: route.fulfill(status=429))
    page.context.set_offline(False)
    page.goto("/visits/today/")
    until(page, "Boolean(document.querySelector('[data-offline-bar]:not([hidden])'))")
    page.locator(".top details.menu summary").last.click()
    page.get_by_role("button", name="退出登录").click()
    dialog = page.locator("#leave-with-items")
    dialog.wait_for(state="visible")
    assert "有 1 条记录还没上传" in dialog.inner_text()
    dialog.get_by_role("button", name="仍然退出").click()
    page.wait_for_url("**/login/**")
    assert kept_pages(page) == 0
    assert len(waiting(page)) == 1


def test_a_day_later_the_pages_are_gone_and_the_record_is_not(
    enter: Callable[..., Any], officer: User, sweep: SweepCampaign
) -> None:
    room = tasks_of(officer, sweep)[0]
    page = enter("officer1.1", "/visits/today/", **PHONE)
    take_along(page)
    page.context.set_offline(True)
    page.goto(f"/visits/rooms/{room.pk}/")
    page.get_by_role("button", name="没有人").click()
    page.wait_for_load_state()
    page.wait_for_timeout(300)
    page.evaluate(
        """async () => { for (const name of await caches.keys()) {
          if (!name.startsWith('loushi-pages-')) continue;
          const cache = await caches.open(name);
          for (const request of await cache.keys()) {
            const found = await cache.match(request);
            const headers = new Headers(found.headers);
            headers.set('X-Kept-At', String(Date.now() - 25 * 3600 * 1000));
            await cache.put(request, new Response(await found.text(), { headers }));
          } } }"""
    )
    page.goto("/visits/today/")
    assert "没有存在本机" in page.locator("body").inner_text()
    assert len(waiting(page)) == 1
    page.context.set_offline(False)
    page.goto("/visits/today/")
    synced(page)
    assert SweepResult.objects.unscoped(WHY).filter(task=room).count() == 1


def test_a_dropped_answer_is_one_save(
    enter: Callable[..., Any], officer: User, sweep: SweepCampaign
) -> None:
    """The server has worked, the answer is lost: sending again makes nothing new."""
    room = tasks_of(officer, sweep)[0]
    page = enter("officer1.1", "/visits/today/", **PHONE)
    take_along(page)
    page.context.set_offline(True)
    page.goto(f"/visits/rooms/{room.pk}/")
    page.get_by_role("button", name="没有人").click()
    page.wait_for_load_state()
    page.wait_for_timeout(300)
    dropped: list[Any] = []

    def lose(route: Any) -> None:
        if dropped:
            route.continue_()
            return
        dropped.append(None)  # claimed before waiting: a second try may come meanwhile
        dropped[0] = route.fetch().status
        route.fulfill(status=429)  # instead of the answer

    page.context.route("**/offline/sync/", lose)
    page.context.set_offline(False)
    page.goto("/offline/")
    synced(page)
    assert dropped == [200]
    assert SweepResult.objects.unscoped(WHY).filter(task=room).count() == 1
