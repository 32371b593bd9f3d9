"""The outer and the inner ring of a request: its id and log line, and calm pages for refusals."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from loushi.foundation.core.errors import LoushiError
from loushi.foundation.core.logs import request_id
from loushi.foundation.web.pages import error_response

access = logging.getLogger("loushi.access")
SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
QUIET = ("/static/", "/healthz", "/readyz")


def _forget(**_kwargs: object) -> None:
    request_id.set("")


# Not at the end of the middleware: Django writes its own line about a 4xx or 5xx after that.
request_finished.connect(_forget)


class RequestIdMiddleware:
    """Gives the request an id (a sane X-Request-ID is kept), returns it, writes one access line.

    The id stands in a context variable, so that log lines, audit entries and events share it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        number = offered if SANE_ID.fullmatch(offered) else secrets.token_hex(8)
        request_id.set(number)
        request.request_id = number  # type: ignore[attr-defined]
        began = time.perf_counter()
        response = self.get_response(request)
        response.headers["X-Request-ID"] = number
        self._log(request, response, began)
        return response

    def _log(self, request: HttpRequest, response: HttpResponse, began: float) -> None:
        if request.path.startswith(QUIET):
            return
        actor = getattr(request, "actor", None)
        match = request.resolver_match
        access.info(
            "request",
            extra={
                "method": request.method,
                # The path alone: a query string may hold names and numbers of people.
                "path": request.path,
                "view": match.view_name if match else "",
                "status": response.status_code,
                "milliseconds": round((time.perf_counter() - began) * 1000, 1),
                "user_id": getattr(actor, "user_id", None),
            },
        )


class ErrorPageMiddleware:
    """Turns the refusals of the core into pages, htmx fragments or problem details; and Django's
    empty answer to a wrong method, which a browser shows as a failure of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            page = error_response(request, response.status_code)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, LoushiError):
            return None
        first, *others = (error.message for error in exception.errors)
        why = first if exception.args and exception.args[0] else ""
        return error_response(request, exception.status, why, others)
