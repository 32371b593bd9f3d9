"""What an enterprise provides, on the phone of its people: which, who comes, whether they came."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.errors import NotVisible
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue import showing_providing as showing
from loushi.services.catalogue.policy import RECEIVE
from loushi.services.catalogue.showing_bookings import day_from
from loushi.services.catalogue.views.forming import tried


@require_GET
def provided(request: HttpRequest) -> HttpResponse:
    """What one's enterprise provides."""
    if not request.actor.has(RECEIVE):
        raise NotVisible
    return render(request, "catalogue/provided.html", showing.provided_context(request.actor))


@require_GET
def day(request: HttpRequest, pk: int) -> HttpResponse:
    """Who comes on a day."""
    resource = queries.provided_resource(request.actor, pk)
    on = day_from(request.GET.get("on", "")) or timezone.localdate()
    rows = commands.look_at_received(actor=request.actor, resource_id=pk, on=on)
    context = showing.day_context(request.actor, resource, on, rows)
    return render(request, "catalogue/provided_day.html", context)


@require_POST
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Came, has finished, or did not come."""
    row = queries.received_row(request.actor, pk)
    step = request.POST.get("step", "")
    if tried(request, lambda: commands.mark_received(
        actor=request.actor, booking_id=pk, step=step
    )):  # fmt: skip
        messages.info(request, _("已登记。"))
    return redirect(showing.day_of(row))
