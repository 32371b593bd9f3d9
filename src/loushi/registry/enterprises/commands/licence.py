"""From a photo of a business licence to the fields of the form, each with its confidence.

Only what the form has is read; the legal representative and the capital are left alone. The code
must pass its check digit (GB 32100); a code that does not is shown, never filled in.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.language.ocr import Line, Unreadable, is_available, opened, read
from loushi.registry.enterprises.commands.credit_code import CodeError, check_code, normalise
from loushi.registry.enterprises.policy import CHANGE

LABELS: dict[str, tuple[str, ...]] = {
    "credit_code": ("统一社会信用代码",),
    "name": ("名称", "企业名称"),
    "business_kind": ("类型",),
    "established_on": ("成立日期", "注册日期"),
    "registered_address": ("住所", "经营场所", "主要经营场所", "营业场所"),
}
OTHER_LABELS = (
    "法定代表人", "经营者", "负责人", "执行事务合伙人", "经营范围", "注册资本", "营业期限",
    "登记机关", "组成形式", "投资人", "营业执照",
)  # fmt: skip
KINDS = (("个体", "individual"), ("分公司", "branch"), ("分支机构", "branch"), ("公司", "company"))
SURE = 0.9
_CODE = re.compile(r"[0-9A-Z]{18}")
_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?")
MARGIN = 6
LEADING = 1.5  # the blank between two lines of one address is at most so many line heights


@dataclass(frozen=True, slots=True)
class Reading:
    """One field: the value for the form ('' leaves it to the person), what was read, how sure
    (0 to 1), the cut-out as a data address, and a sentence where something is wrong."""

    field: str
    value: str
    text: str
    confidence: float
    cutout: str
    problem: str = ""

    @property
    def is_sure(self) -> bool:
        """Whether a person needs only a glance."""
        return bool(self.value) and self.confidence >= SURE

    @property
    def percent(self) -> int:
        """The confidence in whole percent."""
        return round(self.confidence * 100)


def licence_reading_available() -> bool:
    """Whether this installation can read photos (extra `ocr`)."""
    return is_available()


def read_licence(*, actor: Actor, data: bytes) -> dict[str, Reading]:
    """The readable fields of a licence by name; Refused where the file is no legible picture."""
    if not actor.has(CHANGE):
        raise Denied
    try:
        picture = opened(data)
    except Unreadable:
        raise Refused(
            _("这个文件不是能打开的照片。请上传 JPG 或 PNG 照片。"), field="photo"
        ) from None
    found = {name: _reading(name, held, picture) for name, held in fields_of(read(picture)).items()}
    if not found:
        raise Refused(
            _("照片里没有认出营业执照的内容。请对准执照、避免反光，再拍一张。"), field="photo"
        )
    return found


def fields_of(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """The lines that hold each field's value, label cut off."""
    found: dict[str, list[Line]] = {}
    for at, line in enumerate(lines):
        name, rest = _labelled(line.text)
        if not name or name in found:
            continue
        beside = _beside(line, lines)
        held = [Line(rest, line.confidence, line.box)] if rest else []
        torn = name == "established_on" and rest and not _DAY.search(rest)
        if beside and (torn or not rest):
            held.append(beside)
        if held:
            found[name] = held
        if name == "registered_address" and held:
            found[name] += _continued(found[name][0], lines[at + 1 :])
    if not _CODE.search(normalise("".join(part.text for part in found.get("credit_code", [])))):
        code = next((line for line in lines if _CODE.search(normalise(line.text))), None)
        if code is not None:
            found["credit_code"] = [code]
    return found


def _labelled(text: str) -> tuple[str, str]:
    """(field, what stands behind the label) of a line that begins with a label."""
    plain = re.sub(r"\s+", "", text)
    for name, labels in LABELS.items():
        for label in sorted(labels, key=len, reverse=True):
            if plain.startswith(label):
                return name, plain[len(label) :].lstrip("：:·")
    return "", ""


def _is_label(text: str) -> bool:
    plain = re.sub(r"\s+", "", text)
    return bool(_labelled(text)[0]) or plain.startswith(OTHER_LABELS)


def _beside(label: Line, lines: Sequence[Line]) -> Line | None:
    """The nearest line to the right at the same height."""
    right = [
        line
        for line in lines
        if line.box[0] >= label.box[2] - label.height
        and abs(line.middle - label.middle) < label.height * 0.7
        and line is not label
        and not _is_label(line.text)
    ]
    return min(right, key=lambda line: line.box[0], default=None)


def _continued(first: Line, below: Sequence[Line]) -> list[Line]:
    """The second line of a long address: it begins where the first one's value begins."""
    for line in below:
        gap = line.box[1] - first.box[3]
        aligned = line.box[0] >= first.box[0] - first.height
        if 0 <= gap < first.height * LEADING and aligned and not _is_label(line.text):
            return [line]
    return []


def _reading(name: str, held: Sequence[Line], picture: Image.Image) -> Reading:
    text = "".join(re.sub(r"\s+", "", line.text) for line in held)
    value, problem = _value(name, text)
    return Reading(
        field=name,
        value=value,
        text=text,
        confidence=min(line.confidence for line in held),
        cutout=_cutout(picture, held),
        problem=problem,
    )


def _value(name: str, text: str) -> tuple[str, str]:
    if name == "credit_code":
        found = _CODE.search(normalise(text))
        try:
            return check_code(found[0] if found else text), ""
        except CodeError as error:
            return "", str(error)
    if name == "established_on":
        found = _DAY.search(text)
        try:
            return date(*map(int, found.groups())).isoformat() if found else "", ""
        except ValueError:
            return "", _("读出的日期不存在，请对照照片填写。")
    if name == "business_kind":
        return next((kind for word, kind in KINDS if word in text), ""), ""
    return text[:200], ""


def _cutout(picture: Image.Image, held: Sequence[Line]) -> str:
    """The part of the photo that was read, as a data address; it is stored nowhere."""
    boxes = [line.box for line in held]
    area = (
        max(0, min(box[0] for box in boxes) - MARGIN),
        max(0, min(box[1] for box in boxes) - MARGIN),
        min(picture.width, max(box[2] for box in boxes) + MARGIN),
        min(picture.height, max(box[3] for box in boxes) + MARGIN),
    )
    part = picture.crop(area)
    part.thumbnail((640, 120))
    stream = BytesIO()
    part.save(stream, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(stream.getvalue()).decode()}"
