"""The rule of a tag, from a day on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.errors import Refused
from loushi.foundation.web.forming import add_refusal
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.forms import TagRuleForm


def tag_rule(request: HttpRequest, code: str) -> HttpResponse:
    """By which conditions a tag is kept, since when, and a form for another rule."""
    label, rules, held = queries.tag_rules(request.actor, code)
    initial = held | {"industry": " ".join(held.get("industry", ())), "since": timezone.localdate()}
    form = TagRuleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        since, source = given.pop("since"), given.pop("source")
        try:
            commands.set_tag_rule(
                actor=request.actor, kind=code, conditions=given, since=since, source=source
            )
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            day = since.isoformat()
            messages.info(request, _("从 %(day)s 起按新规则，标签当晚更新。") % {"day": day})
            return redirect("enterprises:tag_rule", code)
    context = {"form": form, "label": label, "rules": rules}
    status = 422 if form.is_bound else 200
    return render(request, "enterprises/tag_rule.html", context, status=status)
