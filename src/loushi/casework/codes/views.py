"""The codes of a building, their sheet, and what a scan comes to."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.casework.codes import commands, exports, queries
from loushi.casework.codes.forms import SheetForm
from loushi.foundation.core.access import public
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, NotVisible, Refused


def codes(request: HttpRequest, pk: int) -> HttpResponse:
    """The codes in force; new ones are made, those in force stay."""
    building = queries.building_for_codes(request.actor, pk)
    form = SheetForm(request.POST or None, initial={"kind": commands.ROOMS})
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.make_codes(
                actor=request.actor,
                building_id=pk,
                kind=form.cleaned_data["kind"],
                entrances=form.cleaned_data["entrances"].splitlines(),
            )
        except Refused as refusal:
            for error in refusal.errors:
                form.add_error(error.field or None, str(error.message))
        else:
            messages.info(request, _("这一类共 %(n)d 个二维码，可以下载打印。") % {"n": len(made)})
            return redirect("codes:building", pk)
    context = {
        "building": building,
        "form": form,
        "codes": queries.codes_of(request.actor, pk),
        "shows_phone": queries.shows_phone(pk),
    }
    status = 422 if form.is_bound else 200
    return render(request, "codes/building.html", context, status=status)


@require_GET
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The PDF of all codes in force, or of one (`?code=`)."""
    building = queries.building_for_codes(request.actor, pk)
    wanted = request.GET.get("code", "")
    rows = [row for row in queries.codes_of(request.actor, pk) if wanted in ("", row.code)]
    if not rows:
        raise NotVisible(_("还没有二维码。请先在“二维码”页面生成。"))
    body = exports.sheet(
        building=building.name,
        address=building.address,
        codes=queries.labels(rows),
        base=request.build_absolute_uri("/").rstrip("/"),
    )
    name = _("%(building)s 二维码.pdf") % {"building": building.name}
    headers = {"Content-Disposition": content_disposition_header(False, name) or "inline"}
    return HttpResponse(body, content_type="application/pdf", headers=headers)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """One code leads nowhere from now on."""
    row = commands.revoke_code(actor=request.actor, code_id=pk)
    messages.info(request, _("已作废。扫旧码的人会看到“没有找到”；再生成一次就有新码。"))
    return redirect("codes:building", row.building_id)


@require_POST
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the public card names the manager's telephone."""
    shows = request.POST.get("shows") == "1"
    commands.show_phone(actor=request.actor, building_id=pk, shows=shows)
    return redirect("codes:building", pk)


@public
@require_GET
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """A code was scanned: the form that fits the person, or the public card."""
    found = queries.landing(request.actor, code)
    if found.address:
        return redirect(found.address)
    return render(request, "codes/card.html", {"card": found.card, "landing": found})


def building_act(actor: Actor, building_id: int) -> tuple[str, dict[str, object]] | None:
    """The button 二维码 beside a building's name, for those who keep it."""
    try:
        queries.building_for_codes(actor, building_id)
    except (Denied, NotVisible):
        return None
    address = reverse("codes:building", args=[building_id])
    return "", {"label": _("二维码"), "href": address, "icon": "qrcode"}
