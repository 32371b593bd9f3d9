"""The list of people and one person."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from loushi.foundation.core.errors import Denied, Refused
from loushi.registry.accounts import commands, policy, queries
from loushi.registry.accounts.exports import export_people
from loushi.registry.accounts.forms import (
    LeaveForm,
    PeopleFilterForm,
    PersonEditForm,
    PersonForm,
    WhyForm,
)
from loushi.registry.accounts.views import choices
from loushi.registry.territory import queries as territory


def people(request: HttpRequest) -> HttpResponse:
    """Searchable list; everybody sees colleagues of the own range, security sees all."""
    actor = request.actor
    if not (actor.see_all or actor.has(policy.VIEW) or actor.has(policy.MANAGE)):
        raise Denied
    form = PeopleFilterForm(request.GET or None, **choices.of_people())
    wanted = _wanted(form)
    rows = queries.people(actor, wanted)
    if request.GET.get("export") in {"xlsx", "csv"}:
        return export_people(actor, rows, kind=request.GET["export"])
    part, pager = choices.page(rows, request)
    context = {
        "form": form,
        "rows": queries.with_posts(part, timezone.localdate()),
        "pager": pager,
        "manage": policy.can_manage(actor),
        "narrowed": wanted != queries.PersonFilter(),
    }
    return render(request, "accounts/people.html", context)


def _wanted(form: PeopleFilterForm) -> queries.PersonFilter:
    if not form.is_bound or not form.is_valid():
        return queries.PersonFilter()
    typed = form.cleaned_data
    unit = typed["unit"]
    return queries.PersonFilter(
        text=typed["q"].strip(),
        state=typed["state"],
        role=typed["role"],
        unit_path=territory.path_on(unit) if unit else "",
        department_id=typed["department"],
    )


@never_cache
def new_person(request: HttpRequest) -> HttpResponse:
    """A new account with a one-time password, shown this once."""
    if not policy.can_manage(request.actor):
        raise Denied
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, password = commands.create_user(actor=request.actor, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            context = {"person": user, "password": password, "fresh": True}
            return render(request, "accounts/password_slip.html", context)
    return render(
        request, "accounts/person_new.html", {"form": form}, status=422 if form.errors else 200
    )


def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: contact, posts, and for the security administrator the account."""
    actor = request.actor
    user = queries.get_user(actor, pk)
    manage = policy.can_manage(actor)
    today = timezone.localdate()
    context = {
        "person": user,
        "manage": manage,
        "may_appoint": actor.has(policy.APPOINT),
        "posts": queries.history_of(actor, pk),
        "today": today,
        "handover": queries.handover_of(actor, pk) if manage else [],
        "locked": manage and queries.is_locked(user.username),
        "reset_form": WhyForm(prefix="reset"),
        "close_form": WhyForm(prefix="close"),
        "leave_form": LeaveForm(prefix="leave"),
    }
    return render(request, "accounts/person.html", context)


def edit_person(request: HttpRequest, pk: int) -> HttpResponse:
    user = queries.get_user(request.actor, pk, manage=True)
    start = {"name": user.name, "phone": user.phone, "email": user.email}
    form = PersonEditForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            commands.change_user(actor=request.actor, user_id=pk, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.info(request, _("%(name)s的资料已更正。") % {"name": user.name})
            return redirect("accounts:person", pk)
    context = {"form": form, "person": user}
    return render(request, "accounts/person_edit.html", context, status=422 if form.errors else 200)


@require_POST
@never_cache
def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    user, password = commands.reset_password(
        actor=request.actor, user_id=pk, why=request.POST.get("reset-why", "")
    )
    context = {"person": user, "password": password, "fresh": False}
    return render(request, "accounts/password_slip.html", context)


@require_POST
def change_state(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """unlock · deactivate · reactivate · leave, then back to the person."""
    try:
        messages.info(request, _STATE[verb](request, pk))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("accounts:person", pk)


def _unlock(request: HttpRequest, pk: int) -> str:
    user = commands.unlock_user(actor=request.actor, user_id=pk)
    return _("%(name)s的登录锁定已解除，可以重新登录。") % {"name": user.name}


def _deactivate(request: HttpRequest, pk: int) -> str:
    why = request.POST.get("close-why", "")
    user = commands.deactivate_user(actor=request.actor, user_id=pk, why=why)
    return _("%(name)s的账号已停用，所有设备已退出。") % {"name": user.name}


def _reactivate(request: HttpRequest, pk: int) -> str:
    user = commands.reactivate_user(actor=request.actor, user_id=pk)
    return _("%(name)s的账号已重新启用。") % {"name": user.name}


def _leave(request: HttpRequest, pk: int) -> str:
    form = LeaveForm(request.POST, prefix="leave")
    if not form.is_valid():
        raise Refused(_("请填写最后一天和离岗原因。"))
    user = commands.leave(actor=request.actor, user_id=pk, **form.cleaned_data)
    return _("已办理%(name)s离岗：任职都到 %(on)s 为止。") % {
        "name": user.name,
        "on": form.cleaned_data["on"].isoformat(),
    }


_STATE = {
    "unlock": _unlock,
    "deactivate": _deactivate,
    "reactivate": _reactivate,
    "leave": _leave,
}
