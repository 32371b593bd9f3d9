"""Shifts as iCalendar (RFC 5545), for phones and office programs."""

from collections.abc import Iterable
from datetime import UTC, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from loushi.services.stations.models import DutyShift

REFRESH = timedelta(hours=1)


def written(name: str, shifts: Iterable[DutyShift]) -> bytes:
    """A calendar; the uid of a shift stays, its sequence rises with every change."""
    made = Calendar()
    made.add("prodid", "-//Loushi//duty rota//ZH")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for shift in shifts:
        made.add_component(_event(shift))
    return bytes(made.to_ical())


def _event(shift: DutyShift) -> Event:
    slot = shift.slot
    event = Event()
    event.add("uid", f"shift-{shift.pk}@loushi")
    event.add("dtstamp", (slot.rota.published_at or timezone.now()).astimezone(UTC))
    event.add("dtstart", slot.starts_at.astimezone(UTC))
    event.add("dtend", slot.ends_at.astimezone(UTC))
    event.add("sequence", shift.version)
    event.add("summary", _("值守·%(station)s") % {"station": slot.station.name})
    event.add("location", slot.station.address or slot.station.name)
    event.add("description", f"{shift.member.name}·{slot.rota.name}")
    return event
