from hypothesis import given
from hypothesis import strategies as st

from loushi.foundation.language.text import (
    LONGEST_QUERY,
    MOST_TOKENS,
    matches,
    normalise,
    parse,
    searchable,
    terms,
    tokens,
)

MIXED = st.text(alphabet="停车场难a座1703gs-２０２６ Ａ，。 \n\u200b①ｶﾞİß", max_size=40)


def test_full_width_case_and_white_space_become_one_form():
    assert normalise("  Ａ座１７０３\n停车\u3000难，\u200bＯＫ ") == "a座1703 停车 难,ok"


def test_control_characters_never_reach_the_database():
    assert normalise("停\x00车\x07难\ud800") == "停车 难"


@given(st.one_of(MIXED, st.text(max_size=30)))
def test_the_normal_form_of_a_normal_form_is_itself(text):
    assert normalise(normalise(text)) == normalise(text)


def test_a_chinese_run_gives_overlapping_bigrams_and_its_last_character():
    assert tokens("停车难") == ["停车", "车难", "难"]


def test_letters_and_digits_give_the_beginnings_of_their_suffixes():
    assert tokens("a座1703") == ["a", "座", "1703", "703", "03", "3"]
    assert "12345678" in tokens("123456789")
    assert "123456789" not in tokens("123456789")


def test_two_characters_are_one_token_and_need_no_check():
    (term,) = parse("停车")
    assert (term.exact, term.prefix, term.certain) == (("停车",), "", True)


def test_one_character_is_a_prefix():
    (term,) = parse("停")
    assert (term.exact, term.prefix, term.certain) == ((), "停", True)


def test_a_number_keeps_whole_parts_whole_and_the_last_open():
    (term,) = parse("GS-2026-0001")
    assert (term.exact, term.prefix, term.certain) == (("gs", "2026"), "0001", False)


def test_a_trailing_hyphen_closes_the_last_part():
    (term,) = parse("gs-")
    assert (term.exact, term.prefix, term.certain) == (("gs",), "", False)


def test_terms_are_the_words_once_each():
    assert terms(" 停车  电梯 停车 ") == ("停车", "电梯")


def test_a_pasted_page_is_cut_to_a_bounded_question():
    (term,) = parse("".join(chr(0x4E00 + number) for number in range(5000)))
    assert len(term.text) == LONGEST_QUERY
    assert len(term.exact) == MOST_TOKENS
    assert not term.certain


def test_mere_punctuation_cannot_be_searched_for():
    assert not searchable("")
    assert not searchable(" -- ！ ")
    assert searchable("- 3")


@given(MIXED, MIXED)
def test_tokens_of_a_hit_hold_the_conditions_of_the_query(text, query):
    held = set(tokens(normalise(text)))
    found = all(
        set(term.exact) <= held
        and (not term.prefix or any(token.startswith(term.prefix) for token in held))
        and (term.certain or term.text in normalise(text))
        for term in parse(query)
    )
    assert found == matches(query, text)


def test_tokens_and_marks_need_no_quoting():
    everything = normalise("".join(map(chr, range(0x3000))))
    assert not [token for token in tokens(everything) if not token.isalnum()]
