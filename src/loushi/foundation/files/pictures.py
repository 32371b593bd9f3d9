"""Pictures without their secrets: re-encoded, turned upright, EXIF, GPS and XMP left behind."""

import io
import warnings
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from .sniffing import NotAccepted

MAX_PIXELS = 50_000_000
LONGEST_SIDE = 4_096
THUMBNAIL = 320
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP",
            "image/gif": "GIF", "image/bmp": "BMP"}  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """A cleaned picture with its small version (JPEG or PNG by transparency)."""

    data: bytes
    content_type: str
    ending: str
    thumbnail: bytes
    width: int
    height: int


def clean(name: str, content_type: str, data: bytes) -> Picture:
    """Decodes and encodes a picture anew, so that only its pixels survive.

    A picture above 4,096 px is made smaller; a GIF keeps its first frame as PNG, a BMP becomes
    PNG. NotAccepted for a damaged picture or one with more than 50 million pixels.
    """
    damaged = _("“%(name)s”打不开，可能没有传完整。请重新选择。") % {"name": name}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=(_FORMATS[content_type],)) as source:
                width, height = source.size
                if width * height > MAX_PIXELS:
                    raise NotAccepted(
                        _("“%(name)s”有 %(pixels)d 百万像素，太大。请缩小到 5000 万像素以内再传。")
                        % {"name": name, "pixels": width * height // 1_000_000}
                    )
                if content_type == "image/jpeg":
                    source.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                source.load()
                upright = ImageOps.exif_transpose(source)
    except NotAccepted:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, MemoryError,
            Image.DecompressionBombError) as error:  # fmt: skip
        raise NotAccepted(damaged) from error
    clear = _has_alpha(upright)
    picture = _bare(upright, "RGBA" if clear else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    as_jpeg = content_type == "image/jpeg" or (content_type == "image/webp" and not clear)
    small = picture.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    return Picture(
        _encoded(picture, jpeg=as_jpeg),
        "image/jpeg" if as_jpeg else "image/png",
        "jpg" if as_jpeg else "png",
        _encoded(small, jpeg=not clear, quality=78),
        *picture.size,
    )


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _bare(image: Image.Image, mode: str) -> Image.Image:
    """The pixels in a new image: no info dictionary, no profile, no metadata to be written."""
    converted = image.convert(mode)
    bare = Image.new(mode, converted.size)
    bare.paste(converted)
    return bare


def _encoded(image: Image.Image, *, jpeg: bool, quality: int = 86) -> bytes:
    out = io.BytesIO()
    if jpeg:
        image.convert("RGB").save(out, "JPEG", quality=quality, optimize=True)
    else:
        image.save(out, "PNG", optimize=True)
    return out.getvalue()
