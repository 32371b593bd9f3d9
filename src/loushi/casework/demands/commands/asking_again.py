"""没解决，要求重办: a rating that says so, and the case goes back to its last lead, in one step."""

from django.db import transaction
from django.utils.translation import gettext as _

from loushi.casework.demands.commands.moves import make_move
from loushi.casework.demands.models import Demand
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.rating import Solved


def ask_again(
    *, actor: Actor, demand_id: int, words: str, score: int | str | None = None, key: str = ""
) -> Demand:
    """Has a demand done again; with a `score` the rating (没解决) is kept too.

    Raises what `make_move` raises, and Refused when no words say what is still open.
    """
    if not words.strip():
        raise Refused(_("请写一句还有什么没解决，承办单位才知道从哪里重办。"), field="words")
    with transaction.atomic():
        if score:
            make_move(
                actor=actor,
                demand_id=demand_id,
                move="rate",
                values={"score": score, "solved": Solved.NO, "words": words},
                key=key,
            )
        return make_move(
            actor=actor, demand_id=demand_id, move="reopen", values={"reason": words}, key=key
        )
