"""Stations of every community, one inspected standard, and the first community's rota."""

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from random import Random

from loushi.demo.people import Staff
from loushi.demo.places import Places
from loushi.foundation.core.actor import Actor
from loushi.registry.accounts.models import User
from loushi.registry.accounts.queries import actor_for
from loushi.services.stations import commands, queries
from loushi.services.stations.models import DutyMember, StandardItem

KINDS = (
    ("centre", "综合服务中心", "own", 320), ("red_collar", "红领驿站", "shared", 85),
    ("rider", "骑士加油站", "integrated", 42),
)  # fmt: skip
SERVICES = (
    ("government", "营业执照代办"), ("government", "公积金咨询"), ("party", "组织关系转接"),
    ("legal", "劳动争议咨询"), ("social", "职工活动报名"), ("medical", "血压测量"),
)  # fmt: skip
WHY = "building the demo"
FIRST_STATIONS = 15
"""The first community has as many stations as the story of the rota tells."""


def write(
    actor: Actor, rng: Random, places: Places, staff: Staff, today: date,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    """Registers, inspects, and asks the background job for this month's rota."""
    commands.install_standard(since=today.replace(month=1, day=1))
    items = list(StandardItem.objects.values_list("pk", flat=True))
    made = 0
    for number, unit in enumerate(places.communities):
        count = FIRST_STATIONS if number == 0 else len(KINDS)
        towers = [one for one in places.towers if one.unit_path.startswith(unit.path)]
        for n in range(count):
            kind, label, tenure, area = KINDS[n if n < len(KINDS) else 1 + n % 2]
            tower = towers[n % len(towers)] if towers and n else None
            head = tower.name if tower else unit.name.removesuffix("商务社区")
            row = commands.create_station(
                actor=actor, unit_id=unit.pk,
                values={
                    "name": f"{head}{label}" if n <= len(towers) else f"{head}{label}{n}",
                    "kind": kind, "tenure": tenure, "area": Decimal(area + rng.randrange(20)),
                    "building_id": tower.pk if tower else None,
                    "address": tower.address if tower else "", "phone": f"8801 {made:04}",
                    "workday_hours": "09:00-12:00 13:30-17:30", "restday_hours": "10:00-16:00",
                    "extended_hours": "12:00-13:30" if n < len(KINDS) else "",
                    "slot_minutes": 30 if n < len(KINDS) else None,
                    "since": today - timedelta(days=400),
                    "services": [
                        (code, name) for code, name in rng.sample(SERVICES, 3 if n else 6)
                    ],
                    "spaces": [("会客厅", Decimal(24), 12, "洽谈"), ("值守台", Decimal(8), 2, "")],
                },
            )  # fmt: skip
            if n == 0:
                commands.set_counters(
                    actor=actor, station_id=row.pk, lines=[("1 号窗口", []), ("2 号窗口", [])]
                )
            if n < len(KINDS):
                commands.inspect(
                    actor=actor, station_id=row.pk, on=today - timedelta(days=rng.randrange(60)),
                    met=rng.sample(items, len(items) - n),
                )  # fmt: skip
            made += 1
    say(f"  服务站点 {made}")
    _rota(rng, places, staff, today)


def _rota(rng: Random, places: Places, staff: Staff, today: date) -> None:
    """The month of `today`: every department, every station of the first community."""
    unit = places.communities[0]
    secretary = actor_for(User.objects.get(username="secretary1"), today)
    first = today.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    row = commands.create_rota(
        actor=secretary, unit_id=unit.pk, name=f"{today.year} 年 {today.month} 月轮值", first=first,
        last=last,
    )  # fmt: skip
    chosen = [f"d{one.pk}" for one in staff.departments.values()]
    commands.set_members(actor=secretary, rota_id=row.pk, chosen=chosen)
    commands.add_template(
        actor=secretary, rota_id=row.pk, weekdays=list(range(7)), starts=time(9), ends=time(17),
        station_ids=[pk for pk, _name in queries.station_choices(secretary, row)],
    )  # fmt: skip
    members = DutyMember.objects.unscoped(WHY).filter(rota=row).order_by("pk")
    days = (last - first).days + 1
    for member in members:
        start = first + timedelta(days=rng.randrange(days))
        commands.add_away(
            actor=secretary, rota_id=row.pk, member_id=member.pk, first=start,
            last=min(last, start + timedelta(days=rng.randrange(1, 4))), why="另有任务",
        )  # fmt: skip
    commands.request_solution(actor=secretary, rota_id=row.pk)
