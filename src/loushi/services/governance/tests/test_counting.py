"""Votes are counted right whatever the members, weights and choices."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loushi.services.governance.counting import NEEDED, Rule, Voice, count, enough, least

voices = st.lists(
    st.builds(
        Voice,
        weight=st.integers(1, 9),
        present=st.booleans(),
        recused=st.booleans(),
        choice=st.sampled_from(["", "for", "against", "abstain"]),
    ),
    max_size=12,
)
shares = st.sampled_from(sorted(NEEDED))
rules = st.builds(
    Rule,
    quorum=shares,
    majority=shares,
    base=st.sampled_from(["all", "present", "cast"]),
    both=st.booleans(),
)


@pytest.mark.parametrize(
    ("share", "part", "whole", "holds"),
    [
        ("over_half", 3, 6, False),
        ("over_half", 4, 6, True),
        ("two_thirds", 4, 6, True),
        ("two_thirds", 3, 5, False),
        ("three_quarters", 3, 4, True),
        ("all", 4, 5, False),
        ("over_half", 0, 0, False),
        ("all", 0, 0, False),
    ],
)
def test_over_half_exceeds_and_the_others_include(
    share: str, part: int, whole: int, holds: bool
) -> None:
    assert enough(share, part, whole) is holds


@given(share=shares, whole=st.integers(1, 60))
def test_the_least_number_is_enough_and_one_less_is_not(share: str, whole: int) -> None:
    number = least(share, whole)
    assert enough(share, number, whole)
    assert not enough(share, number - 1, whole)


@given(rule=rules, every=voices)
def test_without_a_quorum_nothing_is_adopted(rule: Rule, every: list[Voice]) -> None:
    found = count(rule, every)
    assert found.quorate or not found.adopted


@given(rule=rules, every=voices)
def test_the_sums_add_up(rule: Rule, every: list[Voice]) -> None:
    found = count(rule, every)
    cast = found.pro.heads + found.contra.heads + found.abstain.heads
    assert cast + found.silent == found.present.heads
    assert found.entitled.heads + found.recused == len(every)
    assert found.present.weight <= found.entitled.weight


@given(rule=rules, every=voices, choice=st.sampled_from(["for", "against", "abstain"]))
def test_who_must_stay_out_changes_nothing_by_voting(
    rule: Rule, every: list[Voice], choice: str
) -> None:
    swayed = [replace(one, choice=choice, weight=9) if one.recused else one for one in every]
    before, after = count(rule, every), count(rule, swayed)
    assert after == before
    assert count(rule, [one for one in every if not one.recused]).adopted == before.adopted


@given(rule=rules, every=voices)
def test_one_more_yes_never_loses_a_vote(rule: Rule, every: list[Voice]) -> None:
    before = count(rule, every)
    for number, one in enumerate(every):
        more = [*every[:number], replace(one, choice="for"), *every[number + 1 :]]
        assert count(rule, more).adopted or not before.adopted


@given(rule=rules, every=voices)
def test_abstentions_are_no_votes_against_where_only_cast_ones_count(
    rule: Rule, every: list[Voice]
) -> None:
    rule = replace(rule, base="cast")
    silent = [replace(one, choice="" if one.choice == "abstain" else one.choice) for one in every]
    assert count(rule, silent).adopted == count(rule, every).adopted


@given(rule=rules, every=voices, times=st.integers(2, 1000))
def test_only_shares_of_the_weight_matter(rule: Rule, every: list[Voice], times: int) -> None:
    bigger = [replace(one, weight=one.weight * times) for one in every]
    assert count(rule, bigger).adopted == count(rule, every).adopted


@given(every=voices)
def test_with_equal_weights_it_is_a_count_of_heads(every: list[Voice]) -> None:
    same = [replace(one, weight=7) for one in every]
    rule = Rule(base="all")
    found = count(rule, same)
    able = [one for one in same if not one.recused]
    there = [one for one in able if one.present]
    yes = sum(one.choice == "for" for one in there)
    half = Fraction(len(able), 2)
    assert found.adopted is (len(there) > half and yes > half)
    assert count(replace(rule, both=True), same).adopted is found.adopted


@given(every=voices)
def test_both_needs_heads_as_well_as_weight(every: list[Voice]) -> None:
    if count(Rule(both=True), every).adopted:
        assert count(Rule(both=False), every).adopted
    heavy = [Voice(10, choice="for"), *[Voice(1, choice="against")] * 4]
    assert count(Rule(), heavy).adopted
    assert not count(Rule(both=True), heavy).adopted
