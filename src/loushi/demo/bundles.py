"""一类事: the three shipped bundles, published for the district, with running and ended cases."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from loushi.casework.applications.commands import Request
from loushi.casework.applications.commands.bulk import Happened, History, submit_many
from loushi.demo.places import Places
from loushi.foundation.core import clocks
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.calendar import WorkingCalendar
from loushi.foundation.core.scoping import path_range
from loushi.registry.accounts.models import Appointment, User
from loushi.registry.enterprises.models import Enterprise, EnterpriseMembership
from loushi.services.catalogue import commands as catalogue
from loushi.services.catalogue.models import ServiceBundle
from loushi.services.catalogue.models.flow import Flow, Planned, flow_of, plan
from loushi.services.catalogue.queries import live_version

WHY = "the demo looks for who is there"
EVENTS, SPECTATORS = 27, 200_000  # seed S8
SHOPS = (
    "一碗面馆",
    "鹿角咖啡",
    "晚风烘焙",
    "青禾轻食",
    "半山茶铺",
    "云上理发",
    "集木书店",
    "小满粥铺",
)
CUPS = ("城市杯", "高校联赛", "楼宇杯", "新秀赛", "战队邀请赛", "冠军赛", "女子公开赛")
GAMES = ("格斗", "竞速", "卡牌", "射击", "足球")


def write(
    actor: Actor, rng: Random, places: Places, now: datetime, say: Callable[[str], None]
) -> None:
    """Publishes the three, and lets people of the first community apply."""
    bundles = {name: _published(actor, places.district.pk, name) for name in catalogue.examples()}
    people = _People(places, timezone.localtime(now).date())
    histories = sorted(
        [*_shops(rng, people, bundles["shop"], now), *_events(rng, people, bundles["esports"], now),
         *_hirings(rng, people, bundles["hiring"], now)],
        key=lambda one: one.at,
    )  # fmt: skip
    made = submit_many(actor=actor, histories=histories)
    say(f"  一类事 {len(bundles)}，申请 {len(made)}")


def _published(actor: Actor, unit_id: int, name: str) -> ServiceBundle:
    shown = catalogue.examples()[name]
    row = catalogue.create_bundle(actor=actor, unit_id=unit_id, values=shown, example=name)
    return catalogue.publish_bundle(actor=actor, bundle_id=row.pk)


class _People:
    """Who applies in the first community, and who does which step."""

    def __init__(self, places: Places, today: date) -> None:
        self.unit = places.communities[0]
        posts = Appointment.objects.unscoped(WHY).filter(role__code="department_handler")
        self.handlers: dict[int, Actor] = {}
        for post in posts.select_related("user", "department").order_by("-pk"):
            if post.department is not None:
                self.handlers[post.department.pk] = _acting(post.user, f"{post.department} 经办")
        clerk = User.objects.get(username="clerk1")
        self.clerk = _acting(clerk, f"{self.unit.name} 窗口")
        rows = EnterpriseMembership.objects.unscoped(WHY).filter(
            path_range("enterprise__unit_path", self.unit.path),
            role__code="enterprise_contact", user__username__startswith="firm",
        )  # fmt: skip
        people = {
            one.enterprise_id: one.user for one in rows.select_related("user").order_by("-pk")
        }
        firms = Enterprise.objects.unscoped(WHY).filter(
            path_range("unit_path", self.unit.path), unit__isnull=False
        )
        first = list(firms.filter(pk__in=people).select_related("unit").order_by("pk")[:3])
        others = list(firms.exclude(pk__in=people).select_related("unit").order_by("pk")[:8])
        self.firms: list[tuple[Enterprise, Actor]] = [
            (one, _acting(people[one.pk], one.name) if one.pk in people
             else Actor(user_id=None, name=one.name))
            for one in [*first, *others]
        ]  # fmt: skip

    def of(self, planned: Planned) -> Actor:
        return self.handlers.get(planned.step.department or 0, self.clerk)


def _acting(user: User, post: str) -> Actor:
    return Actor(user_id=user.pk, name=user.name, appointment=post)


def _shops(rng: Random, people: _People, bundle: ServiceBundle, now: datetime) -> Iterator[History]:
    """Founders at the window; the latest still run, one waits for a correction."""
    for number, name in enumerate(SHOPS):
        answers = {
            "f1": name, "f2": "美容美发" if "理发" in name else "零售" if "书" in name else "餐饮",
            "f3": f"{rng.randrange(1, 4)} 层 {rng.randrange(101, 140)} 室",
            "f4": rng.randrange(40, 180), "f5": rng.choice(["yes", "no"]), "f6": "yes",
        }  # fmt: skip
        request = Request(
            bundle.pk, answers, unit_id=people.unit.pk, applicant=f"{name}（筹）",
            contact_name=rng.choice(["沈观", "陆知行", "周晚", "许念"]),
            contact_phone=f"138{rng.randrange(10**7, 10**8)}", channel="window",
        )  # fmt: skip
        began = _workday(now - timedelta(days=38 - 5 * number), 9 + number % 3)
        yield _told(rng, people, bundle, request, None, people.clerk, began, now, ask=number == 7)


def _events(
    rng: Random, people: _People, bundle: ServiceBundle, now: datetime
) -> Iterator[History]:
    """27 events that are over, with 200,000 spectators together, and one that is coming."""
    left = SPECTATORS
    for number in range(EVENTS + 1):
        firm, person = people.firms[number % len(people.firms)]
        over = number < EVENTS
        share = SPECTATORS // EVENTS
        crowd = left if number == EVENTS - 1 else share + rng.randrange(-300, 301) * 10
        left -= crowd if over else 0
        day = now.date() - timedelta(days=12 * (EVENTS - number) - 14)
        answers = {
            "f1": f"{GAMES[number % 5]}{CUPS[number % 7]}第 {number + 1} 场", "f2": ["办赛"],
            "f3": day.isoformat(), "f4": "一号演播馆", "f5": max(crowd, 1000), "f6": "no",
            "f7": "yes" if number % 3 else "no",
        }  # fmt: skip
        request = Request(bundle.pk, answers, enterprise_id=firm.pk)
        began = _workday(now - timedelta(days=12 * (EVENTS - number) + 24), 10)
        records = [("r1", crowd, "")]
        if number % 6 == 2:
            records.append(("r2", None, "观众中暑 1 人，现场医疗点处置后返回观赛。"))
        yield _told(rng, people, bundle, request, firm, person, began, now,
                    records=records if over else (), over=over)  # fmt: skip


def _hirings(
    rng: Random, people: _People, bundle: ServiceBundle, now: datetime
) -> Iterator[History]:
    for number in range(4):
        firm, person = people.firms[(number + 2) % len(people.firms)]
        answers = {
            "f1": "前端工程师 2 人，客服 3 人", "f2": 5 + number, "f4": "no", "f5": "yes",
            "f3": [["线上发布"], ["线上发布", "进楼招聘会"]][number % 2],
        }  # fmt: skip
        began = _workday(now - timedelta(days=22 - 7 * number), 14)
        yield _told(rng, people, bundle, Request(bundle.pk, answers, enterprise_id=firm.pk), firm,
                    person, began, now)  # fmt: skip


def _told(
    rng: Random, people: _People, bundle: ServiceBundle, request: Request, firm: Any,
    person: Actor, began: datetime, now: datetime, *, records: Any = (), ask: bool = False,
    over: bool = False,
) -> History:  # fmt: skip
    """What happened until now: each step takes its share of its limit."""
    version = live_version(bundle)
    assert version is not None
    flow: Flow = flow_of(version.content)
    calendar, ended = clocks.standard_calendar(), dict[str, datetime]()
    happened: list[Happened] = []
    for one in plan(flow, request.answers):
        opened = max((ended[code] for code in one.waits), default=began)
        share = rng.uniform(0.2, 0.85)
        at = _after(calendar, opened, one, share)
        if over and one.step.closing:
            at = min(at, now - timedelta(hours=1))
        ended[one.step.code] = max(at, opened + timedelta(minutes=5))
        said = "已登记" if one.step.closing else ""
        happened.append(
            Happened(ended[one.step.code], people.of(one), "done", one.step.code, {"said": said})
        )
    end = max(ended.values())
    for code, amount, text in records:
        values = {"code": code, "amount": amount, "text": text}
        at = end - timedelta(minutes=2)
        happened.append(Happened(at, people.clerk, "record", values=values))
    score = rng.choices([5, 4, 3], [6, 3, 1])[0]
    values = {"score": score, "solved": "yes" if score > 3 else "partly"}
    happened.append(Happened(end + timedelta(hours=20), person, "rate", values=values))
    happened = sorted((one for one in happened if one.at < now), key=lambda one: one.at)
    if ask:
        happened += _asking(flow, request, happened, people, now)
    return History(began, person, request, bundle, version, firm.unit if firm else people.unit,
                   firm, happened)  # fmt: skip


def _asking(
    flow: Flow, request: Request, happened: list[Happened], people: _People, now: datetime
) -> list[Happened]:
    """The first step that is open now asks for a correction."""
    done = {one.code for one in happened}
    for one in plan(flow, request.answers):
        if one.step.code not in done and one.waits <= done:
            said = {"said": "平面图没有标出口宽度，请补一张。"}
            return [Happened(now - timedelta(minutes=30), people.of(one), "ask", one.step.code,
                             said)]  # fmt: skip
    return []


def _after(calendar: WorkingCalendar, start: datetime, one: Planned, share: float) -> datetime:
    minutes = max(10, int(one.step.limit.minutes() * share))
    return calendar.add(start, minutes)


def _workday(moment: datetime, hour: int) -> datetime:
    local = timezone.localtime(moment).replace(hour=hour, minute=20, second=0, microsecond=0)
    while local.weekday() > 4:
        local -= timedelta(days=1)
    return local
