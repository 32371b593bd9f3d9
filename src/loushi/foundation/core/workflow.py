"""The workflow engine: states and moves are data, and every move leaves an event row.

A package writes its table (`workflow.py`) as `Move`s. `perform` locks the row, checks visibility,
state, permission and required fields, applies the change, writes one history row. The same table
draws the buttons and the diagram in the docs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .actor import Actor
from .bulk import insert_row, update_row
from .errors import Conflict, Denied, NotVisible, Refused
from .logs import request_id
from .scoping import fetch, permits, scope_of

M = TypeVar("M", bound=models.Model)
Guard = Callable[[Actor, Any], Any]


@dataclass(frozen=True, slots=True)
class Move:
    """One legal step.

    `target` None keeps the state (a note, an urging). `required` names the fields that must be
    filled in; `guard` returns a sentence when the step is not possible right now (a reason that
    the page shows), or None. `notice` names the kind of notice the package sends afterwards.
    """

    name: str
    label: Any
    sources: frozenset[str]
    target: str | None
    permission: str
    required: tuple[str, ...] = ()
    notice: str = ""
    primary: bool = False
    guard: Guard | None = None
    system: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[M]):
    """What a move did: the changed row and its history row."""

    row: M
    event: Any
    before: str
    after: str


class HistoryFields(models.Model):
    """Abstract base of a package's history table; the subclass adds the foreign key `row`."""

    move = models.CharField(max_length=40)
    from_state = models.CharField(max_length=30, blank=True, default="")
    to_state = models.CharField(max_length=30, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    actor_user_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(max_length=80, blank=True, default="")
    appointment = models.CharField(max_length=160, blank=True, default="")
    note = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        abstract = True


@dataclass(frozen=True)
class Workflow(Generic[M]):
    """States (code → label), named groups of states, and the table of moves.

    `history` is the model of event rows and `link` its foreign key to the row. `may` replaces
    `permits` where a permission depends on more than the scope; `columns` gives further columns of
    a history row (the case to which a step belongs).
    """

    model: type[M]
    history: type[HistoryFields]
    link: str
    states: Mapping[str, Any]
    moves: Sequence[Move]
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    state_field: str = "state"
    may: Callable[[Actor, Move, Any], bool] | None = None
    columns: Callable[[M], Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        known = set(self.states)
        for move in self.moves:
            unknown = (set(move.sources) | ({move.target} if move.target else set())) - known
            if unknown:
                raise ValueError(f"move {move.name!r} names unknown states {sorted(unknown)}")
        for name, states in self.groups.items():
            if set(states) - known:
                raise ValueError(f"group {name!r} names unknown states")
        if len({move.name for move in self.moves}) != len(self.moves):
            raise ValueError("two moves share a name")

    def move(self, name: str) -> Move:
        """The move of that name; Refused when the table has none."""
        for move in self.moves:
            if move.name == name:
                return move
        raise Refused(_("没有“%(name)s”这个办理步骤。") % {"name": name})

    def allowed(self, actor: Actor, move: Move, row: M) -> bool:
        """Whether the actor may make the move on this row, whatever its state."""
        if move.system:
            return actor.system
        if self.may is not None:
            return self.may(actor, move, row)
        return permits(actor, move.permission, row)

    def legal(self, actor: Actor, row: M) -> list[Move]:
        """The moves that this actor can make right now, in the order of the table."""
        state = getattr(row, self.state_field)
        return [
            move
            for move in self.moves
            if state in move.sources
            and not move.system
            and self.allowed(actor, move, row)
            and (move.guard is None or move.guard(actor, row) is None)
        ]

    def check(self, actor: Actor, move: Move, row: M, values: Mapping[str, Any]) -> None:
        """Raises Denied, Conflict or Refused when the move cannot be made."""
        if not self.allowed(actor, move, row):
            raise Denied
        state = getattr(row, self.state_field)
        if state not in move.sources:
            raise Conflict(
                _("现在是“%(state)s”，不能“%(move)s”。请刷新后看最新进展。")
                % {"state": self.states[state], "move": move.label}
            )
        if move.guard is not None:
            reason = move.guard(actor, row)
            if reason is not None:
                raise Conflict(reason)
        missing = [name for name in move.required if values.get(name) in (None, "", [], ())]
        if missing:
            raise Refused.many(
                {name: _("“%(move)s”时这一项必须填写。") % {"move": move.label} for name in missing}
            )

    def perform(
        self,
        *,
        actor: Actor,
        pk: int,
        move: str,
        values: Mapping[str, Any] | None = None,
        apply: Callable[[M, Move, Mapping[str, Any]], Any] | None = None,
        note: str = "",
        data: Mapping[str, Any] | None = None,
        locked: M | None = None,
    ) -> Outcome[M]:
        """Makes one move: lock, check, change, history row. Joins the caller's transaction.

        `locked` is the row itself where the caller has read and locked it already, with what it
        belongs to; whether the actor sees it is checked all the same.

        `apply(row, move, values)` changes the row, which still has its old state, and may return a
        dict that is merged into the history row's data. A state that it sets itself (one that
        depends on the case) wins over the table's target.
        """
        step = self.move(move)
        given = dict(values or {})
        # Whoever locked the row has opened the transaction.
        with transaction.atomic() if locked is None else nullcontext():
            row = locked or fetch(self.model, actor, pk, lock=True)
            if locked is not None and not permits(actor, scope_of(self.model).view, locked):
                raise NotVisible
            self.check(actor, step, row, given)
            before = getattr(row, self.state_field)
            extra = (apply(row, step, given) if apply else None) or {}
            if getattr(row, self.state_field) == before:
                setattr(row, self.state_field, step.target or before)
            after = getattr(row, self.state_field)
            update_row(row)
            event = self.write(
                row,
                step.name,
                before,
                after,
                actor=actor,
                note=note,
                data={**(data or {}), **extra},
            )
        return Outcome(row, event, before, after)

    def write(
        self,
        row: M,
        move: str,
        before: str,
        after: str,
        *,
        actor: Actor,
        note: str = "",
        data: Mapping[str, Any] | None = None,
    ) -> HistoryFields:
        """Appends one history row."""
        event = self.history(
            **{self.link: row, **(self.columns(row) if self.columns else {})},
            move=move,
            from_state=before,
            to_state=after,
            at=timezone.now(),
            actor_user_id=actor.user_id,
            actor_name=actor.name,
            appointment=actor.appointment,
            note=note,
            data=dict(data or {}),
            request_id=request_id.get(),
        )
        if hasattr(event, "unit_path"):
            event.unit_path = getattr(row, "unit_path", "")
        return insert_row(event)

    def diagram(self) -> str:
        """The table as a Mermaid state diagram for the docs."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {code}: {label}" for code, label in self.states.items()]
        for move in self.moves:
            for source in sorted(move.sources):
                lines.append(f"    {source} --> {move.target or source}: {move.label}")
        return "\n".join(lines)


def states_of(*codes: str) -> frozenset[str]:
    """A readable way to write `sources`."""
    return frozenset(codes)


def all_except(states: Iterable[str], *codes: str) -> frozenset[str]:
    """All states but the named ones."""
    return frozenset(states) - frozenset(codes)
