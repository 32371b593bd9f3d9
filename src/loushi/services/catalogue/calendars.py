"""A booking as iCalendar (RFC 5545), for the calendar of a phone."""

from datetime import UTC

from icalendar import Calendar, Event

from loushi.services.catalogue.models import ResourceBooking


def written(row: ResourceBooking) -> bytes:
    """One entry; a booking that was given back cancels it."""
    gone = row.state not in ("booked", "arrived", "served")
    made = Calendar()
    made.add("prodid", "-//Loushi//resource booking//ZH")
    made.add("version", "2.0")
    made.add("method", "CANCEL" if gone else "PUBLISH")
    event = Event()
    event.add("uid", f"resource-booking-{row.pk}@loushi")
    event.add("dtstamp", (row.ended_at or row.held_since or row.created_at).astimezone(UTC))
    event.add("dtstart", row.slot.starts_at.astimezone(UTC))
    event.add("dtend", row.slot.ends_at.astimezone(UTC))
    event.add("sequence", int(gone))
    event.add("status", "CANCELLED" if gone else "CONFIRMED")
    event.add("summary", row.resource.name)
    event.add("location", row.resource.unit.name)
    event.add("description", row.note)
    made.add_component(event)
    return bytes(made.to_ical())
