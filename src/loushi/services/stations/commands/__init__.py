"""The only way to write stations, rotas and bookings."""

from .bookings import (
    book,
    book_for,
    cancel_booking,
    mark_booking,
    release_missed,
)
from .duty import answer_swap, ask_swap, hand_over
from .feeds import feed_of, issue_feed, revoke_feed
from .planning import (
    add_away,
    add_template,
    create_rota,
    drop_away,
    drop_template,
    set_members,
)
from .registry import (
    FIELDS,
    create_station,
    inspect,
    install_standard,
    set_services,
    set_spaces,
    update_station,
)
from .solving import publish, request_solution, solve_now

__all__ = [
    "FIELDS",
    "add_away",
    "add_template",
    "answer_swap",
    "ask_swap",
    "book",
    "book_for",
    "cancel_booking",
    "create_rota",
    "create_station",
    "drop_away",
    "drop_template",
    "feed_of",
    "hand_over",
    "inspect",
    "install_standard",
    "issue_feed",
    "mark_booking",
    "publish",
    "release_missed",
    "request_solution",
    "revoke_feed",
    "set_members",
    "set_services",
    "set_spaces",
    "solve_now",
    "update_station",
]
