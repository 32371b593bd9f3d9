"""What is stored of stations and of duty rotas."""

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
    "StandardItem",
    "Station",
    "StationService",
    "StationSpace",
    "SwapRequest",
    "Tenure",
]
