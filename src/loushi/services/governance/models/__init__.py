"""What is stored of bodies, their meetings, votes and resolutions."""

from .bodies import Base, Body, BodyKind, BodyRule, CouncilSeat, Matter, Post, Share, Side
from .meetings import AgendaItem, Attendance, Ballot, Choice, CouncilMeeting, RollEntry
from .resolutions import Resolution, ResolutionTask

__all__ = [
    "AgendaItem",
    "Attendance",
    "Ballot",
    "Base",
    "Body",
    "BodyKind",
    "BodyRule",
    "Choice",
    "CouncilMeeting",
    "CouncilSeat",
    "Matter",
    "Post",
    "Resolution",
    "ResolutionTask",
    "RollEntry",
    "Share",
    "Side",
]
