"""The district's totals and the dated rules: forms with the history below."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.web.forming import add_refusal
from loushi.registry.tax import commands, queries
from loushi.registry.tax.forms import RuleForm, TotalForm
from loushi.registry.tax.policy import FIGURES, RULES
from loushi.registry.tax.views import showing


def totals(request: HttpRequest) -> HttpResponse:
    """What the tax office publishes of the whole district: the denominators."""
    if not request.actor.has(FIGURES):
        raise Denied
    form = TotalForm(request.POST or None, initial={"year": timezone.localdate().year - 1})
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.save_total(actor=request.actor, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已记下 %(year)d 年全区合计。") % {"year": made.year})
            return redirect("tax:totals")
    context = {
        "form": form,
        "rows": queries.totals(request.actor),
        **showing.tabs(request.actor, "totals"),
    }
    return render(request, "tax/totals.html", context, status=422 if form.is_bound else 200)


def rules(request: HttpRequest) -> HttpResponse:
    """Bands and threshold, by year."""
    if not request.actor.has(RULES):
        raise Denied
    form = RuleForm(request.POST or None, initial={"since_year": timezone.localdate().year + 1})
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.save_rule(actor=request.actor, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(
                request, _("%(year)d 年度起按新的档位和标准。") % {"year": made.since_year}
            )
            return redirect("tax:rules")
    context = {"form": form, "rows": queries.rules(), **showing.tabs(request.actor, "rules")}
    return render(request, "tax/rules.html", context, status=422 if form.is_bound else 200)
