"""A 一类事 bundle as data, and what follows from it for the answers of one applicant. Pure.

A document (`BundleVersion.content`) has four lists: `fields` of the one form, `materials` asked for
once, `records` that are kept while it runs, and `steps`. A step comes after its predecessors, is
taken only where its conditions hold, and is skipped otherwise; whoever waits for a skipped step
waits for what that step would have waited for. The step marked `closing` gives the one result.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from loushi.foundation.core.clocks import Limit

Answers = Mapping[str, Any]
FIELD_KINDS = (
    "text", "long", "number", "date", "choice", "ticks", "yes", "place", "begin", "end",
)  # fmt: skip
CHOOSING = ("choice", "ticks", "yes", "place")
LISTED = ("choice", "ticks", "place")
"""Kinds whose options are written down."""
CLAIM = ("place", "begin", "end")
"""A form with these three takes a place for a time: two applications never get the same."""
RECORD_KINDS = ("count", "log")
VERBS = ("handle", "guide", "fill", "review", "file", "errand")
CHANNELS = ("online", "window", "site")
YES, NO = "yes", "no"
MOST_STEPS = 60


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the form."""

    code: str
    label: str
    kind: str = "text"
    options: tuple[str, ...] = ()
    required: bool = True
    hint: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """What may be chosen."""
        return (YES, NO) if self.kind == "yes" else self.options


@dataclass(frozen=True, slots=True)
class Material:
    """A paper that is handed in once, for all steps that need it."""

    code: str
    label: str
    hint: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """What is written down while an application runs: a number (观众人次) or a log (突发情况)."""

    code: str
    label: str
    kind: str = "count"
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Test:
    """A condition over one answer: any (one of the values), none, low and high (both included)."""

    __test__ = False  # pytest takes the name for one of its own
    field: str
    op: str
    values: tuple[Any, ...]

    def holds(self, answers: Answers) -> bool:
        given = answers.get(self.field)
        if self.op in ("low", "high"):
            if given in (None, ""):
                return False
            edge, number = float(self.values[0]), float(given)  # type: ignore[arg-type]
            return number >= edge if self.op == "low" else number <= edge
        chosen = set(given) if isinstance(given, list | tuple) else {given}
        return bool(chosen & set(self.values)) == (self.op == "any")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that one department does. `needs` are the answers that it reads."""

    code: str
    title: str
    department: int | None = None
    window: bool = False
    after: tuple[str, ...] = ()
    when: tuple[Test, ...] = ()
    materials: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    limit_kind: str = "working_days"
    limit_amount: int = 1
    verb: str = "handle"
    channel: str = "online"
    how: str = ""
    closing: bool = False

    @property
    def limit(self) -> Limit:
        return Limit(self.limit_kind, self.limit_amount)  # type: ignore[arg-type]

    def applies(self, answers: Answers) -> bool:
        return all(one.holds(answers) for one in self.when)


@dataclass(frozen=True, slots=True)
class Flow:
    """A whole document."""

    fields: tuple[Field, ...] = ()
    materials: tuple[Material, ...] = ()
    records: tuple[Record, ...] = ()
    steps: tuple[Step, ...] = ()

    def step(self, code: str) -> Step | None:
        return next((one for one in self.steps if one.code == code), None)

    def field(self, code: str) -> Field | None:
        return next((one for one in self.fields if one.code == code), None)

    def claim(self) -> tuple[Field, ...]:
        """The questions for place, beginning and end; () where the bundle takes no place."""
        found = [next((one for one in self.fields if one.kind == kind), None) for kind in CLAIM]
        return tuple(one for one in found if one is not None) if all(found) else ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A step that an applicant's answers call for, and the steps that it waits for."""

    step: Step
    waits: frozenset[str] = field(default_factory=frozenset)


def flow_of(content: Mapping[str, Any]) -> Flow:
    """The document as objects; unknown keys are left out, so that older versions stay readable."""
    return Flow(
        fields=tuple(_made(Field, one) for one in content.get("fields", ())),
        materials=tuple(_made(Material, one) for one in content.get("materials", ())),
        records=tuple(_made(Record, one) for one in content.get("records", ())),
        steps=tuple(_step(one) for one in content.get("steps", ())),
    )


def _made(kind: Any, values: Mapping[str, Any]) -> Any:
    names = kind.__dataclass_fields__
    given = {name: value for name, value in values.items() if name in names}
    return kind(**{
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    })  # fmt: skip


def _step(values: Mapping[str, Any]) -> Step:
    when = tuple(_made(Test, one) for one in values.get("when", ()))
    step: Step = _made(Step, {**values, "when": when})
    return step


def plan(flow: Flow, answers: Answers) -> list[Planned]:
    """The steps for these answers, in their order, each with what it waits for."""
    taken = {one.code for one in flow.steps if one.applies(answers)}
    after = {one.code: one.after for one in flow.steps}

    @cache
    def bridged(code: str) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        for before in after.get(code, ()):
            found |= frozenset({before}) if before in taken else bridged(before)
        return found

    return [Planned(one, bridged(one.code)) for one in flow.steps if one.code in taken]


def materials_for(flow: Flow, steps: Iterable[Step]) -> list[Material]:
    """What these steps need, each asked for once."""
    wanted = {code for one in steps for code in one.materials}
    return [one for one in flow.materials if one.code in wanted]


def ordered(steps: Sequence[Step]) -> list[list[Step]]:
    """Steps in layers: each stands below all that it comes after. Those in a circle come last."""
    known = {one.code for one in steps}
    left = list(steps)
    placed: set[str] = set()
    layers: list[list[Step]] = []
    while left:
        ready = [one for one in left if set(one.after) & known <= placed]
        if not ready:
            layers.append(left)
            break
        layers.append(ready)
        placed |= {one.code for one in ready}
        left = [one for one in left if one.code not in placed]
    return layers
