"""A duty rota (轮值表): who stands where and when, over a month.

Pure: no Django, no database, no clock. Give it members (people or departments), slots (place, time,
how many, which skill), the rules and what is already agreed; `solve` gives a `Plan`.

    members = [Member("司法局", skills=frozenset({"法务"})), Member("税务局")]
    slots = [Slot("s1", "红领驿站", datetime(2026, 12, 1, 9), datetime(2026, 12, 1, 17))]
    plan = solve(Problem(members, slots, Rules(rest=11 * 60, longest_run=5)))

What it strives for, strictly in this order:

1. as few uncovered places as possible — none, if a full cover exists;
2. after a change: as few moved shifts as possible (`previous`; last, with `fairness_first`);
3. fair loads: the least sum of squares, so they differ by at most one where availability allows;
4. fairness over the year: who carries less so far (`Member.carried`) gets the odd shift.

Each step is a CP-SAT model of its own; the value that a step reached is a constraint of the next.
Two things make it quick. Slots at one time that the same members could fill are one *class*: a
member stands in one place at a time, so only "member in class" is decided and places are dealt out
afterwards (with 15 stations a fifteenth of the variables, and no symmetry is left). And each step
has a lower bound worked out by hand (a maximum flow for the cover, filled-up caps for the loads),
so the search ends as soon as the bound is met. `Plan.proven` and `Plan.gap` say what is known.

The same input gives the same plan: one worker, a fixed seed, effort counted in CP-SAT's
deterministic time and not in seconds.

`obstacles` holds the rules once more in the form "may this member take this slot, and if not, why";
swaps, hand-made changes and the reasons of uncovered slots all ask it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

Span = tuple[datetime, datetime]
Pair = tuple[str, str]
"""(member, slot)"""


class Obstacle(StrEnum):
    """Why a member cannot take a slot."""

    SKILL = "skill"
    PLACE = "place"
    UNAVAILABLE = "unavailable"
    BUSY = "busy"
    REST = "rest"
    RUN = "run"
    LOAD = "load"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on duty: a person, or a department that sends one.

    `unavailable` are spans in which no shift may lie, `earlier` shifts done before this plan (they
    count for rest and for the run of days), `carried` the load of the year so far, `most` the
    largest load in this plan, `places` the only places it serves (None: all).
    """

    key: str
    skills: frozenset[str] = frozenset()
    unavailable: tuple[Span, ...] = ()
    earlier: tuple[Span, ...] = ()
    carried: int = 0
    most: int | None = None
    places: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at a place that needs `needed` members (who have `skill`, if one is named)."""

    key: str
    place: str
    start: datetime
    end: datetime
    needed: int = 1
    skill: str = ""

    @property
    def day(self) -> date:
        return self.start.date()


@dataclass(frozen=True, slots=True)
class Rules:
    """`rest`: minutes between two shifts of a member; `longest_run`: days on duty in a row; `most`:
    the largest load, for members that name none of their own."""

    rest: int = 0
    longest_run: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything that `solve` is given.

    `fixed` are pairs that stay as they are whatever the rules say (past shifts, set by hand);
    `previous` is the plan before a change; `effort` bounds each step in deterministic time
    (roughly seconds of one core).
    """

    members: Sequence[Member]
    slots: Sequence[Slot]
    rules: Rules = Rules()
    fixed: frozenset[Pair] = frozenset()
    previous: frozenset[Pair] = frozenset()
    fairness_first: bool = False
    effort: float = 8.0

    def __post_init__(self) -> None:
        for what, keys in (("member", [one.key for one in self.members]),
                           ("slot", [one.key for one in self.slots])):  # fmt: skip
            if len(keys) != len(set(keys)):
                raise ValueError(f"two entries have the same {what} key")
        for slot in self.slots:
            if slot.end <= slot.start:
                raise ValueError(f"slot {slot.key} ends before it starts")
            if slot.needed < 0:
                raise ValueError(f"slot {slot.key} needs fewer than none")


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Places of a slot that nobody fills, and why: of all members, how many fail for which reason.

    `reasons` counts each member once, by the first obstacle in the order of `Obstacle`.
    """

    slot: str
    missing: int
    reasons: Mapping[Obstacle, int]

    @property
    def main(self) -> Obstacle:
        """The reason in one word: the first obstacle behind which nobody is left."""
        for reason in (Obstacle.SKILL, Obstacle.PLACE, Obstacle.UNAVAILABLE):
            if set(self.reasons) <= _UP_TO[reason]:
                return reason
        late = {k: n for k, n in self.reasons.items() if k not in _UP_TO[Obstacle.UNAVAILABLE]}
        return max(late, key=lambda reason: (late[reason], reason), default=Obstacle.UNAVAILABLE)


_UP_TO = {
    Obstacle.SKILL: {Obstacle.SKILL},
    Obstacle.PLACE: {Obstacle.SKILL, Obstacle.PLACE},
    Obstacle.UNAVAILABLE: {Obstacle.SKILL, Obstacle.PLACE, Obstacle.UNAVAILABLE},
}


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer. `squares` is the sum of squared loads, `floor_*` what no plan can beat; `gap` is
    the larger of the two relative distances (0 when `proven`)."""

    shifts: frozenset[Pair]
    uncovered: tuple[Uncovered, ...]
    loads: Mapping[str, int]
    moved: int
    squares: int
    floor_uncovered: int
    floor_squares: int
    proven: bool

    @property
    def missing(self) -> int:
        return sum(one.missing for one in self.uncovered)

    @property
    def spread(self) -> int:
        """Largest load less the smallest."""
        return max(self.loads.values(), default=0) - min(self.loads.values(), default=0)

    @property
    def gap(self) -> float:
        if self.proven:
            return 0.0
        cover = (self.missing - self.floor_uncovered) / max(1, len(self.shifts) + self.missing)
        return max(cover, (self.squares - self.floor_squares) / max(1, self.floor_squares))


