"""What the first communities offer: their menus from the district's guide, and resources (a canteen
with its towers, a room, a shuttle, a draft)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from loushi.demo.places import Places
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import path_range
from loushi.registry.enterprises.models import EnterpriseMembership
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue.models import MenuEntry, Resource

RESOURCES = (
    ("canteen", "青年食堂", "楼内餐饮企业", "午餐和送餐，人均 25 元",
     200, "人", "工作日 11:00-13:30"),
    ("room", "楼宇路演厅", "商务社区", "路演、培训、招聘会，带投屏和音响",
     80, "座", "每天 9:00-21:00"),
    ("shuttle", "地铁接驳班车", "商务社区", "早晚高峰往返地铁站",
     30, "座", "工作日 7:30-9:30 17:00-19:00"),
    ("expert", "大咖智囊团", "商会", "法律、财税、知识产权坐诊，提前一天预约",
     6, "人", "每周三下午"),
)  # fmt: skip

_ALWAYS = {"days_ahead": 14, "release_minutes": 15}
GUESTS = (
    ("周晓岚", "1390000{:02}11", 2, "带客户吃午饭"), ("林向北", "1390000{:02}12", 6, "部门聚餐"),
    ("陈知夏", "1390000{:02}13", 1, ""),
)  # fmt: skip

TIMES: dict[str, dict[str, Any]] = {
    "room": {**_ALWAYS, "minutes": 60, "places": 1, "most": 1, "workday_hours": "09:00-17:00",
             "restday_hours": "10:00-16:00", "extended_hours": "18:00-20:00"},
    "canteen": {**_ALWAYS, "minutes": 30, "places": 60, "most": 10,
                "workday_hours": "11:00-13:30"},
}  # fmt: skip


def write_items(
    actor: Actor, places: Places, template: str, today: date, say: Callable[[str], None]
) -> None:  # fmt: skip
    """The shipped guide of this kind of district; the first three communities take it over, and the
    first one has hours and a contact of its own."""
    since = today - timedelta(days=200)
    made = commands.install_items(
        actor=actor, unit_id=places.district.pk, template=template, since=since
    )
    for unit in places.communities[:3]:
        commands.take_items(
            actor=actor, unit_id=unit.pk, item_ids=made, since=since + timedelta(days=14)
        )
    entries = MenuEntry.objects.unscoped("building the demo").filter(unit=places.communities[0])
    for entry in entries.order_by("pk")[:2]:
        commands.adapt_entry(
            actor=actor, entry_id=entry.pk, since=today - timedelta(days=30),
            values={
                "hours": "工作日 9:00-18:00，午间不休", "contact": "8801 0000",
                "note": "综合服务中心 1 号窗口，周六可预约。",
            },
        )  # fmt: skip
    say(f"  服务事项 {len(made)}")


def _provide(actor: Actor, row: Resource, today: date, number: int) -> None:
    """The canteen is run by a firm whose contact may log in; on the next day that it opens some
    guests come, unless the demo's day is not the real one: nobody books in the past."""
    held = EnterpriseMembership.objects.unscoped("building the demo").filter(
        path_range("unit_path", row.unit_path), role__code="enterprise_contact"
    )
    contact = held.select_related("enterprise").order_by("pk").first()
    if contact is None:
        return
    commands.update_resource(
        actor=actor, resource_id=row.pk,
        values={"firm_id": contact.enterprise_id, "provider": contact.enterprise.name},
    )  # fmt: skip
    table, _most = queries.timetable(row)
    days = table.days() if today == timezone.localdate() else []
    slots = [one for day in days[:3] for one in table.lines(day) if not one.past]
    for slot, (name, phone, units, note) in zip(slots, GUESTS, strict=False):
        commands.book_resource_for(
            actor=actor, resource_id=row.pk, starts_at=slot.starts_at, name=name,
            phone=phone.format(number), units=units, note=note,
        )  # fmt: skip


def write(actor: Actor, places: Places, today: date, say: Callable[[str], None]) -> None:
    """Four resources for each of the first three communities; the last stays a draft."""
    count = 0
    for unit in places.communities[:3]:
        towers = [one.pk for one in places.towers if one.unit_path.startswith(unit.path)]
        for number, (kind, name, provider, summary, size, measure, hours) in enumerate(RESOURCES):
            row = commands.draft_resource(
                actor=actor, unit_id=unit.pk,
                values={
                    "kind_id": kind, "name": name, "provider": provider, "summary": summary,
                    "capacity": size, "measure": measure, "hours": hours, "contact": "8801 0000",
                    "booking": "打电话或到综合服务中心登记", "since": today - timedelta(days=60),
                    "building_ids": towers[:15] if kind == "canteen" else [],
                },
            )  # fmt: skip
            if number < len(RESOURCES) - 1:
                commands.publish_resource(actor=actor, resource_id=row.pk)
            if kind in TIMES:
                commands.set_times(actor=actor, resource_id=row.pk, values=TIMES[kind])
            if kind == "canteen":
                _provide(actor, row, today, count)
            count += 1
    say(f"  社区资源 {count}")
