"""Facts with their dates, stability, and what is done to a whole list at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.web.forming import add_refusal
from loushi.registry.enterprises import commands, queries
from loushi.registry.enterprises.forms import BulkForm, FactForm, StabilityForm
from loushi.registry.enterprises.models import PlaceFact
from loushi.registry.enterprises.policy import CHANGE
from loushi.registry.enterprises.views.address import filters_from


@require_GET
def facts(request: HttpRequest, pk: int) -> HttpResponse:
    """Registration and tax place of an enterprise, through time and with what was withdrawn."""
    page = queries.enterprise_page(request.actor, pk)
    found = queries.facts_of(request.actor, pk)
    kinds = [
        {"code": kind.value, "label": kind.label, "facts": found.get(kind.value, [])}
        for kind in PlaceFact.Kind
    ]
    return render(request, "enterprises/facts.html", {"page": page, "kinds": kinds})


def fact(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """States a registration or a tax place from a day on."""
    if kind not in PlaceFact.Kind.values:
        raise NotVisible
    initial = queries.enterprise_values(request.actor, pk)
    held = next((f for f in queries.facts_of(request.actor, pk).get(kind, []) if f.runs), None)
    form = FactForm(
        request.POST or None,
        buildings=queries.building_choices(request.actor, limit=500),
        reasons=queries.reasons(),
        initial={
            "lies": held.lies if held else "inside",
            "address": held.address if held else "",
            "building_id": held.building_id if held else None,
            "reason": "changed" if held else "first",
            "since": timezone.localdate(),
        },
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        since, reason = given.pop("since"), given.pop("reason")
        try:
            commands.record_fact(
                actor=request.actor, enterprise_id=pk, kind=kind, values=given,
                since=since, reason=reason,
            )  # fmt: skip
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已登记，从 %(day)s 起生效。") % {"day": since.isoformat()})
            return redirect("enterprises:facts", pk)
    title = f"{PlaceFact.Kind(kind).label}·{initial['name']}"
    return _form(request, form, title, pk)


def stability(request: HttpRequest, pk: int) -> HttpResponse:
    """Judges how firmly an enterprise stays."""
    initial = queries.enterprise_values(request.actor, pk)
    form = StabilityForm(
        request.POST or None, levels=queries.level_choices(), initial={"on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            commands.judge_stability(actor=request.actor, enterprise_id=pk, **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("稳定度已记下。"))
            return redirect("enterprises:page", pk)
    return _form(request, form, _("稳定度·%(name)s") % {"name": initial["name"]}, pk)


def bulk(request: HttpRequest) -> HttpResponse:
    """Hands over, tags or untags all enterprises of the list that the address describes."""
    if not request.actor.has(CHANGE):
        raise Denied
    ids = queries.changeable_ids(request.actor, filters_from(request.GET))
    form = BulkForm(
        request.POST or None,
        officers=queries.officer_choices(request.actor),
        tags=queries.tag_choices(),
        initial={"act": "officer", "since": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            count = _carry_out(request, form, ids)
        except (Refused, Conflict) as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(
                request,
                ngettext("%(n)d 家企业已更新，其余本来如此。",
                         "%(n)d 家企业已更新，其余本来如此。", count) % {"n": count},
            )  # fmt: skip
            return redirect(f"{reverse('enterprises:list')}?{request.GET.urlencode()}")
    status = 422 if form.is_bound else 200
    context = {"form": form, "count": len(ids), "query": request.GET.urlencode()}
    return render(request, "enterprises/bulk.html", context, status=status)


def _carry_out(request: HttpRequest, form: BulkForm, ids: list[int]) -> int:
    given = form.cleaned_data
    if given["act"] == "officer":
        return commands.assign_officers(
            actor=request.actor, enterprise_ids=ids, user_id=given["user_id"],
            since=given["since"], why=given["why"],
        )  # fmt: skip
    if given["act"] == "tag":
        return commands.set_tag(
            actor=request.actor, enterprise_ids=ids, kind=given["tag"], since=given["since"],
            source=given["why"],
        )  # fmt: skip
    return commands.end_tag(
        actor=request.actor, enterprise_ids=ids, kind=given["tag"], on=given["since"],
        why=given["why"],
    )  # fmt: skip


def _form(
    request: HttpRequest, form: FactForm | StabilityForm, title: str, pk: int
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {"form": form, "title": title, "pk": pk}
    return render(request, "enterprises/form.html", context, status=status)
