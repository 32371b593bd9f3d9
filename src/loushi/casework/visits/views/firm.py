"""The enterprise's own pages: the visits paid to it, and one anonymous rating of each."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.casework.visits import commands, queries
from loushi.casework.visits.forms import RatingForm
from loushi.casework.visits.policy import OWN
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.web.forming import add_refusal


@require_GET
def own_list(request: HttpRequest) -> HttpResponse:
    """Who came, when and why."""
    if not request.actor.has(OWN):
        raise Denied
    context = {
        "visits": queries.own_visits(request.actor),
        "announced": queries.announced(request.actor, timezone.localdate()),
    }
    return render(request, "visits/own.html", context)


def own(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit: what came of it, and the rating."""
    visit = queries.own_visit(request.actor, pk)
    form = RatingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            commands.rate_visit(
                actor=request.actor,
                visit_id=pk,
                given=commands.RatingInput(
                    form.cleaned_data["verdict"], form.cleaned_data["too_often"]
                ),
            )
        except (Refused, Conflict) as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("谢谢。评价已投进去，没有记下是谁、什么时候。"))
            return redirect("visits:own_visit", pk)
    status = 422 if form.is_bound else 200
    return render(request, "visits/own_visit.html", {"visit": visit, "form": form}, status=status)
