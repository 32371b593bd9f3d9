"""The life of a declaration: who moves it from where to where."""

from collections.abc import Mapping

from loushi.services.catalogue.models import Declaration

S = Declaration.State
OPEN = (S.INTERESTED, S.DECLARED)

AGAIN = (S.REFUSED, S.DROPPED)
"""After these a firm may begin anew."""

MOVES: Mapping[str, tuple[str, ...]] = {
    S.DECLARED: (S.INTERESTED,),
    S.GRANTED: (S.DECLARED,),
    S.REFUSED: (S.DECLARED,),
    S.DROPPED: (S.INTERESTED, S.DECLARED),
}
"""State → from which states it is reached."""

BY_FIRM = frozenset({S.DECLARED, S.DROPPED})
"""What the firm's own people may do; staff may do everything."""


def next_states(state: str, *, by_firm: bool) -> list[str]:
    """Where a declaration may go."""
    return [to for to, froms in MOVES.items() if state in froms and (not by_firm or to in BY_FIRM)]
