"""The expiring "see all" mode, as its grantor sees it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from loushi.foundation.core.errors import Refused
from loushi.registry.accounts import commands, queries
from loushi.registry.accounts.forms import SupportForm


def supports(request: HttpRequest) -> HttpResponse:
    """Who may see all rows, why, until when; granting another."""
    rows = list(queries.support_accesses(request.actor)[:100])
    form = SupportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = queries.user_by_login(form.cleaned_data["user"])
        try:
            if user is None:
                raise Refused(_("没有这个用户名或手机号，请核对。"), field="user")
            row = commands.grant_support(
                actor=request.actor, user_id=user.pk,
                reason=form.cleaned_data["reason"], hours=form.cleaned_data["hours"],
            )  # fmt: skip
        except Refused as refusal:
            form.refuse(refusal)
        else:
            until = timezone.localtime(row.expires_at).strftime("%H:%M")
            messages.info(
                request,
                _("已批准%(name)s使用支持模式，到 %(until)s 自动结束。")
                % {"name": user.name, "until": until},
            )
            return redirect("accounts:supports")
    context = {"form": form, "rows": rows, "now": timezone.now()}
    return render(request, "accounts/supports.html", context, status=422 if form.errors else 200)


@require_POST
def revoke_support(request: HttpRequest, pk: int) -> HttpResponse:
    commands.revoke_support(actor=request.actor, access_id=pk)
    messages.info(request, _("支持模式已结束。"))
    return redirect("accounts:supports")
