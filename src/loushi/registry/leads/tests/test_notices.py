"""Who is told what about leads: the officer a lead is handed to, the referrer of the own firm."""

from typing import Any

import pytest

from loushi.foundation.notices.models import Notice
from loushi.foundation.notices.registry import may_see
from loushi.registry.leads import commands
from loushi.registry.leads.factories import make_lead
from loushi.registry.leads.models import Referral

pytestmark = pytest.mark.django_db


def told(place: Any, name: str) -> list[str]:
    rows = Notice.plain.filter(recipient_id=place.users[name].pk).order_by("pk")
    return [row.title % (row.title_values or {}) for row in rows]


def talk(place: Any, lead: Any, **more: Any) -> None:
    values = {
        "contact_name": "许念青", "contact_phone": "13812342046", "industry_id": "Q", **more
    }  # fmt: skip
    commands.make_move(actor=place.actors["liaison"], lead_id=lead.pk, move="talk", values=values)


def test_the_officer_a_lead_is_handed_to_is_told_once(place: Any) -> None:
    secretary, liaison = place.actors["secretary"], place.users["liaison"]
    lead = commands.create_lead(
        actor=secretary, unit_id=place.units["C1"].pk,
        values={"company": "云杉医药", "source": "call", "officer_id": liaison.pk},
    )  # fmt: skip
    assert told(place, "liaison") == ["招商线索“云杉医药”交给您跟进"]
    commands.update_lead(actor=secretary, lead_id=lead.pk, values={"note": "下周再联系"})
    commands.update_lead(actor=secretary, lead_id=lead.pk, values={"officer_id": liaison.pk})
    assert len(told(place, "liaison")) == 1
    commands.update_lead(
        actor=secretary, lead_id=lead.pk, values={"officer_id": place.users["officer"].pk}
    )
    assert len(told(place, "officer")) == 1
    notice = Notice.plain.get(recipient_id=liaison.pk)
    assert notice.link == f"/leads/{lead.pk}/"
    assert may_see(liaison.pk, notice.subject_type, notice.subject_id)
    assert not may_see(place.users["neighbour"].pk, notice.subject_type, notice.subject_id)


def test_who_takes_a_lead_on_alone_is_not_told(place: Any) -> None:
    commands.create_lead(
        actor=place.actors["liaison"], unit_id=place.units["C1"].pk,
        values={"company": "云杉医药", "source": "call"},
    )  # fmt: skip
    assert told(place, "liaison") == []


def test_the_referrer_learns_each_stage_of_the_own_firm_and_nothing_else(place: Any) -> None:
    made = commands.refer(
        actor=place.actors["referrer"], company="云杉医药", contact_name="许念青",
        contact_phone="13812342046",
    )  # fmt: skip
    talk(place, made.lead)
    commands.make_move(
        actor=place.actors["liaison"], lead_id=made.lead_id, move="note",
        values={"words": "要 300 ㎡，预算 3.2 元"},
    )  # fmt: skip
    commands.make_move(
        actor=place.actors["liaison"], lead_id=made.lead_id, move="lose",
        values={"lost_reason": "price"},
    )  # fmt: skip
    assert told(place, "referrer") == [
        "您引荐的“云杉医药”开始洽谈", "您引荐的“云杉医药”这次没有谈成",
    ]  # fmt: skip
    talk(place, make_lead(place.units["C1"]))
    assert len(told(place, "referrer")) == 2, "other leads are nobody's referral"
    assert told(place, "other_referrer") == []
    assert may_see(place.users["referrer"].pk, "leads.referral", made.pk)
    assert not may_see(place.users["other_referrer"].pk, "leads.referral", made.pk)
    assert Referral.plain.count() == 1


def test_a_refused_step_tells_nobody(place: Any) -> None:
    made = commands.refer(
        actor=place.actors["referrer"], company="云杉医药", contact_name="许念青",
        contact_phone="13812342046",
    )  # fmt: skip
    with pytest.raises(Exception, match=".") as _refusal:
        commands.make_move(actor=place.actors["liaison"], lead_id=made.lead_id, move="sign")
    assert told(place, "referrer") == []
