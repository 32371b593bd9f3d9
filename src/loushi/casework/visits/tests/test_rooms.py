"""Rooms of a sweep: the register changes in the same save, or nothing does."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from loushi.casework.visits import commands, queries
from loushi.casework.visits.commands import NeedsNote, NewcomerInput, RoomInput, TenantInput
from loushi.casework.visits.factories import World
from loushi.casework.visits.models import SweepCampaign, SweepResult, SweepTask
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.testing import at
from loushi.foundation.notices.models import Notice
from loushi.registry.accounts.factories import make_staff
from loushi.registry.buildings.models import Space
from loushi.registry.enterprises.commands import change_tenancy
from loushi.registry.enterprises.factories import valid_code
from loushi.registry.enterprises.models import Enterprise, Tenancy

WHY = "test"


@pytest.fixture
def campaign(world: World) -> SweepCampaign:
    return world.sweep()


def save(world: World, campaign: SweepCampaign, number: str, key: str = "", **given: object):
    task = world.task(campaign, number)
    values = {
        "version": task.version,
        "stamp": queries.facts_of([task.space_id])[task.space_id].stamp,
        **given,
    }
    actor = values.pop("actor", None) or world.actor()
    return commands.save_room(actor=actor, task_id=task.pk, given=RoomInput(**values), key=key)


def state(world: World, number: str) -> str:
    return Space.objects.unscoped(WHY).get(pk=world.rooms[number].pk).state


def written() -> tuple[int, ...]:
    return tuple(
        model.objects.unscoped(WHY).count() for model in (SweepResult, Enterprise, Tenancy, Entry)
    )


def test_the_list_is_the_rooms_with_their_firms(world: World, campaign: SweepCampaign) -> None:
    tasks = SweepTask.objects.unscoped(WHY).filter(campaign=campaign)
    assert tasks.count() == 6
    assert world.task(campaign, "301").base[0]["name"] == world.firms[0].name
    assert world.task(campaign, "101").base == []
    assert Notice.objects.unscoped(WHY).filter(kind="sweep_assigned").exists()


def test_confirming_is_one_tap_and_changes_nothing(world: World, campaign: SweepCampaign) -> None:
    before = Entry.objects.unscoped(WHY).exclude(action__startswith="visits").count()
    saved = save(world, campaign, "301", outcome="confirmed")
    assert (saved.task.outcome, saved.changes, saved.task.attempts) == ("confirmed", (), 1)
    after = Entry.objects.unscoped(WHY).exclude(action__startswith="visits").count()
    assert after == before


def test_a_correction_reaches_the_register_with_its_source(
    world: World, campaign: SweepCampaign
) -> None:
    saved = save(
        world,
        campaign,
        "301",
        outcome="corrected",
        tenants=(
            TenantInput(
                world.tenancies[0].pk,
                staff_count=25,
                area=Decimal(150),
                lease_until=date(2028, 1, 1),
                presence="here_only",
                contact_name="陈屿",
                contact_phone="13900001111",
            ),
        ),
    )
    row = Tenancy.objects.unscoped(WHY).get(pk=world.tenancies[0].pk)
    assert (row.area, row.lease_until, row.presence) == (150, date(2028, 1, 1), "here_only")
    kinds = {one["kind"] for one in saved.changes}
    assert kinds == {"staff_count", "contact", "area", "lease_until", "presence"}
    entry = Entry.objects.unscoped(WHY).filter(action="enterprises.tenancy_update").latest("id")
    assert (entry.why, entry.actor_id) == ("扫楼 秋季扫楼", world.officer.pk)


def test_an_empty_room_moves_its_firm_out(world: World, campaign: SweepCampaign) -> None:
    save(world, campaign, "302", outcome="vacant")
    row = Tenancy.objects.unscoped(WHY).get(pk=world.tenancies[1].pk)
    assert row.until == timezone.localdate()
    assert state(world, "302") == "vacant"


def test_a_firm_that_is_only_registered_there_keeps_its_registration(
    world: World, campaign: SweepCampaign
) -> None:
    tenant = TenantInput(world.tenancies[1].pk, gone="registered")
    save(world, campaign, "302", outcome="vacant", tenants=(tenant,))
    sat = Tenancy.objects.unscoped(WHY).get(pk=world.tenancies[1].pk)
    row = Tenancy.objects.unscoped(WHY).get(enterprise=sat.enterprise_id, until__isnull=True)
    assert (row.space_id, row.sits, row.presence) == (sat.space_id, False, "registered_only")
    assert sat.until == row.since
    assert state(world, "302") == "vacant"


def test_a_new_firm_is_registered_and_moves_in(world: World, campaign: SweepCampaign) -> None:
    code = valid_code(123_456)
    new = NewcomerInput(name="沐石设计有限公司", credit_code=code, area=Decimal(90))
    saved = save(world, campaign, "101", outcome="corrected", newcomers=(new,))
    firm = Enterprise.objects.unscoped(WHY).get(credit_code=code)
    assert firm.unit_path == world.units["C1"].path
    assert Tenancy.objects.unscoped(WHY).get(enterprise=firm).space_id == world.rooms["101"].pk
    assert state(world, "101") == "let"
    assert saved.changes[0]["kind"] == "registered"


def test_a_known_code_moves_the_registered_firm_in(world: World, campaign: SweepCampaign) -> None:
    before = Enterprise.objects.unscoped(WHY).count()
    new = NewcomerInput(credit_code=world.firms[3].credit_code or "")
    save(world, campaign, "102", outcome="corrected", newcomers=(new,))
    assert Enterprise.objects.unscoped(WHY).count() == before
    assert Tenancy.objects.unscoped(WHY).filter(enterprise=world.firms[3]).count() == 2


def test_a_bad_code_is_refused_and_nothing_changes(world: World, campaign: SweepCampaign) -> None:
    before = written()
    new = NewcomerInput(name="沐石设计", credit_code="91330105MA2XXXXX0X")
    with pytest.raises(Refused) as refusal:
        save(world, campaign, "101", outcome="corrected", newcomers=(new,))
    assert refusal.value.errors[0].field == "newcomers.0.credit_code"
    assert written() == before


def test_the_unusual_wants_a_note_and_keeps_it(world: World, campaign: SweepCampaign) -> None:
    before = written()
    tenant = TenantInput(world.tenancies[0].pk, staff_count=200)
    with pytest.raises(NeedsNote) as refusal:
        save(world, campaign, "301", outcome="corrected", tenants=(tenant,))
    code = refusal.value.checks[0].code
    assert written() == before
    save(world, campaign, "301", outcome="corrected", tenants=(tenant,), notes={code: "并入分公司"})
    assert SweepResult.objects.unscoped(WHY).get().notes == {code: "并入分公司"}


def test_hints_stop_nothing(world: World, campaign: SweepCampaign) -> None:
    change_tenancy(
        actor=world.actor(world.secretary),
        tenancy_id=world.tenancies[0].pk,
        values={"lease_until": timezone.localdate() - timedelta(days=3)},
    )
    saved = save(world, campaign, "301", outcome="confirmed")
    assert [one.tier for one in saved.hints] == ["hint"]


@pytest.mark.parametrize(
    ("outcome", "given", "field"),
    [
        ("", {}, "outcome"),
        ("corrected", {}, "outcome"),
        ("confirmed", {"state": "reserved"}, "outcome"),
        ("corrected", {"state": "burnt"}, "state"),
        ("corrected", {"area": Decimal(0)}, "area"),
        ("corrected", {"newcomers": (NewcomerInput(),)}, "newcomers.0.name"),
        ("corrected", {"tenants": (TenantInput(999),)}, "tenants"),
    ],
)
def test_what_must_be_fixed(
    world: World, campaign: SweepCampaign, outcome: str, given: dict, field: str
) -> None:
    before = written()
    with pytest.raises(Refused) as refusal:
        save(world, campaign, "301", outcome=outcome, **given)
    assert field in {error.field for error in refusal.value.errors}
    assert written() == before


def test_a_room_changed_meanwhile_is_a_conflict_with_both_sides(
    world: World, campaign: SweepCampaign
) -> None:
    task = world.task(campaign, "301")
    stamp = queries.facts_of([task.space_id])[task.space_id].stamp
    change_tenancy(
        actor=world.actor(world.secretary),
        tenancy_id=world.tenancies[0].pk,
        values={"area": Decimal(99)},
    )
    before = written()
    with pytest.raises(Conflict) as conflict:
        save(world, campaign, "301", outcome="confirmed", stamp=stamp)
    assert conflict.value.theirs["tenants"][0]["area"] == "99"
    assert conflict.value.mine["outcome"] == "confirmed"
    assert written() == before
    save(world, campaign, "301", outcome="confirmed")
    with pytest.raises(Conflict) as conflict:
        save(world, campaign, "301", outcome="refused", version=1)
    assert conflict.value.theirs["outcome"] == "confirmed"


def test_the_same_key_saves_once(world: World, campaign: SweepCampaign) -> None:
    first = save(world, campaign, "302", outcome="vacant", key="k", version=1, stamp="")
    again = save(world, campaign, "302", outcome="vacant", key="k", version=1, stamp="")
    assert first.task.pk == again.task.pk
    assert SweepResult.objects.unscoped(WHY).count() == 1


def test_the_neighbour_finds_no_room_and_a_reader_saves_none(
    world: World, campaign: SweepCampaign
) -> None:
    reader = world.actor(make_staff("district_viewer", world.units["Q"]))
    before = written()
    with pytest.raises(NotVisible):
        save(world, campaign, "301", outcome="confirmed", actor=world.actor(world.neighbour))
    with pytest.raises(Denied):
        save(world, campaign, "301", outcome="confirmed", actor=reader)
    assert written() == before
    assert not queries.campaign_list(world.actor(world.neighbour)).rows


def test_only_a_secretary_makes_sweeps_and_only_within_the_own_range(world: World) -> None:
    given = commands.CampaignInput("x", timezone.localdate(), (world.tower.pk,))
    for user in (world.officer, world.neighbour):
        with pytest.raises(Denied):
            commands.create_campaign(actor=world.actor(user), given=given)
    other = world.actor(make_staff("community_secretary", world.units["C2"]))
    with pytest.raises(Denied):
        commands.create_campaign(actor=other, given=given)
    assert not SweepCampaign.objects.unscoped(WHY).exists()


def test_next_room_goes_top_floor_down_and_the_revisit_list_keeps_the_rest(
    world: World, campaign: SweepCampaign
) -> None:
    walked = []
    page = queries.campaign_page(world.actor(), campaign.pk)
    task_id = page.next_task
    while task_id:
        room = queries.room_page(world.actor(), task_id)
        walked.append(room.task.number)
        outcome = "refused" if room.task.number == "202" else "confirmed"
        save(world, campaign, room.task.number, outcome=outcome)
        task_id = queries.room_page(world.actor(), task_id).next_task
    assert walked == ["301", "302", "201", "202", "101", "102"]
    page = queries.campaign_page(world.actor(), campaign.pk)
    assert (page.tally.reached, page.tally.revisit, page.tally.open) == (5, 1, 0)
    rows = queries.room_list(world.actor(), campaign.pk, queries.RoomFilters(outcome="revisit"))
    assert [row.number for row in rows.rows] == ["202"]


def test_a_closed_sweep_takes_nothing_more_and_its_report_adds_up(
    world: World, campaign: SweepCampaign
) -> None:
    save(world, campaign, "302", outcome="vacant")
    save(world, campaign, "301", outcome="absent")
    actor = world.actor(world.secretary)
    with pytest.raises(Refused):
        commands.close_campaign(actor=actor, campaign_id=campaign.pk)
    with pytest.raises(Denied):
        commands.close_campaign(actor=world.actor(), campaign_id=campaign.pk, note="到期")
    commands.close_campaign(actor=actor, campaign_id=campaign.pk, note="到期")
    with pytest.raises(Conflict):
        save(world, campaign, "201", outcome="confirmed")
    report = queries.report(actor, campaign.pk)
    assert sum(number for _code, _label, number in report.outcomes) == 6
    assert report.changes == (("moved_out", "迁出", 1, 1),)
    for figure in report.figures:
        wanted = queries.RoomFilters(outcome=figure.query.removeprefix("outcome="))
        assert queries.rooms(actor, campaign.pk, wanted).count() == figure.part


def test_a_room_that_the_list_lacked_is_registered(world: World, campaign: SweepCampaign) -> None:
    task = commands.add_room(
        actor=world.actor(), campaign_id=campaign.pk, building_id=world.tower.pk, floor=2,
        number="203",
    )  # fmt: skip
    assert (task.is_added, task.floor) == (True, 2)
    assert Space.objects.unscoped(WHY).filter(building=world.tower, number="203").exists()
    with pytest.raises(Refused):
        commands.add_room(
            actor=world.actor(), campaign_id=campaign.pk, building_id=world.tower.pk, floor=2,
            number="203",
        )  # fmt: skip


def test_a_result_that_waited_on_a_device_keeps_the_time_of_the_door(world: World) -> None:
    with at("2026-11-02 10:00"):
        campaign = world.sweep(due_on=date(2026, 11, 20))
        campaign.created_at = timezone.now()
        campaign.save()
        task = world.task(campaign, "301")
    stood = datetime(2026, 11, 3, 1, 15, tzinfo=UTC)
    gone = TenantInput(tenancy_id=world.tenancies[0].pk, gone="left")
    given = RoomInput(outcome="corrected", version=task.version, tenants=(gone,), at=stood)
    with at("2026-11-05 18:00"):
        saved = commands.save_room(actor=world.actor(), task_id=task.pk, given=given)
        assert saved.task.done_at == stood
        left = Tenancy.objects.unscoped(WHY).get(pk=world.tenancies[0].pk)
        assert left.until == date(2026, 11, 3)
        other = world.task(campaign, "302")
        early = RoomInput(
            outcome="confirmed", version=other.version, at=stood - timedelta(days=400)
        )
        saved = commands.save_room(actor=world.actor(), task_id=other.pk, given=early)
        assert saved.task.done_at == campaign.created_at, "no earlier than the sweep itself"
