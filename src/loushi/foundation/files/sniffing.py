"""What a file really is, by its bytes; the name must agree. Pure.

Taken: pictures (jpg png webp gif bmp), pdf, Office and WPS documents, txt, csv, ofd, zip. Refused:
everything else, in particular programs, scripts, web pages, SVG, and Office files with macros.
"""

import io
import zipfile
from dataclasses import dataclass

import puremagic
from django.utils.translation import gettext as _

IMAGES = {
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/gif": ("gif",),
    "image/bmp": ("bmp",),
}
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
DOCUMENTS = {
    "application/pdf": ("pdf",),
    _OPEN_XML + "wordprocessingml.document": ("docx",),
    _OPEN_XML + "spreadsheetml.sheet": ("xlsx",),
    _OPEN_XML + "presentationml.presentation": ("pptx",),
    "application/msword": ("doc", "wps"),
    "application/vnd.ms-excel": ("xls", "et"),
    "application/vnd.ms-powerpoint": ("ppt", "dps"),
    "application/ofd": ("ofd",),
    "application/zip": ("zip",),
    "text/plain": ("txt",),
    "text/csv": ("csv",),
}
TYPES = IMAGES | DOCUMENTS
EXTENSIONS = tuple(ending for endings in TYPES.values() for ending in endings)
ACCEPT = ",".join(f".{ending}" for ending in EXTENSIONS)

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_HEIC = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1", b"ftypheim", b"ftypavif")
_ACTIVE = (b"<html", b"<!doctype", b"<svg", b"<script", b"<?php", b"<?xml", b"#!/", b"<iframe")
_FAMILY = {"wps": "doc", "et": "xls", "dps": "ppt"}
MAX_ARCHIVE_PARTS = 5_000
MAX_ARCHIVE_RATIO = 200


class NotAccepted(ValueError):
    """The file is not taken; the text says why and what to do."""


@dataclass(frozen=True)
class Kind:
    """What a file is: its media type and the ending it is stored with."""

    content_type: str
    ending: str

    @property
    def is_image(self) -> bool:
        return self.content_type in IMAGES


def ending_of(name: str) -> str:
    """The ending of a name in lower case, without the dot; '' where there is none."""
    stem, dot, ending = name.rpartition(".")
    return ending.casefold() if dot and stem else ""


def sniff(name: str, data: bytes) -> Kind:
    """The kind of a file; NotAccepted with a sentence when it is not taken."""
    if not data:
        raise NotAccepted(_("“%(name)s”是空文件。请重新选择。") % {"name": name})
    ending = ending_of(name)
    if data[4:12] in _HEIC or ending in {"heic", "heif"}:
        raise NotAccepted(
            _("“%(name)s”是 HEIC 照片，电脑大多打不开。请在手机相机设置里改为“兼容性最佳”，"
              "或转成 JPG 后再传。") % {"name": name}
        )  # fmt: skip
    found = _by_bytes(ending, data)
    if found is None:
        raise NotAccepted(
            _("“%(name)s”不是可以上传的文件。可以传图片、PDF、Office 文档、OFD、TXT、CSV 和 ZIP。")
            % {"name": name}
        )
    if ending not in TYPES[found]:
        raise NotAccepted(
            _("“%(name)s”的内容是 %(real)s，和文件名不符。请改回原来的后缀再传。")
            % {"name": name, "real": TYPES[found][0].upper()}
        )
    return Kind(found, TYPES[found][0] if found in IMAGES else ending)


def _by_bytes(ending: str, data: bytes) -> str | None:
    head = data[:16]
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"BM") and ending == "bmp":
        return "image/bmp"
    if b"%PDF-" in data[:1024]:
        return None if _looks_active(data) else "application/pdf"
    if head.startswith(_OLE):
        return _ole(ending)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip(ending, data)
    if ending in {"txt", "csv"}:
        return _text(ending, data)
    return None


def _ole(ending: str) -> str | None:
    family = _FAMILY.get(ending, ending)
    return {
        "doc": "application/msword",
        "xls": "application/vnd.ms-excel",
        "ppt": "application/vnd.ms-powerpoint",
    }.get(family)


def _zip(ending: str, data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    names = [part.filename for part in parts]
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_ARCHIVE_PARTS or unpacked > max(len(data), 1) * MAX_ARCHIVE_RATIO:
        return None
    lower = [name.casefold() for name in names]
    if any(name.endswith("vbaproject.bin") for name in lower):
        return None
    if "[Content_Types].xml" in names:
        for folder, media in (("word/", "wordprocessingml.document"),
                              ("xl/", "spreadsheetml.sheet"),
                              ("ppt/", "presentationml.presentation")):  # fmt: skip
            if any(name.startswith(folder) for name in names):
                return _OPEN_XML + media
        return None
    if "OFD.xml" in names:
        return "application/ofd"
    return "application/zip" if ending == "zip" else None


def _text(ending: str, data: bytes) -> str | None:
    if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    if _looks_active(data) or _looks_binary(data):
        return None
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "text/csv" if ending == "csv" else "text/plain"
    return None


def _looks_active(data: bytes) -> bool:
    start = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith(_ACTIVE) or b"<script" in start


def _looks_binary(data: bytes) -> bool:
    """Whether puremagic knows these bytes as something that is no text (a program, an archive)."""
    try:
        best = puremagic.magic_string(data[:8192])
    except (puremagic.PureError, ValueError):
        return False
    return any(
        match.confidence >= 0.8 and not match.mime_type.startswith("text/") and match.mime_type
        for match in best
    )
