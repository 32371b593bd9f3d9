"""What is stored of visits and sweeps: visits and plans, campaigns room by room, ratings, rules."""

from loushi.casework.visits.models.ratings import RatedVisit, RatingBatch
from loushi.casework.visits.models.retention import RetentionAlert, RetentionRule
from loushi.casework.visits.models.rules import VisitRule
from loushi.casework.visits.models.sweeps import SweepCampaign, SweepResult, SweepTask
from loushi.casework.visits.models.visits import Finding, PlanStop, Visit, VisitChange

__all__ = [
    "Finding",
    "PlanStop",
    "RatedVisit",
    "RatingBatch",
    "RetentionAlert",
    "RetentionRule",
    "SweepCampaign",
    "SweepResult",
    "SweepTask",
    "Visit",
    "VisitChange",
    "VisitRule",
]
