"""What bodies decide comes back to every demand behind the item; listeners are idempotent.

The moves are the ordinary ones of the table, made by the body: each demand is signed, told of,
answered or escalated as a department would, and rated by its own submitter.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from loushi.casework.demands.commands.moves import make_move
from loushi.casework.demands.models import Demand, Referral, State
from loushi.foundation.core.actor import BUILDING, Actor, Grant, system_actor

WHY = "what a body decided reaches every demand behind it"
PERMISSIONS = frozenset({"demands.view", "demands.handle", "demands.progress", "demands.escalate"})


def on_agenda_scheduled(payload: dict[str, Any]) -> None:
    """The item is on an agenda: the body has taken the demand, and says when it meets."""
    note = _("已列入%(body)s %(on)s 的会议议程（%(meeting)s）。") % payload
    for demand, actor in _behind(payload):
        _sign(demand, actor)
        _tell(demand, actor, note, f"agenda:{payload['item_id']}:{payload['on']}")


def on_resolution_adopted(payload: dict[str, Any]) -> None:
    """A vote was held: everybody behind the item reads what was decided."""
    note = _("%(body)s作出%(number)s：%(text)s") % payload
    for demand, actor in _behind(payload):
        _sign(demand, actor)
        _tell(demand, actor, note, f"adopted:{payload['resolution_id']}")


def on_resolution_reported(payload: dict[str, Any]) -> None:
    """The tasks are done: each demand gets the answer, to be rated by its own submitter."""
    values = {"verdict": payload["verdict"], "answer": payload["answer"]}
    for demand, actor in _behind(payload):
        _unblock(demand)
        _sign(demand, actor)
        make_move(actor=actor, demand_id=demand.pk, move="resolve", values=values,
                  key=f"reported:{payload['resolution_id']}:{demand.pk}")  # fmt: skip


def on_item_escalated(payload: dict[str, Any]) -> None:
    """The building cannot settle it: one tier up, back to the service centre."""
    for demand, actor in _behind(payload):
        _unblock(demand)
        make_move(actor=actor, demand_id=demand.pk, move="escalate",
                  values={"reason": payload["reason"]},
                  key=f"escalated:{payload['item_id']}:{demand.pk}")  # fmt: skip


def _behind(payload: dict[str, Any]) -> Iterator[tuple[Demand, Actor]]:
    """The demands whose referral to the item is still open, and the body as who acts."""
    rows = Referral.objects.unscoped(WHY).filter(
        item=payload["item_id"], outcome=Referral.Outcome.OPEN
    )
    for row in rows.select_related("demand").order_by("demand_id"):
        grant = Grant("council", PERMISSIONS, BUILDING, str(row.building_id))
        yield row.demand, Actor(None, payload["body"][:80], (grant,), payload["body"])


def _state(demand: Demand) -> str:
    rows = Demand.objects.unscoped(WHY).filter(pk=demand.pk)
    return str(rows.values_list("state", flat=True).get())


def _sign(demand: Demand, actor: Actor) -> None:
    if _state(demand) == State.DISPATCHED:
        make_move(actor=actor, demand_id=demand.pk, move="sign")


def _unblock(demand: Demand) -> None:
    """What the body has decided needs no further information, and no suspension."""
    system = system_actor(str(_("系统：楼宇议事")))
    moves = {State.NEED_INFO: "supply_info", State.SUSPENDED: "resume"}
    move = moves.get(State(_state(demand)))
    if move is not None:
        make_move(actor=system, demand_id=demand.pk, move=move,
                  values={"note": _("已有决议，不再等待。")})  # fmt: skip


def _tell(demand: Demand, actor: Actor, note: str, key: str) -> None:
    """A public line of progress, where the demand is with the body."""
    if _state(demand) in {State.SIGNED, State.HANDLING, State.SUSPENDED}:
        make_move(actor=actor, demand_id=demand.pk, move="progress", values={"note": note},
                  key=f"{key}:{demand.pk}")  # fmt: skip
