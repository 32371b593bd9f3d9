"""The only way to write demands."""

from loushi.casework.demands.commands.joining import note_joint
from loushi.casework.demands.commands.moves import make_move
from loushi.casework.demands.commands.rating_links import (
    make_rating_link,
    open_rating_link,
    rate_by_link,
)
from loushi.casework.demands.commands.saved_views import remove_view, save_view
from loushi.casework.demands.commands.submit import Receipt, Submission, submit, submit_demand

__all__ = [
    "Receipt",
    "Submission",
    "make_move",
    "make_rating_link",
    "note_joint",
    "open_rating_link",
    "rate_by_link",
    "remove_view",
    "save_view",
    "submit",
    "submit_demand",
]
