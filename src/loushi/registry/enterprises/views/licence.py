"""A photo of a business licence fills the form; the photo itself is kept nowhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from loushi.foundation.core.errors import Denied, NotVisible, Refused
from loushi.foundation.web.forming import add_refusal
from loushi.registry.enterprises import commands
from loushi.registry.enterprises.forms import LicenceForm
from loushi.registry.enterprises.policy import CHANGE
from loushi.registry.enterprises.views.desk import enterprise_form


def licence(request: HttpRequest) -> HttpResponse:
    """Asks for the photo; answers with the form, each field beside what it was read from."""
    if not request.actor.has(CHANGE):
        raise Denied
    if not commands.licence_reading_available():
        raise NotVisible
    asked = request.method == "POST"
    form = LicenceForm(request.POST, request.FILES) if asked else LicenceForm()
    if form.is_bound and form.is_valid():
        try:
            readings = _read(request, form)
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            values = {name: reading.value for name, reading in readings.items()}
            initial = {"business_kind": "company", "status": "operating"} | values
            filled = enterprise_form(request, initial, bound=False)
            context = {"form": filled, "readings": readings}
            return render(request, "enterprises/licence_form.html", context)
    status = 422 if form.is_bound else 200
    return render(request, "enterprises/licence.html", {"form": form}, status=status)


def _read(request: HttpRequest, form: LicenceForm) -> dict[str, commands.Reading]:
    return commands.read_licence(actor=request.actor, data=form.cleaned_data["photo"].read())
