"""Common issues of some communities, with joint meetings and answers (story 7)."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from loushi.casework.demands.models import Demand
from loushi.casework.matching.commands import NewIssue, NewMeeting, found_issues
from loushi.casework.matching.models import CommonIssue, MeetingKind
from loushi.demo.people import Staff, as_secretary
from loushi.demo.places import Places
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import path_range
from loushi.registry.accounts.models import Department
from loushi.registry.territory.models import Unit

COMMUNITIES = 6
LATELY = timedelta(days=120)
MOST = 6
WHY = "building the demo"
STATE = CommonIssue.State
KINDS = (
    ("linked", "联动", "一个问题牵涉几个部门，牵头和协同单位一起议定办法。"),
    ("topic", "专题", "一类问题集中研究，形成统一的政策答复。"),
    ("on_site", "驻点破难", "部门到楼里驻点，当场核实、当场答复。"),
)


def write(
    actor: Actor, places: Places, staff: Staff, now: datetime, say: Callable[[str], None]
) -> None:
    """In each of a few communities: one being gathered, one before its meeting, one answered and
    one closed, as far as there are like demands."""
    kinds = _kinds()
    units = list(staff.departments.values())
    issues: list[NewIssue] = []
    for unit in places.communities[:COMMUNITIES]:
        by = as_secretary(staff.secretaries[unit.pk], unit)
        issues += _going(by, unit, units, kinds, now)
        issues += _answered(by, unit, units, kinds, now)
    made = found_issues(actor=actor, issues=issues)
    say(f"  共性问题 {len(made)}")


def _kinds() -> dict[str, MeetingKind]:
    """Shipped with a migration, unless a flush has taken them."""
    for position, (code, name, remit) in enumerate(KINDS, 1):
        MeetingKind.objects.get_or_create(
            code=code, defaults={"name": name, "remit": remit, "position": position}
        )
    return {one.code: one for one in MeetingKind.objects.all()}


def _rows(unit: Unit, now: datetime, **narrowed: Any) -> Any:
    rows = Demand.objects.unscoped(WHY).filter(path_range("unit_path", unit.path), **narrowed)
    rows = rows.filter(submitted_at__gte=now - LATELY).order_by("-pk")
    return rows.select_related("category", "lead")[:400]


def _groups(rows: Any, *names: str) -> list[list[Demand]]:
    """Like demands, the largest groups first."""
    found: dict[tuple[Any, ...], list[Demand]] = defaultdict(list)
    for row in rows:
        found[tuple(getattr(row, name) for name in names)].append(row)
    groups = [held[:MOST] for held in found.values() if len(held) > 1]
    return sorted(groups, key=lambda held: (-len(held), held[0].pk))


def _alike(rows: Any, *names: str) -> list[list[Demand]]:
    """Of one title where there are such, otherwise of one category."""
    rows = list(rows)
    return _groups(rows, "title", *names) or _groups(rows, "category_id", *names)


def _going(
    by: Actor, unit: Unit, units: Sequence[Department], kinds: dict[str, MeetingKind],
    now: datetime,
) -> list[NewIssue]:  # fmt: skip
    made = []
    going = _rows(unit, now, state__in=["signed", "handling", "dispatched"], lead__isnull=False)
    with_lead = _alike(going, "lead_id")
    for held in with_lead[:1]:
        lead = held[0].lead
        assert lead is not None
        at = now - timedelta(days=2, hours=3)
        meets = _afternoon(timezone.localtime(now).date() + timedelta(days=3))
        made.append(_new(by, unit, held, at, STATE.ASSIGNED, lead, _helpers(units, lead), meeting=(
            NewMeeting(kinds["topic"], f"{_name(held)}对接会", meets, "综合服务中心二楼会议室",
                       unit.name, by.name, held=False)
        )))  # fmt: skip
    taken = {one.pk for issue in made for one in issue.demands}
    fresh = [row for row in _rows(unit, now, state__in=["submitted", "accepted"])
             if row.pk not in taken]  # fmt: skip
    for held in _alike(fresh)[:1]:
        made.append(_new(by, unit, held, now - timedelta(hours=5), STATE.OPEN))
    return made


def _answered(
    by: Actor, unit: Unit, units: Sequence[Department], kinds: dict[str, MeetingKind],
    now: datetime,
) -> list[NewIssue]:  # fmt: skip
    rows = _rows(unit, now, state__in=["resolved", "closed"], lead__isnull=False)
    made = []
    old = now - timedelta(days=21)
    for held in _alike(rows, "lead_id", "answer", "verdict")[:2]:
        lead, first = held[0].lead, held[0]
        last = max(one.resolved_at or one.submitted_at for one in held)
        assert lead is not None
        helpers = _helpers(units, lead)
        at = last - timedelta(days=6)
        day = timezone.localtime(last).date()
        done = last < old
        made.append(_new(
            by, unit, held, at, STATE.CLOSED if done else STATE.ANSWERED, lead, helpers,
            answer=(first.verdict, first.answer, last),
            meeting=NewMeeting(
                kinds["linked" if done else "on_site"], f"{_name(held)}对接会",
                last - timedelta(days=2), "综合服务中心二楼会议室", unit.name, by.name, held=True,
                notes="各单位说明了职责和办法，当场议定分工。",
                decisions=[
                    (f"{lead.name}牵头统一答复口径", lead, day, day),
                    ("到窗口张贴办理指引", helpers[0], day + timedelta(days=14),
                     day + timedelta(days=9) if done else None),
                ],
            ),
        ))  # fmt: skip
    return made


def _new(
    by: Actor, unit: Unit, held: Sequence[Demand], at: datetime, state: str,
    lead: Department | None = None, helpers: Sequence[Department] = (), **more: Any,
) -> NewIssue:  # fmt: skip
    return NewIssue(
        by, unit, _name(held), at, held, category=held[0].category, state=state, lead=lead,
        helpers=helpers, summary=f"{len(held)} 件诉求说的是同一件事，宜一次研究、统一答复。",
        **more,
    )  # fmt: skip


def _name(held: Sequence[Demand]) -> str:
    return held[0].title[:40]


def _helpers(units: Sequence[Department], lead: Department) -> list[Department]:
    rest = [one for one in units if one.pk != lead.pk]
    at = lead.pk % max(1, len(rest) - 1)
    return rest[at : at + 2]


def _afternoon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time().replace(hour=14)))
