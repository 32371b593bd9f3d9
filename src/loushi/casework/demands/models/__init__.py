"""What is stored of demands 诉求."""

from .demands import (
    LEADING,
    NOT_LEADING,
    Assignment,
    Channel,
    Demand,
    DemandCategory,
    DemandClock,
    DemandEvent,
    DemandPause,
    Extension,
    Referral,
    SavedView,
    Side,
    State,
    Tier,
    Urgency,
    Verdict,
)
from .ratings import Rating, RatingLink

__all__ = [
    "LEADING",
    "NOT_LEADING",
    "Assignment",
    "Channel",
    "Demand",
    "DemandCategory",
    "DemandClock",
    "DemandEvent",
    "DemandPause",
    "Extension",
    "Rating",
    "RatingLink",
    "Referral",
    "SavedView",
    "Side",
    "State",
    "Tier",
    "Urgency",
    "Verdict",
]
