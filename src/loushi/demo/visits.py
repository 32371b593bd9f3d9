"""Two years of visits, a sweep that has ended and one that goes on, and what firms say."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from random import Random

from django.utils import timezone

from loushi.casework.visits.commands.bulk import (
    PastResult,
    PastVisit,
    make_past_campaign,
    rate_visits,
    record_visits,
    write_results,
)
from loushi.casework.visits.commands.inputs import FindingInput, VisitInput
from loushi.casework.visits.commands.ratings import RatingInput
from loushi.casework.visits.commands.sweeps import CampaignInput
from loushi.casework.visits.models import SweepCampaign, SweepTask
from loushi.demo.people import Staff
from loushi.demo.places import Places, community_of
from loushi.foundation.core.actor import UNIT, Actor, Grant
from loushi.registry.accounts.models import User
from loushi.registry.enterprises.models import Enterprise, EnterpriseContact, EnterpriseMembership
from loushi.registry.territory.models import Unit

REACHED = 0.64
"""Of the firms, how many were visited within the last year."""
AGAIN = 0.12
"""Of those, how many a second time; and of all firms, how many in the year before."""
RATED = 0.06
REASON = "the demo's own rows"
POLICIES = (
    "讲了稳岗返还怎么申请，企业下周准备材料",
    "讲了人才落户新口径，企业有两名应届生符合",
    "介绍了贷款贴息，企业暂时不需要",
    "介绍了数字化改造补贴，企业想要申报指南",
)
RESOURCES = (
    "会议室（20 人）工作日晚上可借",
    "一楼展厅周末可以借给同楼企业办活动",
    "有两个地面车位白天空着，可以共享",
    "愿意来讲一堂跨境电商的课",
)
NOTES = ("", "", "", "经营平稳。", "刚签了新订单，忙。", "前台新人，对情况不熟。", "说物业换了人。")


def write(
    actor: Actor, rng: Random, places: Places, staff: Staff, now: datetime,
    say: Callable[[str], None],
) -> int:  # fmt: skip
    """Writes all of it; returns how many visits."""
    count = _visits(actor, rng, places, staff, now)
    say(f"  走访 {count:,}")
    rooms = _sweeps(actor, rng, places, staff, now)
    say(f"  扫楼 {rooms:,} 间")
    return count


def _officers(staff: Staff, places: Places) -> dict[int, Actor]:
    """The officers as their visits name them, by user id."""
    units = {unit.pk: unit for unit in places.communities}
    ids = [pk for held in staff.officers.values() for pk in held]
    users = User.objects.in_bulk(ids)
    found: dict[int, Actor] = {}
    for unit_id, held in staff.officers.items():
        unit = units.get(unit_id) or Unit.objects.get(pk=unit_id)
        for pk in held:
            found[pk] = as_officer(users[pk], unit)
    return found


def as_officer(user: User, unit: Unit) -> Actor:
    """An officer of a unit as histories name them."""
    permissions = frozenset({"visits.record", "visits.sweep", "visits.view"})
    label = f"{unit.name} 企业专员"
    grant = Grant("enterprise_officer", permissions, UNIT, unit.path, label)
    return Actor(user.pk, user.name, (grant,), label)


def _visits(actor: Actor, rng: Random, places: Places, staff: Staff, now: datetime) -> int:
    officers = _officers(staff, places)
    contacts: dict[int, tuple[str, str]] = {}
    people = EnterpriseContact.objects.unscoped(REASON).order_by("-is_primary", "pk")
    for firm, name, title in people.values_list("enterprise_id", "name", "title"):
        contacts.setdefault(firm, (name, title))
    rows: list[PastVisit] = []
    firms = Enterprise.objects.unscoped(REASON).filter(officer_id__in=officers).order_by("pk")
    own = EnterpriseMembership.objects.unscoped(REASON).values_list("enterprise_id", flat=True)
    with_people = set(own)
    for pk, officer in firms.values_list("pk", "officer_id"):
        always = [20, 95] if pk in with_people else []  # the demo's own firms have what to rate
        for ago in _days_ago(rng) + always:
            at = _moment(rng, now, ago)
            rows.append(
                PastVisit(officers[officer or 0], _visit(rng, pk, at, contacts.get(pk, ("", ""))))
            )
    rows.sort(key=lambda row: (row.given.at or now, row.given.enterprise_id))
    made = record_visits(actor=actor, rows=rows)
    ratings = [
        (visit, _rating(rng)) for visit in made if visit.met != "nobody" and rng.random() < RATED
    ]
    rate_visits(actor=actor, rows=ratings)
    return len(made)


def _days_ago(rng: Random) -> list[int]:
    """On which days before today a firm was visited."""
    days = []
    if rng.random() < REACHED:
        days.append(rng.randrange(1, 365))
        if rng.random() < AGAIN:
            days.append(rng.randrange(1, 365))
    if rng.random() < AGAIN:
        days.append(rng.randrange(365, 730))
    return days


def _moment(rng: Random, now: datetime, ago: int) -> datetime:
    day = timezone.localtime(now).date() - timedelta(days=ago)
    hour = rng.choices(range(8, 21), (3, 12, 14, 8, 2, 5, 13, 14, 10, 6, 2, 2, 1))[0]
    return timezone.make_aware(datetime.combine(day, time(hour, rng.randrange(60))))


def _visit(rng: Random, firm: int, at: datetime, contact: tuple[str, str]) -> VisitInput:
    met = rng.choices(("contact", "other", "nobody"), (80, 12, 8))[0]
    name, title = contact if met == "contact" else ("", "前台")
    found: list[FindingInput] = []
    if met != "nobody" and rng.random() < 0.2:
        found.append(FindingInput(kind="policy", text=rng.choice(POLICIES)))
    if met != "nobody" and rng.random() < 0.05:
        until = timezone.localdate(at) + timedelta(days=180)
        found.append(FindingInput(kind="resource", text=rng.choice(RESOURCES), valid_until=until))
    return VisitInput(
        enterprise_id=firm,
        purpose=rng.choices(("routine", "return", "policy", "lease"), (60, 20, 13, 7))[0],
        met=met,
        at=at,
        met_name=name,
        met_title=title,
        note=rng.choice(NOTES),
        findings=tuple(found),
    )


def _rating(rng: Random) -> RatingInput:
    verdict = rng.choices(("helpful", "fair", "useless"), (78, 17, 5))[0]
    return RatingInput(verdict, rng.random() < 0.06)


def _sweeps(actor: Actor, rng: Random, places: Places, staff: Staff, now: datetime) -> int:
    """In the first community: last quarter's sweep, ended, and this quarter's, half done."""
    community = places.communities[0]
    towers = [t for t in places.towers if community_of(places, t).pk == community.pk]
    secretary = staff.secretaries[community.pk]
    people = User.objects.filter(pk__in=staff.officers[community.pk]).order_by("pk")
    officers = [as_officer(user, community) for user in people]
    today = timezone.localtime(now).date()
    done = 0
    for name, start, length, closed in (("夏季扫楼", 110, 30, True), ("秋季扫楼", 12, 26, False)):
        starts = today - timedelta(days=start)
        given = CampaignInput(
            name=name,
            due_on=starts + timedelta(days=length),
            building_ids=tuple(tower.pk for tower in towers),
            starts_on=starts,
            note="先扫高层，再扫裙楼。",
        )
        began = _moment(rng, now, start)
        ended = began + timedelta(days=length) if closed else None
        campaign = make_past_campaign(
            actor=actor, given=given, at=began, by=secretary.name, closed_at=ended,
            closing_note="个别房间装修中，列入下次。" if closed else "",
        )  # fmt: skip
        rows = _results(rng, campaign, officers, began, ended or now, 0.97 if closed else 0.45)
        done += write_results(actor=actor, rows=rows)
    return done


def _results(
    rng: Random, campaign: SweepCampaign, officers: list[Actor], since: datetime, until: datetime,
    share: float,
) -> list[PastResult]:  # fmt: skip
    tasks = list(SweepTask.objects.unscoped(REASON).filter(campaign=campaign).order_by("pk"))
    wanted = tasks[: round(len(tasks) * share)]
    minutes = max(1, int((until - since).total_seconds() // 60) - 60)
    times = sorted(rng.randrange(minutes) for _task in wanted)
    rows = []
    for number, (task, minute) in enumerate(zip(wanted, times, strict=True)):
        at = since + timedelta(minutes=minute)
        who = officers[number % len(officers)]
        outcome, note, changes = _found(rng, task)
        if outcome in ("absent", "refused") and rng.random() < 0.6:
            rows.append(PastResult(who, task.pk, at, outcome, note))
            later = min(at + timedelta(days=2), until - timedelta(minutes=1))
            outcome, note, changes, at = "confirmed", "", (), later
            if not task.base:
                outcome = "vacant"
        rows.append(PastResult(who, task.pk, at, outcome, note, changes))
    return sorted(rows, key=lambda row: (row.at, row.task_id))


def _found(rng: Random, task: SweepTask) -> tuple[str, str, tuple[dict[str, object], ...]]:
    """What was found at a door: never against what the register says today."""
    if rng.random() < 0.1:
        return rng.choices(
            (("absent", "敲门没人应。", ()), ("refused", "说要先问总部。", ())), (4, 1)
        )[0]
    if not task.base:
        return "vacant", "", ()
    if rng.random() < 0.08:
        tenant = task.base[0]
        count = tenant["staff_count"] or 10
        change = {
            "kind": "staff_count",
            "enterprise_id": tenant["enterprise_id"],
            "name": tenant["name"],
            "before": str(max(1, count - rng.randrange(1, 4))),
            "after": str(count),
        }
        return "corrected", "", (change,)
    return "confirmed", "", ()
