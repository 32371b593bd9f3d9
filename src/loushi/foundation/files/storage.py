"""Where attachments lie: under MEDIA_ROOT by random names, never by the user's."""

import os
from pathlib import Path
from uuid import uuid4

from django.conf import settings


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "attachments"


def write(data: bytes, ending: str) -> str:
    """Stores bytes durably and returns their name ("3f/3f2c….jpg")."""
    unique = uuid4().hex
    name = f"{unique[:2]}/{unique}.{ending}"
    path = folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return name


def path_of(name: str) -> Path:
    """The path of a stored name; only names that `write` gave are resolved."""
    first, _slash, rest = name.partition("/")
    return folder() / Path(first).name / Path(rest).name


def remove(name: str) -> None:
    """Removes stored bytes; nothing happens when they are gone already."""
    if name:
        path_of(name).unlink(missing_ok=True)
