"""A photo of a licence fills the form; what is doubtful is left to the person."""

from io import BytesIO

import pylopdf_fonts_zh_cn as fonts
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageDraw, ImageFont

from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.testing import make_actor
from loushi.foundation.language.ocr import Line
from loushi.registry.accounts.factories import make_staff
from loushi.registry.enterprises.commands.licence import fields_of, read_licence
from loushi.registry.enterprises.factories import valid_code
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.factories import make_district

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.one_engine]

NAME = "临漕云栈数维科技有限公司"
ADDRESS = "临漕市桐川路66号望澜中心A座1703室"


def photo(code: str) -> bytes:
    """A licence as a printer would set it: labels left, values right."""
    picture = Image.new("RGB", (1400, 900), "#f6f3e8")
    draw = ImageDraw.Draw(picture)
    path = str(fonts.sans_path())
    large, plain = ImageFont.truetype(path, 64), ImageFont.truetype(path, 34)
    draw.text((560, 60), "营业执照", "#222", large)
    draw.text((80, 170), "统一社会信用代码", "#222", plain)
    draw.text((80, 220), code, "#222", plain)
    rows = [
        ("名  称", NAME), ("类  型", "有限责任公司(自然人投资或控股)"), ("法定代表人", "许念青"),
        ("成立日期", "2019年03月06日"), ("住  所", ADDRESS),
    ]  # fmt: skip
    for number, (label, value) in enumerate(rows):
        draw.text((80, 320 + 80 * number), label, "#222", plain)
        draw.text((330, 320 + 80 * number), value, "#222", plain)
    stream = BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def clerk():
    return make_actor(path="000001", permissions=["enterprises.change", "enterprises.view"])


def test_a_clear_photo_fills_every_field() -> None:
    code = valid_code(4)
    found = read_licence(actor=clerk(), data=photo(code))
    values = {name: reading.value for name, reading in found.items()}
    assert values == {
        "credit_code": code,
        "name": NAME,
        "business_kind": "company",
        "established_on": "2019-03-06",
        "registered_address": ADDRESS,
    }
    assert all(reading.cutout.startswith("data:image/jpeg") for reading in found.values())
    assert all(reading.confidence > 0.8 for reading in found.values())


def test_a_code_whose_check_digit_is_wrong_is_left_to_the_person() -> None:
    code = valid_code(4)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    reading = read_licence(actor=clerk(), data=photo(wrong))["credit_code"]
    assert (reading.value, reading.text) == ("", wrong)
    assert reading.problem


def test_what_is_no_photo_is_said() -> None:
    with pytest.raises(Refused):
        read_licence(actor=clerk(), data=b"no picture")
    blank = BytesIO()
    Image.new("RGB", (400, 300), "white").save(blank, "PNG")
    with pytest.raises(Refused):
        read_licence(actor=clerk(), data=blank.getvalue())
    with pytest.raises(Denied):
        read_licence(actor=make_actor(path="000001", permissions=["enterprises.view"]), data=b"")


def test_labels_and_values_in_one_line_and_an_address_of_two_lines() -> None:
    lines = [
        Line("名称：临漕云栈科技有限公司", 0.99, (10, 100, 400, 130)),
        Line("住所", 0.99, (10, 200, 80, 230)),
        Line("临漕市桐川路66号", 0.95, (120, 200, 400, 230)),
        Line("望澜中心1703室", 0.91, (120, 240, 400, 270)),
        Line("经营范围", 0.99, (10, 300, 120, 330)),
        Line("软件开发", 0.99, (140, 300, 400, 330)),
    ]
    found = {name: "".join(line.text for line in held) for name, held in fields_of(lines).items()}
    assert found == {
        "name": "临漕云栈科技有限公司",
        "registered_address": "临漕市桐川路66号望澜中心1703室",
    }


def test_a_day_that_was_torn_in_two_is_put_together() -> None:
    lines = [
        Line("成立日期2", 0.98, (900, 420, 1090, 460)),
        Line("021年03月18日", 0.97, (1085, 420, 1330, 460)),
    ]
    assert [line.text for line in fields_of(lines)["established_on"]] == ["2", "021年03月18日"]


def test_from_the_photo_to_a_registered_enterprise() -> None:
    units = make_district()
    client = Client()
    client.force_login(make_staff("window_clerk", units["C1"]))
    address = reverse("enterprises:licence")
    assert client.get(address).status_code == 200
    upload = SimpleUploadedFile("zhizhao.png", photo(valid_code(4)), "image/png")
    page = client.post(address, {"photo": upload}).content.decode()
    assert NAME in page
    assert "data:image/jpeg" in page
    assert not Enterprise.plain.exists()
    assert client.post(address, {}).status_code == 422
