"""Which views may be opened without logging in.

Login is required by default (the accounts middleware sees to it); a view that strangers may open
says so itself, where it is written:

    @public
    def rate_by_link(request, token): ...
"""

from collections.abc import Callable
from typing import Any, TypeVar

V = TypeVar("V", bound=Callable[..., Any])

_MARK = "loushi_public"


def public(view: V) -> V:
    """Marks a view as open to anybody. Put it outermost, above other decorators."""
    setattr(view, _MARK, True)
    return view


def is_public(view: Callable[..., Any]) -> bool:
    """Whether the view carries the mark."""
    return bool(getattr(view, _MARK, False))
