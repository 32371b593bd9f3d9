"""Nobody forgets a guard: every address is requested as nobody, as each role, and as a neighbour.

Nobody is sent to the login. A person with a role never meets a crash. The people of the neighbour
community are told that a row of this community does not exist, and posting to it changes nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.access import is_public
from loushi.foundation.core.actor import system_actor
from loushi.foundation.transfer.registry import importers
from loushi.registry.accounts.commands import issue_token
from loushi.registry.accounts.factories import actor_of

from .routes import PUBLIC, SAMPLES
from .world import World, build, session_cookie

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
NOBODY = "00000000-0000-0000-0000-000000000000"
FILLINGS = {"int": "1", "slug": "a", "str": "a", "path": "a", "uuid": NOBODY}


@dataclass(frozen=True)
class Route:
    """One address pattern: its full name, its text and the view behind it."""

    name: str
    pattern: str
    view: Any

    @property
    def parameters(self) -> list[str]:
        return [match["name"] for match in PARAMETER.finditer(self.pattern)]

    def filled(self, given: dict[str, Any] | None = None) -> str:
        """The address with these parameters, or with any that fit."""

        def value(match: re.Match[str]) -> str:
            return str(given[match["name"]]) if given else FILLINGS[match["kind"] or "str"]

        return "/" + PARAMETER.sub(value, self.pattern)


def routes(
    resolver: URLResolver | None = None, before: str = "", space: str = ""
) -> Iterator[Route]:
    resolver = resolver or get_resolver()
    for one in resolver.url_patterns:
        text = before + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from routes(one, text, inner)
        elif isinstance(one, URLPattern):
            yield Route(f"{space}{one.name or one.lookup_str}", text, one.callback)


ALL = sorted(routes(), key=lambda route: (route.name, route.pattern))


def test_the_sweep_sees_the_routes() -> None:
    assert len(ALL) > 20


def test_public_routes_are_exactly_those_on_the_list() -> None:
    """A view marked @public without an entry (and a reason) in routes.py fails, and the reverse."""
    marked = {route.name for route in ALL if is_public(route.view)}
    assert marked == {name for name in PUBLIC if not name.startswith("api:")}


def test_every_route_with_parameters_has_a_sample() -> None:
    names = {route.name for route in ALL if route.parameters}
    missing, gone = sorted(names - set(SAMPLES)), sorted(set(SAMPLES) - names)
    assert not missing, f"enter these in tests/architecture/routes.py: {missing}"
    assert not gone, f"these routes exist no more: {gone}"


@pytest.mark.django_db
@pytest.mark.parametrize("route", ALL, ids=lambda route: f"{route.name} {route.pattern}")
def test_nobody_gets_in_without_login(route: Route, client: Client) -> None:
    if route.name in PUBLIC:
        pytest.skip(PUBLIC[route.name])
    answers = {}
    for method in METHODS:
        response = client.generic(method, route.filled())
        to_login = response.status_code == 302 and response["Location"].startswith(
            settings.LOGIN_URL
        )
        answers[method] = "login" if to_login else response.status_code
    assert set(answers.values()) <= {"login", 401, 405}, answers
    assert {"login", 401} & set(answers.values()), f"nothing answers here: {answers}"


# What an honest answer to a person who is logged in can look like.
CALM = {200, 204, 302, 303, 304, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429}
HIDDEN = {403, 404, 405, 410}
LEAVING = {"accounts:logout", "accounts:enter_demo"}
# The sample's file does not lie in the data folder: 404 for those who may see it, too.
NO_FILE = {"files:small", "files:download", "transfer:rejected", "api:download_attachment"}


@pytest.fixture
def world(db: None) -> World:
    return build()


def address(route: Route, world: World) -> str:
    return route.filled(SAMPLES[route.name].parameters(world) if route.parameters else None)


def status_of(response: Any) -> int:
    if response.streaming:  # read to its end, a download closes its file
        b"".join(response.streaming_content)
    code: int = response.status_code
    return code


def entered(user: Any) -> Client:
    """A client with this person's session for the pages and token for the API."""
    token = issue_token(actor=system_actor("sweep"), username=user.username)
    client = Client(raise_request_exception=False, headers={"authorization": f"Bearer {token}"})
    name, value = session_cookie(user)
    client.cookies[name] = value
    return client


SHARES = 4  # so that several processes can take part


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_answers_every_role_calmly(world: World, share: int) -> None:
    """No crash for anybody; and the samples are real: of each, some role sees more than a 404.

    Each engine asks for every second pair of page and role, the two together for all of them.
    """
    wrong = []
    people = {**world.staff, "nobody in particular": world.visitor}
    clients = {role: entered(user) for role, user in people.items()}
    second = connection.vendor == "postgresql"
    for number, route in enumerate(ALL):
        if number % SHARES != share or route.name in LEAVING:
            continue
        path, seen = address(route, world), {404}
        own = [
            role for place, role in enumerate(clients) if (number // SHARES + place) % 2 == second
        ]
        real = route.parameters and not SAMPLES[route.name].shared and route.name not in NO_FILE
        for role in own + (sorted(clients.keys() - set(own)) if real else []):
            if role not in own and seen != {404}:
                break  # the others only until the sample is known to be real
            status = status_of(clients[role].get(path))
            seen.add(status)
            if status not in CALM:
                wrong.append(f"{status} for {role}: GET {path} ({route.name})")
            if status == 405 or route.name in PUBLIC:
                break  # the same for everybody
        if real and seen == {404}:
            wrong.append(f"{route.name} is 404 for every role: {route.pattern}")
    assert not wrong, "\n".join(wrong)


# Lists whose emptiness would mislead who may see none of it, and what lets a person see them.
LISTS = {
    "demands:inbox": {"demands.view"},
    "buildings:list": {"buildings.view"},
    "enterprises:list": {"enterprises.view"},
    "transfer:list": {"transfer.view", *(item.permission for item in importers())},
    "transfer:waiting": {"transfer.view", *(item.permission for item in importers())},
}


@pytest.mark.slow
def test_lists_refuse_those_who_may_see_nothing_in_them(world: World) -> None:
    wrong = []
    for role, user in {**world.staff, "nobody in particular": world.visitor}.items():
        client, actor = entered(user), actor_of(user)
        for name, permissions in LISTS.items():
            expected = 200 if any(actor.has(one) for one in permissions) else 403
            status = status_of(client.get(reverse(name)))
            if status != expected:
                wrong.append(f"{status} for {role}: {name}, expected {expected}")
    assert not wrong, "\n".join(wrong)


def neighbour_answers(world: World, method: str) -> list[str]:
    found = []
    clients = {role: entered(user) for role, user in world.neighbours.items()}
    before = Entry.objects.unscoped("count").count()
    for role, client in clients.items():
        for route in ALL:
            if not route.parameters or SAMPLES[route.name].shared:
                continue
            path = address(route, world)
            status = status_of(client.generic(method, path))
            early = method == "POST" and (
                (status == 302 and SAMPLES[route.name].form_first)
                or (status == 422 and route.name.startswith("api:"))  # no body, whatever the row
            )
            if status not in HIDDEN and not early:
                found.append(f"{status} for {role} next door: {method} {path} ({route.name})")
    if method != "GET" and Entry.objects.unscoped("count").count() != before:
        found.append("the audit record grew: something was changed")
    return found


@pytest.mark.slow
def test_the_neighbour_community_sees_nothing(world: World) -> None:
    wrong = neighbour_answers(world, "GET")
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_the_neighbour_community_changes_nothing(world: World) -> None:
    wrong = neighbour_answers(world, "POST")
    assert not wrong, "\n".join(wrong)
