"""Policies on the phone of an enterprise."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.errors import Denied
from loushi.services.catalogue import commands, queries, showing
from loushi.services.catalogue.policy import OWN
from loushi.services.catalogue.queries.policies import own_enterprise
from loushi.services.catalogue.views.forming import tried


@require_GET
def policies(request: HttpRequest) -> HttpResponse:
    """Which policies fit, and why."""
    if not request.actor.has(OWN):
        raise Denied
    firm = own_enterprise(request.actor)
    found = commands.match_own(actor=request.actor, enterprise_id=firm)
    return render(request, "catalogue/own.html", showing.own_context(request, firm, found))


@require_GET
def own_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """One policy, with the reasons and the next step."""
    row = queries.policy_row(request.actor, pk)
    firm = own_enterprise(request.actor)
    found = commands.match_own(actor=request.actor, enterprise_id=firm)
    context = showing.own_policy_context(request, firm, row, found)
    return render(request, "catalogue/own_policy.html", context)


@require_POST
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Interested, declared, given up."""
    queries.policy_row(request.actor, pk)
    firm, to = own_enterprise(request.actor), request.POST.get("to", "")
    held = queries.declarations(request.actor, policy_id=pk).filter(enterprise_id=firm).first()
    if to == "interested":
        if tried(request, lambda: commands.begin_declaration(
            actor=request.actor, policy_id=pk, enterprise_id=firm
        )):  # fmt: skip
            messages.info(request, _("已登记意向，社区会帮您准备申报。"))
    elif held is not None and tried(request, lambda: commands.move_declaration(
        actor=request.actor, declaration_id=held.pk, to=to
    )):  # fmt: skip
        messages.info(request, _("已登记。"))
    return redirect("catalogue:own_policy", pk)


@require_POST
def pushes(request: HttpRequest) -> HttpResponse:
    """Whether the firm wants to be told of policies."""
    if not request.actor.has(OWN):
        raise Denied
    wanted = request.POST.get("wanted") == "1"
    commands.set_pushes(
        actor=request.actor, enterprise_id=own_enterprise(request.actor), wanted=wanted
    )
    messages.info(
        request, _("有适合的政策时会通知您。") if wanted else _("不再推送政策。随时可以恢复。")
    )
    return redirect("catalogue:policies")
