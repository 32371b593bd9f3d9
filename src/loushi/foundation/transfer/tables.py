"""What a reader gives, and how large a file may be."""

from dataclasses import dataclass

from django.conf import settings

from .parsers import Cell

MAX_ROWS = 300_000
MAX_COLUMNS = 200
MAX_CELLS = 12_000_000


class UnreadableFile(ValueError):
    """The file cannot be read; the text says why and what to do."""


@dataclass(frozen=True)
class Limits:
    """How large a file may be: bytes on disk, bytes unpacked, rows of data."""

    size: int
    unpacked: int
    rows: int = MAX_ROWS

    @classmethod
    def from_settings(cls) -> "Limits":
        size = int(settings.IMPORT_LIMIT_BYTES)
        return cls(size, size * 6, int(getattr(settings, "IMPORT_LIMIT_ROWS", MAX_ROWS)))


@dataclass(frozen=True)
class Table:
    """A file that was read: the heading, and the rows below it with their numbers in the file."""

    header: list[str]
    header_row: int
    rows: list[tuple[int, list[Cell]]]
    kind: str
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    encoding: str = ""
    remarks: tuple[str, ...] = ()
    """What the person should know about how the file was read (macros, merged cells, formulas)."""
