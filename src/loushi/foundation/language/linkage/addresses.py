"""Addresses, made comparable: what stays when different hands write the same door. Pure."""

import re
import unicodedata
from dataclasses import dataclass

_FRONT = re.compile(
    r"^(?:中国)?(?:[\u4e00-\u9fff]{2,3}(?:省|自治区))?(?:[\u4e00-\u9fff]{2,4}?市)?"
    r"(?:[\u4e00-\u9fff]{1,5}?(?:区|县|市))?(?:[\u4e00-\u9fff]{2,6}?(?:街道办事处|街道|镇|乡))?"
)
_SPLIT = re.compile(r"[0-9a-z]+|[\u3400-\u9fff]+")
_KINDS = re.compile(r"[号室幢栋座层楼单元房间附近内]+")
_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")


@dataclass(frozen=True, slots=True)
class Address:
    """`key`: the whole, folded; `numbers`: house, floor and room numbers in order; `words`: the
    street and building without words that everybody leaves out."""

    key: str
    numbers: tuple[str, ...]
    words: str

    def __bool__(self) -> bool:
        return bool(self.key)


NOWHERE = Address("", (), "")


def parse(text: str) -> Address:
    """An address in parts; empty where there is nothing to compare."""
    if not text:
        return NOWHERE
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    folded = "".join(text.lower().split())
    folded = _FRONT.sub("", folded, count=1) or folded
    numbers: list[str] = []
    words: list[str] = []
    for piece in _SPLIT.findall(folded.translate(_CHINESE_DIGITS)):
        if piece[0] > "z":
            words.append(piece)
        else:
            numbers.append(piece.lstrip("0") or piece)
    joined = _KINDS.sub("", "".join(words))
    return Address(
        f"{joined}#{'-'.join(numbers)}" if joined or numbers else "", tuple(numbers), joined
    )
