"""Sweeps: the list, a new one, progress by building and floor, rooms, report."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from loushi.casework.visits import commands, queries
from loushi.casework.visits.exports import SweepExporter
from loushi.casework.visits.forms import AddRoomForm, CampaignForm, CloseForm
from loushi.casework.visits.policy import CAMPAIGN, EXPORT, SWEEP, VIEW
from loushi.casework.visits.views import reading
from loushi.foundation.core.errors import Denied, LoushiError
from loushi.foundation.transfer.commands import export
from loushi.foundation.web.forming import add_refusal
from loushi.registry.buildings.queries import building_page

KINDS = {
    "": "plain",
    "confirmed": "tone4",
    "corrected": "tone1",
    "vacant": "vacant",
    "absent": "slate",
    "refused": "slate",
}


@require_GET
def sweep_list(request: HttpRequest) -> HttpResponse:
    """The sweeps with rooms in one's range."""
    if not (request.actor.has(VIEW) or request.actor.see_all):
        raise Denied
    page = queries.campaign_list(
        request.actor,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {"page": page, "may_create": request.actor.has(CAMPAIGN)}
    return render(request, "visits/sweeps.html", context)


def create(request: HttpRequest) -> HttpResponse:
    """发起扫楼: a name, the buildings, a due date; the list of rooms comes from the register."""
    if not request.actor.has(CAMPAIGN):
        raise Denied
    form = CampaignForm(
        request.POST or None,
        buildings=queries.building_choices(request.actor),
        units=queries.campaign_units(request.actor),
        initial={"starts_on": timezone.localdate(), "key": reading.new_key()},
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        key = given.pop("key")
        given["building_ids"] = tuple(given["building_ids"])
        try:
            made = commands.create_campaign(
                actor=request.actor, given=commands.CampaignInput(**given), key=key
            )
        except LoushiError as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("“%(name)s”已开始，责任人已收到通知。") % {"name": made.name})
            return redirect("visits:sweep", made.pk)
    status = 422 if form.is_bound else 200
    return render(request, "visits/sweep_new.html", {"form": form}, status=status)


@require_GET
def sweep(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress of one sweep, by building and by unit."""
    page = queries.campaign_page(request.actor, pk)
    return render(request, "visits/sweep.html", {"page": page, "campaign": page.campaign})


@require_GET
def building(request: HttpRequest, pk: int, building: int) -> HttpResponse:
    """One building of a sweep: floor by floor, every room with its result."""
    page = queries.campaign_page(request.actor, pk)
    floors = queries.swept_floors(request.actor, pk, building)
    place = next((one for one in page.buildings if one.id == building), None)
    context = {
        "page": page,
        "campaign": page.campaign,
        "place": place,
        "building": building_page(request.actor, building).building,
        "floors": floors,
        "drawn": [_drawn(floor) for floor in floors],
        "legend": _legend(place),
    }
    return render(request, "visits/sweep_building.html", context)


def add_room(request: HttpRequest, pk: int, building: int) -> HttpResponse:
    """A room that the list lacked."""
    page = queries.campaign_page(request.actor, pk)
    if not request.actor.has(SWEEP):
        raise Denied
    form = AddRoomForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            task = commands.add_room(
                actor=request.actor, campaign_id=pk, building_id=building, **form.cleaned_data
            )
        except LoushiError as refusal:
            if refusal.status in (403, 404):
                raise
            add_refusal(form, refusal)
        else:
            return redirect("visits:room", task.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "campaign": page.campaign, "building_id": building}
    return render(request, "visits/sweep_add.html", context, status=status)


@require_GET
def room_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The rooms of a sweep, filtered: the revisit list, and the rows behind each figure."""
    page = queries.campaign_page(request.actor, pk)
    wanted = queries.RoomFilters(
        outcome=request.GET.get("outcome", "")[:12],
        building=reading.whole(request.GET.get("building", "")),
        unit=reading.whole(request.GET.get("unit", "")),
        change=request.GET.get("change", "")[:20],
    )
    if kind := request.GET.get("export", ""):
        if not request.actor.has(EXPORT):
            raise Denied
        rows = queries.all_rooms(request.actor, pk, wanted)
        return export(SweepExporter, rows, actor=request.actor, kind=kind).response()
    rooms = queries.room_list(
        request.actor,
        pk,
        wanted,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "page": page,
        "campaign": page.campaign,
        "rooms": rooms,
        "wanted": wanted,
        "chips": _chips(page.tally, wanted.outcome),
        "may_export": request.actor.has(EXPORT),
        "columns": _columns(),
    }
    return render(request, "visits/sweep_rooms.html", context)


@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """What a sweep found; every figure opens to its rooms."""
    page = queries.campaign_page(request.actor, pk)
    found = queries.report(request.actor, pk)
    context = {
        "page": page,
        "campaign": page.campaign,
        "report": found,
        "may_export": request.actor.has(EXPORT),
    }
    return render(request, "visits/sweep_report.html", context)


def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a sweep."""
    page = queries.campaign_page(request.actor, pk)
    if not request.actor.has(CAMPAIGN):
        raise Denied
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            commands.close_campaign(actor=request.actor, campaign_id=pk, **form.cleaned_data)
        except LoushiError as refusal:
            if refusal.status in (403, 404):
                raise
            add_refusal(form, refusal)
        else:
            messages.info(request, _("扫楼已结束，报告不再变化。"))
            return redirect("visits:sweep_report", pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "page": page, "campaign": page.campaign}
    return render(request, "visits/sweep_close.html", context, status=status)


def _drawn(floor: Any) -> dict[str, Any]:
    """A floor as the stacking plan draws it."""
    return {
        "name": floor.name,
        "share": floor.tally.share,
        "aside": f"{floor.tally.reached} / {floor.tally.total}",
        "selected": False,
        "spaces": [
            {
                "kind": KINDS[room.outcome],
                "label": f"{room.number} {room.tenants}".strip(),
                "area": room.area or 50,
                "href": f"/visits/rooms/{room.id}/",
                "title": f"{room.number} {room.label} {room.tenants}".strip(),
                "ending": False,
                "selected": False,
            }
            for room in floor.rooms
        ],
    }


def _legend(place: Any) -> list[dict[str, Any]]:
    counts = place.tally.by if place else {}
    return [
        {"kind": "tone4", "label": _("无变化"), "value": counts.get("confirmed", 0)},
        {"kind": "tone1", "label": _("有更正"), "value": counts.get("corrected", 0)},
        {"kind": "vacant", "label": _("空置"), "value": counts.get("vacant", 0)},
        {
            "kind": "slate",
            "label": _("没有人、拒访"),
            "value": counts.get("absent", 0) + counts.get("refused", 0),
        },
        {"kind": "plain", "label": _("未到"), "value": counts.get("", 0)},
    ]


def _chips(tally: Any, active: str) -> list[dict[str, Any]]:
    labels = {
        "open": (_("未到"), tally.open),
        "revisit": (_("待回访"), tally.revisit),
        "reached": (_("核实"), tally.reached),
        "corrected": (_("有更正"), tally.by.get("corrected", 0)),
        "vacant": (_("空置"), tally.by.get("vacant", 0)),
    }
    return [
        {"code": code, "label": label, "count": count, "active": code == active}
        for code, (label, count) in labels.items()
    ]


def _columns() -> list[dict[str, Any]]:
    return [
        {"key": key, "label": label, "fixed": True}
        for key, label in (
            ("room", _("房间")),
            ("base", _("名单上的企业")),
            ("outcome", _("结果")),
            ("changes", _("更正")),
            ("unit", _("责任片区、微网格")),
            ("note", _("备注")),
        )
    ]
