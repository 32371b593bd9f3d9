"""Recording, correcting and withdrawing visits: what follows, and what a refusal leaves alone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from loushi.casework.demands.models import Demand
from loushi.casework.visits import commands, queries
from loushi.casework.visits.commands import FindingInput, VisitEdit, VisitInput
from loushi.casework.visits.factories import World
from loushi.casework.visits.models import Finding, PlanStop, Visit, VisitChange
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.testing import at
from loushi.registry.accounts.factories import make_staff
from loushi.registry.enterprises.models import Enterprise, EnterpriseContact, Tenancy
from loushi.registry.leads.models import InvestmentLead

WHY = "test"


def count() -> tuple[int, ...]:
    return tuple(
        model.objects.unscoped(WHY).count()
        for model in (Visit, Finding, Demand, InvestmentLead, PlanStop, Entry)
    )


def demand(world: World, text: str = "冷链车充电位不够，夜里要排队") -> FindingInput:
    return FindingInput(kind="demand", text=text, category_id=world.category.pk)


def test_one_form_makes_visit_demand_and_correction(world: World) -> None:
    visit = world.visit(
        findings=(
            demand(world),
            FindingInput(
                kind="correction",
                about="area",
                value="120",
                seen="180",
                tenancy_id=world.tenancies[0].pk,
                text="一半转租",
            ),
            FindingInput(kind="correction", about="staff_count", value="35", seen="20"),
            FindingInput(kind="resource", text="会议室可借", valid_until=date(2027, 1, 1)),
            FindingInput(kind="policy", text="讲了稳岗返还"),
        )
    )
    kinds = [one.kind for one in visit.findings.order_by("position")]
    assert kinds == ["demand", "correction", "correction", "resource", "policy"]
    made = Demand.objects.unscoped(WHY).get()
    assert (made.channel, made.enterprise_id, made.space_id) == (
        "visit",
        world.firms[0].pk,
        world.rooms["301"].pk,
    )
    assert made.contact_phone == "13812342046"
    assert Tenancy.objects.unscoped(WHY).get(pk=world.tenancies[0].pk).area == 120
    assert Enterprise.objects.unscoped(WHY).get(pk=world.firms[0].pk).staff_count == 35
    entry = Entry.objects.unscoped(WHY).filter(action="enterprises.tenancy_update").latest("id")
    assert entry.why.startswith("走访")


def test_a_finding_becomes_a_lead_of_the_place(world: World) -> None:
    visit = world.visit(
        findings=(
            FindingInput(kind="lead", text="想在本楼再要半层", value="400"),
            FindingInput(
                kind="lead", text="供应商想搬来", company="澄观生物科技有限公司",
                contact_name="陆青", contact_phone="13900002222",
            ),
        )
    )  # fmt: skip
    own, other = InvestmentLead.objects.unscoped(WHY).order_by("pk")
    firm = world.firms[0]
    assert [one.lead_id for one in visit.findings.order_by("position")] == [own.pk, other.pk]
    assert (own.company, own.credit_code, own.area_min) == (firm.name, firm.credit_code, 400)
    assert (own.contact_name, own.contact_phone) == ("许念青", "13812342046")
    assert (other.company, other.credit_code, other.contact_name) == (
        "澄观生物科技有限公司", "", "陆青",
    )  # fmt: skip
    assert {(one.source, one.state, one.unit_path) for one in (own, other)} == {
        ("visit", "clue", visit.unit_path)
    }
    secretary = world.actor(world.secretary)
    ids = [one.lead_id for one in queries.visit_page(secretary, visit.pk).line.findings]
    assert ids == [own.pk, other.pk]


def test_a_lead_is_worked_on_and_opened_only_by_who_may(world: World) -> None:
    clerk = make_staff("window_clerk", world.units["C1"])
    visit = world.visit(
        actor=world.actor(clerk), findings=(FindingInput(kind="lead", text="想扩租"),)
    )
    made = InvestmentLead.objects.unscoped(WHY).get()
    assert made.officer_id is None, "who does not work on leads does not become its officer"
    (line,) = queries.visit_page(world.actor(clerk), visit.pk).line.findings
    assert (line.lead_id, line.about) == (None, world.firms[0].name)
    own = queries.own_visit(world.actor(world.contact()), visit.pk)
    assert own.findings == (), "the firm is not shown the investment office's business"


def test_moved_out_and_a_new_contact(world: World) -> None:
    world.visit(
        findings=(
            FindingInput(
                kind="correction", about="contact", contact_name="陈屿", contact_phone="13900001111"
            ),
            FindingInput(kind="correction", about="moved_out", tenancy_id=world.tenancies[0].pk),
        )
    )
    assert EnterpriseContact.objects.unscoped(WHY).filter(name="陈屿").exists()
    assert Tenancy.objects.unscoped(WHY).get(pk=world.tenancies[0].pk).until == timezone.localdate()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"purpose": ""}, "purpose"),
        ({"purpose": "inspection"}, "purpose"),
        ({"met": "ghost"}, "met"),
        ({"met": "other", "met_name": ""}, "met_name"),
        ({"note": "长" * 2001}, "note"),
        ({"payload_version": 9}, "payload_version"),
        ({"findings": (FindingInput(kind="hiring", text="x"),)}, "findings.0.kind"),
        ({"findings": (FindingInput(kind="demand", text="x"),)}, "findings.0.category_id"),
        ({"findings": (FindingInput(kind="policy"),)}, "findings.0.text"),
        ({"findings": (FindingInput(kind="lead"),)}, "findings.0.text"),
        ({"findings": (FindingInput(kind="lead", text="长" * 301),)}, "findings.0.text"),
        ({"findings": (FindingInput(kind="lead", text="x", value="大"),)}, "findings.0.value"),
        ({"findings": (FindingInput(kind="lead", text="x", value="-3"),)}, "findings.0.value"),
        (
            {"findings": (FindingInput(kind="correction", about="staff_count", value="多"),)},
            "findings.0.value",
        ),
        (
            {"findings": (FindingInput(kind="correction", about="area", value="1"),)},
            "findings.0.tenancy_id",
        ),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    world: World, given: dict, field: str
) -> None:
    before = count()
    with pytest.raises(Refused) as refusal:
        world.visit(**given)
    assert field in {error.field for error in refusal.value.errors}
    assert count() == before


def test_a_wrong_last_finding_takes_everything_back(world: World) -> None:
    before = count()
    wrong = FindingInput(
        kind="correction", about="lease_until", value="2020-01-01", tenancy_id=world.tenancies[0].pk
    )
    with pytest.raises(Refused) as refusal:
        world.visit(findings=(demand(world), wrong))
    assert refusal.value.errors[0].field == "findings.1.value"
    assert count() == before


def test_the_same_key_makes_one_visit_and_one_demand(world: World) -> None:
    first = world.visit(key="k1", findings=(demand(world),))
    again = world.visit(key="k1", findings=(demand(world),))
    assert first.pk == again.pk
    assert Demand.objects.unscoped(WHY).count() == 1
    with pytest.raises(Conflict):
        world.visit(key="k1", note="别的")


def test_a_value_changed_meanwhile_is_shown_on_both_sides(world: World) -> None:
    before = count()
    stale = FindingInput(kind="correction", about="staff_count", value="35", seen="18")
    with pytest.raises(Conflict) as conflict:
        world.visit(findings=(stale,))
    assert conflict.value.mine["seen"] == "18"
    assert conflict.value.theirs["value"] == "20"
    assert count() == before


def test_the_neighbour_sees_and_writes_nothing(world: World) -> None:
    visit = world.visit()
    stranger = world.actor(world.neighbour)
    before = count()
    with pytest.raises(NotVisible):
        world.visit(actor=stranger)
    with pytest.raises(NotVisible):
        queries.visit_page(stranger, visit.pk)
    with pytest.raises(NotVisible):
        commands.withdraw_visit(actor=stranger, visit_id=visit.pk, version=1, why="误记")
    assert count() == before
    assert not queries.visits(stranger).exists()


def test_who_may_only_read_cannot_record(world: World) -> None:
    reader = make_staff("district_viewer", world.units["Q"])
    with pytest.raises(Denied):
        world.visit(actor=world.actor(reader))


def test_a_second_team_must_say_why(world: World) -> None:
    world.visit()
    other = world.actor(make_staff("policy_advisor", world.units["C1-G1"], name="别队"))
    clerk = world.actor(make_staff("window_clerk", world.units["C1"], name="同队"))
    with at(timezone.now() + timedelta(days=3)):
        world.visit(actor=clerk)  # the same community: one team
        with pytest.raises((Refused, NotVisible)):
            world.visit(actor=other)


def test_quiet_days_hold_between_a_department_and_the_community(world: World) -> None:
    stop = commands.plan_inspection(
        actor=world.actor(world.handler),
        department_id=world.department.pk,
        firm=world.firms[0].name,
        on=timezone.localdate(),
        subject="发票核查",
    )
    commands.finish_inspection(actor=world.actor(world.handler), stop_id=stop.pk)
    before = count()
    with pytest.raises(Refused) as refusal:
        world.visit()
    assert refusal.value.errors[0].field == "despite"
    assert "区税务局" in str(refusal.value)
    assert count() == before
    visit = world.visit(despite="企业自己约的")
    assert visit.despite == "企业自己约的"
    with at(timezone.now() + timedelta(days=60)):
        assert world.visit().despite == ""


def test_own_visits_can_be_corrected_within_hours_and_history_stays(world: World) -> None:
    visit = world.visit(note="原话")
    edited = commands.edit_visit(
        actor=world.actor(), visit_id=visit.pk, given=VisitEdit(version=1, note="改过", why="笔误")
    )
    assert (edited.note, edited.version) == ("改过", 2)
    change = VisitChange.objects.unscoped(WHY).get()
    assert (change.before["note"], change.after["note"]) == ("原话", "改过")
    with pytest.raises(Conflict) as conflict:
        commands.edit_visit(
            actor=world.actor(), visit_id=visit.pk, given=VisitEdit(version=1, note="另一台")
        )
    assert conflict.value.theirs["note"] == "改过"
    with pytest.raises(Denied):
        commands.edit_visit(
            actor=world.actor(world.secretary), visit_id=visit.pk, given=VisitEdit(version=2)
        )
    with at(timezone.now() + timedelta(hours=73)), pytest.raises(Refused):
        commands.edit_visit(
            actor=world.actor(), visit_id=visit.pk, given=VisitEdit(version=2, note="太晚")
        )


def test_withdrawing_keeps_the_row_and_what_came_of_it(world: World) -> None:
    visit = world.visit(findings=(demand(world),))
    with pytest.raises(Refused):
        commands.withdraw_visit(actor=world.actor(), visit_id=visit.pk, version=1, why=" ")
    commands.withdraw_visit(actor=world.actor(), visit_id=visit.pk, version=1, why="记错企业")
    assert Visit.objects.unscoped(WHY).get(pk=visit.pk).state == "withdrawn"
    assert Demand.objects.unscoped(WHY).count() == 1
    assert not queries.visits(world.actor()).exists()
    assert queries.visits(world.actor(), queries.Filters(state="all")).count() == 1
    with pytest.raises(Refused):
        commands.withdraw_visit(actor=world.actor(), visit_id=visit.pk, version=2, why="再来")


def test_visits_at_any_hour_count_and_the_future_is_refused(world: World) -> None:
    with at("2026-11-02 22:40"):
        world.visit()
        assert queries.reached_by(world.actor(), date(2026, 11, 2)).reached == 1
    given = VisitInput(world.firms[0].pk, "routine", "nobody")
    with pytest.raises(Refused):
        commands.record_visit(
            actor=world.actor(), given=replace(given, at=timezone.now() + timedelta(days=1))
        )


def test_coverage_counts_firms_never_visits(world: World) -> None:
    world.visit()
    world.visit(purpose="return")
    world.visit(enterprise_id=world.firms[1].pk, met="nobody")
    found = queries.reached_by(world.actor(), timezone.localdate())
    assert (found.reached, found.firms, found.is_own) == (1, 4, True)
    today = timezone.localdate()
    whole = queries.coverage(world.actor(), today, today)
    assert (whole.reached, whole.firms) == (1, 4)
    reached = queries.firms_reached(world.actor(), today, today, reached=True)
    assert list(reached) == [world.firms[0]]
    assert queries.firms_reached(world.actor(), today, today, reached=False).count() == 3
