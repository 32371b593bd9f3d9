"""Policies: who qualifies and why, what stays hidden, who is told, how a declaration goes."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.testing import at
from loushi.foundation.notices.models import Notice
from loushi.registry.enterprises.commands import set_tag
from loushi.registry.tax.commands import state_purpose
from loushi.registry.tax.factories import make_returns
from loushi.services.catalogue import commands, queries
from loushi.services.catalogue.conditions import age_on, every
from loushi.services.catalogue.factories import make_policy
from loushi.services.catalogue.models import Declaration, Policy, PolicyPush, PolicyVersion
from loushi.services.catalogue.words import reasons

WHY = "test"
SMALL = {"fact": "size", "values": ["small", "micro"]}
YOUNG = {"fact": "age", "low": None, "high": 3}
PATENT = {"fact": "asked", "text": "发明专利不少于 1 件"}
TAXED = {"fact": "tax", "low": 500_000, "high": None}


def groups(place: Any, who: str, policy: Policy) -> dict[str, str]:
    """Name of each firm that the person sees → its group."""
    matched = commands.match_firms(actor=place.actors[who], policy_id=policy.pk)
    found = {}
    for name in queries.GROUPS:
        page = queries.match_page(place.actors[who], matched, queries.MatchFilters(name))
        found |= {line.name: name for line in page.rows}
    assert sum(matched.counts().values()) == len(found)
    return found


def test_a_missing_fact_is_unknown_and_the_reason_says_which(place: Any) -> None:
    policy = make_policy(place.units["C1"], SMALL, YOUNG)
    assert groups(place, "clerk", policy) == {
        "新芽科技": "met", "老树贸易": "near", "空白商行": "unknown",
    }  # fmt: skip
    matched = commands.match_firms(actor=place.actors["clerk"], policy_id=policy.pk)
    (line,) = queries.match_page(
        place.actors["clerk"], matched, queries.MatchFilters("unknown")
    ).rows
    said = reasons(every(policy.conditions), line.found, matched.terms)
    assert [one["why"] for one in said] == [
        "登记册里没有规模，请补登",
        "登记册里没有成立年限，请补登",
    ]
    (line,) = queries.match_page(place.actors["clerk"], matched, queries.MatchFilters("near")).rows
    said = reasons(every(policy.conditions), line.found, matched.terms)
    assert (said[1]["text"], said[1]["why"]) == (
        "成立年限：不超过 3 年", "本企业：已成立 16.5 年",
    )  # fmt: skip


def test_everybody_counts_the_own_firms_only(place: Any) -> None:
    policy = make_policy(place.units["Q"], SMALL)
    assert "邻区科技" not in groups(place, "clerk", policy)
    assert groups(place, "leader", policy)["邻区科技"] == "met"
    assert set(groups(place, "neighbour", policy)) == {"邻区科技"}
    with pytest.raises(Denied):
        commands.match_firms(actor=place.actors["boss"], policy_id=policy.pk)


def test_one_of_several_and_what_the_firm_has_to_check(place: Any) -> None:
    policy = make_policy(
        place.units["C1"], conditions={"all": [SMALL, PATENT], "any": [YOUNG, {
            "fact": "staff", "low": 20, "high": None}]},
    )  # fmt: skip
    assert groups(place, "clerk", policy) == {
        "新芽科技": "asked", "老树贸易": "asked", "空白商行": "unknown",
    }  # fmt: skip


def test_a_hand_set_tag_that_is_missing_is_not_a_no(place: Any) -> None:
    set_tag(
        actor=place.actors["secretary"], enterprise_ids=[place.firms["old"].pk], kind="high_tech"
    )
    policy = make_policy(place.units["C1"], {"fact": "tags", "values": ["high_tech"]})
    found = groups(place, "clerk", policy)
    assert (found["老树贸易"], found["新芽科技"]) == ("met", "unknown")


def test_tax_is_told_to_the_firm_and_to_those_who_may_see_bands(place: Any) -> None:
    make_returns([place.firms["young"]], [800_000])
    make_returns([place.firms["old"]], [100_000])
    policy = make_policy(place.units["Q"], TAXED)
    hidden = {"新芽科技": "asked", "老树贸易": "asked", "空白商行": "asked"}
    assert groups(place, "clerk", policy) == hidden
    assert groups(place, "secretary", policy) == hidden, "no purpose stated yet"
    looks = Entry.objects.unscoped(WHY).filter(subject_type="tax.taxreturn").count()
    state_purpose(actor=place.actors["secretary"], purpose="核对政策条件")
    assert groups(place, "secretary", policy) == {
        "新芽科技": "met", "老树贸易": "near", "空白商行": "unknown",
    }  # fmt: skip
    assert Entry.objects.unscoped(WHY).filter(subject_type="tax.taxreturn").count() > looks
    for who, group in (("boss", "met"), ("boss2", "near")):
        firm = place.firms["young" if who == "boss" else "old"]
        ((_row, found, _terms),) = commands.match_own(
            actor=place.actors[who], enterprise_id=firm.pk
        )
        assert found.group == group
    with pytest.raises(Denied):
        commands.match_own(actor=place.actors["employee"], enterprise_id=place.firms["young"].pk)


def test_pushing_tells_nothing_of_tax(place: Any) -> None:
    make_returns([place.firms["old"]], [1])
    make_returns([place.firms["young"]], [800_000])
    policy = make_policy(place.units["C1"], SMALL, TAXED)
    state_purpose(actor=place.actors["secretary"], purpose="核对政策条件")
    assert commands.push_policy(actor=place.actors["secretary"], policy_id=policy.pk) == 2


def test_who_qualifies_is_told_once_and_may_refuse(place: Any) -> None:
    policy = make_policy(place.units["C1"], SMALL)
    commands.set_pushes(
        actor=place.actors["boss2"], enterprise_id=place.firms["old"].pk, wanted=False
    )
    assert commands.push_policy(actor=place.actors["clerk"], policy_id=policy.pk) == 1
    assert commands.push_policy(actor=place.actors["secretary"], policy_id=policy.pk) == 0
    (notice,) = Notice.objects.unscoped(WHY).filter(kind="catalogue.policy")
    assert notice.recipient_id == place.users["boss"].pk
    commands.set_pushes(
        actor=place.actors["boss2"], enterprise_id=place.firms["old"].pk, wanted=True
    )
    assert commands.push_policy(actor=place.actors["clerk"], policy_id=policy.pk) == 1
    assert Notice.objects.unscoped(WHY).filter(kind="catalogue.policy").count() == 2
    with pytest.raises(Denied):
        commands.set_pushes(
            actor=place.actors["boss2"], enterprise_id=place.firms["young"].pk, wanted=False
        )


@pytest.mark.parametrize("change", [{"published": False}, {"closes_on": date(2026, 11, 1)}])
def test_what_is_over_is_not_pushed(place: Any, change: dict[str, Any]) -> None:
    policy = make_policy(place.units["C1"], SMALL, **change)
    with pytest.raises(Conflict):
        commands.push_policy(actor=place.actors["clerk"], policy_id=policy.pk)
    assert not PolicyPush.objects.unscoped(WHY).exists()


def test_drafts_are_hidden_and_only_the_own_unit_changes(place: Any) -> None:
    draft = make_policy(place.units["Q"], published=False)
    for who in ("clerk", "boss", "neighbour"):
        with pytest.raises(NotVisible):
            queries.policy_row(place.actors[who], draft.pk)
    commands.publish_policy(actor=place.actors["leader"], policy_id=draft.pk)
    assert queries.policy_row(place.actors["clerk"], draft.pk) == draft
    for command in (commands.publish_policy, commands.withdraw_policy):
        with pytest.raises(Denied):
            command(actor=place.actors["clerk"], policy_id=draft.pk)
    with pytest.raises(Denied):
        commands.revise_policy(
            actor=place.actors["clerk"], policy_id=draft.pk, values={"title": "改名"}
        )
    draft.refresh_from_db()
    assert (draft.title, draft.state) == ("小微企业房租补贴", "published")
    near = make_policy(place.units["C1"], title="本社区的")
    with pytest.raises(NotVisible):
        queries.policy_row(place.actors["neighbour"], near.pk)


def test_versions_stay_and_two_people_do_not_overwrite_each_other(place: Any) -> None:
    policy = make_policy(place.units["C1"], SMALL)
    given = {"actor": place.actors["clerk"], "policy_id": policy.pk}
    commands.revise_policy(**given, values={"benefits": "补贴 3 万元"}, why="提标", version=1)
    with pytest.raises(Conflict, match="刚刚被别人改过"):
        commands.revise_policy(**given, values={"benefits": "补贴 4 万元"}, version=1)
    commands.revise_policy(**given, values={"benefits": "补贴 3 万元"}, version=2)
    rows = PolicyVersion.objects.unscoped(WHY).filter(policy=policy)
    assert [(one.number, one.values["benefits"]) for one in rows] == [
        (2, "补贴 3 万元"), (1, "补贴 2 万元"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        ({"fact": "capital", "low": 1}, "conditions"),
        ({"fact": "size", "values": ["huge"]}, "size"),
        ({"fact": "industry", "values": ["X99"]}, "industry"),
        ({"fact": "age", "low": 5, "high": 2}, "age"),
        ({"fact": "age"}, "age"),
        ({"fact": "tax", "low": 123}, "tax"),
        ({"fact": "tags", "values": ["nosuch"]}, "tags"),
        ({"fact": "asked", "text": " "}, "asked"),
        ("nonsense", "conditions"),
    ],
)  # fmt: skip
def test_conditions_that_make_no_sense(place: Any, condition: Any, field: str) -> None:
    with pytest.raises(Refused) as caught:
        make_policy(place.units["C1"], condition)
    assert caught.value.errors[0].field == field
    assert not Policy.objects.unscoped(WHY).exists()


def test_a_declaration_from_interest_to_grant(place: Any) -> None:
    policy = make_policy(place.units["C1"], SMALL)
    firm = place.firms["young"]
    given = {"policy_id": policy.pk, "enterprise_id": firm.pk}
    row = commands.begin_declaration(actor=place.actors["boss"], **given)
    assert commands.begin_declaration(actor=place.actors["boss"], **given) == row
    move = {"declaration_id": row.pk}
    with pytest.raises(Conflict, match="有意申报"):
        commands.move_declaration(actor=place.actors["clerk"], to="granted", **move)
    commands.move_declaration(actor=place.actors["boss"], to="declared", **move)
    with pytest.raises(Denied):
        commands.move_declaration(
            actor=place.actors["boss"], to="granted", amount=Decimal(1), **move
        )
    with pytest.raises(Refused, match="兑现金额"):
        commands.move_declaration(actor=place.actors["clerk"], to="granted", **move)
    with pytest.raises(Refused, match="今天以后"):
        commands.move_declaration(
            actor=place.actors["clerk"], to="refused", note="缺材料", on=date(2026, 11, 3), **move
        )
    commands.move_declaration(
        actor=place.actors["clerk"], to="granted", amount=Decimal(20_000), **move
    )
    row.refresh_from_db()
    assert (row.state, row.amount, row.decided_on) == ("granted", 20_000, date(2026, 11, 2))
    (notice,) = Notice.objects.unscoped(WHY).filter(kind="catalogue.declared")
    assert notice.recipient_id == place.users["boss"].pk
    for who in ("neighbour", "boss2"):
        with pytest.raises(NotVisible):
            queries.declaration(place.actors[who], row.pk)
    with pytest.raises(NotVisible):
        commands.begin_declaration(actor=place.actors["boss2"], **given)
    assert Declaration.objects.unscoped(WHY).count() == 1


def test_no_declaring_before_and_after(place: Any) -> None:
    policy = make_policy(place.units["C1"], closes_on=date(2026, 11, 2))
    given = {"policy_id": policy.pk, "enterprise_id": place.firms["young"].pk}
    with at("2026-11-03 09:00"), pytest.raises(Conflict, match="不能申报"):
        commands.begin_declaration(actor=place.actors["boss"], **given)
    assert commands.begin_declaration(actor=place.actors["boss"], **given).state == "interested"


@pytest.mark.parametrize(
    ("day", "years"),
    [
        (date(2023, 11, 2), 3.0), (date(2023, 11, 3), 2 + 364 / 365), (date(2026, 11, 2), 0.0),
        (date(2026, 11, 3), None), (None, None), (date(2024, 2, 29), 2 + 246 / 365),
    ],
)  # fmt: skip
def test_full_years_by_the_calendar(day: date | None, years: float | None) -> None:
    assert age_on(day, date(2026, 11, 2)) == years
