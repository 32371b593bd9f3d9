"""Files made for the tests: pictures with secrets, documents, and things in disguise."""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def jpeg(size=(60, 40), *, orientation=1, gps=True) -> bytes:
    """A JPEG whose left half is red, with camera, GPS, XMP and a comment."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = image.getexif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRET-CAMERA"
    if gps:
        exif.get_ifd(0x8825).update(
            {1: "N", 2: (30.0, 18.0, 1.5), 3: "E", 4: (120.0, 9.0, 2.5), 29: "2026:10:12"}
        )
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"SECRET-COMMENT", xmp=b"<x>SECRET-XMP</x>")
    return out.getvalue()


def png(size=(10, 10), *, alpha=False) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGBA" if alpha else "RGB", size)
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Location", "SECRET-PLACE")
    image.save(out, "PNG", pnginfo=info)
    return out.getvalue()


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return out.getvalue()


def docx(**more: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<x/>")
        for name, text in more.items():
            archive.writestr(name, text)
    return out.getvalue()


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="application/octet-stream")
