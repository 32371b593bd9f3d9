"""Nobody forgets a guard: every address is requested as nobody, and must send to the login."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from loushi.foundation.core.access import is_public

from .routes import PUBLIC, SAMPLES

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

    def filled(self) -> str:
        return "/" + PARAMETER.sub(lambda match: FILLINGS[match["kind"] or "str"], self.pattern)


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
