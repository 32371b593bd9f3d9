"""Making, extending and closing a sweep."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.visits.commands.rooms import source_of
from loushi.casework.visits.models import SweepCampaign, SweepTask
from loushi.casework.visits.policy import CAMPAIGN, SWEEP
from loushi.casework.visits.queries.rooms import RoomFacts, facts_of
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.bulk import insert_rows
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.units import covers
from loushi.foundation.notices.commands import notify
from loushi.registry.accounts.queries import users_with_permission
from loushi.registry.buildings import commands as buildings
from loushi.registry.buildings.models import Building, Floor, Space
from loushi.registry.buildings.queries import standing
from loushi.registry.territory.models import Unit

CHUNK = 500
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class CampaignInput:
    """A sweep to be made: its name, the buildings, and optionally one unit whose rooms only."""

    name: str
    due_on: date | None
    building_ids: tuple[int, ...] = ()
    unit_id: int | None = None
    starts_on: date | None = None
    note: str = ""


def create_campaign(*, actor: Actor, given: CampaignInput, key: str = "") -> SweepCampaign:
    """Makes a sweep with its list of rooms and tells those who answer for them.

    Raises Refused (every wrong field), Denied where a building lies outside the actor's range.
    """
    wrong = _wrong(given)
    if wrong:
        raise Refused.many(wrong)
    with transaction.atomic():
        pk, _created = once(
            actor=actor,
            command="visits.campaign",
            key=key,
            payload={"name": given.name, "buildings": given.building_ids, "unit": given.unit_id,
                     "due": given.due_on, "note": given.note},
            create=lambda: make_campaign(actor, given).pk,
        )  # fmt: skip
    return SweepCampaign.objects.unscoped("the actor has just made it").get(pk=pk)


def _wrong(given: CampaignInput) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not given.name.strip():
        wrong["name"] = _("请给这次扫楼起个名字，例如“秋季扫楼”。")
    elif len(given.name.strip()) > LONGEST_NAME:
        wrong["name"] = _("名称最多 60 字，请缩短。")
    if given.due_on is None:
        wrong["due_on"] = _("请填截止日期。")
    elif given.due_on < (given.starts_on or timezone.localdate()):
        wrong["due_on"] = _("截止日期早于开始日期。请核对两个日期。")
    if not given.building_ids:
        wrong["building_ids"] = _("请至少选一幢楼。")
    if len(given.note) > 300:
        wrong["note"] = _("说明最多 300 字，请缩短。")
    return wrong


def make_campaign(actor: Actor, given: CampaignInput, *, tell: bool = True) -> SweepCampaign:
    """The rows of a sweep whose input was checked, in the caller's transaction."""
    towers = list(
        Building.objects.visible_to(actor, CAMPAIGN)
        .filter(pk__in=given.building_ids)
        .defer("outline")
        .order_by("pk")
    )
    if len(towers) != len(set(given.building_ids)):
        raise Denied(_("有楼宇不在您可以发起扫楼的范围内。"))
    rooms = _rooms(actor, [tower.pk for tower in towers], given.unit_id)
    if not rooms:
        raise Refused(
            _("所选的楼里还没有登记房间，没有可扫的名单。请先登记或导入房源。"),
            field="building_ids",
        )
    home = _home(actor, [tower.unit_path for tower in towers])
    campaign = SweepCampaign(
        name=given.name.strip(),
        unit=home,
        unit_path=home.path,
        starts_on=given.starts_on or timezone.localdate(),
        due_on=given.due_on or timezone.localdate(),
        note=given.note.strip(),
        created_by=actor.name[:80],
    )
    campaign.save()
    insert_rows(_tasks(campaign, rooms))
    record(
        actor=actor,
        action="visits.campaign",
        subject=campaign,
        after={"name": campaign.name, "due_on": campaign.due_on, "rooms": len(rooms),
               "buildings": [tower.name for tower in towers]},
    )  # fmt: skip
    if tell:
        tell_assigned(campaign)
    return campaign


def _rooms(actor: Actor, building_ids: Sequence[int], unit_id: int | None) -> list[Space]:
    rows = (
        Space.objects.visible_to(actor, CAMPAIGN)
        .filter(standing(timezone.localdate()), building_id__in=building_ids)
        .exclude(floor__kind__in=(Floor.Kind.PLANT, Floor.Kind.PARKING))
        .select_related("floor", "building")
        .defer("floor__outline", "building__outline")
        .order_by("building_id", "floor__number", "number", "pk")
    )
    found = list(rows)
    if unit_id is None:
        return found
    path = Unit.objects.filter(pk=unit_id).values_list("path", flat=True).first() or "-"
    return [row for row in found if covers(path, row.unit_path)]


def _home(actor: Actor, paths: Sequence[str]) -> Unit:
    """The lowest unit that holds all the buildings."""
    common = paths[0]
    while common and not all(path.startswith(common) for path in paths):
        common = common[:-6]
    if not actor.system and not any(
        covers(grant.key, common) for grant in actor.holding(CAMPAIGN) if grant.kind == UNIT
    ):
        raise Denied(_("一次扫楼不能跨出您管辖的单元。"))
    unit = Unit.objects.filter(path=common).first()
    if unit is None:
        raise Refused(_("所选的楼不在同一个城区里。"), field="building_ids")
    return unit


