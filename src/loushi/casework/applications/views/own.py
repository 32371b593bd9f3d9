"""Applying, and the applicant's own pages: with an account, or by the link from the window."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from loushi.casework.applications import commands, queries, showing
from loushi.casework.applications import showing_own as own_showing
from loushi.casework.applications.forms import RateForm, RecordForm, WhyForm
from loushi.casework.applications.views.forming import done, new_key, shown
from loushi.foundation.core.access import public
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.web.forming import add_refusal

PAGES = {
    (False, False): "applications/apply_answers.html",
    (False, True): "applications/apply_materials.html",
    (True, False): "applications/register_answers.html",
    (True, True): "applications/register_materials.html",
}
"""At the window or not; asking for materials or for answers."""


@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """On the phone: what may be applied for."""
    context = own_showing.choose_context(request.actor, window=False)
    return render(request, "applications/apply.html", context)


@require_GET
def choose_at_window(request: HttpRequest) -> HttpResponse:
    """At the window: for what somebody applies."""
    context = own_showing.choose_context(request.actor, window=True)
    return render(request, "applications/register.html", context)


def apply_one(request: HttpRequest, pk: int) -> HttpResponse:
    """The one form of a bundle, on the phone."""
    return _applied(request, pk, window=False)


def register_one(request: HttpRequest, pk: int) -> HttpResponse:
    """The same at the window, for whoever stands there."""
    return _applied(request, pk, window=True)


def _applied(request: HttpRequest, pk: int, *, window: bool) -> HttpResponse:
    applying = own_showing.Applying(request, pk, window=window)
    answered = applying.answered()
    if answered and applying.stage == "send" and applying.keep():
        try:
            row = commands.submit_application(
                actor=request.actor, request=applying.asked(),
                key=applying.form.cleaned_data["key"],
            )  # fmt: skip
        except (Refused, Conflict) as refusal:
            half = any(one.field.startswith("material_") for one in refusal.errors)
            add_refusal(applying.materials if half and applying.materials else applying.form,
                        refusal)  # fmt: skip
            answered = half
            applying.materials = applying.materials if half else None
        else:
            return redirect("applications:receipt" if window else "applications:own", row.pk)
    page = PAGES[window, bool(answered)]
    wrong = (applying.materials if answered else applying.form).errors  # type: ignore[union-attr]
    status = 422 if wrong and applying.stage != "again" else 200
    return render(request, page, applying.context(), status=status)


@require_GET
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """After applying at the window."""
    page = queries.case_page(request.actor, pk)
    if not page.whole:
        raise Denied
    return render(request, "applications/receipt.html", showing.receipt_context(request, page))


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The enterprise's applications."""
    context = own_showing.mine_context(request.actor)
    return render(request, "applications/mine.html", context)


@require_GET
def own(request: HttpRequest, pk: int) -> HttpResponse:
    """One own application: the progress line, and what can be done now."""
    page = queries.own_page(request.actor, pk)
    return render(request, "applications/own.html", own_showing.own_context(request, page))


def own_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Corrects, rates, withdraws, records."""
    page = queries.own_page(request.actor, pk)
    given: dict[str, Any] = {"actor": request.actor, "application_id": pk}
    if name in ("supply", "rate"):
        return _said(request, page, name, given, "")
    if name not in ("withdraw", "record"):
        raise NotVisible
    if not page.may(name):
        raise Denied
    data = request.POST if request.method == "POST" else None
    form: Any = (
        WhyForm(data, initial={"key": new_key()}) if name == "withdraw"
        else RecordForm(data, flow=page.flow, initial={"key": new_key()})
    )  # fmt: skip
    command = commands.withdraw if name == "withdraw" else commands.add_record
    if done(request, form, lambda: command(**given, **form.cleaned_data)):
        return redirect("applications:own", pk)
    title = _("撤回申请") if name == "withdraw" else _("记一条")
    return shown(request, form, title, "", template="applications/own_form.html", button=title,
                 row=page.row)  # fmt: skip


@public
@never_cache
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """The applicant's own link: progress, corrections, rating. Whoever holds it may use it."""
    row = commands.by_token(token)
    actor = system_actor(_("%(name)s（办事链接）") % {"name": row.applicant})
    page = queries.page_of_row(actor, row)
    if request.method == "POST":
        given: dict[str, Any] = {"actor": actor, "application_id": row.pk}
        return _said(request, page, request.POST.get("do", ""), given, token)
    context = own_showing.own_context(request, page, token=token)
    return render(request, "applications/own.html", context)


def _said(
    request: HttpRequest, page: queries.CasePage, name: str, given: dict[str, Any], token: str
) -> HttpResponse:
    if name not in ("supply", "rate") or request.method != "POST":
        raise NotVisible
    form: Any = (
        own_showing.supply_form(page, request) if name == "supply" else RateForm(request.POST)
    )

    def act() -> None:
        if name == "supply":
            commands.supply(**given, note=form.cleaned_data["note"], uploads=form.uploads(),
                            key=form.cleaned_data["key"])  # fmt: skip
            return
        values = {field: form.cleaned_data[field] for field in ("score", "solved", "words")}
        commands.rate(**given, values=values | {"by_link": bool(token)},
                      key=form.cleaned_data["key"])  # fmt: skip

    if done(request, form, act):
        words = {"supply": _("已交给办理部门，时限接着走。"), "rate": _("评价已收到，谢谢。")}
        messages.info(request, words[name])
        if token:
            return redirect("applications:follow", token)
        return redirect("applications:own", page.row.pk)
    context = own_showing.own_context(request, page, token=token, **{name: form})
    return render(request, "applications/own.html", context, status=422)
