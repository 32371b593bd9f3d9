"""The only way to write visits, plans, sweeps and ratings."""

from .checks import Check, NeedsNote
from .inputs import (
    PAYLOAD_VERSION,
    FindingInput,
    NewcomerInput,
    RoomInput,
    TenantInput,
    VisitEdit,
    VisitInput,
)
from .keeping import keep_plan
from .planning import (
    add_stop,
    cancel_inspection,
    drop_stop,
    explain_stop,
    finish_inspection,
    plan_inspection,
    postpone_stop,
    shift_stop,
)
from .ratings import RatingInput, rate_visit
from .rooms import Saved, save_room
from .rules import set_rule, set_threshold
from .sweeps import CampaignInput, add_room, close_campaign, create_campaign
from .visits import edit_visit, record_visit, withdraw_visit

__all__ = [
    "PAYLOAD_VERSION",
    "CampaignInput",
    "Check",
    "FindingInput",
    "NeedsNote",
    "NewcomerInput",
    "RatingInput",
    "RoomInput",
    "Saved",
    "TenantInput",
    "VisitEdit",
    "VisitInput",
    "add_room",
    "add_stop",
    "cancel_inspection",
    "close_campaign",
    "create_campaign",
    "drop_stop",
    "edit_visit",
    "explain_stop",
    "finish_inspection",
    "keep_plan",
    "plan_inspection",
    "postpone_stop",
    "rate_visit",
    "record_visit",
    "save_room",
    "set_rule",
    "set_threshold",
    "shift_stop",
    "withdraw_visit",
]
