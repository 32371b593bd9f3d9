"""A real browser for tests marked `browser`: Debian's Chromium driven by Playwright.

`page` fails the test on a JavaScript error, a console error, a broken resource or a request to
another host. `signed_in(user)` gives a page of that person without typing a password. `axe(page)`
fails on serious and critical accessibility findings.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1366, "height": 860}
# What the browser says of files that had no answer at all: their page was left while a service
# worker fetched them, or its network process began anew. What is missing or refused has an answer.
LEFT = "Failed to load resource: net::ERR_FAILED"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    path = os.environ.get("LOUSHI_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not path:
        pytest.fail("no Chromium: apt-get install chromium, or set LOUSHI_CHROMIUM")
    # Playwright's synchronous face keeps an event loop in this thread; Django would refuse to work.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"]
        instance = playwright.chromium.launch(executable_path=path, args=arguments)
        yield instance
        instance.close()


@pytest.fixture
def new_page(browser: "Browser", live_server: Any) -> "Iterator[Callable[..., Page]]":
    """`new_page(viewport=PHONE, color_scheme="dark")`: a page in a context of its own."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []
    host = urlsplit(live_server.url).netloc

    def make(**options: Any) -> "Page":
        options = {
            "viewport": DESKTOP,
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "base_url": live_server.url,
            "reduced_motion": "reduce",
            "service_workers": "block",
        } | options
        context = browser.new_context(**options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
        page.on(
            "console",
            lambda line: (
                line.type == "error"
                and line.text != LEFT
                and troubles.append(f"console: {line.text}")
            ),
        )
        page.on("request", lambda request: _check_host(request.url, host, troubles))
        return page

    yield make
    for context in contexts:
        context.close()
    serious = [trouble for trouble in troubles if not _expected(trouble)]
    assert not serious, "the browser complained:\n" + "\n".join(serious)


@pytest.fixture
def page(new_page: "Callable[..., Page]") -> "Page":
    return new_page()


@pytest.fixture
def signed_in(new_page: "Callable[..., Page]", live_server: Any) -> "Callable[..., Page]":
    """`signed_in(user, viewport=PHONE)`: a page with that person's session."""

    def enter(user: Any, **options: Any) -> "Page":
        page = new_page(**options)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": str(session.session_key),
                    "url": live_server.url,
                }
            ]
        )
        return page

    return enter


@pytest.fixture
def axe() -> "Callable[[Page], None]":
    """Fails on serious and critical findings of axe on the page as it stands."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page: "Page") -> None:
        found = [
            f"{finding['impact']}: {finding['help']} ({finding['id']}) at "
            + "; ".join(str(node["target"]) for node in finding["nodes"][:5])
            for finding in Axe().run(page).response["violations"]
            if finding["impact"] in {"serious", "critical"}
        ]
        assert not found, f"axe on {page.url}:\n" + "\n".join(found)

    return check


def _check_host(url: str, host: str, troubles: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != host:
        troubles.append(f"request to another host: {url}")


def _expected(trouble: str) -> bool:
    """A 4xx answer that a test provokes is logged by the browser as a failed resource."""
    return "Failed to load resource" in trouble and "status of 4" in trouble
