"""The life of a demand: who does what, what is refused, what stays."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from loushi.casework.demands.commands import make_rating_link, rate_by_link, submit_demand
from loushi.casework.demands.commands.submit import Submission, title_from
from loushi.casework.demands.factories import World
from loushi.casework.demands.models import Assignment, Demand, DemandClock, DemandEvent, DemandPause
from loushi.casework.demands.queries import beside
from loushi.casework.demands.views import panels
from loushi.foundation.core.errors import Conflict, Denied, Gone, NotVisible, Refused, TooMany
from loushi.foundation.core.testing import at, moment


def clock(demand: Demand, kind: str) -> DemandClock:
    return DemandClock.objects.unscoped("test").filter(demand=demand, kind=kind).latest("id")


def events(demand: Demand) -> list[str]:
    rows = DemandEvent.objects.unscoped("test").filter(row=demand).order_by("id")
    return list(rows.values_list("move", flat=True))


def test_main_path_from_submission_to_rating(world: World) -> None:
    demand = world.resolved()
    assert demand.number == f"GS-{timezone.localdate().year}-{demand.pk:06d}"
    demand = world.move(demand, "rate", world.contact(), score=5, solved="yes", words="很快")
    assert (demand.state, demand.score, demand.solved) == ("closed", 5, "yes")
    assert events(demand) == ["submit", "accept", "dispatch", "sign", "start", "resolve", "rate"]
    assert demand.verdict == "solved"


def test_the_same_key_submits_once(world: World) -> None:
    given = Submission(
        text="食堂合同纠纷", category_id=world.category.pk, enterprise_id=world.enterprise.pk
    )
    one = submit_demand(actor=world.contact(), submission=given, key="k1")
    two = submit_demand(actor=world.contact(), submission=given, key="k1")
    assert one.pk == two.pk
    assert Demand.objects.unscoped("test").count() == 1


def test_every_wrong_field_is_named_at_once(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.submit(text=" ", category_id=None, urgency="now")
    assert {error.field for error in refused.value.errors} == {"text", "category", "urgency"}
    assert not Demand.objects.unscoped("test").exists()


def test_nobody_submits_for_an_enterprise_of_others(world: World) -> None:
    for actor in (world.stranger(), world.handler(), world.clerk(world.there)):
        with pytest.raises(Denied):
            world.submit(actor)
    assert not Demand.objects.unscoped("test").exists()


def test_the_accept_clock_knows_lunch_holidays_and_make_up_days(world: World) -> None:
    with at("2026-09-30 16:40"):
        demand = world.submit()
    # 50 minutes are left of the day; 国庆 is 1–7 October; 8 October opens at 9:00.
    assert clock(demand, "accept").due_at == moment("2026-10-08 10:10")
    assert demand.due_at == moment("2026-10-08 10:10")


def test_contact_and_resolve_start_at_the_first_dispatch_not_at_signing(world: World) -> None:
    with at("2026-11-02 10:00"):
        demand = world.move(world.submit(), "accept", world.clerk())
        assert not DemandClock.objects.unscoped("t").filter(demand=demand, kind="resolve").exists()
    with at("2026-11-02 11:00"):
        demand = world.move(demand, "dispatch", world.clerk(), lead=world.police.pk)
    with at("2026-11-04 15:00"):
        demand = world.move(demand, "sign", world.handler())
    assert clock(demand, "resolve").started_at == moment("2026-11-02 11:00")
    assert clock(demand, "unit").started_at == moment("2026-11-02 11:00")


def test_a_question_to_the_firm_pauses_all_clocks(world: World) -> None:
    with at("2026-11-02 10:00"):
        demand = world.handling()
        before = clock(demand, "resolve").due_at
        demand = world.move(demand, "ask_info", world.handler(), note="请补充车次")
    assert demand.state == "need_info"
    assert demand.due_at is None
    with at("2026-11-03 10:00"):
        demand = world.move(demand, "supply_info", world.contact(), note="每日三车")
    assert demand.state == "handling"
    assert clock(demand, "resolve").due_at == before + timedelta(days=1)
    assert clock(demand, "unit").due_at == before + timedelta(days=1)
    pause = DemandPause.objects.unscoped("test").get(demand=demand)
    assert (pause.since, pause.until) == (moment("2026-11-02 10:00"), moment("2026-11-03 10:00"))


def test_the_firms_clock_never_restarts_but_the_units_does(world: World) -> None:
    with at("2026-11-02 10:00"):
        demand = world.dispatched()
    first = clock(demand, "resolve")
    with at("2026-11-03 10:00"):
        demand = world.move(demand, "hand_back", world.handler(), reason="不属职责")
        assert demand.state == "returned"
        demand = world.move(demand, "dispatch", world.clerk(), lead=world.urban.pk)
    again = clock(demand, "resolve")
    assert (again.pk, again.started_at, again.due_at) == (first.pk, first.started_at, first.due_at)
    assert clock(demand, "unit").started_at == moment("2026-11-03 10:00")


def test_after_the_second_hand_back_the_secretary_arbitrates_once_and_finally(
    world: World,
) -> None:
    demand = world.move(world.dispatched(), "hand_back", world.handler(), reason="一")
    demand = world.move(demand, "dispatch", world.clerk(), lead=world.urban.pk)
    demand = world.move(demand, "hand_back", world.handler(world.urban), reason="二")
    assert demand.state == "arbitration"
    with pytest.raises(Conflict):
        world.move(demand, "dispatch", world.clerk(), lead=world.police.pk)
    with pytest.raises(Denied):
        world.move(demand, "arbitrate", world.clerk(), lead=world.police.pk, reason="三")
    demand = world.move(
        demand, "arbitrate", world.secretary(), lead=world.police.pk, reason="交警主办"
    )
    with pytest.raises(Conflict, match="终局"):
        world.move(demand, "hand_back", world.handler(), reason="四")
    demand.refresh_from_db()
    assert (demand.state, demand.hand_backs) == ("dispatched", 2)


def test_lead_and_co_unit_each_have_their_own_due_time_and_lateness(world: World) -> None:
    """Story 3: the late part is marked late, the other is not."""
    with at("2026-11-02 10:00"):
        demand = world.dispatched(co=[world.urban.pk], co_limit=("working_days", 1))
        world.move(demand, "contact", world.handler(), note="已电话联系")
    with at("2026-11-04 10:00"):
        demand = world.move(demand, "answer_part", world.handler(world.urban), note="已清理")
        demand = world.move(demand, "sign", world.handler())
        demand = world.move(
            demand, "resolve", world.handler(), verdict="solved", answer="划定卸货位"
        )
    parts = {
        part.department_id: part.is_late
        for part in Assignment.objects.unscoped("test").filter(demand=demand)
    }
    assert parts == {world.police.pk: False, world.urban.pk: True}
    assert not demand.is_late


def test_lateness_stays_recorded(world: World) -> None:
    with at("2026-11-02 10:00"):
        demand = world.dispatched()
    with at("2026-12-01 10:00"):
        demand = world.move(demand, "sign", world.handler())
        demand = world.move(demand, "resolve", world.handler(), verdict="solved", answer="好")
        assert demand.is_late
        demand = world.move(demand, "rate", world.contact(), score=4, solved="yes")
    assert demand.is_late
    assert clock(demand, "resolve").is_late


def test_an_extension_lengthens_only_when_granted(world: World) -> None:
    with at("2026-11-02 10:00"):
        demand = world.handling()
        due = clock(demand, "resolve").due_at
        world.move(demand, "ask_extension", world.handler(), amount=2, reason="等会签")
        assert clock(demand, "resolve").due_at == due
        with pytest.raises(Conflict):
            world.move(demand, "ask_extension", world.handler(), amount=3, reason="再等")
        world.move(demand, "refuse_extension", world.clerk(), reason="不必")
        assert clock(demand, "resolve").due_at == due
        world.move(demand, "ask_extension", world.handler(), amount=2, reason="等会签")
        world.move(demand, "grant_extension", world.clerk())
    assert clock(demand, "resolve").due_at == due + timedelta(days=2)
    assert clock(demand, "unit").due_at == due + timedelta(days=2)


def test_a_suspension_needs_a_review_date_within_a_year(world: World) -> None:
    with at("2026-11-02 10:00"):
        demand = world.handling()
        for wrong in (date(2026, 11, 2), date(2028, 1, 1)):
            with pytest.raises(Refused) as refused:
                world.move(demand, "suspend", world.secretary(), review_on=wrong, reason="等政策")
            assert refused.value.errors[0].field == "review_on"
        demand = world.move(
            demand, "suspend", world.secretary(), review_on=date(2026, 12, 1), reason="等政策"
        )
    assert (demand.state, demand.due_at) == ("suspended", None)
    with at("2026-12-01 10:00"):
        demand = world.move(demand, "resume", world.secretary())
    assert demand.state == "handling"
    assert demand.due_at is not None
    assert demand.due_at > moment("2026-12-01 10:00")


def test_reopening_continues_the_firms_clock(world: World) -> None:
    with at("2026-11-02 10:00"):
        demand = world.resolved()
        due = clock(demand, "resolve").due_at
    with at("2026-11-05 10:00"):
        demand = world.move(demand, "reopen", world.contact(), reason="没有解决")
    assert (demand.state, demand.reopened, demand.lead) == ("dispatched", 1, world.police)
    assert DemandClock.objects.unscoped("t").filter(demand=demand, kind="resolve").count() == 1
    assert clock(demand, "resolve").due_at == due + timedelta(days=3)


def test_urging_is_limited_to_once_a_day(world: World) -> None:
    with at("2026-11-02 10:00"):
        demand = world.move(world.dispatched(), "urge", world.contact())
    with at("2026-11-03 09:00"), pytest.raises(TooMany):
        world.move(demand, "urge", world.contact())
    with at("2026-11-03 10:00"):
        demand = world.move(demand, "urge", world.contact())
    assert demand.urges == 2


def test_a_rating_link_works_once_and_not_after_its_time(world: World) -> None:
    with at("2026-11-02 10:00"):
        demand = world.resolved()
        old = make_rating_link(actor=world.clerk(), demand=demand)
        token = make_rating_link(actor=world.clerk(), demand=demand)
        with pytest.raises(Gone):
            rate_by_link(token=old, score=1, solved="no")
        with pytest.raises(NotVisible):
            rate_by_link(token="nonsense", score=1, solved="no")
    with at("2026-11-10 10:00"), pytest.raises(Gone):
        rate_by_link(token=token, score=1, solved="no")
    demand.refresh_from_db()
    assert demand.score is None
    with at("2026-11-09 09:00"):
        assert rate_by_link(token=token, score=4, solved="partly").solved == "partly"
        with pytest.raises(Gone):
            rate_by_link(token=token, score=1, solved="no")


def test_merging_and_splitting_lose_nothing(world: World) -> None:
    into = world.dispatched()
    one = world.submit(text="同一件事")
    world.move(one, "merge", world.clerk(), into=into.pk)
    one.refresh_from_db()
    assert (one.state, one.merged_into) == ("merged", into)
    two = world.move(world.submit(), "accept", world.clerk())
    with pytest.raises(Refused):
        world.move(two, "split", world.clerk(), parts=["只有一件"])
    two = world.move(two, "split", world.clerk(), parts=["停车的事。", "食堂的事。"])
    made = list(Demand.objects.unscoped("t").filter(split_from=two).order_by("id"))
    assert [part.title for part in made] == ["停车的事", "食堂的事"]
    assert {part.state for part in made} == {"accepted"}
    assert {part.submitted_at for part in made} == {two.submitted_at}


def test_a_case_referred_to_the_council_is_handled_in_the_building(world: World) -> None:
    world.body()
    demand = world.referred()
    assert demand.tier == "building"
    demand = world.move(demand, "sign", world.council())
    demand = world.move(demand, "resolve", world.council(), verdict="solved", answer="物业已调整")
    assert demand.state == "resolved"


def test_escalation_climbs_one_tier_and_ends_at_the_district(world: World) -> None:
    demand = world.move(world.submit(), "accept", world.clerk())
    for tier in ("subdistrict", "district"):
        demand = world.move(demand, "escalate", world.clerk(), reason="超出权限")
        assert (demand.tier, demand.state) == (tier, "accepted")
    with pytest.raises(Conflict):
        world.move(demand, "escalate", world.clerk(), reason="再上")


def test_a_refused_move_changes_nothing(world: World) -> None:
    demand = world.dispatched()
    before = Demand.objects.unscoped("t").filter(pk=demand.pk).values().get()
    lines = events(demand)
    for actor, move, values in (
        (world.handler(world.urban), "sign", {}),
        (world.clerk(), "resolve", {"verdict": "solved", "answer": "好"}),
        (world.clerk(world.there), "transfer", {"lead": world.urban.pk, "reason": "试"}),
        (world.stranger(), "urge", {}),
    ):
        with pytest.raises((Denied, NotVisible)):
            world.move(demand, move, actor, **values)
    with pytest.raises(Refused):
        world.move(demand, "hand_back", world.handler())
    assert Demand.objects.unscoped("t").filter(pk=demand.pk).values().get() == before
    assert events(demand) == lines


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("电梯坏了。三天没修", "电梯坏了"),
        ("一" * 50, "一" * 39 + "…"),
        ("  \n", ""),
    ],
)
def test_a_title_is_the_first_sentence(text: str, title: str) -> None:
    assert title_from(text) == title


def test_panels_count_only_what_the_reader_may_see(world: World) -> None:
    demand = world.move(world.resolved(), "rate", world.contact(), score=5, solved="yes")
    shown = beside.of_enterprise(world.clerk(), world.enterprise.pk)
    assert shown is not None
    assert [line.row.id for line in shown.lines] == [demand.pk]
    assert (shown.received, shown.rated, shown.solved, shown.open) == (1, 1, 1, 0)
    hidden = beside.of_building(world.clerk(world.there), world.tower.pk)
    assert hidden is not None
    assert (hidden.lines, hidden.received) == ((), 0)
    assert beside.of_building(world.stranger(), world.tower.pk) is None
    assert beside.count_of_building(world.clerk(world.there), world.tower.pk) == 0
    assert beside.count_of_building(world.stranger(), world.tower.pk) is None


def test_a_building_has_a_tab_with_its_demands(world: World) -> None:
    Demand.objects.unscoped("test").filter(pk=world.resolved().pk).update(building=world.tower)
    found = panels.building_tab(world.clerk(), world.tower.pk)
    assert found is not None
    tab = found[1]
    assert (tab["label"], tab["count"]) == ("诉求", 1)
    assert f"building={world.tower.pk}" in tab["href"]
    assert panels.building_tab(world.stranger(), world.tower.pk) is None
