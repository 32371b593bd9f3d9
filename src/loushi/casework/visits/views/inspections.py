"""The calendar of inspections: who goes where, and who was there lately."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from loushi.casework.visits import commands, queries
from loushi.casework.visits.forms import InspectionForm
from loushi.casework.visits.policy import INSPECT, VIEW
from loushi.casework.visits.views import reading
from loushi.foundation.core.errors import Conflict, Denied, LoushiError, Refused
from loushi.foundation.web.forming import add_refusal


def calendar(request: HttpRequest) -> HttpResponse:
    """Planned inspections; a department adds its own here."""
    may_plan = request.actor.has(INSPECT)
    if not (may_plan or request.actor.has(VIEW) or request.actor.see_all):
        raise Denied
    form = InspectionForm(
        request.POST or None,
        departments=queries.department_choices(request.actor),
        initial={"key": reading.new_key()},
    )
    if request.method == "POST" and not may_plan:
        raise Denied
    if request.method == "POST" and form.is_valid():
        try:
            stop = commands.plan_inspection(actor=request.actor, **form.cleaned_data)
        except LoushiError as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(
                request, _("已排在 %(day)s，别的队伍看得到。") % {"day": stop.on.isoformat()}
            )
            return redirect("visits:inspections")
    context = {
        "form": form if may_plan else None,
        "lines": queries.inspections(request.actor),
        "quiet_days": queries.rules_on().quiet_days,
    }
    status = 422 if form.is_bound else 200
    return render(request, "visits/inspections.html", context, status=status)


@require_POST
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """The inspection took place."""
    try:
        commands.finish_inspection(
            actor=request.actor, stop_id=pk, note=request.POST.get("note", "")
        )
        messages.info(request, _("已记下这次检查，企业看得到，也可以匿名评价。"))
    except (Refused, Conflict) as refusal:
        messages.warning(request, str(refusal))
    return redirect("visits:inspections")


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """The inspection is called off."""
    try:
        commands.cancel_inspection(actor=request.actor, stop_id=pk)
        messages.info(request, _("检查已取消。"))
    except Conflict as refusal:
        messages.warning(request, str(refusal))
    return redirect("visits:inspections")
