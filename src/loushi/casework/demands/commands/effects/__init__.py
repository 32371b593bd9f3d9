"""What each move changes besides the state: one small function per move that needs one.

Each takes (case, values) and may return data for the history row; it writes nothing itself. A state
that depends on the case (second hand-back, after a pause) is set here and wins over the table.
"""

from loushi.casework.demands.commands.effects import centre, firm, joining, unit
from loushi.casework.demands.commands.effects.registry import EFFECTS, own_parts

__all__ = ["EFFECTS", "centre", "firm", "joining", "own_parts", "unit"]
