"""Pages of owners and managers, of amenities and public spaces, and the files of a building."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.web.forming import add_refusal
from loushi.registry.buildings import commands, queries
from loushi.registry.buildings.forms import (
    AmenityForm,
    ContractForm,
    EndForm,
    FilesForm,
    OwnerForm,
    StateForm,
    VenueForm,
)
from loushi.registry.buildings.showing import building_context


@require_GET
def owners(request: HttpRequest, pk: int) -> HttpResponse:
    """Who owns a building and who looks after it, today and before."""
    context = building_context(request, pk, "owners")
    context |= {
        "owners": queries.owners_of(request.actor, pk),
        "contracts": queries.contracts_of(request.actor, pk),
        "documents": queries.contract_files(request.actor, pk),
        "today": timezone.localdate(),
    }
    return render(request, "buildings/owners.html", context)


@require_GET
def amenities(request: HttpRequest, pk: int) -> HttpResponse:
    """What a building offers besides rooms."""
    context = building_context(request, pk, "amenities")
    context |= {
        "amenities": queries.amenities_of(request.actor, pk),
        "venues": queries.venues_of(request.actor, pk),
    }
    return render(request, "buildings/amenities.html", context)


def add_owner(request: HttpRequest, pk: int) -> HttpResponse:
    """Registers an owner's share."""

    def save(values: dict[str, Any]) -> None:
        commands.add_ownership(actor=request.actor, values={**values, "building_id": pk})  # type: ignore[typeddict-item]

    form = OwnerForm(request.POST or None)
    return _edit(request, pk, form, _("登记产权人"), save, "buildings:owners")


def end_owner(request: HttpRequest, pk: int, owner: int) -> HttpResponse:
    """Ends an owner's share."""

    def save(values: dict[str, Any]) -> None:
        commands.end_ownership(actor=request.actor, ownership_id=owner, until=values["until"])

    form = EndForm(request.POST or None, initial={"until": timezone.localdate()})
    return _edit(request, pk, form, _("结束这份产权"), save, "buildings:owners")


def add_contract(request: HttpRequest, pk: int) -> HttpResponse:
    """Registers a contract of a property manager."""

    def save(values: dict[str, Any]) -> None:
        commands.save_contract(
            actor=request.actor, values={**values, "building_id": pk},  # type: ignore[typeddict-item]
            uploads=request.FILES.getlist("attachments"),
        )  # fmt: skip

    form = ContractForm(request.POST or None)
    return _edit(request, pk, form, _("登记物业合同"), save, "buildings:owners", files=True)


def add_amenity(request: HttpRequest, pk: int) -> HttpResponse:
    """Registers or corrects an amenity."""

    def save(values: dict[str, Any]) -> None:
        commands.save_amenity(actor=request.actor, values={**values, "building_id": pk})  # type: ignore[typeddict-item]

    form = AmenityForm(request.POST or None, kinds=queries.amenity_kinds())
    return _edit(request, pk, form, _("登记配套"), save, "buildings:amenities")


def add_venue(request: HttpRequest, pk: int) -> HttpResponse:
    """Registers or corrects a public space."""

    def save(values: dict[str, Any]) -> None:
        commands.save_venue(actor=request.actor, values={**values, "building_id": pk})  # type: ignore[typeddict-item]

    form = VenueForm(request.POST or None)
    return _edit(request, pk, form, _("登记公共空间"), save, "buildings:amenities")


@require_POST
def remove_amenity(request: HttpRequest, pk: int, amenity: int) -> HttpResponse:
    """Takes an amenity off the register."""
    commands.remove_amenity(actor=request.actor, amenity_id=amenity)
    messages.info(request, _("已从登记中删除，留痕中保留。"))
    return redirect("buildings:amenities", pk)


@require_POST
def remove_venue(request: HttpRequest, pk: int, venue: int) -> HttpResponse:
    """Takes a public space off the register."""
    commands.remove_venue(actor=request.actor, venue_id=venue)
    messages.info(request, _("已从登记中删除，留痕中保留。"))
    return redirect("buildings:amenities", pk)


def add_files(request: HttpRequest, pk: int) -> HttpResponse:
    """Uploads photos and documents of a building."""

    def save(values: dict[str, Any]) -> None:
        commands.add_files(
            actor=request.actor, building_id=pk, label=values["label"],
            uploads=request.FILES.getlist("attachments"),
        )  # fmt: skip

    form = FilesForm(request.POST or None)
    return _edit(request, pk, form, _("上传照片和文件"), save, "buildings:facts", files=True)


@require_POST
def remove_file(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """Takes a file away."""
    commands.remove_file(actor=request.actor, building_id=pk, file_id=file)
    messages.info(request, _("文件已删除。"))
    return redirect("buildings:facts", pk)


def record_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what a room was from a day to a day."""
    values = queries.space_values(request.actor, pk)

    def save(given: dict[str, Any]) -> None:
        commands.record_state(actor=request.actor, space_id=pk, **given)

    form = StateForm(request.POST or None, initial={"since": timezone.localdate()})
    title = _("登记 %(number)s 的状态") % {"number": values["number"]}
    return _edit(request, values["building_id"], form, title, save, "buildings:spaces")


@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows an owner's full phone number to somebody who says what for."""
    purpose = request.POST.get("purpose", "")[:100]
    context: dict[str, Any] = {"owner_id": pk, "purpose": purpose}
    try:
        context["phone"] = commands.reveal_owner_phone(
            actor=request.actor, owner_id=pk, purpose=purpose
        )
    except Refused as refusal:
        context["error"] = str(refusal)
        return render(request, "buildings/reveal.html", context, status=422)
    return render(request, "buildings/revealed.html", context)


def _edit(
    request: HttpRequest, pk: int, form: Any, title: str, save: Any, back: str, files: bool = False
) -> HttpResponse:
    """One form about a building that the actor may correct."""
    if not queries.may_change_building(request.actor, pk):
        raise Denied
    if request.method == "POST" and form.is_valid():
        try:
            save(form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            messages.info(request, _("已登记，留痕中记下了内容。"))
            return redirect(back, pk)
    context = {"form": form, "title": title, "pk": pk, "files": files}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "buildings/form.html", context, status=status)
