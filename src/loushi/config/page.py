"""What every page's frame needs: `frame` in the template context. Lazy, and safe for anybody.

Nothing is read from the database before a template asks for it, and a request without an actor
(an error page, a test) gets the frame of a stranger.
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from loushi import __version__
from loushi.config import navigation as places
from loushi.foundation.core.actor import ANONYMOUS, ENTERPRISE, UNIT, Actor, Grant
from loushi.foundation.core.logs import request_id
from loushi.foundation.notices import queries as notices
from loushi.foundation.web.assets import SCRIPTS, SHEETS, THEME_COOKIE, THEMES, versioned
from loushi.foundation.web.offline import works_offline
from loushi.foundation.web.parts import Values
from loushi.registry.accounts.queries import post_of, posts_of, role_of
from loushi.registry.territory import queries as territory


@dataclass(frozen=True, slots=True)
class Link:
    """A navigation entry as the template shows it."""

    label: Any
    href: str
    icon: str
    active: bool = False
    long: Any = ""
    seal: bool = False
    count: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    role: str
    appointment: str


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    href: str = ""


# What each part of the frame reads, and nothing else (see foundation.web.parts).
SETTINGS = ("theme", "language", "languages", "language_url")
PERSON = ("person", "person_links", "logout_url", *SETTINGS)
PARTS: dict[str, tuple[str, ...]] = {
    "web/sheets.html": ("sheets",),
    "web/words.html": (),
    "web/offline/bar.html": ("works_offline", "appointment"),
    "web/scripts.html": ("scripts",),
    "web/shortcuts.html": (),
    "web/top.html": (
        "home_url",
        "place",
        "places",
        "search_url",
        "notices_url",
        "unread",
        "login_url",
        *PERSON,
    ),
    "web/person.html": PERSON,
    "web/rail.html": ("rail",),
    "web/bottom.html": ("bottom_bar", "more"),
    "web/phone_bottom.html": ("phone_entries", "phone_more"),
    # What the layouts themselves read.
    "page": ("theme", "language_tag", "login_url", "user_key", "bottom"),
}
MOST_PLACES = 30
DESK = tuple(f"web/{name}.html" for name in (
    "sheets", "words", "offline/bar", "scripts", "shortcuts", "top", "rail", "bottom",
))  # fmt: skip


def first_url(names: tuple[str, ...]) -> str:
    """The address of the first name that exists, or ''."""
    return _first_url(names, settings.ROOT_URLCONF)


@cache
def _first_url(names: tuple[str, ...], _addresses: str) -> str:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


class Frame:
    """The frame of one request; every property is worked out once, when first shown."""

    version = __version__

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._actor: Actor = getattr(request, "actor", None) or ANONYMOUS

    def shown(self, part: str) -> Values:
        """The values that a part of the frame reads, for `{% part %}`."""
        return tuple(
            (name, tuple(value) if isinstance(value, list) else value)
            for name in PARTS[part]
            for value in (getattr(self, name),)
        )

    def all_shown(self) -> tuple[Values, tuple[tuple[str, Values], ...]]:
        """The values of a whole desk page."""
        return self.shown("page"), tuple((part, self.shown(part)) for part in DESK)

    @property
    def here(self) -> str:
        """The address of this page, to come back to."""
        return self._request.get_full_path()

    # ---- look ----
    @cached_property
    def theme(self) -> str:
        asked = self._request.GET.get("theme") or self._request.COOKIES.get(THEME_COOKIE, "")
        return asked if asked in THEMES else "auto"

    @cached_property
    def language(self) -> str:
        return get_language() or settings.LANGUAGE_CODE

    @property
    def language_tag(self) -> str:
        return "en" if self.language.startswith("en") else "zh-Hans"

    languages: ClassVar[tuple[str, ...]] = tuple(str(name) for _code, name in settings.LANGUAGES)
    sheets: ClassVar[tuple[str, ...]] = tuple(map(versioned, SHEETS))
    scripts: ClassVar[tuple[str, ...]] = tuple(map(versioned, SCRIPTS))

    # ---- person ----
    @property
    def known(self) -> bool:
        return self._actor.user_id is not None

    @property
    def user_key(self) -> str:
        """What keeps the drafts of two people on one machine apart."""
        return str(self._actor.user_id or "")

    @property
    def appointment(self) -> str:
        """What the device writes on a record: the posts held when it was made."""
        return self._actor.appointment

    @cached_property
    def works_offline(self) -> bool:
        """Whether the person records outside, so that the device may keep pages and records."""
        return works_offline(self._actor)

    @cached_property
    def person(self) -> Person | None:
        if not self.known:
            return None
        held = next((grant for grant in self._actor.grants if grant.label), None)
        role = role_of(held) if held else ""
        return Person(self._actor.name, role, posts_of(self._actor))

    @cached_property
    def place(self) -> list[Step]:
        """Where the person works: the units above, then the own one; '' for strangers."""
        label = next((grant.label for grant in self._actor.grants if grant.label), "")
        text = label.rpartition(" ")[0] or label
        if not text:
            return []
        paths = [grant.key for grant in self._actor.grants if grant.kind == UNIT]
        above = territory.breadcrumbs(paths[0]) if paths else []
        return [Step(name, _unit_url(unit_id)) for unit_id, name in above if name] or [Step(text)]

    @cached_property
    def places(self) -> list[Step]:
        """Where else the person may go from the place shown: the other posts, the units below."""
        held = {grant.label: grant for grant in self._actor.grants if grant.label}
        posts = [Step(post_of(grant), _grant_url(grant)) for grant in held.values()]
        paths = [grant.key for grant in self._actor.grants if grant.kind == UNIT]
        below = territory.units_below(paths[0])[:MOST_PLACES] if paths else ()
        return posts[1:] + [Step(name, _unit_url(pk)) for pk, name in below]

    @property
    def _works_for_a_firm(self) -> bool:
        """Only an enterprise's people: they get the phone's entries, never the desk's."""
        grants = self._actor.grants
        return bool(grants) and all(grant.kind == ENTERPRISE for grant in grants)

    @cached_property
    def unread(self) -> int:
        return notices.unread_count(self._actor) if self.known else 0

    # ---- places to go ----
    @cached_property
    def home_url(self) -> str:
        own = self.phone_entries if self._works_for_a_firm else self.navigation
        return first_url(places.HOME) or (own[0].href if own else "/")

    @cached_property
    def login_url(self) -> str:
        return first_url(places.LOGIN)

    @cached_property
    def logout_url(self) -> str:
        return first_url(places.LOGOUT)

    @cached_property
    def support_url(self) -> str:
        """Where support mode is looked at and ended."""
        return first_url(places.SUPPORT)

    @cached_property
    def language_url(self) -> str:
        return first_url(places.LANGUAGE)

    @cached_property
    def search_url(self) -> str:
        return first_url(places.SEARCH) if self.known else ""

    @property
    def search_text(self) -> str:
        """What was searched for, so that the box keeps it on the result page."""
        return self._request.GET.get("q", "") if self._request.path == self.search_url else ""

    @cached_property
    def notices_url(self) -> str:
        return first_url(places.NOTICES) if self.known else ""

    @cached_property
    def navigation(self) -> list[Link]:
        return self._links("PHONE" if self._works_for_a_firm else "RAIL")

    @cached_property
    def rail(self) -> list[Link]:
        """The navigation with what waits behind each entry."""
        return [replace(link, count=self._waiting(link.href)) for link in self.navigation]

    @cached_property
    def bottom_bar(self) -> list[Link]:
        return self.rail[: self._fits]

    def _waiting(self, href: str) -> str:
        count = next((one.count for one in places.RAIL if first_url(one.names) == href), "")
        number = import_string(count)(self._actor) if count and not self._works_for_a_firm else 0
        return "" if not number else "99+" if number > 99 else str(number)

    @property
    def _fits(self) -> int:
        return _room(len(self.navigation))

    @cached_property
    def bottom(self) -> list[Link]:
        return self.navigation[: self._fits]

    @cached_property
    def more(self) -> list[Link]:
        """What a phone's bottom bar has no room for: the list behind its 更多."""
        return self.rail[self._fits :]

    @cached_property
    def phone_entries(self) -> list[Link]:
        return self._phone[: self._phone_fits]

    @cached_property
    def phone_more(self) -> list[Link]:
        """What an enterprise's bar has no room for: behind its 更多."""
        return self._phone[self._phone_fits :]

    @cached_property
    def _phone(self) -> list[Link]:
        return self._links("PHONE")

    @property
    def _phone_fits(self) -> int:
        return _room(len(self._phone))

    @cached_property
    def person_links(self) -> list[Link]:
        return self._links("PERSON")

    def _links(self, name: str) -> list[Link]:
        """The entries of one list of the navigation that this person may open."""
        if not self.known:
            return []
        here = self._request.path
        return [
            replace(link, active=True) if _is_active(entry, link.href, here) else link
            for entry, link in _allowed(self._actor, name, self.language, settings.ROOT_URLCONF)
        ]

    @property
    def request_id(self) -> str:
        return request_id.get()