def _tasks(campaign: SweepCampaign, rooms: Sequence[Space]) -> list[SweepTask]:
    facts: dict[int, RoomFacts] = {}
    ids = [room.pk for room in rooms]
    for start in range(0, len(ids), CHUNK):
        facts |= facts_of(ids[start : start + CHUNK])
    return [
        SweepTask(
            campaign=campaign,
            building_id=room.building_id,
            space_id=room.pk,
            unit_id=_answers(room),
            unit_path=room.unit_path,
            floor=room.floor.number if room.floor else None,
            number=room.number,
            base=facts[room.pk].told["tenants"],
        )
        for room in rooms
    ]


def _answers(room: Space) -> int:
    """Who answers for a room: its micro-grid where it has one of its own, else the building's."""
    return int(room.unit_path[-6:]) if room.unit_path else room.building.unit_id


def tell_assigned(campaign: SweepCampaign) -> None:
    """Tells those who may sweep at each grid or micro-grid how many rooms wait for them."""
    tasks = SweepTask.objects.unscoped("whom to tell about rooms").filter(campaign=campaign)
    counts: Counter[int] = Counter()
    for path, number in Counter(tasks.values_list("unit_path", flat=True)).items():
        for user_id in users_with_permission(SWEEP, unit_path=path):
            counts[user_id] += number
    for user_id, number in sorted(counts.items()):
        notify(
            user_ids=[user_id],
            kind="sweep_assigned",
            title=_("%(name)s：%(n)d 间等您去看，%(due)s 截止")
            % {"name": campaign.name, "n": number, "due": campaign.due_on.isoformat()},
            link=f"/visits/sweeps/{campaign.pk}/",
            key=f"sweep-{campaign.pk}",
        )


def add_room(
    *, actor: Actor, campaign_id: int, building_id: int, floor: int, number: str, key: str = ""
) -> SweepTask:
    """Adds a room that the list did not have: it is registered, and belongs to the sweep."""
    if not number.strip():
        raise Refused(_("请填房号。"), field="number")
    if floor == 0:
        raise Refused(_("没有 0 层。地下一层请填 -1。"), field="floor")

    def create() -> int:
        campaign = fetch(SweepCampaign, actor, campaign_id, lock=True)
        if campaign.state == SweepCampaign.State.CLOSED:
            raise Conflict(_("这次扫楼已经结束，不能再加房间。"))
        tasks = SweepTask.objects.visible_to(actor, SWEEP).filter(
            campaign=campaign, building_id=building_id
        )
        if not tasks.exists():
            raise Denied
        if tasks.filter(number=number.strip()).exists():
            raise Refused(_("%(n)s 已经在名单里。") % {"n": number.strip()}, field="number")
        made = buildings.upsert_spaces(
            actor=actor,
            rows=[{"building_id": building_id, "number": number.strip(), "floor_number": floor}],
            why=source_of(campaign),
            permission=SWEEP,
        )
        room = (
            Space.objects.unscoped("the room that was just made")
            .select_related("floor", "building")
            .get(pk=made.ids[0])
        )
        task = _tasks(campaign, [room])[0]
        task.is_added = True
        task.save()
        record(actor=actor, action="visits.sweep_room", subject=task, after={"number": task.number})
        return task.pk

    with transaction.atomic():
        pk, _created = once(
            actor=actor,
            command="visits.sweep_room",
            key=key,
            payload={"campaign": campaign_id, "building": building_id, "number": number},
            create=create,
        )
    return SweepTask.objects.unscoped("the actor has just made it").get(pk=pk)


def close_campaign(*, actor: Actor, campaign_id: int, note: str = "") -> SweepCampaign:
    """Ends a sweep: nothing more is written, and the report stands as it is."""
    with transaction.atomic():
        campaign = fetch(SweepCampaign, actor, campaign_id, permission=CAMPAIGN, lock=True)
        if campaign.state == SweepCampaign.State.CLOSED:
            raise Conflict(_("这次扫楼已经由%(who)s结束。") % {"who": campaign.closed_by})
        tasks = SweepTask.objects.unscoped("counting the rooms of a checked sweep")
        open_ = tasks.filter(campaign=campaign, outcome="").count()
        if open_ and len(note.strip()) < 2:
            raise Refused(
                _("还有 %(n)d 间没有去。确定结束的话，请写一句原因，会留在报告里。") % {"n": open_},
                field="note",
            )
        campaign.state = SweepCampaign.State.CLOSED
        campaign.closed_at = timezone.now()
        campaign.closed_by = actor.name[:80]
        campaign.closing_note = note.strip()[:300]
        campaign.save()
        record(
            actor=actor,
            action="visits.close_campaign",
            subject=campaign,
            before={"state": SweepCampaign.State.RUNNING},
            after={"state": SweepCampaign.State.CLOSED, "not_visited": open_},
            why=campaign.closing_note,
        )
        notify(
            user_ids=users_with_permission(CAMPAIGN, unit_path=campaign.unit_path),
            kind="sweep_closed",
            title=_("%(name)s已结束，报告可以看了") % {"name": campaign.name},
            link=f"/visits/sweeps/{campaign.pk}/",
            key=f"sweep-closed-{campaign.pk}",
        )
    return campaign
