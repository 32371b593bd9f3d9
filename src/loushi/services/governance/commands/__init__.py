"""The only way to write of this package."""

from .ballots import close_vote, void_vote
from .bodies import (
    add_seat,
    create_body,
    end_seat,
    install_kinds,
    set_rule,
    update_body,
    update_seat,
)
from .bulk import (
    Decided,
    Held,
    NewBody,
    NewItem,
    found_bodies,
    hold_meetings,
    propose_many,
)
from .items import edit_item, propose, propose_item, settle_item, withdraw_item
from .meetings import (
    call_meeting,
    cancel_meeting,
    close_meeting,
    create_meeting,
    open_meeting,
    record_attendance,
    schedule,
    unschedule,
    update_meeting,
    write_notes,
)
from .reminding import remind_tasks
from .resolutions import (
    add_task,
    draft_resource,
    edit_resolution,
    escalate_item,
    finish_task,
    report_back,
)
from .voting import cast_vote, open_vote

__all__ = [
    "Decided",
    "Held",
    "NewBody",
    "NewItem",
    "add_seat",
    "add_task",
    "call_meeting",
    "cancel_meeting",
    "cast_vote",
    "close_meeting",
    "close_vote",
    "create_body",
    "create_meeting",
    "draft_resource",
    "edit_item",
    "edit_resolution",
    "end_seat",
    "escalate_item",
    "finish_task",
    "found_bodies",
    "hold_meetings",
    "install_kinds",
    "open_meeting",
    "open_vote",
    "propose",
    "propose_item",
    "propose_many",
    "record_attendance",
    "remind_tasks",
    "report_back",
    "schedule",
    "set_rule",
    "settle_item",
    "unschedule",
    "update_body",
    "update_meeting",
    "update_seat",
    "void_vote",
    "withdraw_item",
    "write_notes",
]
