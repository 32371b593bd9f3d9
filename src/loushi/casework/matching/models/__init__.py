"""What is stored of common issues, joint meetings and joint answers."""

from .issues import CommonIssue, CommonIssueDemand, IssueEvent, IssueUnit, JointAnswer
from .matches import Comparison, Match
from .meetings import JointDecision, JointMeeting, MeetingIssue, MeetingKind, MeetingSeat

__all__ = [
    "CommonIssue",
    "CommonIssueDemand",
    "Comparison",
    "IssueEvent",
    "IssueUnit",
    "JointAnswer",
    "JointDecision",
    "JointMeeting",
    "Match",
    "MeetingIssue",
    "MeetingKind",
    "MeetingSeat",
]
