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
from .queue import (
    call_again,
    call_next,
    end_ticket,
    leave_queue,
    print_ticket,
    set_counters,
    take_ticket,
    transfer_ticket,
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
    "call_again",
    "call_next",
    "cancel_booking",
    "create_rota",
    "create_station",
    "drop_away",
    "drop_template",
    "end_ticket",
    "feed_of",
    "hand_over",
    "inspect",
    "install_standard",
    "issue_feed",
    "leave_queue",
    "mark_booking",
    "print_ticket",
    "publish",
    "release_missed",
    "request_solution",
    "revoke_feed",
    "set_counters",
    "set_members",
    "set_services",
    "set_spaces",
    "solve_now",
    "take_ticket",
    "transfer_ticket",
    "update_station",
]
