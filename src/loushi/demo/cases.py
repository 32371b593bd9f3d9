"""Two years of demands with their histories, through the bulk form of the real commands."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Any

from django.utils import timezone

from loushi.casework.demands.commands.bulk import History, Step, replay, write_replayed
from loushi.casework.demands.commands.case import Case
from loushi.casework.demands.commands.clocks import holding_rules
from loushi.casework.demands.models import Demand, DemandCategory
from loushi.demo import names
from loushi.demo.ahead import ahead, can_fork
from loushi.demo.people import Staff, as_clerk, as_handler, as_secretary
from loushi.demo.places import Places, Template, community_of
from loushi.foundation.core.actor import BUILDING, Actor, Grant
from loushi.foundation.core.calendar import WorkingCalendar
from loushi.foundation.core.clocks import standard_calendar
from loushi.registry.accounts.models import Department, User
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.models import Enterprise, Tenancy
from loushi.services.governance.models import Body

MONTHS = 24
BATCH = 4000
DAY = 420
RECENT = timedelta(days=25)
PASSED_ON = 0.06
"""Of what comes before the councils, how much the building cannot settle."""


@dataclass
class Script:
    """Everything a history needs while it is written."""

    rng: Random
    calendar: WorkingCalendar
    now: datetime
    clerk: Actor
    secretary: Actor
    firm: Actor
    department: Department
    handler: Actor
    others: list[tuple[Department, Actor]]
    building: Building
    body: Body | None
    at: datetime
    steps: list[Step] = field(default_factory=list)
    over: bool = False
    stalls_after: int = 99
    """How many steps are made before everybody is too busy: some recent cases lie still."""

    def go(self, minutes: float, move: str, actor: Actor, **values: Any) -> bool:
        """The next step after some working minutes; False once it would lie in the future."""
        if self.over or len(self.steps) >= self.stalls_after:
            self.over = True
            return False
        self.at = self.calendar.add(self.at, max(1, round(minutes)))
        if self.at > self.now:
            self.over = True
            return False
        self.steps.append(Step(self.at, move, actor, values))
        return True


@contextmanager
def replayed(
    rng: Random, shape: Template, places: Places, staff: Staff, contacts: dict[int, User],
    bodies: dict[int, Body], now: datetime,
) -> Iterator[Iterator[list[Case]]]:  # fmt: skip
    """The demands with all that happened to them, in portions, in order of submission. A large
    district's are made by a second process from now on, whatever this one does meanwhile."""
    calendar = standard_calendar()
    tenants = _tenants(places)
    categories = {
        row.code: row for row in DemandCategory.objects.select_related("parent").order_by("id")
    }

    def portions() -> Iterator[list[Case]]:
        moments = _moments(rng, calendar, shape.demands, now)
        while portion := [
            replay(_history(rng, calendar, shape, places, staff, contacts, bodies, categories,
                            tenants, at, now))
            for at in islice(moments, BATCH)
        ]:  # fmt: skip
            yield portion

    aside = shape.demands > BATCH and can_fork()
    with holding_rules(), ahead(portions, aside=aside) as made:
        yield made


def write(
    actor: Actor, portions: Iterable[list[Case]], count: int, say: Callable[[str], None]
) -> int:
    """Writes the demands as they come; returns how many."""
    made = 0
    for portion in portions:
        made += len(write_replayed(actor=actor, cases=portion))
        say(f"  诉求 {made:,} / {count:,}")
    return made


def _moments(
    rng: Random, calendar: WorkingCalendar, count: int, now: datetime
) -> Iterator[datetime]:
    """Submission times over 24 months, a little more in later months, mostly in working hours."""
    first = (now - timedelta(days=30 * MONTHS)).date()
    days = (timezone.localtime(now).date() - first).days
    found = []
    while len(found) < count:
        day = first + timedelta(days=int(days * rng.random() ** 0.9) + 1)
        if not calendar.is_working_day(day) and rng.random() < 0.85:
            continue
        hour = rng.choices(range(8, 22), (6, 14, 14, 10, 4, 8, 13, 12, 9, 6, 3, 2, 1, 1))[0]
        at = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)))
        aware = timezone.make_aware(at)
        if aware < now:
            found.append(aware)
    return iter(sorted(found))


def _tenants(places: Places) -> list[tuple[Enterprise, Building, Tenancy]]:
    towers = {tower.pk: tower for tower in places.towers}
    reason = "the demo's tenants submit demands"
    rows = Tenancy.objects.unscoped(reason).select_related("enterprise", "space").order_by("pk")
    return [(row.enterprise, towers[row.building_id], row) for row in rows]


