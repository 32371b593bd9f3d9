"""Parts of a page that are the same on thousands of pages: rendered once, then pasted in.

A part is a template that sees nothing but `frame` with the values it is given, so that its text is
a function of these values and the language; what differs with every request (the CSRF token, the
page's own address, the words of the search box) stands in it as a hole that is filled at the end.
A whole page may be made in the same way, from the values of its frame and its finished panes.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, Protocol

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template import Context
from django.template.engine import Engine
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

# Private-use characters: no text of ours or of anybody contains them.
HOLES = {name: f"\ue000{name}\ue001" for name in ("csrf_token", "here", "search_text")}
_HOLE = re.compile("\ue000(\\w+)\ue001")

Values = tuple[tuple[str, Hashable], ...]


class Frame(Protocol):
    """The frame of a request: the texts of the holes, and the values of each part."""

    here: str
    search_text: str

    def shown(self, part: str) -> Values: ...

    def all_shown(self) -> tuple[Values, tuple[tuple[str, Values], ...]]:
        """What the layouts read themselves, and the values of each of their parts."""


_frame: Callable[[HttpRequest], Frame] | None = None


def set_frame(source: Callable[[HttpRequest], Frame]) -> None:
    """Tells how the frame of a request is made (config registers it)."""
    global _frame
    _frame = source


def render_part(template: str, values: Values, filling: Mapping[str, Any]) -> SafeString:
    """The part with these values of `frame`; `filling`: hole → text, escaped here."""
    return SafeString(filled(_part(template, values, get_language() or ""), filling))


def filled(text: str, filling: Mapping[str, Any]) -> str:
    """The text with its holes filled."""
    for name, hole in HOLES.items():
        if hole in text:
            text = text.replace(hole, escape(filling[name]))
    return text


@lru_cache(maxsize=4096)
def _part(template: str, values: Values, _language: str) -> str:
    return _text(template, SimpleNamespace(**dict(values)), {})


def _text(template: str, frame: Any, more: Mapping[str, Any]) -> str:
    frame.here, frame.search_text = HOLES["here"], HOLES["search_text"]
    context = Context({**more, "frame": frame, "csrf_token": HOLES["csrf_token"]})
    return str(Engine.get_default().get_template(template).render(context))


def render_page(request: HttpRequest, template: str, **values: Hashable) -> HttpResponse:
    """A page whose template reads nothing but its frame and these values.

    Equal values give the same text, which is kept; only the holes are filled for each request. With
    a message to show or in support mode the page is rendered in the ordinary way.
    """
    if _frame is None or get_messages(request) or getattr(request, "support", None):
        return render(request, template, values)
    frame = _frame(request)
    pieces = _page(template, frame.all_shown(), tuple(values.items()), get_language() or "")
    filling = {
        "csrf_token": get_token(request).encode(),
        "here": escape(frame.here).encode(),
        "search_text": escape(frame.search_text).encode(),
    }
    return HttpResponse(b"".join(filling.get(one, one) for one in pieces))  # type: ignore[call-overload]


@lru_cache(maxsize=128)
def _page(
    template: str,
    frame: tuple[Values, tuple[tuple[str, Values], ...]],
    values: Values,
    _language: str,
) -> tuple[bytes | str, ...]:
    """The page cut at its holes: bytes, and the names of holes."""
    own, parts = frame
    fixed = SimpleNamespace(**dict(own), shown=dict(parts).__getitem__)
    more = {**dict(values), "messages": (), "support": None}
    pieces = _HOLE.split(_text(template, fixed, more))
    return tuple(one if index % 2 else one.encode() for index, one in enumerate(pieces))
