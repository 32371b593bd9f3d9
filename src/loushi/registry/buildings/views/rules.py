"""The page of the rules of counting and the tax tiers."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.web.forming import add_refusal
from loushi.registry.buildings import commands, queries
from loushi.registry.buildings.forms import CountingForm, TierForm
from loushi.registry.buildings.policy import RULES, VIEW


def rules(request: HttpRequest) -> HttpResponse:
    """How occupancy is counted, since when and by whose word; who may set it finds the forms."""
    if not (request.actor.has(VIEW) or request.actor.has(RULES)):
        raise Denied
    which = request.POST.get("which", "")
    today = timezone.localdate()
    counting = CountingForm(
        request.POST if which == "counting" else None,
        initial={"since": today, "reserved": True, "undelivered": True},
    )
    tier = TierForm(request.POST if which == "tier" else None, initial={"since": today})
    if request.method == "POST" and _saved(request, which, counting, tier):
        return redirect("buildings:rules")
    context = {
        "now": queries.counting_on(today),
        "rules": queries.counting_rules(),
        "tiers": queries.tax_tiers(),
        "counting": counting,
        "tier": tier,
        "may_set": request.actor.has(RULES),
        "today": today,
    }
    status = 422 if counting.is_bound or tier.is_bound else 200
    return render(request, "buildings/rules.html", context, status=status)


def _saved(request: HttpRequest, which: str, counting: Any, tier: Any) -> bool:
    form, save = counting, commands.set_counting_rule
    if which == "tier":
        form, save = tier, commands.save_tax_tier
    if not request.actor.has(RULES):
        raise Denied
    if not form.is_valid():
        return False
    try:
        save(actor=request.actor, **form.cleaned_data)
    except Refused as refusal:
        add_refusal(form, refusal)
        return False
    messages.info(request, _("已设定，自起用日期起生效；以前的日期仍按以前的口径。"))
    return True
