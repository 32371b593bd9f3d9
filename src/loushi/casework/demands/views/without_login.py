"""Pages without login: rating by a one-time link, progress by number and phone digits."""

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from loushi.casework.demands import commands
from loushi.casework.demands.forms import TrackForm
from loushi.casework.demands.queries import tracking
from loushi.casework.demands.views import firm_showing as showing
from loushi.casework.demands.views.showing import add_errors
from loushi.foundation.core.access import public
from loushi.foundation.core.errors import LoushiError, TooMany

TRIES = 10
WITHIN_SECONDS = 600


@public
@never_cache
def rate_link(request: HttpRequest, token: str) -> HttpResponse:
    """Rating by a one-time link: 404 when unknown, 410 once used or expired."""
    link = commands.open_rating_link(token)
    form = showing.rating_form(request)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.values()
            commands.rate_by_link(
                token=token,
                score=int(given["score"]),
                solved=given["solved"],
                words=given.get("words", ""),
            )
        except LoushiError as refusal:
            if not refusal.errors[0].field:
                raise
            add_errors(form, refusal)
        else:
            return render(request, "demands/link_thanks.html", {"demand": link.demand})
    context = {"link": link, "demand": link.demand, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "demands/link_rate.html", context, status=status)


@public
@never_cache
def track(request: HttpRequest) -> HttpResponse:
    """How a demand stands; a wrong number and wrong digits get the same sentence."""
    form = TrackForm(request.POST or None, initial={"number": request.GET.get("number", "")})
    found = None
    if request.method == "POST" and form.is_valid():
        _count_try(request, form.cleaned_data["number"])
        found = tracking.progress(form.cleaned_data["number"], form.cleaned_data["digits"])
        if found is None:
            form.add_error(None, _("没有查到。请核对编号和联系电话后四位，两样都对才能查。"))
    status = 422 if form.is_bound and found is None else 200
    return render(request, "demands/track.html", {"form": form, "found": found}, status=status)


def _count_try(request: HttpRequest, number: str) -> None:
    """At most ten questions in ten minutes from one address, and about one number."""
    for key in (f"track:ip:{request.META.get('REMOTE_ADDR', '')}", f"track:no:{number.strip()}"):
        cleaned = "".join(char if char.isalnum() or char in ":.-" else "_" for char in key)[:120]
        cache.add(cleaned, 0, WITHIN_SECONDS)
        if cache.incr(cleaned) > TRIES:
            raise TooMany(_("查询过于频繁，请 10 分钟后再试，或打服务热线。"))
