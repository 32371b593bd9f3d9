"""Signing up: the public form and its answer, and the review at the desk."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.access import public
from loushi.foundation.core.errors import Conflict, Denied, Refused, TooMany
from loushi.foundation.web.forming import add_refusal
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.forms import RefuseForm, SignUpForm
from loushi.registry.enterprises.models import SignUp
from loushi.registry.enterprises.policy import REVIEW


@public
def sign_up(request: HttpRequest) -> HttpResponse:
    """The public form. A code that is known offers to apply for access, and names nobody."""
    form = SignUpForm(request.POST or None, communities=queries.community_choices())
    known = False
    if request.method == "POST" and form.is_valid():
        data = commands.SignUpData(**form.cleaned_data, join=bool(request.POST.get("join")))
        try:
            commands.sign_up(data=data, ip=request.META.get("REMOTE_ADDR"))
            return redirect("enterprises:signed_up")
        except commands.KnownCode as refusal:
            known = True
            add_refusal(form, refusal)
        except (Refused, Conflict, TooMany) as refusal:
            add_refusal(form, refusal)
    status = 422 if form.is_bound else 200
    context = {"form": form, "known": known}
    return render(request, "enterprises/sign_up.html", context, status=status)


@public
@require_GET
def signed_up(request: HttpRequest) -> HttpResponse:
    """What happens next."""
    return render(request, "enterprises/signed_up.html")


@require_GET
def own_status(request: HttpRequest) -> HttpResponse:
    """A person's own sign-ups and what became of them."""
    rows = queries.own_sign_ups(request.actor.user_id or 0)
    return render(request, "enterprises/status.html", {"rows": rows})


@require_GET
def review_list(request: HttpRequest) -> HttpResponse:
    """The sign-ups of one state, the oldest first."""
    if not request.actor.has(REVIEW):
        raise Denied
    asked = request.GET.get("state", SignUp.State.WAITING)
    state = asked if asked in SignUp.State.values else SignUp.State.WAITING
    states = [{"code": code, "label": label} for code, label in SignUp.State.choices]
    rows = queries.sign_up_lines(request.actor, state)
    context = {"rows": rows, "state": state, "states": states}
    return render(request, "enterprises/sign_ups.html", context)


@require_GET
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One sign-up with its two answers."""
    return _page(request, pk, RefuseForm())


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets the person in."""
    row = commands.approve_sign_up(actor=request.actor, sign_up_id=pk)
    said = _("已通过“%(name)s”的注册，联系人可以登录提交诉求。")
    messages.info(request, said % {"name": row.enterprise_name})
    return redirect("enterprises:sign_ups")


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Says no, with a reason."""
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form, status=422)
    row = commands.refuse_sign_up(
        actor=request.actor, sign_up_id=pk, reason=form.cleaned_data["reason"]
    )
    said = _("未通过“%(name)s”，原因已告知申请人。")
    messages.info(request, said % {"name": row.enterprise_name})
    return redirect("enterprises:sign_ups")


def _page(request: HttpRequest, pk: int, form: RefuseForm, status: int = 200) -> HttpResponse:
    row = queries.sign_up_line(request.actor, pk)
    return render(request, "enterprises/review.html", {"row": row, "form": form}, status=status)
