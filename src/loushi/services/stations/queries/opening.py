"""Opening hours of a station on a day."""

from datetime import date

from loushi.foundation.core.capacity import Opening, opened
from loushi.services.stations.models import Station


def opening_on(station: Station, on: date) -> Opening:
    """The hours of a day, make-up workdays and holidays included."""
    return opened(
        on, workday=station.workday_hours, restday=station.restday_hours,
        extended=station.extended_hours,
    )  # fmt: skip