def obstacles(problem: Problem, held: Iterable[Pair], member: Member, slot: Slot) -> list[Obstacle]:
    """Every rule that keeps a member from a slot, given the other shifts `held`; empty: it may."""
    found = standing(member, slot)
    spans = _spans(problem, held, member.key, slot.key)
    others = [*spans, *member.earlier]
    if any(_overlap(slot.start, slot.end, span) for span in others):
        found.append(Obstacle.BUSY)
    elif any(_clash(slot.start, slot.end, span, problem.rules.rest) for span in others):
        found.append(Obstacle.REST)
    longest = problem.rules.longest_run
    if longest is not None and _run(slot.day, {span[0].date() for span in others}) > longest:
        found.append(Obstacle.RUN)
    most = limit(problem, member)
    if most is not None and len(spans) >= most:
        found.append(Obstacle.LOAD)
    return found


def standing(member: Member, slot: Slot) -> list[Obstacle]:
    """The obstacles that do not depend on other shifts."""
    found = []
    if slot.skill and slot.skill not in member.skills:
        found.append(Obstacle.SKILL)
    if member.places is not None and slot.place not in member.places:
        found.append(Obstacle.PLACE)
    if any(_overlap(slot.start, slot.end, span) for span in member.unavailable):
        found.append(Obstacle.UNAVAILABLE)
    return found


def limit(problem: Problem, member: Member) -> int | None:
    """The largest load of a member in this plan."""
    return problem.rules.most if member.most is None else member.most


def solve(problem: Problem) -> Plan:
    """The best rota. See the head of this file for what "best" means."""
    from .rota_search import search  # CP-SAT takes half a second to import; swaps need none of it

    found = search(problem)
    return _plan(problem, found.pairs, found.floor_uncovered, found.floor_squares, found.proven)


def explain(problem: Problem, shifts: frozenset[Pair]) -> tuple[Uncovered, ...]:
    """The slots that a set of shifts leaves open, in order of time, each with its reasons."""
    filled = Counter(slot for _member, slot in shifts)
    found = []
    for slot in sorted(problem.slots, key=lambda one: (one.start, one.place, one.key)):
        missing = slot.needed - filled[slot.key]
        if missing <= 0:
            continue
        there = {member for member, key in shifts if key == slot.key}
        reasons: Counter[Obstacle] = Counter()
        for member in problem.members:
            if member.key not in there:
                against = obstacles(problem, shifts, member, slot)
                reasons[against[0] if against else Obstacle.BUSY] += 1
        found.append(Uncovered(slot.key, missing, dict(reasons)))
    return tuple(found)


def _plan(
    problem: Problem, shifts: frozenset[Pair], floor_uncovered: int, floor_squares: int,
    proven: bool,
) -> Plan:  # fmt: skip
    count = Counter(member for member, _slot in shifts)
    loads = {member.key: count[member.key] for member in problem.members}
    here = {slot.key for slot in problem.slots}
    moved = len({pair for pair in problem.previous if pair[1] in here} - shifts)
    return Plan(
        shifts, explain(problem, shifts), loads, moved, sum(n * n for n in loads.values()),
        floor_uncovered, floor_squares, proven,
    )  # fmt: skip


def _spans(problem: Problem, held: Iterable[Pair], member: str, but: str) -> list[Span]:
    times = {slot.key: (slot.start, slot.end) for slot in problem.slots}
    return [times[slot] for who, slot in held if who == member and slot != but and slot in times]


def _overlap(start: datetime, end: datetime, span: Span) -> bool:
    return start < span[1] and span[0] < end


def _clash(start: datetime, end: datetime, span: Span, rest: int) -> bool:
    """Less than `rest` minutes between them."""
    pause = timedelta(minutes=rest)
    return start < span[1] + pause and span[0] < end + pause


def _run(day: date, days: set[date]) -> int:
    """Days in a row around `day`, if `day` were worked."""
    length, step = 1, timedelta(days=1)
    for way in (step, -step):
        at = day + way
        while at in days:
            length, at = length + 1, at + way
    return length


@dataclass(slots=True)
class Class:
    """Slots of one time that the same members could fill: only "who" is decided for them."""

    start: datetime
    end: datetime
    able: frozenset[str]
    slots: list[Slot] = field(default_factory=list)
    seats: int = 0

    @property
    def day(self) -> date:
        return self.start.date()


def classes(problem: Problem) -> list[Class]:
    """The classes of a problem, in order of time; seats taken by `fixed` pairs are gone."""
    taken = Counter(slot for _member, slot in problem.fixed)
    fixed_spans: dict[str, list[Span]] = defaultdict(list)
    times = {slot.key: (slot.start, slot.end) for slot in problem.slots}
    for member, key in sorted(problem.fixed):
        if key in times:
            fixed_spans[member].append(times[key])
    made: dict[tuple[datetime, datetime, frozenset[str]], Class] = {}
    for slot in sorted(problem.slots, key=lambda one: (one.start, one.end, one.place, one.key)):
        seats = slot.needed - taken[slot.key]
        if seats <= 0:
            continue
        able = frozenset(
            member.key
            for member in problem.members
            if not standing(member, slot)
            and not any(
                _clash(slot.start, slot.end, span, problem.rules.rest)
                for span in (*member.earlier, *fixed_spans[member.key])
            )
        )
        one = made.setdefault((slot.start, slot.end, able), Class(slot.start, slot.end, able))
        one.slots.append(slot)
        one.seats += seats
    return list(made.values())
