"""Pictures lose their place, camera and comments, and stand upright."""

import io
import zlib

import pytest
from PIL import Image

from loushi.foundation.files.pictures import LONGEST_SIDE, clean
from loushi.foundation.files.sniffing import NotAccepted

from .uploads import jpeg, png


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_the_made_picture_has_secrets():
    source = opened(jpeg())
    assert source.getexif().get_ifd(0x8825)[2] == (30.0, 18.0, 1.5)
    assert b"SECRET-XMP" in jpeg()


def test_location_camera_xmp_and_comment_are_gone():
    picture = clean("a.jpg", "image/jpeg", jpeg())
    for data in (picture.data, picture.thumbnail):
        assert b"SECRET" not in data
        assert not opened(data).getexif()
        assert "xmp" not in opened(data).info
        assert "comment" not in opened(data).info
    assert b"SECRET" not in clean("a.png", "image/png", png()).data


def test_the_picture_is_turned_upright():
    picture = clean("a.jpg", "image/jpeg", jpeg(orientation=6))
    assert (picture.width, picture.height) == (40, 60)
    red, _green, blue = opened(picture.data).convert("RGB").getpixel((20, 10))
    assert red > 200 > blue
    red, _green, blue = opened(picture.data).convert("RGB").getpixel((20, 50))
    assert blue > 200 > red


def test_transparent_pictures_stay_png():
    assert clean("a.png", "image/png", png(alpha=True)).content_type == "image/png"


def test_gif_keeps_its_first_frame():
    out = io.BytesIO()
    Image.new("P", (5, 5)).save(
        out, "GIF", save_all=True, append_images=[Image.new("P", (5, 5), 3)]
    )
    picture = clean("a.gif", "image/gif", out.getvalue())
    assert (picture.content_type, picture.ending) == ("image/png", "png")


def test_large_pictures_are_made_smaller():
    picture = clean("a.png", "image/png", png((5_000, 10)))
    assert (picture.width, picture.height) == (LONGEST_SIDE, 8)
    assert max(opened(picture.thumbnail).size) <= 320


def test_a_decompression_bomb_is_refused_before_it_is_decoded():
    head = b"\x89PNG\r\n\x1a\n"

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        )

    size = (60_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    pixels = chunk(b"IDAT", zlib.compress(b"\x00")) + chunk(b"IEND", b"")
    bomb = head + chunk(b"IHDR", size) + pixels
    with pytest.raises(NotAccepted, match="百万像素|打不开"):
        clean("bomb.png", "image/png", bomb)
    smaller = (8_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    medium = head + chunk(b"IHDR", smaller) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    with pytest.raises(NotAccepted, match="64 百万像素"):
        clean("bomb.png", "image/png", medium)


@pytest.mark.parametrize("data", [jpeg()[:200], b"\xff\xd8\xff" + b"x" * 50])
def test_damaged_pictures_are_refused(data):
    with pytest.raises(NotAccepted, match="打不开"):
        clean("a.jpg", "image/jpeg", data)
