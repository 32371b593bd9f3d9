"""Reading the text of a photo (extra `ocr`): lines with their place and how sure the reader is.

RapidOCR with the models inside its package; nothing is fetched. Where the extra is not installed,
`is_available()` is False and the pages that use it leave their entry out.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

LONGEST_SIDE = 2_000  # pixels; more costs seconds and reads no better
MOST_PIXELS = 40_000_000


class Unreadable(ValueError):
    """The file is no picture, or too large a one."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `box` is left, top, right, bottom in pixels of the picture that was read;
    `confidence` 0 to 1."""

    text: str
    confidence: float
    box: tuple[int, int, int, int]

    @property
    def middle(self) -> float:
        """The vertical middle."""
        return (self.box[1] + self.box[3]) / 2

    @property
    def height(self) -> int:
        """The height of the line."""
        return self.box[3] - self.box[1]


def is_available() -> bool:
    """Whether the extra is installed."""
    return find_spec("rapidocr") is not None


def opened(data: bytes) -> Image.Image:
    """The picture upright, in colour, not larger than is read; Unreadable where it is none."""
    try:
        with Image.open(BytesIO(data)) as raw:
            if raw.width * raw.height > MOST_PIXELS:
                raise Unreadable("too many pixels")
            picture = ImageOps.exif_transpose(raw).convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise Unreadable(str(error)) from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return picture


def read(picture: Image.Image) -> list[Line]:
    """The lines of a picture, from top to bottom; [] where nothing is legible."""
    import numpy

    found = _reader()(numpy.asarray(picture)[:, :, ::-1])
    if found is None or found.txts is None:
        return []
    lines = []
    for text, score, corners in zip(found.txts, found.scores, found.boxes, strict=True):
        across = [int(x) for x, _y in corners]
        down = [int(y) for _x, y in corners]
        box = (max(0, min(across)), max(0, min(down)), max(across), max(down))
        lines.append(Line(str(text), float(score), box))
    return sorted(lines, key=lambda line: (line.middle, line.box[0]))


@lru_cache(maxsize=1)
def _reader() -> Any:
    """Loading the models takes a second or two, once in a process."""
    import logging

    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR(params={"Global.log_level": "error"})
