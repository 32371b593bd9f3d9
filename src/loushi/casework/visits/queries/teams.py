"""In whose name a person goes: the team of 无事不扰."""

from dataclasses import dataclass

from loushi.casework.visits.policy import INSPECT, RECORD
from loushi.foundation.core.actor import DEPARTMENT, UNIT, Actor, Grant
from loushi.foundation.core.units import WIDTH, covers


@dataclass(frozen=True, slots=True)
class Team:
    """`code` is "unit:31" or "department:3"; `path` '' for a department."""

    code: str
    name: str
    path: str = ""
    department_id: int | None = None


def team_at(actor: Actor, path: str) -> Team:
    """The team in whose name the actor records at a place: the deepest unit whose grant covers
    it. The system goes in its own name."""
    grants = [
        grant for grant in actor.holding(RECORD) if grant.kind == UNIT and covers(grant.key, path)
    ]
    if not grants:
        return Team("system", actor.name)
    best = max(grants, key=lambda grant: len(grant.key))
    return Team(f"unit:{int(best.key[-WIDTH:])}", _place(best), best.key)


def department_teams(actor: Actor) -> list[Team]:
    """The departments in whose name the actor may plan inspections."""
    return [
        Team(f"department:{grant.key}", _place(grant), department_id=int(grant.key))
        for grant in actor.holding(INSPECT)
        if grant.kind == DEPARTMENT
    ]


def _place(grant: Grant) -> str:
    return (grant.label.rpartition(" ")[0] or grant.label or grant.role)[:80]
