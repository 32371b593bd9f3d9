"""What is stored of running cases of the catalogue."""

from .applications import (
    Application,
    ApplicationClock,
    ApplicationEvent,
    ApplicationMaterial,
    ApplicationPause,
    ApplicationRating,
    ApplicationRecord,
    ApplicationStep,
)
from .fast import AgentErrand, FastTrack

__all__ = [
    "AgentErrand",
    "Application",
    "ApplicationClock",
    "ApplicationEvent",
    "ApplicationMaterial",
    "ApplicationPause",
    "ApplicationRating",
    "ApplicationRecord",
    "ApplicationStep",
    "FastTrack",
]