def _room(entries: int) -> int:
    """How many entries a phone's bottom bar shows; 更多 takes a place where they overflow."""
    return places.BOTTOM_LIMIT - (entries > places.BOTTOM_LIMIT)


def _grant_url(grant: Grant) -> str:
    return _unit_url(territory.leaf_id(grant.key) or 0) if grant.kind == UNIT else ""


def _is_active(entry: places.Entry, href: str, here: str) -> bool:
    return here.startswith(entry.prefix) if entry.prefix else here == href


@lru_cache(maxsize=2048)
def _allowed(
    actor: Actor, name: str, _language: str, _addresses: str
) -> tuple[tuple[places.Entry, Link], ...]:
    """The entries that this actor may open, in the words of the active language."""
    return tuple(
        (entry, Link(str(entry.label), href, entry.icon, False, str(entry.long), entry.seal))
        for entry in getattr(places, name)
        if (href := first_url(entry.names))
        and (not entry.permissions or any(map(actor.has, entry.permissions)))
    )


@cache
def _unit_url(unit_id: int) -> str:
    try:
        return reverse("territory:unit", args=[unit_id])
    except NoReverseMatch:
        return ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor: `frame`, `actor`, `support`."""
    return {
        "frame": Frame(request),
        "actor": getattr(request, "actor", None),
        "support": getattr(request, "support", None),
    }
