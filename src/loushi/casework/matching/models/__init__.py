"""What is stored of common issues, joint meetings and joint answers."""

from .issues import CommonIssue, CommonIssueDemand, IssueEvent, IssueUnit, JointAnswer
from .meetings import JointDecision, JointMeeting, MeetingIssue, MeetingKind, MeetingSeat

__all__ = [
    "CommonIssue",
    "CommonIssueDemand",
    "IssueEvent",
    "IssueUnit",
    "JointAnswer",
    "JointDecision",
    "JointMeeting",
    "MeetingIssue",
    "MeetingKind",
    "MeetingSeat",
]
