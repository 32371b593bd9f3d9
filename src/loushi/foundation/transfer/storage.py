"""Where uploaded import files wait between upload and apply; never under the user's name."""

from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from django.conf import settings

ENDINGS = (".csv.gz", ".xlsx", ".xlsm", ".csv", ".tsv", ".geojson", ".json")


def folder() -> Path:
    """The folder of waiting import files (private to the server)."""
    path = Path(settings.MEDIA_ROOT) / "imports"
    path.mkdir(parents=True, exist_ok=True)
    return path


def keep(blocks: Iterable[bytes], name: str) -> Path:
    """Writes the bytes of an upload and returns where."""
    lower = name.casefold()
    ending = next((item for item in ENDINGS if lower.endswith(item)), ".bin")
    path = folder() / f"{uuid4().hex}{ending}"
    with path.open("wb") as file:
        for block in blocks:
            file.write(block)
    return path


def kept(name: str) -> Path:
    """The path of a kept file by the name that the batch remembers."""
    return folder() / Path(name).name


def forget(name: str) -> None:
    """Removes a kept file; nothing happens when it is gone already."""
    if name:
        kept(name).unlink(missing_ok=True)
