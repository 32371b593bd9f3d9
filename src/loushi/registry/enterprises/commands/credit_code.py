"""统一社会信用代码 checked by GB 32100-2015, with a sentence that says what is wrong and where.

18 characters: registering authority, kind of organisation, 6 digits of the region, 9 of the
organisation, 1 check character; digits and capital letters without I, O, S, V, Z. The arithmetic
is python-stdnum's (`stdnum.cn.uscc`): weights 3^(i−1) mod 31, check = (31 − Σ mod 31) mod 31.
"""

import re
import unicodedata
from functools import lru_cache

from django.utils.translation import gettext as _
from stdnum.cn import uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
REGION = range(3, 9)  # positions 3 to 8 hold the region, digits only
LOOKS_LIKE = {"O": "0", "I": "1", "S": "5", "Z": "2", "V": "U"}
_SEPARATORS = re.compile(r"[\s\-–—_·.:：]+")
_LEGAL = re.compile(f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(3**place % 31 for place in range(LENGTH - 1))


class CodeError(ValueError):
    """The code is not a valid one; the text is the sentence for the person."""


def normalise(code: str) -> str:
    """Half-width capitals without spaces and dashes."""
    if code.isascii() and code.isalnum():
        return code.upper()
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", code)).upper()


def _check_character(first_17: str) -> str:
    """As `uscc.calc_check_digit`, an order faster: an import checks tens of thousands."""
    total = sum(
        weight * _VALUES[character] for weight, character in zip(_WEIGHTS, first_17, strict=True)
    )
    return ALPHABET[-total % 31]


@lru_cache(maxsize=65_536)  # an import checks each code when parsing and when registering
def check_code(code: str) -> str:
    """The normalised code, or CodeError: length, illegal letters with their place, check digit."""
    text = normalise(code)
    if len(text) != LENGTH:
        raise CodeError(_wrong_length(text))
    if not _LEGAL.fullmatch(text):
        raise CodeError(_illegal_sentence(text, _illegal(text)))
    due = _check_character(text[:17])
    if text[17] != due:
        raise CodeError(
            _(
                "统一社会信用代码的校验位不对：按前 17 位计算，第 18 位应为 %(due)s，"
                "这里是 %(given)s。请对照营业执照逐位核对。"
            )
            % {"due": due, "given": text[17]}
        )
    return text


def is_valid(code: str) -> bool:
    """Whether `check_code` accepts it."""
    try:
        check_code(code)
    except CodeError:
        return False
    return True


def complete(first_17: str) -> str:
    """The first 17 characters with their check character (for demos and tests)."""
    return first_17 + uscc.calc_check_digit(first_17)


def _wrong_length(text: str) -> str:
    if not text:
        return _("请填写统一社会信用代码，共 18 位，在营业执照右上角或正上方。")
    if len(text) == 15 and text.isdigit():
        return _("这是 15 位的旧注册号。请填写营业执照上 18 位的统一社会信用代码。")
    if len(text) == 9:
        return _("这像是 9 位的组织机构代码。请填写 18 位的统一社会信用代码。")
    return _("统一社会信用代码应为 18 位，这里是 %(count)d 位。请对照营业执照核对。") % {
        "count": len(text)
    }


def _illegal(text: str) -> list[int]:
    """Positions (from 1) of characters that cannot stand there."""
    return [
        place
        for place, character in enumerate(text, start=1)
        if character not in ALPHABET or (place in REGION and not character.isdigit())
    ]


def _illegal_sentence(text: str, places: list[int]) -> str:
    parts = []
    for place in places:
        character = text[place - 1]
        likely = LOOKS_LIKE.get(character, "")
        if place in REGION and not likely.isdigit():
            likely = ""
        if not likely and place in REGION and character in ALPHABET + "V":
            parts.append(
                _("第 %(place)d 位是字母 %(letter)s，这一位应为数字")
                % {"place": place, "letter": character}
            )
        elif not likely:
            parts.append(
                _("第 %(place)d 位“%(character)s”不能用在代码里")
                % {"place": place, "character": character}
            )
        elif likely.isdigit():
            parts.append(
                _("第 %(place)d 位是字母 %(letter)s，疑似数字 %(digit)s")
                % {"place": place, "letter": character, "digit": likely}
            )
        else:
            parts.append(
                _("第 %(place)d 位是字母 %(letter)s，疑似字母 %(likely)s")
                % {"place": place, "letter": character, "likely": likely}
            )
    sentence = _("统一社会信用代码有误：%(parts)s。") % {"parts": "；".join(parts)}
    if guess := _guess(text):
        sentence += _("改为 %(guess)s 后校验通过，请对照营业执照核对。") % {"guess": guess}
    return sentence


def _guess(text: str) -> str:
    """The code with look-alikes replaced, where that makes it valid; otherwise ''."""
    likely = "".join(LOOKS_LIKE.get(character, character) for character in text)
    fits = not _illegal(likely) and likely[17] == uscc.calc_check_digit(likely[:17])
    return likely if fits else ""
