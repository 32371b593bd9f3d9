"""Login, logout, language."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from loushi.foundation.audit.commands import record
from loushi.foundation.core.access import public
from loushi.registry.accounts import commands, entrance, queries, sessions
from loushi.registry.accounts.forms import LoginForm
from loushi.registry.accounts.models import User
from loushi.registry.territory import queries as territory

YEAR = 60 * 60 * 24 * 365


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if safe else "/"


@public
@never_cache
@sensitive_post_parameters("password")
def log_in(request: HttpRequest) -> HttpResponse:
    """The login page; a person who is logged in goes on."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(_next(request))
        return _login_page(request, LoginForm())
    form = LoginForm(request.POST)
    if not form.is_valid():
        return _login_page(request, form, 422)
    typed = form.cleaned_data
    user = entrance.try_login(request, typed["identifier"], typed["password"])
    if user is None:
        if getattr(request, "axes_locked_out", False):
            return locked_out(request, {"username": typed["identifier"]})
        form.add_error(None, _("用户名或密码不对，请重新输入。忘记密码请联系安全管理员。"))
        return _login_page(request, form, 422)
    return _inside(request, user)


def _inside(request: HttpRequest, user: User) -> HttpResponse:
    if user.must_change_password:
        return redirect("accounts:change_password")
    return redirect(_next(request))


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None) -> HttpResponse:
    """The login page during a lock; the same words for known and unknown names."""
    typed = str((credentials or {}).get("username") or request.POST.get("identifier", ""))
    known = queries.user_by_login(typed)
    username = known.username if known else typed.strip().lower()[:60]
    form = LoginForm(request.POST)
    form.is_valid()
    sentence = _(
        "连续输错 %(times)d 次，这个用户名已锁定，请 %(minutes)d 分钟后再试；"
        "急用请联系安全管理员解锁。"
    )
    minutes = entrance.minutes_left(username, entrance.address(request))
    form.add_error(None, sentence % {"times": settings.AXES_FAILURE_LIMIT, "minutes": minutes})
    return _login_page(request, form, 429)


def _login_page(request: HttpRequest, form: LoginForm, status: int = 200) -> HttpResponse:
    root = territory.name_map([territory.leaf_id(territory.root_path()) or 0])
    context = {
        "form": form,
        "next": _next(request),
        "idle": request.GET.get("idle") == "1",
        "district": next(iter(root.values()), ""),
        "failures": settings.AXES_FAILURE_LIMIT,
        "lock_minutes": settings.LOCKOUT_MINUTES,
        "idle_minutes": settings.IDLE_MINUTES,
        "demo": entrance.demo_accounts(),
        "links": _links(),
    }
    return render(request, "accounts/login.html", context, status=status)


def _links() -> list[tuple[str, str]]:
    """What can be done without logging in, where it exists."""
    from django.urls import NoReverseMatch

    found = []
    for name, label in (
        ("enterprises:sign_up", _("企业首次使用：用信用代码注册")),
        ("demands:track", _("凭编号查进度")),
    ):
        try:
            found.append((reverse(name), label))
        except NoReverseMatch:
            continue
    return found


@public
@require_POST
@never_cache
def enter_demo(request: HttpRequest) -> HttpResponse:
    """One-click entry in the demo; 404 anywhere else."""
    user = entrance.enter_demo(request, request.POST.get("username", ""))
    return _inside(request, user)


@public
def forgotten(request: HttpRequest) -> HttpResponse:
    """What to do about a forgotten password."""
    return render(request, "accounts/forgotten.html", {"phone": ""})


@public
@require_POST
@never_cache
def log_out(request: HttpRequest) -> HttpResponse:
    """Ends this device's login."""
    if request.user.is_authenticated:
        record(actor=request.actor, action="accounts.log_out", subject=request.user)
        sessions.finish(request)
        messages.info(
            request, _("已于 %(at)s 退出。") % {"at": timezone.localtime().strftime("%H:%M")}
        )
    return redirect("accounts:login")


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """The language of this browser, and of the person who is logged in."""
    wanted = request.POST.get("language", "")
    response = redirect(_next(request))
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=YEAR, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
        if request.user.is_authenticated and request.user.language not in {"", wanted}:
            user = request.user
            commands.change_profile(
                actor=request.actor, phone=user.phone, email=user.email, language=wanted
            )
    return response