def _history(
    rng: Random, calendar: WorkingCalendar, shape: Template, places: Places, staff: Staff,
    contacts: dict[int, User], bodies: dict[int, Body], categories: dict[str, DemandCategory],
    tenants: list[tuple[Enterprise, Building, Tenancy]], at: datetime, now: datetime,
) -> History:  # fmt: skip
    """One demand: who, where, what, and what happened until now."""
    enterprise, building, tenancy = tenants[_pick(rng, len(tenants))]
    community = community_of(places, building)
    code, short, sentences = rng.choice(names.TOPICS)
    sentence = rng.choice(sentences)
    user = contacts.get(enterprise.pk)
    firm = Actor(
        user.pk if user else None, user.name if user else "企业联系人", (), enterprise.name
    )
    clerk = as_clerk(rng.choice(staff.clerks[community.pk]), community)
    department = staff.departments[short]
    demand = Demand(
        prefix=shape.prefix,
        year=timezone.localtime(at).year,
        title=sentence,
        text=f"{sentence}。{_more(rng, building, tenancy)}",
        side=rng.choices(("enterprise", "employee", "public"), (80, 13, 7))[0],
        category=categories[code],
        urgency=rng.choices(("normal", "urgent", "critical"), (88, 10, 2))[0],
        channel=rng.choices(("online", "window", "visit", "phone", "group"), (55, 15, 14, 9, 7))[0],
        enterprise=enterprise,
        submitter_id=user.pk if user else None,
        contact_name=firm.name,
        contact_phone=f"199{enterprise.pk % 10**8:08d}",
        hide_name=rng.random() < 0.05,
        unit_id=_unit_id(building, tenancy),
        unit_path=tenancy.unit_path,
        building=building,
        space=tenancy.space,
        submitted_at=at,
    )
    script = Script(
        rng, calendar, now, clerk, as_secretary(staff.secretaries[community.pk], community), firm,
        department, as_handler(staff.handlers[department.pk], department),
        _others(rng, staff, department), building, bodies.get(building.pk), at,
    )  # fmt: skip
    _tell(script, demand)
    return History(demand, firm if demand.channel == "online" else clerk, script.steps)


def _pick(rng: Random, count: int) -> int:
    """Some tenants speak up far more often than others."""
    return int(count * rng.random() ** 1.3)


def _unit_id(building: Building, tenancy: Tenancy) -> int:
    return int(tenancy.unit_path[-6:]) if tenancy.unit_path else building.unit_id


def _more(rng: Random, building: Building, tenancy: Tenancy) -> str:
    room = tenancy.space.number if tenancy.space else ""
    return rng.choice(
        (
            f"我司在{building.name} {room} 室，盼尽快处理。",
            f"{building.name}好几家都有同样的情况，已经跟物业说过两次。",
            "希望能有人上门看一看，白天都在。",
            f"从上个月开始的，影响 {rng.randrange(5, 60)} 名员工。",
        )
    )


def _others(rng: Random, staff: Staff, department: Department) -> list[tuple[Department, Actor]]:
    rest = [row for row in staff.departments.values() if row.pk != department.pk]
    return [(row, as_handler(staff.handlers[row.pk], row)) for row in rng.sample(rest, 2)]


def _tell(s: Script, demand: Demand) -> None:
    """The story of one demand, from acceptance on."""
    rng = s.rng
    if s.now - s.at < RECENT and rng.random() < 0.3:
        s.stalls_after = rng.randrange(7)
    if rng.random() < 0.012:
        s.go(rng.uniform(20, 400), "withdraw", s.firm)
        return
    if not s.go(rng.expovariate(1 / 28) + 4, "accept", s.clerk):
        return
    if rng.random() < 0.02:
        s.go(30, "decline", s.clerk, reason="不属于受理范围，已告知向合同约定的仲裁机构提出。")
        return
    if rng.random() < 0.05:
        s.go(25, "ask_info", s.clerk, note="请补充发生的时间和现场照片。")
        s.go(rng.expovariate(1 / 500) + 20, "supply_info", s.firm, note="已补充，见附件。")
    if rng.random() < 0.22:
        s.go(rng.expovariate(1 / 60) + 5, "refer", s.clerk, body=s.body)
        _at_council(s)
        return
    co = [s.others[0][0]] if rng.random() < 0.18 else []
    s.go(rng.expovariate(1 / 60) + 5, "dispatch", s.clerk, lead=s.department, co=co)
    department, handler = s.department, s.handler
    if rng.random() < (0.12 if s.stalls_after < 99 else 0.04):
        s.go(rng.uniform(60, 800), "hand_back", handler, reason="不属本单位职责，建议改派。")
        department, handler = s.others[1]
        s.go(rng.uniform(20, 200), "dispatch", s.clerk, lead=department)
        co = []
        if rng.random() < (0.5 if s.stalls_after < 99 else 0.12):
            s.go(rng.uniform(60, 800), "hand_back", handler, reason="职责有交叉，请裁定。")
            department, handler = s.department, s.handler
            s.go(rng.uniform(60, 500), "arbitrate", s.secretary, lead=department,
                 reason="按职责清单由该单位主办。")  # fmt: skip
    _at_unit(s, handler, [s.others[0][1]] if co else [])


