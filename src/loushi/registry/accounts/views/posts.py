"""Appointing one person, many at once, ending a post."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from loushi.foundation.core.errors import Denied, Refused
from loushi.registry.accounts import commands, policy, queries
from loushi.registry.accounts.forms import AppointForm, BulkAppointForm, EndForm
from loushi.registry.accounts.views import choices


def _form_choices() -> dict[str, Any]:
    return choices.of_people()


def _new(user_id: int, typed: dict[str, Any]) -> commands.NewAppointment:
    return commands.NewAppointment(
        user_id=user_id,
        role=typed["role"],
        since=typed["since"],
        unit_id=typed["unit"],
        department_id=typed["department"],
        until=typed["until"],
        note=typed["note"],
    )


def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """A new post for one person."""
    if not request.actor.has(policy.APPOINT):
        raise Denied
    user = queries.get_user(request.actor, pk)
    form = AppointForm(request.POST or None, **_form_choices())
    if request.method == "POST" and form.is_valid():
        new = _new(pk, form.cleaned_data)
        try:
            (row,) = commands.appoint_many(actor=request.actor, appointments=[new])
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.info(
                request,
                _("%(name)s自 %(since)s 起任%(place)s %(role)s。")
                % {"name": user.name, "since": row.since.isoformat(),
                   "place": row.unit or row.department, "role": row.role.label},
            )  # fmt: skip
            return redirect("accounts:person", pk)
    context = {"form": form, "person": user}
    return render(request, "accounts/appoint.html", context, status=422 if form.errors else 200)


def appoint_many(request: HttpRequest) -> HttpResponse:
    """The same post for several people, all or none."""
    if not request.actor.has(policy.APPOINT):
        raise Denied
    form = BulkAppointForm(request.POST or None, **_form_choices())
    if request.method == "POST" and form.is_valid():
        try:
            users = _people(form.cleaned_data["people"])
            new = [_new(user, form.cleaned_data) for user in users]
            commands.appoint_many(actor=request.actor, appointments=new)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.info(request, _("已任命 %(count)d 人。") % {"count": len(new)})
            return redirect("accounts:people")
    return render(
        request, "accounts/appoint.html", {"form": form, "person": None},
        status=422 if form.errors else 200,
    )  # fmt: skip


def _people(text: str) -> list[int]:
    ids, unknown = [], []
    for line in dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()):
        user = queries.user_by_login(line)
        if user is None:
            unknown.append(line)
        else:
            ids.append(user.pk)
    if unknown:
        raise Refused(
            _("找不到这些人员：%(names)s。请核对用户名或手机号。") % {"names": "、".join(unknown)},
            field="people",
        )
    return ids


@require_POST
def end_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends one post; back to the person."""
    form = EndForm(request.POST)
    person = int(request.POST.get("person") or 0)
    try:
        if not form.is_valid():
            raise Refused(_("请填写最后一天。"))
        row = commands.end_appointment(actor=request.actor, appointment_id=pk, **form.cleaned_data)
        messages.info(request, _("任职到 %(on)s 为止。") % {"on": row.until})
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("accounts:person", person) if person else redirect("accounts:people")
