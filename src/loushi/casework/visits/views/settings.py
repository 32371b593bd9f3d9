"""The numbers of the visiting rules."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.visits import commands, queries
from loushi.casework.visits.forms import RuleForm, ThresholdForm
from loushi.casework.visits.policy import CONFIGURE
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.web.forming import add_refusal


def rules(request: HttpRequest) -> HttpResponse:
    """All rules with their dates; a new number holds from a day on."""
    if not request.actor.has(CONFIGURE):
        raise Denied
    form = RuleForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            row = commands.set_rule(actor=request.actor, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(
                request, _("从 %(day)s 起按新的数值。") % {"day": row.valid_from.isoformat()}
            )
            return redirect("visits:rules")
    context = {"form": form, "rows": queries.rule_rows(), "rules": queries.rules_on()}
    return render(request, "visits/rules.html", context, status=422 if form.is_bound else 200)


def thresholds(request: HttpRequest) -> HttpResponse:
    """From which number on each sign of the retention list shows; a new one holds from a day on."""
    if not request.actor.has(CONFIGURE):
        raise Denied
    today = timezone.localdate()
    rows = queries.threshold_rows(today)
    signs = [(row["code"], row["label"]) for row in rows]
    form = ThresholdForm(request.POST or None, signs=signs, initial={"valid_from": today})
    if request.method == "POST" and form.is_valid():
        try:
            row = commands.set_threshold(actor=request.actor, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            day = row.valid_from.isoformat()
            messages.info(request, _("从 %(day)s 起按新的数值。") % {"day": day})
            return redirect("visits:thresholds")
    context = {"form": form, "rows": rows}
    return render(request, "visits/thresholds.html", context, status=422 if form.is_bound else 200)
