"""The search behind `rota.solve`: the steps in CP-SAT, the bounds, and dealing out places."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from ortools.sat.python import cp_model
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from .rota import Class, Member, Pair, Problem, classes, limit, obstacles

Reached = tuple[int, int, bool]
"""(value reached, what no plan can beat, whether they are known to be equal)"""
KEPT = 1_000_000
"""Weight of a kept place against any wish for variety when places are dealt out."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the search hands back."""

    pairs: frozenset[Pair]
    floor_uncovered: int
    floor_squares: int
    proven: bool


def search(problem: Problem) -> Found:
    """Runs the steps; see `rota`."""
    return _Search(problem).run()


class _Search:
    """One problem under way. `x[member, class]` is the only decision."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.classes = classes(problem)
        self.members = sorted(problem.members, key=lambda one: one.key)
        self.fixed = Counter(member for member, _slot in problem.fixed)
        self.fixed_days = _days(problem)
        self.model: Any = cp_model.CpModel()
        self.hint: dict[tuple[str, int], int] = {}
        self.x: dict[tuple[str, int], Any] = {}
        for at, one in enumerate(self.classes):
            for key in sorted(one.able):
                self.x[key, at] = self.model.new_bool_var(f"{key}@{at}")
        self._cover()
        for member in self.members:
            self._rules(member)

    def run(self) -> Found:
        seats = sum(one.seats for one in self.classes)
        covered = sum(self.x.values())
        ceiling = self._flow()
        reached, best, sure = self._step(-covered, -ceiling, lambda: -sum(self.hint.values()))
        self.model.add(covered >= -reached)
        steps = [self._moves, self._squares, self._year]
        if self.problem.fairness_first:
            steps = [self._squares, self._year, self._moves]
        floors = {}
        for step in steps:
            value, floor, known = step()
            floors[step] = floor
            sure = sure and known
        return Found(self._deal(), max(0, seats + best), floors[self._squares], sure)

    def _cover(self) -> None:
        for at, one in enumerate(self.classes):
            held = [self.x[member, at] for member in sorted(one.able)]
            if len(held) > one.seats:
                self.model.add(sum(held) <= one.seats)

    def _rules(self, member: Member) -> None:
        """Rest, run of days and largest load of one member."""
        mine = [at for at in range(len(self.classes)) if (member.key, at) in self.x]
        pause = timedelta(minutes=self.problem.rules.rest)
        for at in mine:  # cliques of the interval graph: all that cover the start of one
            start = self.classes[at].start
            clique = [
                self.x[member.key, other] for other in mine
                if self.classes[other].start <= start < self.classes[other].end + pause
            ]  # fmt: skip
            if len(clique) > 1:
                self.model.add_at_most_one(clique)
        most = limit(self.problem, member)
        if most is not None:
            left = max(0, most - self.fixed[member.key])
            self.model.add(sum(self.x[member.key, at] for at in mine) <= left)
        if self.problem.rules.longest_run is not None:
            self._run(member, mine, self.problem.rules.longest_run)

    def _run(self, member: Member, mine: list[int], longest: int) -> None:
        by_day: dict[date, list[Any]] = defaultdict(list)
        for at in mine:
            by_day[self.classes[at].day].append(self.x[member.key, at])
        done = self.fixed_days[member.key]
        on: dict[date, Any] = dict.fromkeys(done, 1)
        for day, held in by_day.items():
            if day in done:
                continue
            if len(held) == 1:
                on[day] = held[0]
                continue
            on[day] = self.model.new_bool_var(f"{member.key}@{day}")
            for one in held:
                self.model.add_implication(one, on[day])
        firsts = {day - timedelta(days=back) for day in by_day for back in range(longest + 1)}
        for first in sorted(firsts):
            window = [first + timedelta(days=n) for n in range(longest + 1)]
            if all(day in on for day in window):
                given = sum(day in done for day in window)
                free = [on[day] for day in window if day not in done]
                if free:
                    self.model.add(sum(free) <= max(0, longest - given))

    def _moves(self) -> Reached:
        """Keep as many pairs of the previous plan as possible."""
        where = {slot.key: at for at, one in enumerate(self.classes) for slot in one.slots}
        needed = {slot.key: slot.needed for slot in self.problem.slots}
        taken = Counter(slot for _member, slot in self.problem.fixed)
        kept: dict[str, list[Any]] = defaultdict(list)
        for member, slot in sorted(self.problem.previous - self.problem.fixed):
            held = self.x.get((member, where.get(slot, -1)))
            if held is not None:
                keep = self.model.new_bool_var(f"keep {member}@{slot}")
                self.model.add_implication(keep, held)
                kept[slot].append(keep)
        if not kept:
            return 0, 0, True
        for slot, held in kept.items():
            self.model.add(sum(held) <= max(0, needed[slot] - taken[slot]))
        target = sum(one for held in kept.values() for one in held)
        room = {slot: max(0, needed[slot] - taken[slot]) for slot in kept}
        stays = [(member, slot) for member, slot in sorted(self.problem.previous) if slot in kept]

        def worth() -> int:
            held = Counter(slot for who, slot in stays if self.hint.get((who, where[slot])))
            return -sum(min(number, room[slot]) for slot, number in held.items())

        reached, floor, sure = self._step(-target, -sum(map(len, kept.values())), worth)
        self.model.add(target >= -reached)
        return reached, floor, sure

    def _squares(self) -> Reached:
        """Least sum of squared loads: the n-th shift of a member costs 2n - 1."""
        terms = []
        given = 0
        for member in self.members:
            mine = [held for (who, _at), held in self.x.items() if who == member.key]
            first = self.fixed[member.key]
            given += first * first
            steps = [self.model.new_bool_var(f"{member.key}#{n}") for n in range(len(mine))]
            self.model.add(sum(mine) == sum(steps))
            for n, step in enumerate(steps):
                terms.append((2 * (first + n) + 1) * step)
                if n:
                    self.model.add_implication(step, steps[n - 1])
        if not terms:
            return given, given, True
        target = sum(terms)
        reached, floor, sure = self._step(
            target, self._level() - given, lambda: self._squared() - given
        )
        self.model.add(target <= reached)
        return reached + given, floor + given, sure

    def _squared(self) -> int:
        loads = Counter(self.fixed)
        for (member, _at), value in self.hint.items():
            loads[member] += value
        return sum(loads[member.key] ** 2 for member in self.members)

    def _year(self) -> Reached:
        """Among equally fair plans, the odd shift goes to who carries less this year."""
        least = min((member.carried for member in self.members), default=0)
        carried = {member.key: member.carried - least for member in self.members}
        terms = [carried[who] * held for (who, _at), held in self.x.items() if carried[who]]
        if not terms:
            return 0, 0, True
        target = sum(terms)
        reached, floor, sure = self._step(
            target, 0, lambda: sum(carried[who] * n for (who, _at), n in self.hint.items())
        )
        self.model.add(target <= reached)
        return reached, floor, sure

    def _step(self, target: Any, floor: int, worth: Callable[[], int]) -> Reached:
        """Minimises one target. `worth` is its value for the plan in hand."""
        if not self.x:
            return 0, 0, True
        self.model.minimize(target)
        self.model.clear_hints()
        for key, value in self.hint.items():
            self.model.add_hint(self.x[key], value)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 20
        # The model is nearly a flow, so its linear relaxation is nearly exact: 2 s instead of 90.
        solver.parameters.linearization_level = 2
        solver.parameters.max_deterministic_time = self.problem.effort
        stop = _Stop(floor)
        status = solver.solve(self.model, stop)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            # Out of effort before the first answer: the plan of the last step stands.
            self.hint = self.hint or dict.fromkeys(self.x, 0)
            return worth(), floor, worth() == floor
        self.hint = {key: int(solver.boolean_value(held)) for key, held in self.x.items()}
        value = round(solver.objective_value)
        bound = value if status == cp_model.OPTIMAL else round(solver.best_objective_bound)
        known = max(floor, bound)
        return value, known, value == known

    def _flow(self) -> int:
        """No plan covers more seats than this flow: members with their caps, classes with seats."""
        count = len(self.members)
        sink = 1 + count + len(self.classes)
        caps = self._caps()
        rows, columns, values = [], [], []
        for n, member in enumerate(self.members):
            rows.append(0)
            columns.append(1 + n)
            values.append(caps[member.key])
            for at, one in enumerate(self.classes):
                if member.key in one.able:
                    rows.append(1 + n)
                    columns.append(1 + count + at)
                    values.append(1)
        for at, one in enumerate(self.classes):
            rows.append(1 + count + at)
            columns.append(sink)
            values.append(one.seats)
        shape = (sink + 1, sink + 1)
        graph = csr_array((np.array(values, dtype=np.int32), (rows, columns)), shape=shape)
        return int(maximum_flow(graph, 0, sink).flow_value)

    def _caps(self) -> dict[str, int]:
        """The most shifts a member could ever take: the longest chain of classes that do not clash
        (greedy by end, which is exact for intervals), and the largest load."""
        pause = timedelta(minutes=self.problem.rules.rest)
        caps = {}
        for member in self.members:
            free_at, number = None, 0
            mine = [one for one in self.classes if member.key in one.able]
            for one in sorted(mine, key=lambda each: each.end):
                if free_at is None or one.start >= free_at + pause:
                    free_at, number = one.end, number + 1
            most = limit(self.problem, member)
            if most is not None:
                number = min(number, max(0, most - self.fixed[member.key]))
            caps[member.key] = number
        return caps

    def _level(self) -> int:
        """The least sum of squares when the covered seats are poured onto the lowest loads, no one
        above the own cap: no plan can be fairer."""
        caps = self._caps()
        loads = {member.key: self.fixed[member.key] for member in self.members}
        room = dict(caps)
        for _seat in range(sum(self.hint.values())):
            lowest = min((key for key in loads if room[key]), key=lambda key: (loads[key], key))
            loads[lowest] += 1
            room[lowest] -= 1
        return sum(load * load for load in loads.values())

    def _deal(self) -> frozenset[Pair]:
        """Members of each class to its places: kept ones stay, others go where they were least."""
        pairs = set(self.problem.fixed)
        visits: Counter[tuple[str, str]] = Counter()
        place = {slot.key: slot.place for slot in self.problem.slots}
        taken = Counter(slot for _member, slot in pairs)
        for member, slot in sorted(pairs):
            visits[member, place.get(slot, "")] += 1
        for at, one in enumerate(self.classes):
            there = [who for who in sorted(one.able) if self.hint.get((who, at))]
            if there:
                for who, slot in self._places(one, there, taken, visits):
                    pairs.add((who, slot))
                    visits[who, place[slot]] += 1
        return self._filled(frozenset(pairs))

    def _places(
        self, one: Class, there: list[str], taken: Counter[str], visits: Counter[tuple[str, str]]
    ) -> list[Pair]:
        seats = [
            (slot, n) for slot in one.slots for n in range(slot.needed - taken[slot.key])
        ]  # fmt: skip
        cost = np.zeros((len(there), len(seats)))
        for row, who in enumerate(there):
            for column, (slot, n) in enumerate(seats):
                kept = (who, slot.key) in self.problem.previous
                cost[row, column] = visits[who, slot.place] + 1000 * n - KEPT * kept
        rows, columns = linear_sum_assignment(cost)
        return [
            (there[row], seats[column][0].key) for row, column in zip(rows, columns, strict=True)
        ]

    def _filled(self, pairs: frozenset[Pair]) -> frozenset[Pair]:
        """Where the effort ran out first: whoever still may stand there does."""
        filled = Counter(slot for _member, slot in pairs)
        found = set(pairs)
        for slot in sorted(self.problem.slots, key=lambda one: (one.start, one.key)):
            for member in self.members:
                if filled[slot.key] >= slot.needed:
                    break
                if (member.key, slot.key) not in found and not obstacles(
                    self.problem, found, member, slot
                ):
                    found.add((member.key, slot.key))
                    filled[slot.key] += 1
        return frozenset(found)


class _Stop(cp_model.CpSolverSolutionCallback):
    """Ends the search once the bound worked out by hand is met."""

    def __init__(self, floor: int) -> None:
        super().__init__()
        self.floor = floor

    def on_solution_callback(self) -> None:
        if round(self.objective_value) <= self.floor:
            self.stop_search()


def _days(problem: Problem) -> dict[str, set[date]]:
    """The days on which a member is on duty whatever is decided."""
    found: dict[str, set[date]] = defaultdict(set)
    for member in problem.members:
        found[member.key].update(start.date() for start, _end in member.earlier)
    start = {slot.key: slot.day for slot in problem.slots}
    for member_key, slot in problem.fixed:
        if slot in start:
            found[member_key].add(start[slot])
    return found
