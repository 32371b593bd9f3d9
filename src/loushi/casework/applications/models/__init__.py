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

__all__ = [
    "Application",
    "ApplicationClock",
    "ApplicationEvent",
    "ApplicationMaterial",
    "ApplicationPause",
    "ApplicationRating",
    "ApplicationRecord",
    "ApplicationStep",
]