def _at_council(s: Script) -> None:
    """Small things of a tower: its council solves most within the building."""
    grant = as_council(s.building)
    s.go(s.rng.expovariate(1 / 60) + 10, "sign", grant)
    s.go(s.rng.expovariate(1 / 60) + 10, "contact", grant, note="物业已上门查看。")
    # A draw of its own: one more from the story's would make another district of every seed.
    if Random(s.at.isoformat()).random() < PASSED_ON:
        s.go(90, "escalate", s.clerk, reason="涉及市政或执法，楼里定不了。")
        s.go(60, "dispatch", s.clerk, lead=s.department)
        _at_unit(s, s.handler, [])
        return
    s.go(s.rng.expovariate(1 / 600) + 30, "resolve", grant, verdict="solved",
         answer=s.rng.choice(names.ANSWERS))  # fmt: skip
    _at_firm(s, grant)


def as_council(building: Building) -> Actor:
    grant = Grant("council_member", frozenset({"demands.handle"}), BUILDING, str(building.pk))
    return Actor(None, "楼委会", (grant,), f"{building.name} 楼委会")


def _at_unit(s: Script, handler: Actor, helpers: list[Actor]) -> None:
    rng = s.rng
    s.go(rng.expovariate(1 / 60) + 10, "sign", handler)
    s.go(rng.expovariate(1 / 55) + 5, "contact", handler, note="已电话联系，约定上门时间。")
    s.go(rng.expovariate(1 / 200) + 10, "start", handler)
    if rng.random() < 0.3:
        s.go(rng.expovariate(1 / 400) + 20, "progress", handler, note="现场勘查完毕，方案已报批。")
    if rng.random() < 0.07:
        s.go(30, "ask_info", handler, note="请补充合同或现场材料。")
        s.go(rng.expovariate(1 / 700) + 20, "supply_info", s.firm, note="材料已上传。")
    for helper in helpers:
        s.go(rng.expovariate(1 / 300) + 20, "answer_part", helper, note="协办事项已办完。")
    if rng.random() < 0.05:
        s.go(40, "ask_extension", handler, amount=3, reason="需会签两个部门。")
        s.go(60, "grant_extension", s.secretary)
    if rng.random() < 0.05:
        review = timezone.localtime(s.at).date() + timedelta(days=rng.randrange(20, 150))
        if s.go(50, "suspend", s.secretary, review_on=review, reason="等上级政策口径，暂挂账。"):
            morning = timezone.make_aware(datetime.combine(review, time(10)))
            minutes = s.calendar.between(s.at, max(s.at, morning)) + rng.uniform(0, 200)
            s.go(minutes, "resume", s.secretary)
    if rng.random() < 0.05:
        s.go(60, "urge", s.firm)
    verdict = rng.choices(("solved", "explained", "unsolvable"), (84, 13, 3))[0]
    answer = names.CAN_NOT if verdict == "unsolvable" else rng.choice(names.ANSWERS)
    s.go(rng.triangular(60, 2000, 1200), "resolve", handler, verdict=verdict, answer=answer)
    _at_firm(s, handler)


def _at_firm(s: Script, handler: Actor) -> None:
    """Rating, having it done again, or silence until the case closes by itself."""
    rng = s.rng
    if rng.random() < 0.03:
        s.go(rng.uniform(60, 800), "reopen", s.firm, reason="问题又出现了，请再来看看。")
        s.go(rng.expovariate(1 / 120) + 10, "sign", handler)
        s.go(rng.expovariate(1 / 500) + 40, "resolve", handler, verdict="solved",
             answer="已再次处理并回访确认。")  # fmt: skip
    if rng.random() < 0.77:
        score = rng.choices((1, 2, 3, 4, 5), (1, 2, 6, 36, 55))[0]
        solved = "no" if score <= 2 else rng.choices(("yes", "partly", "no"), (88, 9, 3))[0]
        s.go(rng.expovariate(1 / 500) + 15, "rate", s.firm, score=score, solved=solved)
    elif not s.over:
        closed = s.at + timedelta(days=7, hours=1)
        if closed <= s.now:
            s.steps.append(Step(closed, "close_unrated", Actor(None, "系统", appointment="系统")))


def since_of(today: date) -> date:
    """The founding day of the district: long before the first demand."""
    return today - timedelta(days=30 * MONTHS + 400)
