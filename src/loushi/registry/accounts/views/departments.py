"""The department directory."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from loushi.foundation.core.errors import Denied, Refused
from loushi.registry.accounts import commands, policy, queries
from loushi.registry.accounts.forms import DepartmentForm
from loushi.registry.accounts.views import choices

KINDS = ("district", "subdistrict")


def departments(request: HttpRequest) -> HttpResponse:
    """Everybody who is logged in may look up a department; its people are named."""
    text = request.GET.get("q", "").strip()[:60]
    manage = request.actor.has(policy.DEPARTMENTS)
    rows = list(queries.departments(active=not manage, text=text))
    context = {"rows": rows, "text": text, "manage": manage}
    return render(request, "accounts/departments.html", context)


def department(request: HttpRequest, pk: int) -> HttpResponse:
    row = queries.department(pk)
    context = {
        "department": row,
        "people": queries.people_at(department_id=pk),
        "manage": policy.can_at(request.actor, policy.DEPARTMENTS, row.unit.path),
    }
    return render(request, "accounts/department.html", context)


def new_department(request: HttpRequest) -> HttpResponse:
    if not request.actor.has(policy.DEPARTMENTS):
        raise Denied
    form = DepartmentForm(request.POST or None, units=choices.units(*KINDS))
    if request.method == "POST" and form.is_valid():
        typed = dict(form.cleaned_data)
        typed.pop("is_active")
        typed["unit_id"] = typed.pop("unit")
        try:
            row = commands.create_department(actor=request.actor, **typed)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.info(request, _("部门“%(name)s”已列入名录。") % {"name": row.name})
            return redirect("accounts:department", row.pk)
    context = {"form": form, "department": None}
    return render(
        request, "accounts/department_edit.html", context, status=422 if form.errors else 200
    )


def edit_department(request: HttpRequest, pk: int) -> HttpResponse:
    row = queries.department(pk)
    if not policy.can_at(request.actor, policy.DEPARTMENTS, row.unit.path):
        raise Denied
    start = {name: getattr(row, name) for name in ("code", "name", "short_name", "phone", "duties")}
    start |= {"unit": row.unit_id, "is_active": row.is_active}
    form = DepartmentForm(request.POST or None, initial=start, units=choices.units(*KINDS))
    form.fields["code"].disabled = form.fields["unit"].disabled = True
    if request.method == "POST" and form.is_valid():
        typed = {k: v for k, v in form.cleaned_data.items() if k not in {"code", "unit"}}
        try:
            commands.change_department(actor=request.actor, department_id=pk, **typed)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.info(request, _("部门“%(name)s”的资料已更正。") % {"name": row.name})
            return redirect("accounts:department", pk)
    context = {"form": form, "department": row}
    return render(
        request, "accounts/department_edit.html", context, status=422 if form.errors else 200
    )
