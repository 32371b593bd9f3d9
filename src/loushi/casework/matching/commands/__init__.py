"""The only way to write of this package."""

from .answering import Given, answer_issue
from .assigning import assign_issue
from .bulk import NewIssue, NewMeeting, found_issues
from .comparing import compare_unit, propose_matches
from .grouping import (
    add_demands,
    dissolve_issue,
    merge_issues,
    remove_demands,
    split_issue,
    undo_add,
)
from .issues import close_issue, create_issue, edit_issue, note_issue, recall_issue, reopen_issue
from .matching import confirm_match, dismiss_match
from .meetings import (
    call_meeting,
    cancel_meeting,
    close_meeting,
    create_meeting,
    decide,
    follow_decision,
    hold_meeting,
    record_attendance,
    update_meeting,
    write_notes,
)
from .referring import refer_issue

__all__ = [
    "Given",
    "NewIssue",
    "NewMeeting",
    "add_demands",
    "answer_issue",
    "assign_issue",
    "call_meeting",
    "cancel_meeting",
    "close_issue",
    "close_meeting",
    "compare_unit",
    "confirm_match",
    "create_issue",
    "create_meeting",
    "decide",
    "dismiss_match",
    "dissolve_issue",
    "edit_issue",
    "follow_decision",
    "found_issues",
    "hold_meeting",
    "merge_issues",
    "note_issue",
    "propose_matches",
    "recall_issue",
    "record_attendance",
    "refer_issue",
    "remove_demands",
    "reopen_issue",
    "split_issue",
    "undo_add",
    "update_meeting",
    "write_notes",
]
