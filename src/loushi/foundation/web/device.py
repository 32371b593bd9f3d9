"""The web app on a device: manifest, service worker, session, what goes along and comes back."""

import hashlib
import json
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.access import public
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.web import offline
from loushi.foundation.web.assets import MODULES, SCRIPTS, SHEETS, SHELL, versioned

PAPER, ACCENT = "#FAF8F3", "#0E5A63"  # the design tokens --paper and --accent
ICONS = (("192", "any"), ("512", "any"), ("512", "maskable"))
WORKER = ("web/js/store.js", "web/js/worker.js")
NO_STORE = {"Cache-Control": "no-store"}


@public
@require_GET
def manifest(_request: HttpRequest) -> JsonResponse:
    """What the installed app is called, how it looks, where it starts."""
    return JsonResponse(
        {
            "id": "/",
            "name": _("楼事"),
            "short_name": _("楼事"),
            "lang": "zh-Hans",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": PAPER,
            "theme_color": ACCENT,
            "icons": [
                {
                    "src": versioned(f"web/app/{_icon(size, purpose)}.png"),
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                    "purpose": purpose,
                }
                for size, purpose in ICONS
            ],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


def _icon(size: str, purpose: str) -> str:
    return f"maskable-{size}" if purpose == "maskable" else f"icon-{size}"


@public
@require_GET
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker, from the root because its scope is the whole site. Its text changes
    whenever a file of the shell changes, so that browsers fetch the new shell."""
    response = HttpResponse(_worker_text(), content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-cache"
    return response


def _worker_text() -> str:
    return _built() if not settings.DEBUG else _built.__wrapped__()


@cache
def _built() -> str:
    digest = hashlib.sha256()
    files = (*SHEETS, *SCRIPTS, *SHELL, *offline.files())
    for path in (*files, *MODULES):
        digest.update(_bytes(path))
    code = "\n".join(_bytes(path).decode() for path in WORKER).replace("\nexport ", "\n")
    digest.update(code.encode())
    shell = [*map(versioned, files), *map(static, MODULES), "/offline/shell/"]
    head = f'const VERSION = "{digest.hexdigest()[:16]}";\nconst SHELL = {json.dumps(shell)};\n'
    return head + code


def _bytes(path: str) -> bytes:
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(path)
    with open(found, "rb") as file:
        return file.read()


@public
@require_GET
def shell(request: HttpRequest) -> HttpResponse:
    """The page for a network that is gone and a page that was not taken along; nothing personal."""
    return render(request, "web/offline/shell.html")


@require_GET
def kept(request: HttpRequest) -> HttpResponse:
    """What stands on this device: what is not sent yet, and what was taken along."""
    _person(request)
    return render(request, "web/offline/kept.html")


@public
@require_GET
@never_cache
def session(request: HttpRequest) -> JsonResponse:
    """Who is logged in, and a fresh token for the next request; 401, never a redirect."""
    if (gone := _gone(request)) is not None:
        return gone
    actor = request.actor
    return JsonResponse(
        {
            "user": str(actor.user_id),
            "name": actor.name,
            "appointment": actor.appointment,
            "token": get_token(request),
            "works_offline": offline.works_offline(actor),
        },
        json_dumps_params={"ensure_ascii": False},
        headers=NO_STORE,
    )


@public
@require_GET
@never_cache
def pack(request: HttpRequest) -> JsonResponse:
    """What the person may take along: parts with the addresses of their pages."""
    if (gone := _gone(request)) is not None:
        return gone
    parts = offline.parts_for(_person(request))
    listed = [{"code": p.code, "label": p.label, "addresses": p.addresses} for p in parts]
    return JsonResponse({"user": str(request.actor.user_id), "parts": listed}, headers=NO_STORE)


@public
@require_POST
@never_cache
def sync(request: HttpRequest) -> JsonResponse:
    """Saves what was recorded without a network; one answer for each item, in their order."""
    if (gone := _gone(request)) is not None:
        return gone
    try:
        body: Any = json.loads(request.body)
        items = body["items"]
    except (ValueError, KeyError, TypeError):
        raise Refused(_("上传的内容看不明白。请刷新页面后再传，记录仍在本机。")) from None
    if not isinstance(items, list):
        raise Refused(_("上传的内容看不明白。请刷新页面后再传，记录仍在本机。"))
    answers = offline.sync(request.actor, items)
    return JsonResponse({"user": str(request.actor.user_id), "items": answers}, headers=NO_STORE)


def _gone(request: HttpRequest) -> JsonResponse | None:
    """401 where nobody is logged in, or a first password still has to be changed."""
    actor: Actor = request.actor
    if actor.user_id is not None and not getattr(request.user, "must_change_password", False):
        return None
    problem = {"status": 401, "title": _("登录已过期，请重新登录。没上传的记录仍在本机。")}
    return JsonResponse(
        problem,
        status=401,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
        headers=NO_STORE,
    )


def _person(request: HttpRequest) -> Actor:
    actor: Actor = request.actor
    if not offline.works_offline(actor):
        raise Denied
    return actor
