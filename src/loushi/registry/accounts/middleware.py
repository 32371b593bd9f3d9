"""Puts the Actor on every request and lets only `@public` views be opened without login."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from loushi.foundation.core import stamps
from loushi.foundation.core.access import is_public
from loushi.foundation.core.actor import ANONYMOUS
from loushi.registry.accounts import queries, sessions

API_NAMESPACE = "api"
# What a person with a first password may still open.
BEFORE_PASSWORD = frozenset({"accounts:change_password", "accounts:logout", "accounts:language"})


class ActorMiddleware:
    """`request.actor`: who acts. Also the language of the person, idle time-out, first password."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._answer(request)
        finally:
            stamps.end()

    def _answer(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(lambda: sessions.person_of(request))  # type: ignore[assignment]
        user = request.user
        request.actor = ANONYMOUS
        request.support = None
        request.idle_logout = False
        if user.is_authenticated:
            request.idle_logout = sessions.expire_if_idle(request)
            user = request.user
        if user.is_authenticated:
            request.support = sessions.running_support(request)
            request.actor = queries.actor_for(user, timezone.localdate(), support=request.support)
        self._speak(request)
        return self.get_response(request)

    def _speak(self, request: HttpRequest) -> None:
        """Chinese unless the person chose otherwise; the API follows Accept-Language."""
        if request.path.startswith("/api/"):
            return
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "") or getattr(
            request.user, "language", ""
        )
        if chosen not in dict(settings.LANGUAGES):
            chosen = settings.LANGUAGE_CODE
        translation.activate(chosen)
        request.LANGUAGE_CODE = translation.get_language()

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if is_public(view) or API_NAMESPACE in match.namespaces:
            return None
        if not request.user.is_authenticated:
            return self._to_login(request)
        if request.user.must_change_password and match.view_name not in BEFORE_PASSWORD:
            return _go(request, reverse("accounts:change_password"))
        return None

    def _to_login(self, request: HttpRequest) -> HttpResponse:
        query = {"next": request.get_full_path()} if request.method == "GET" else {}
        if _is_fragment(request):
            query = {"next": request.headers.get("HX-Current-URL", "")}
        if request.idle_logout:
            query["idle"] = "1"
        address = reverse("accounts:login")
        if any(query.values()):
            address += "?" + urlencode({key: text for key, text in query.items() if text})
        if not _is_fragment(request) and "application/json" in request.headers.get("Accept", ""):
            return JsonResponse(
                {"title": _("请先登录。"), "status": 401, "login": address},
                status=401,
                content_type="application/problem+json",
            )
        return _go(request, address)


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect; for an htmx fragment 401 with the header that moves the whole page."""
    if _is_fragment(request):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return redirect(address)
