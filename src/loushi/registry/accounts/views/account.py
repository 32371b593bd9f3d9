"""The own account: profile, password, devices, tokens, support mode."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from loushi.foundation.core.errors import Refused
from loushi.registry.accounts import commands, queries, sessions
from loushi.registry.accounts.forms import PasswordForm, ProfileForm, TokenForm


def profile(request: HttpRequest) -> HttpResponse:
    """Who I am, what I may do where, how to reach me."""
    user = request.user
    start = {"phone": user.phone, "email": user.email, "language": user.language}
    form = ProfileForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            commands.change_profile(actor=request.actor, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.info(request, _("您的联系方式和语言已更新。"))
            return redirect("accounts:profile")
    context = {
        "form": form,
        "person": user,
        "posts": queries.appointments_of(user.pk, timezone.localdate()),
        "supports": queries.usable_supports(user.pk),
    }
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("old", "new", "again")
def change_password(request: HttpRequest) -> HttpResponse:
    """Also the page that a first password leads to."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = request.session.session_key or ""
        try:
            user = commands.change_own_password(
                actor=request.actor, old=form.cleaned_data["old"],
                new=form.cleaned_data["new"], keep_session=key,
            )  # fmt: skip
        except Refused as refusal:
            form.refuse(refusal)
        else:
            sessions.renew(request, user)
            messages.info(request, _("密码已更改，其他设备上的登录已全部退出。"))
            return redirect("/")
    context = {"form": form, "first": request.user.must_change_password}
    return render(request, "accounts/password.html", context, status=422 if form.errors else 200)


def devices(request: HttpRequest) -> HttpResponse:
    """Where I am logged in."""
    rows = list(queries.sessions_of(request.actor))
    key = request.session.session_key
    context = {"rows": rows, "current": next((r.pk for r in rows if r.session_key == key), None)}
    return render(request, "accounts/devices.html", context)


@require_POST
def end_device(request: HttpRequest, pk: int) -> HttpResponse:
    row = commands.end_session(actor=request.actor, session_id=pk)
    device = row.device or _("该设备")
    messages.info(request, _("“%(device)s”上的登录已退出。") % {"device": device})
    return redirect("accounts:sessions")


@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens; a new one is shown this once."""
    form = TokenForm(request.POST or None)
    issued = ""
    if request.method == "POST" and form.is_valid():
        try:
            issued = commands.issue_token(
                actor=request.actor, username=request.user.username, **form.cleaned_data
            )
        except Refused as refusal:
            form.refuse(refusal)
    if issued:
        form = TokenForm()
    context = {"form": form, "issued": issued, "rows": queries.tokens_of(request.actor)}
    return render(request, "accounts/tokens.html", context, status=422 if form.errors else 200)


@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    row = commands.revoke_token(actor=request.actor, token_id=pk)
    messages.info(request, _("令牌 %(hint)s 已作废，不能再用。") % {"hint": row.hint})
    return redirect("accounts:tokens")


@require_POST
def start_support(request: HttpRequest, pk: int) -> HttpResponse:
    access = commands.start_support(actor=request.actor, access_id=pk)
    request.session[sessions.SUPPORT] = access.pk
    return redirect("/")


@require_POST
def end_support(request: HttpRequest, pk: int) -> HttpResponse:
    commands.end_support(actor=request.actor, access_id=pk)
    request.session.pop(sessions.SUPPORT, None)
    messages.info(request, _("已退出支持模式，恢复您本来能看到的范围。"))
    return redirect("accounts:profile")
