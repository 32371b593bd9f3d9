"""The only way to write applications."""

from .consequences import on_calendar_changed
from .links import by_token, link_runs, link_until, token_of
from .moving import (
    add_record,
    assign_errand,
    close_unrated,
    move_step,
    rate,
    supply,
    withdraw,
    withdraw_record,
)
from .submit import Request, check_application, submit_application

__all__ = [
    "Request",
    "add_record",
    "assign_errand",
    "by_token",
    "check_application",
    "close_unrated",
    "link_runs",
    "link_until",
    "move_step",
    "on_calendar_changed",
    "rate",
    "submit_application",
    "supply",
    "token_of",
    "withdraw",
    "withdraw_record",
]
