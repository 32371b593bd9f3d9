"""Bodies of every community and tower, and a year of their meetings (story 8)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from loushi.demo import names
from loushi.demo.people import Staff
from loushi.demo.places import Places
from loushi.foundation.core.actor import Actor
from loushi.registry.accounts.models import User
from loushi.registry.buildings.models import Building, BuildingRole
from loushi.services.governance import commands
from loushi.services.governance.commands import Decided, Held, NewBody, NewItem
from loushi.services.governance.models import AgendaItem, Body, BodyKind, CouncilSeat

SIDES = (
    ("community", "chair"), ("owners", "vice"), ("manager", "secretary"), ("party", "member"),
    ("firms", "member"), ("firms", "member"), ("staff", "member"),
)  # fmt: skip
MATTERS = (
    ("改造一层空铺为楼宇青年食堂", "几家企业的职工中午只能点外卖，楼内一家餐饮公司愿意承接。",
     ("与餐饮公司签三个月试运行协议", "消防和明厨亮灶验收"), "食堂已开业，送餐覆盖周边楼宇。"),
    ("午间电梯分层停靠", "12 点前后等电梯要十几分钟。", ("调整梯控、张贴分层表",),
     "分层停靠已实行，高峰等候明显缩短。"),
    ("地下车库错峰共享", "晚上空位多、白天一位难求。", ("核实空位、签错峰协议",),
     "已开放错峰车位，在物业前台登记即可。"),
    ("大堂增设快递柜", "快递堆在前台，存在消防隐患。", ("选点报消防", "联系快递柜公司进场"),
     "快递柜已启用。"),
    ("非机动车棚加装充电桩", "飞线充电屡禁不止。", ("比价安装、张贴禁止飞线",),
     "充电桩已通电，飞线已清。"),
    ("中央空调延时到 20 点", "多家企业加班集中，反映闷热。", ("测算能耗和分摊办法",),
     "工作日延时到 20 点，费用按使用面积分摊。"),
    ("楼道堆物集中清理", "消防通道被占。", ("发通知、约定清理日", "逐层复查"), "已清理并复查。"),
    ("外立面夜景灯调整时段", "临街住户反映晃眼。", ("改定时器",), "22 点后只保留轮廓灯。"),
)  # fmt: skip
WHY = "building the demo"


def found(
    actor: Actor, rng: Random, places: Places, staff: Staff, today: date, say: Callable[[str], None]
) -> dict[int, Body]:
    """Registers the bodies; returns by building which one its demands are referred to."""
    commands.install_kinds()
    kinds = {kind.code: kind for kind in BodyKind.objects.all()}
    since = today - timedelta(days=900)
    towers = {
        unit.path: [one for one in places.towers if one.unit_path.startswith(unit.path)]
        for unit in places.communities
    }
    people = _people()
    made: list[NewBody] = []
    for unit in places.communities:
        head = unit.name.removesuffix("商务社区")
        secretary = staff.secretaries[unit.pk]
        body = Body(name=f"{head}楼宇治理委员会", kind=kinds["council"], unit=unit,
                    unit_path=unit.path, since=since)  # fmt: skip
        made.append(NewBody(body, _seats(rng, since, [secretary])))
        for tower in towers[unit.path]:
            body = Body(name=f"{tower.name}红色物业议事厅", kind=kinds["forum"], unit=unit,
                        unit_path=unit.path, building=tower, since=since)  # fmt: skip
            made.append(NewBody(body, _seats(rng, since, people.get(tower.pk, []), tower)))
    bodies = commands.found_bodies(actor=actor, bodies=made)
    say(f"  议事组织 {len(bodies)}")
    return {body.building_id: body for body in bodies if body.building_id}


def _people() -> dict[int, list[User]]:
    """Accounts of the towers that have some."""
    found: dict[int, list[User]] = {}
    rows = BuildingRole.objects.unscoped(WHY).filter(
        role__code__in=("building_chief", "council_member", "property_officer")
    )
    for row in rows.select_related("user").order_by("pk"):
        found.setdefault(row.building_id, []).append(row.user)
    return found


def _seats(
    rng: Random, since: date, users: list[User], tower: Building | None = None
) -> list[CouncilSeat]:
    accounts = dict(enumerate(users))
    return [
        CouncilSeat(
            user=accounts.get(number), side=side, post=post, since=since,
            name=accounts[number].name if number in accounts else names.person(rng),
            manager=tower.manager if tower and side == "manager" else None,
        )
        for number, (side, post) in enumerate(SIDES)
    ]  # fmt: skip


def meet(
    actor: Actor, rng: Random, places: Places, today: date, say: Callable[[str], None]
) -> None:
    """A year of meetings: monthly in the communities, twice in each tower."""
    bodies = Body.objects.unscoped(WHY).select_related("kind", "building").order_by("pk")
    seats: dict[int, list[CouncilSeat]] = {}
    for seat in CouncilSeat.objects.unscoped(WHY).order_by("pk"):
        seats.setdefault(seat.body_id, []).append(seat)
    held = []
    for body in bodies:
        step, offset = (30, 0) if body.building_id is None else (182, rng.randrange(170))
        for back in range(365 - offset, 5, -step):
            held.append(_held(rng, body, seats[body.pk], today - timedelta(days=back), today))
    made = commands.hold_meetings(actor=actor, meetings=held)
    waiting = [
        NewItem(body=body, title=title, summary=summary, at=timezone.now() - timedelta(days=3),
                proposer="委员提议", source=AgendaItem.Source.PROPOSAL)
        for body in bodies if body.building_id is None or rng.random() < 0.05
        for title, summary, _tasks, _answer in [rng.choice(MATTERS)]
    ]  # fmt: skip
    commands.propose_many(actor=actor, items=waiting)
    say(f"  会议 {len(held)}，决议 {len(made)}")


def _held(rng: Random, body: Body, seats: list[CouncilSeat], day: date, today: date) -> Held:
    at = timezone.make_aware(datetime.combine(day, time(14)))
    there = {seat.pk: rng.choices(("room", "phone", "excused"), (78, 12, 10))[0] for seat in seats}
    count = 2 if body.building_id is None else 1
    place = f"{body.building.name}会议室" if body.building else "综合服务中心会议室"
    decided = [_decided(rng, body, seats, at, today, matter)
               for matter in rng.sample(MATTERS, count)]  # fmt: skip
    return Held(
        body=body, seats=seats, title=f"{day.year} 年 {day.month} 月例会", at=at, place=place,
        chair=seats[0].name, notes="各方充分讨论后逐项表决。", there=there, decided=decided,
    )  # fmt: skip


def _decided(
    rng: Random, body: Body, seats: list[CouncilSeat], at: datetime, today: date,
    matter: tuple[str, str, tuple[str, ...], str],
) -> Decided:  # fmt: skip
    title, summary, tasks, answer = matter
    unpopular = rng.random() < 0.08
    weights = (25, 60, 15) if unpopular else (88, 6, 6)
    choices = {seat.pk: rng.choices(("for", "against", "abstain"), weights)[0] for seat in seats}
    day = timezone.localtime(at).date()
    over = (today - day).days > 40
    lines = [
        (what, seats[2 if n % 2 == 0 else 4].name, due, due - timedelta(days=2) if over else None)
        for n, what in enumerate(tasks)
        for due in [day + timedelta(days=14 + 7 * n)]
    ]
    item = NewItem(body=body, title=title, summary=summary, at=at - timedelta(days=12),
                   proposer=seats[4].name, source=AgendaItem.Source.PROPOSAL)  # fmt: skip
    return Decided(
        item=item, choices=choices, discussion="物业说明了费用，业主方同意先试行。", tasks=lines,
        verdict="solved" if over else "", answer=answer if over else "",
    )  # fmt: skip
