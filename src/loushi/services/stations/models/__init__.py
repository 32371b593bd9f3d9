"""What is stored of stations, of duty rotas and of bookings."""

from .bookings import Booking, BookingSlot
from .queue import (
    Counter,
    QueueTicket,
)
from .registry import (
    Inspection,
    InspectionResult,
    Kind,
    StandardItem,
    Station,
    StationService,
    StationSpace,
    Tenure,
)
from .rota import (
    DutyAway,
    DutyMember,
    DutyRota,
    DutyShift,
    DutySlot,
    DutyTemplate,
    FeedToken,
    SwapRequest,
)

__all__ = [
    "Booking",
    "BookingSlot",
    "Counter",
    "DutyAway",
    "DutyMember",
    "DutyRota",
    "DutyShift",
    "DutySlot",
    "DutyTemplate",
    "FeedToken",
    "Inspection",
    "InspectionResult",
    "Kind",
    "QueueTicket",
    "StandardItem",
    "Station",
    "StationService",
    "StationSpace",
    "SwapRequest",
    "Tenure",
]
