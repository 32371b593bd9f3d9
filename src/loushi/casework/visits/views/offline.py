"""What was recorded without a network becomes a visit or a room's result; what to take along."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.visits import commands, queries
from loushi.casework.visits.commands import VisitInput
from loushi.casework.visits.forms import VisitForm
from loushi.casework.visits.policy import SWEEP
from loushi.casework.visits.queries.recording import subject_of
from loushi.casework.visits.views import reading
from loushi.casework.visits.views.record import values_of_form
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.web.offline import Item, Part


def save_visit(actor: Actor, item: Item) -> Any:
    """A visit as its form was kept; without a time it took place when it was recorded."""
    subject = subject_of(actor, item.target)
    form = VisitForm(item.fields, contact=subject.contact_label)
    if not form.is_valid():
        raise Refused.many({name: str(told[0]) for name, told in form.errors.items()})
    values = values_of_form(form.cleaned_data, subject)
    values["at"] = values["at"] or _when(item)
    return commands.record_visit(
        actor=actor,
        given=VisitInput(
            enterprise_id=item.target,
            findings=reading.findings_from(reading.blocks_from(item.fields)),
            payload_version=item.payload_version,
            **values,
        ),
        key=item.key,
    )


def save_room(actor: Actor, item: Item) -> Any:
    """A room's result as its form was kept, with the version and stamp that were shown."""
    page = queries.room_page(actor, item.target)
    return commands.save_room(
        actor=actor,
        task_id=item.target,
        given=replace(
            reading.room_from(item.fields, page.facts, payload_version=item.payload_version),
            at=_when(item),
        ),
        key=item.key,
    )


def _when(item: Item) -> Any:
    return min(item.recorded_at or timezone.now(), timezone.now())


def pack(actor: Actor) -> Iterator[Part]:
    """The plan of today with the forms of its firms; each building of a running sweep."""
    if queries.may_plan(actor):
        stops = queries.day_plan(actor, timezone.localdate()).stops
        forms = [reverse("visits:record", args=[s.enterprise_id]) for s in stops if not s.is_done]
        yield Part(
            "plan",
            _("今天的计划和 %(n)d 张走访表") % {"n": len(forms)},
            (reverse("visits:today"), reverse("web:kept"), *forms),
        )
    if actor.has(SWEEP):
        for campaign, building, rooms in queries.open_buildings(actor):
            yield Part(
                f"sweep-{campaign.pk}-{building.pk}",
                _("%(building)s·%(sweep)s：%(n)d 间")
                % {"building": building.name, "sweep": campaign.name, "n": len(rooms)},
                (
                    reverse("visits:sweep_building", args=[campaign.pk, building.pk]),
                    reverse("web:kept"),
                    *(reverse("visits:room", args=[pk]) for pk in rooms),
                ),
            )
