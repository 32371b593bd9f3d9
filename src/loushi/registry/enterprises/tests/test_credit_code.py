"""GB 32100-2015: what passes, and the sentence for what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loushi.registry.enterprises.commands.credit_code import (
    ALPHABET,
    CodeError,
    check_code,
    complete,
    is_valid,
)

DIGITS = "0123456789"
BODY = st.text(alphabet=ALPHABET, min_size=9, max_size=9)
REGION = st.text(alphabet=DIGITS, min_size=6, max_size=6)
CODES = st.builds(
    lambda kind, region, body: complete(kind + region + body),
    st.sampled_from(["91", "92", "93", "51", "52", "53", "11", "N2", "A1"]),
    REGION,
    BODY,
)


def sentence(code: str) -> str:
    with pytest.raises(CodeError) as caught:
        check_code(code)
    return str(caught.value)


@given(CODES)
def test_computed_codes_pass(code: str) -> None:
    assert check_code(code) == code


@given(CODES, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_changed_character_is_always_found(code: str, place: int, character: str) -> None:
    changed = code[:place] + character + code[place + 1 :]
    assert is_valid(changed) == (changed == code)


@given(CODES, st.integers(0, 16))
def test_two_swapped_neighbours_are_always_found(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_valid(swapped) == (swapped == code)


@given(CODES)
def test_full_width_spaces_dashes_and_small_letters_are_read(code: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code.lower())
    assert check_code(f" {wide[:6]}-{wide[6:]} ") == code


@given(st.text(max_size=24))
def test_nothing_but_a_sentence_comes_out_of_garbage(text: str) -> None:
    if is_valid(text):
        assert len(check_code(text)) == 18
    else:
        assert sentence(text).endswith("。")


@pytest.mark.parametrize(
    "code",
    ["91350100M000100Y43", "91330105MA20000390"],
)
def test_known_codes(code: str) -> None:
    assert is_valid(code)


def test_sum_that_is_a_multiple_of_31_has_check_character_0() -> None:
    assert complete("91330105MA2000039").endswith("0")


def test_check_character_is_named() -> None:
    assert "第 18 位应为 3，这里是 4" in sentence("91350100M000100Y44")


def test_letter_o_is_taken_for_zero_and_the_repaired_code_is_offered() -> None:
    good = complete("91330105MA2000039")
    text = sentence(good[:11] + "O" + good[12:])
    assert "第 12 位是字母 O，疑似数字 0" in text
    assert good in text


def test_all_illegal_letters_are_named_at_once() -> None:
    text = sentence("91330105MAIO000393")
    assert "第 11 位是字母 I，疑似数字 1" in text
    assert "第 12 位是字母 O，疑似数字 0" in text


def test_letter_in_the_region_is_explained() -> None:
    assert "第 3 位是字母 A，这一位应为数字" in sentence("91A30105MA20000393")


def test_length_is_explained() -> None:
    assert "应为 18 位，这里是 17 位" in sentence("91350100M000100Y4")
    assert "15 位的旧注册号" in sentence("330105000012345")
    assert "组织机构代码" in sentence("MA2000039")
    assert "请填写" in sentence("  ")
