"""The service list: a guide that communities take over, dated so that any day can be read again."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.testing import at
from loushi.foundation.transfer.commands import run_import
from loushi.registry.accounts.commands import issue_token
from loushi.registry.accounts.factories import make_department
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue.factories import make_item
from loushi.services.catalogue.imports import ItemImporter
from loushi.services.catalogue.models import ItemVersion, MenuEntry, ServiceItem

WHY = "test"
URL = "/catalogue/items/"
TODAY, LATER = date(2026, 11, 2), date(2026, 11, 20)


def titles(lines: Any) -> list[str]:
    return [line.title for line in lines]


def take(place: Any, *items: Any, unit: str = "C1", who: str = "secretary") -> int:
    return commands.take_items(
        actor=place.actors[who], unit_id=place.units[unit].pk, item_ids=[one.pk for one in items]
    )


def entry_of(place: Any, item: Any, unit: str = "C1") -> MenuEntry:
    rows = MenuEntry.objects.unscoped(WHY).filter(item=item, unit=place.units[unit])
    return rows.get(until__isnull=True)


@pytest.mark.parametrize(("template", "items", "offices"), [("gongshu", 22, 0), ("pinghu", 27, 22)])
def test_a_district_starts_from_a_shipped_list_and_edits_it(
    place: Any, template: str, items: int, offices: int
) -> None:
    district, leader = place.units["Q"], place.actors["leader"]
    department = make_department(district, name="税务局")
    given: dict[str, Any] = {"unit_id": district.pk, "template": template}
    made = commands.install_items(actor=leader, **given)
    assert len(made) == items
    assert commands.install_items(actor=leader, **given) == []
    lines = queries.menu(leader, district.pk)
    assert len(lines) == items
    if offices:
        assert len(queries.offices(lines)) == offices
    else:
        assert all(line.one_matter for line in lines)
    assert all(line.source for line in lines), "an invented title says so"
    (tax,) = ItemVersion.objects.unscoped(WHY).filter(office="税务局")
    assert tax.department == department
    commands.revise_item(actor=leader, item_id=made[0], values={"title": "改过的名称"})
    assert "改过的名称" in titles(queries.menu(leader, district.pk))
    with pytest.raises(Denied):
        commands.install_items(actor=place.actors["secretary"], **given)


def test_a_community_takes_over_and_says_its_own_hours(place: Any) -> None:
    item = make_item(place.units["Q"], hours="工作日", channels="窗口", contact="8800")
    assert queries.menu(place.actors["secretary"], place.units["C1"].pk) == []
    assert titles(queries.guide(place.actors["secretary"], place.units["C1"].pk)) == ["店招备案"]
    assert (take(place, item), take(place, item)) == (1, 0)
    commands.adapt_entry(
        actor=place.actors["secretary"], entry_id=entry_of(place, item).pk,
        values={"hours": "每天到 20:00", "note": "3 号窗口"}, since=LATER,
    )  # fmt: skip
    (line,) = queries.menu(place.actors["boss"], place.units["C1"].pk)
    assert (line.hours, line.channels, line.guide) == ("工作日", "窗口", place.units["Q"].name)
    (line,) = queries.menu(place.actors["boss"], place.units["C1"].pk, LATER)
    assert (line.hours, line.channels, line.note) == ("每天到 20:00", "窗口", "3 号窗口")
    commands.revise_item(
        actor=place.actors["leader"], item_id=item.pk, values={"channels": "手机"}, since=LATER
    )
    (line,) = queries.menu(place.actors["boss"], place.units["C1"].pk, LATER)
    assert (line.hours, line.channels) == ("每天到 20:00", "手机")


def test_yesterdays_menu_can_be_read_again(place: Any) -> None:
    item = make_item(place.units["Q"], fees="10 元")
    other = make_item(place.units["Q"], "A02", title="装修报备")
    take(place, item, other)
    unit, leader = place.units["C1"].pk, place.actors["leader"]
    with at("2026-11-05 10:00"):
        kept = queries.menu(leader, unit)
    with at("2026-11-06 10:00"):
        commands.revise_item(actor=leader, item_id=item.pk, values={"fees": "不收费"}, number=1)
        commands.withdraw_item(actor=leader, item_id=other.pk)
        (line,) = queries.menu(leader, unit)
        assert line.fees == "不收费"
        before = queries.menu(leader, unit, date(2026, 11, 5))
        assert [(one.title, one.fees) for one in before] == [(one.title, one.fees) for one in kept]
        with pytest.raises(Refused, match="不能早于今天"):
            commands.revise_item(
                actor=leader, item_id=item.pk, values={"fees": "1 元"}, since=date(2026, 11, 5)
            )
        with pytest.raises(Conflict):
            commands.revise_item(actor=leader, item_id=item.pk, values={"fees": "2 元"}, number=1)
    with at("2026-11-07 10:00"):
        assert queries.menu(leader, unit)[0].fees == "不收费"
        commands.drop_entry(actor=leader, entry_id=entry_of(place, item).pk)
        assert queries.menu(leader, unit) == []
        assert len(queries.menu(leader, unit, date(2026, 11, 6))) == 1


def test_what_was_planned_gives_way_to_what_is_said_later(place: Any) -> None:
    item, leader = make_item(place.units["Q"], fees="A"), place.actors["leader"]
    given: dict[str, Any] = {"actor": leader, "item_id": item.pk}
    commands.revise_item(**given, values={"fees": "B"}, since=LATER)
    commands.revise_item(**given, values={"fees": "C"}, since=LATER - timedelta(days=5))
    commands.revise_item(**given, values={"fees": "D"}, since=LATER - timedelta(days=5))
    for day, fees in ((TODAY, "A"), (LATER - timedelta(days=5), "D"), (LATER, "D")):
        line = queries.item_line(leader, item.pk, on=day)
        assert line is not None
        assert line.fees == fees


def test_only_those_of_the_place_see_and_change_a_menu(place: Any) -> None:
    guide, own = (
        make_item(place.units["Q"]),
        make_item(place.units["C1"], "S01", title="自办"),
    )
    take(place, guide)
    unit = place.units["C1"].pk
    for who in ("clerk", "leader", "boss", "employee"):
        assert len(queries.menu(place.actors[who], unit)) == 2, who
    assert queries.menu(place.actors["neighbour"], unit) == []
    with pytest.raises(NotVisible):
        queries.item_row(place.actors["neighbour"], own.pk)
    entry = entry_of(place, guide)
    count = ItemVersion.objects.unscoped(WHY).count()
    with pytest.raises(NotVisible):
        commands.drop_entry(actor=place.actors["neighbour"], entry_id=entry.pk)
    for act in (
        lambda: commands.revise_item(
            actor=place.actors["secretary"], item_id=guide.pk, values={"title": "x"}
        ),
        lambda: commands.withdraw_item(actor=place.actors["boss"], item_id=own.pk),
        lambda: commands.adapt_entry(
            actor=place.actors["boss"], entry_id=entry.pk, values={"hours": "x"}
        ),
        lambda: take(place, guide, unit="C2"),
        lambda: take(place, guide, who="boss"),
    ):
        with pytest.raises(Denied):
            act()
    entry.refresh_from_db()
    assert (entry.until, entry.hours) == (None, "")
    assert ItemVersion.objects.unscoped(WHY).count() == count
    assert not take(place, own, unit="C2", who="neighbour"), "only from the units above"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": " "}, "title"),
        ({"field_id": "nosuch"}, "field_id"),
        ({"side_id": ""}, "side_id"),
        ({"steps": "长" * 2001}, "steps"),
        ({"code": ""}, "code"),
        ({"code": "A01"}, "code"),
    ],
)
def test_what_makes_no_sense_is_refused(place: Any, values: Any, field: str) -> None:
    make_item(place.units["C1"])
    given = {"code": "A9", "title": "x", "field_id": "legal", "side_id": "market"} | values
    with pytest.raises(Refused) as caught:
        commands.create_item(
            actor=place.actors["clerk"], unit_id=place.units["C1"].pk, values=given
        )
    assert caught.value.errors[0].field == field
    assert ServiceItem.objects.unscoped(WHY).count() == 1


def test_a_firm_without_a_menu_reads_the_guide(place: Any) -> None:
    first, second = make_item(place.units["Q"]), make_item(place.units["Q"], "A02", title="装修")
    boss = place.actors["boss"]
    assert len(queries.own_menu(boss)) == 2
    take(place, first)
    assert titles(queries.own_menu(boss)) == ["店招备案"]
    with pytest.raises(NotVisible):
        queries.own_item(boss, second.pk, None)
    assert queries.item_title(boss, first.pk) == "店招备案"


def test_by_page_from_the_template_to_the_phone(place: Any, client_of: Any) -> None:
    leader, secretary, boss = (client_of(name) for name in ("leader", "secretary", "boss"))
    district, unit, since = place.units["Q"].pk, place.units["C1"].pk, "2026-11-02"
    given = {"unit_id": district, "template": "gongshu", "since": since}
    assert leader.post(f"{URL}template/", given | {"since": "2026-11-01"}).status_code == 422
    assert not ServiceItem.objects.unscoped(WHY).exists()
    assert leader.post(f"{URL}template/", given).status_code == 302
    assert "电竞产业“一类事”" in leader.get(URL).content.decode()
    page = secretary.get(f"{URL}?unit={unit}").content.decode()
    assert "接收目录事项 22" in page
    items = list(ServiceItem.objects.unscoped(WHY).values_list("pk", flat=True))
    url = f"/catalogue/menus/{unit}/take/"
    assert secretary.post(url, {"since": since}).status_code == 422
    assert secretary.post(url, {"since": since, "items": items[:3]}).status_code == 302
    entry = MenuEntry.objects.unscoped(WHY).get(item=items[0])
    change = f"/catalogue/menus/entries/{entry.pk}/"
    assert "目录写的是" in secretary.get(change).content.decode()
    answer = secretary.post(change, {"hours": "午间不休", "contact": "88010000", "since": since})
    assert answer.status_code == 302
    assert "午间不休" in secretary.get(answer["Location"]).content.decode()
    assert "没有找到" in boss.get("/catalogue/own/items/?q=没有的").content.decode()
    page = boss.get(f"/catalogue/own/items/{items[0]}/?unit={unit}").content.decode()
    assert 'href="tel:88010000"' in page
    assert f"/demands/mine/new/?item={items[0]}" in page
    assert "/stations/book/" in page
    assert "午间不休" in page
    for name, status in (("neighbour", 404), ("boss", 403)):
        assert client_of(name).post(change, {"hours": "x", "since": since}).status_code == status
    assert boss.get(f"{URL}{items[5]}/").status_code == 404
    actions = set(Entry.objects.unscoped(WHY).values_list("action", flat=True))
    assert {"catalogue.item_template", "catalogue.menu_take", "catalogue.menu_adapt"} <= actions


def test_a_demand_begun_from_an_item_names_it(place: Any, client_of: Any) -> None:
    item = make_item(place.units["C1"])
    page = client_of("boss").get(f"/demands/mine/new/?item={item.pk}")
    assert "想办理：店招备案" in page.content.decode()
    far = make_item(place.units["C2"], title="邻区事项")
    page = client_of("boss").get(f"/demands/mine/new/?item={far.pk}")
    assert "邻区事项" not in page.content.decode()


def test_the_list_narrows_and_goes_out_and_comes_in_again(
    place: Any, client_of: Any, tmp_path: Any
) -> None:
    unit = place.units["C1"]
    make_item(unit, office="税务局", value_added=True)
    make_item(unit, "A02", title="义诊", field_id="medical", side_id="society", one_matter=True)
    secretary = client_of("secretary")
    for query, found in (
        ("q=义", "义诊"), ("field=medical", "义诊"), ("side=society", "义诊"), ("one=1", "义诊"),
        ("grade=added", "店招备案"), ("office=税务局", "店招备案"), ("q=A02", "义诊"),
    ):  # fmt: skip
        rows = secretary.get(f"{URL}?unit={unit.pk}&{query}").context["rows"]
        assert titles(rows) == [found], query
    file = secretary.get(f"{URL}?unit={unit.pk}&export=xlsx")
    body = b"".join(file) if file.streaming else file.content
    lines = [[cell.value for cell in line] for line in load_workbook(io.BytesIO(body)).active]
    heads = next(line for line in lines if "事项编码" in line)
    assert set(heads) >= {str(one.label) for one in ItemImporter.columns}
    assert client_of("clerk").get(f"{URL}?export=xlsx").status_code == 403
    path = tmp_path / "items.csv"
    text = (
        f"事项编码,哪个单位的清单,事项名称,五位一体,由哪一侧提供,收费\n"
        f"A02,{unit.name},义诊进楼,医务,社会侧,不收费\nA03,{unit.name},新事项,党务,政府侧,\n"
        f"A04,{unit.name},错类别,没有,政府侧,\n"
    )
    path.write_text(text, encoding="utf-8")
    given: Any = {"actor": place.actors["leader"], "importer": "service_items", "path": path}
    refused = run_import(**given)
    assert (refused.counts["new"], refused.counts["rejected"]) == (1, 1)
    assert not ServiceItem.objects.unscoped(WHY).filter(code="A03").exists()
    path.write_text(text.replace("没有", "法务"), encoding="utf-8")
    done = run_import(**given)
    assert (done.counts["new"], done.counts["changed"]) == (2, 1)
    changed = ServiceItem.objects.unscoped(WHY).get(code="A02")
    line = queries.item_line(place.actors["leader"], changed.pk)
    assert line is not None
    assert (line.title, line.fees, line.one_matter) == ("义诊进楼", "不收费", True)
    again = run_import(**given)
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)


def test_the_api_reads_lists_of_any_day(place: Any, client_of: Any) -> None:
    item = make_item(place.units["Q"])
    take(place, item)
    client = client_of("neighbour")
    client.logout()

    def call(who: str, path: str) -> Any:
        secret = issue_token(username=place.users[who].username)
        return client.get(f"/api/v1/catalogue/items{path}", HTTP_AUTHORIZATION=f"Bearer {secret}")

    unit = place.units["C1"].pk
    (found,) = call("boss", "").json()
    assert (found["id"], found["unit_id"], found["guide"]) == (
        item.pk, unit, place.units["Q"].name,
    )  # fmt: skip
    assert call("clerk", f"?unit={unit}&on=2026-11-01").json() == []
    assert call("neighbour", f"?unit={unit}").json() == []
    assert call("clerk", f"/{item.pk}?unit={unit}").json()["title"] == "店招备案"
    assert call("clerk", f"/{item.pk}?on=2020-01-01").status_code == 404


@pytest.mark.parametrize("count", [2, 20])
def test_the_lists_ask_as_often_for_twenty_as_for_two(
    place: Any, client_of: Any, count: int, django_assert_max_num_queries: Any
) -> None:
    items = [make_item(place.units["Q"], f"N{n}", title=f"事项{n}") for n in range(count)]
    take(place, *items)
    for name, url in (("clerk", URL), ("boss", "/catalogue/own/items/")):
        client = client_of(name)
        client.get(url)
        with django_assert_max_num_queries(26):
            client.get(url)


# --- 由哪件“一类事”办理


def bundle_at(place: Any, unit: str = "Q", title: str = "开店", *, published: bool = True) -> Any:
    """A shipped example under a name, published with departments of its own."""
    row = commands.create_bundle(
        actor=system_actor(), unit_id=place.units[unit].pk, values={"title": title}
    )
    commands.put_part(
        actor=system_actor(), bundle_id=row.pk, part="step",
        values={"title": "收件", "window": True, "limit_amount": 1, "closing": True},
    )  # fmt: skip
    return commands.publish_bundle(actor=system_actor(), bundle_id=row.pk) if published else row


def line_of(place: Any, item: Any, who: str = "leader", **given: Any) -> Any:
    line = queries.item_line(place.actors[who], item.pk, **given)
    assert line is not None
    return line


def test_the_bundle_of_an_item_is_dated_like_all_it_says(place: Any) -> None:
    bundle, item = bundle_at(place), make_item(place.units["Q"])
    leader = place.actors["leader"]
    commands.revise_item(
        actor=leader, item_id=item.pk, values={"bundle_id": bundle.pk}, since=LATER
    )
    assert line_of(place, item).bundle is None
    later = line_of(place, item, on=LATER)
    assert (later.bundle, later.bundle_title, later.bundle_open) == (bundle.pk, "开店", True)
    assert queries.items_leading_to(leader, bundle.pk) == []
    with at("2026-11-20 10:00"):
        assert titles(queries.items_leading_to(leader, bundle.pk)) == ["店招备案"]
        assert queries.item_bundle(place.actors["boss"], item.pk) == bundle
        commands.withdraw_bundle(actor=leader, bundle_id=bundle.pk)
        assert queries.item_bundle(place.actors["boss"], item.pk) is None
        assert not line_of(place, item).bundle_open
        commands.revise_item(actor=leader, item_id=item.pk, values={"fees": "不收费"})
        assert line_of(place, item).bundle == bundle.pk, "other words may change meanwhile"
        commands.revise_item(actor=leader, item_id=item.pk, values={"bundle_id": None})
        assert line_of(place, item).bundle is None
    told = Entry.objects.unscoped(WHY).filter(action="catalogue.item_revise").first()
    assert told is not None


@pytest.mark.parametrize("which", ["draft", "withdrawn", "neighbour", "below", "nothing"])
def test_only_a_published_bundle_of_the_place_or_above_may_be_named(place: Any, which: str) -> None:
    item = make_item(place.units["Q" if which == "below" else "C1"])
    where = {"neighbour": "C2", "below": "C1"}.get(which, "Q")
    bundle = bundle_at(place, where, published=which != "draft")
    if which == "withdrawn":
        commands.withdraw_bundle(actor=system_actor(), bundle_id=bundle.pk)
    given = 10**6 if which == "nothing" else bundle.pk
    count = ItemVersion.objects.unscoped(WHY).count()
    with pytest.raises(Refused, match="先到“一类事”里设计、发布") as caught:
        commands.revise_item(
            actor=place.actors["leader"], item_id=item.pk, values={"bundle_id": given}
        )
    assert caught.value.errors[0].field == "bundle_id"
    assert ItemVersion.objects.unscoped(WHY).count() == count


def test_a_shipped_item_leads_to_the_shipped_bundle_that_is_published(place: Any) -> None:
    shop, _other = bundle_at(place), bundle_at(place, "C1", "招聘")
    commands.install_items(
        actor=place.actors["leader"], unit_id=place.units["Q"].pk, template="gongshu"
    )
    lines = queries.menu(place.actors["leader"], place.units["Q"].pk)
    assert {line.code: line.bundle for line in lines if line.bundle} == {"YL01": shop.pk}
    named = {one["bundle"] for list_ in commands.item_templates() for one in list_["items"]
             if "bundle" in one}  # fmt: skip
    assert named == {one["title"] for one in commands.examples().values()}, "each example is used"


def test_by_page_an_item_leads_to_its_application(place: Any, client_of: Any) -> None:
    bundle, item = bundle_at(place), make_item(place.units["Q"])
    leader, boss = client_of("leader"), client_of("boss")
    edit = f"{URL}{item.pk}/edit/"
    assert "开店（临漕区）" in leader.get(edit).content.decode()
    given = {"title": "店招备案", "field_id": "government", "side_id": "government",
             "since": "2026-11-02"}  # fmt: skip
    wrong = leader.post(edit, given | {"bundle_id": "999", "fees": "留着的字"})
    assert wrong.status_code == 422
    assert "留着的字" in wrong.content.decode()
    apply = f"/applications/apply/{bundle.pk}/"
    phone = f"/catalogue/own/items/{item.pk}/"
    assert apply not in boss.get(phone).content.decode()
    assert leader.post(edit, given | {"bundle_id": bundle.pk}).status_code == 302
    acts = boss.get(phone).context["acts"]
    assert (acts[0]["href"], acts[0]["kind"]) == (apply, "primary")
    assert [one["kind"] for one in acts[1:]] == ["plain", "plain"]
    assert boss.get(apply).status_code == 200
    assert apply not in client_of("employee").get(phone).content.decode(), "may not apply"
    assert f"/catalogue/bundles/{bundle.pk}/" in leader.get(f"{URL}{item.pk}/").content.decode()
    page = leader.get(f"/catalogue/bundles/{bundle.pk}/").content.decode()
    assert f"{URL}{item.pk}/" in page
    own = make_item(place.units["C1"], "S01", title="自办", bundle_id=bundle.pk)
    assert own.pk not in [
        one.id for one in queries.items_leading_to(place.actors["neighbour"], bundle.pk)
    ], "an item of a community is none of its neighbours' business"
    commands.withdraw_bundle(actor=place.actors["leader"], bundle_id=bundle.pk)
    assert apply not in boss.get(phone).content.decode()
    assert "已撤下" in leader.get(f"{URL}{item.pk}/").content.decode()
    assert "开店（已撤下）" in leader.get(edit).content.decode()


def test_the_bundle_of_an_item_comes_in_by_its_name(place: Any, tmp_path: Any) -> None:
    bundle, unit = bundle_at(place), place.units["C1"]
    bundle_at(place, "C2", "招聘")
    near = bundle_at(place, "C1", "外摆")
    bundle_at(place, title="外摆")
    path = tmp_path / "items.csv"

    def run(*rows: str) -> Any:
        head = "事项编码,哪个单位的清单,事项名称,五位一体,由哪一侧提供,由哪件“一类事”办理"
        lines = [head, *(f"{row.split()[0]},{unit.name},事项,政务,政府侧,{row.split()[1]}"
                         for row in rows)]  # fmt: skip
        path.write_text("\n".join(lines), encoding="utf-8")
        return run_import(actor=place.actors["leader"], importer="service_items", path=path)

    refused = run("A01 开店", "A02 招聘")
    assert (refused.counts["new"], refused.counts["rejected"]) == (1, 1)
    assert run("A01 开店", "A02 外摆").counts["new"] == 2
    found = {line.code: line.bundle for line in queries.menu(place.actors["leader"], unit.pk)}
    assert found == {"A01": bundle.pk, "A02": near.pk}
    commands.withdraw_bundle(actor=system_actor(), bundle_id=bundle.pk)
    assert run("A01 开店").counts["changed"] == 0, "what stands there may come in again"
    assert run("A02 开店").counts["rejected"] == 1
    assert run("A01 外摆").counts["changed"] == 1
