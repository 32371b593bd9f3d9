"""Health, theme, language, the style page, and Django's error handlers."""

import logging
import os
import tempfile
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.access import public
from loushi.foundation.core.errors import Refused
from loushi.foundation.web import samples
from loushi.foundation.web.assets import THEME_COOKIE, THEMES
from loushi.foundation.web.pages import EXPIRED, error_response

log = logging.getLogger(__name__)
YEAR = 60 * 60 * 24 * 365


# ---- is it alive --------------------------------------------------------------------------------
@public
@require_GET
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is looked at."""
    return JsonResponse({"status": "ok"})


@public
@require_GET
@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """Ready for work: database there, migrations applied, data folder writable. 503 otherwise."""
    checks = {
        "database": _database_answers(),
        "migrations": _migrations_applied(),
        "data_folder": _data_folder_writable(),
    }
    ready = all(checks.values())
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"status": "ok" if ready else "not ready", **checks}, status=status)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        log.exception("the database does not answer")
        return False


def _migrations_applied() -> bool:
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return False
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _data_folder_writable() -> bool:
    try:
        handle, name = tempfile.mkstemp(dir=settings.DATA_DIR, prefix=".ready-")
        os.close(handle)
        os.unlink(name)
    except OSError:
        log.exception("the data folder is not writable")
        return False
    return True


# ---- choices of look ----------------------------------------------------------------------------
def _back(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if safe else "/"


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps the choice light, dark or auto in a cookie; the server renders it."""
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        raise Refused(_("明暗只能选浅色、深色或随系统。"), field="theme")
    response = redirect(_back(request))
    response.set_cookie(
        THEME_COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure()
    )
    return response


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keeps the language in Django's language cookie."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        raise Refused(_("语言只能选简体中文或英文。"), field="language")
    response = redirect(_back(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=YEAR,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


# ---- the living style page ----------------------------------------------------------------------
@public
@require_GET
def styleguide(request: HttpRequest, part: str = "") -> HttpResponse:
    """Every component in every state; open to all in demo and debug, else to those logged in."""
    actor = getattr(request, "actor", None)
    if not (settings.DEMO or settings.DEBUG or (actor is not None and actor.is_authenticated)):
        raise Http404
    if part not in samples.PARTS:
        raise Http404
    return render(request, samples.PARTS[part], samples.context(request))


# ---- error handlers -----------------------------------------------------------------------------
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of last resort: where even the frame cannot be rendered, plain words remain."""
    try:
        return error_response(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    except Exception:
        log.exception("the error page itself failed")
        text = _("系统出了问题，内容没有保存。请稍后再试。")
        return HttpResponse(text, status=500, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old, or cookies are off: nothing was saved, and how to go on."""
    return error_response(request, HTTPStatus.FORBIDDEN, page=EXPIRED)
