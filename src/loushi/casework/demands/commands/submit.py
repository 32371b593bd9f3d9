"""Submitting a demand: by the enterprise, an employee, or a clerk on somebody's behalf."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.demands.commands import clocks, telling
from loushi.casework.demands.commands.case import Case
from loushi.casework.demands.models import (
    Channel,
    Demand,
    DemandCategory,
    DemandClock,
    Side,
    State,
    Tier,
    Urgency,
)
from loushi.casework.demands.workflow import workflow
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import ENTERPRISE, UNIT, Actor
from loushi.foundation.core.bulk import insert_row
from loushi.foundation.core.clocks import Standard
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.prepared import Prepared
from loushi.foundation.core.stamps import Kept
from loushi.foundation.core.units import covers
from loushi.foundation.files.commands import attach
from loushi.registry.buildings.models import Building, Space
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit
from loushi.registry.territory.queries import heirs, root_path

TITLE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Submission:
    """What is asked for. Ids refer to rows that the form offered under the actor's scope."""

    text: str
    category_id: int | None
    title: str = ""
    side: str = Side.ENTERPRISE
    urgency: str = Urgency.NORMAL
    channel: str = Channel.ONLINE
    enterprise_id: int | None = None
    unit_id: int | None = None
    building_id: int | None = None
    space_id: int | None = None
    place: str = ""
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    crs: str = "unknown"
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    hide_name: bool = False
    tier: str = Tier.COMMUNITY


_prefixes: Kept[str] = Kept("units")
_categories: Kept[DemandCategory | None] = Kept("demand_categories")


_enterprises: Prepared[Enterprise] = Prepared(
    lambda pk: (
        Enterprise.objects.unscoped("the name of who submits; the actor's right is checked")
        .filter(pk=pk)
        .only("name", "short_name")
    )
)
_buildings: Prepared[Building] = Prepared(
    lambda pk: (
        Building.objects.unscoped("the place of a submission, checked right after")
        .filter(pk=pk)
        .select_related("unit")
        .defer("outline")
    )
)


def title_from(text: str) -> str:
    """The first sentence, shortened: people should not have to invent a title."""
    first = text.strip().splitlines()[0] if text.strip() else ""
    for stop in "。！？；!?;":
        first = first.split(stop)[0]
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1] + "…"


def _check(given: Submission) -> dict[str, Any]:
    errors: dict[str, Any] = {}
    if not given.text.strip():
        errors["text"] = _("请写一下遇到了什么事。")
    elif len(given.text) > 5000:
        errors["text"] = _("内容有 %(n)d 字，最多 5000 字。请精简，或把材料作为附件。") % {
            "n": len(given.text)
        }
    if given.category_id is None:
        errors["category"] = _("请选择归哪一类。拿不准时选最接近的，窗口可以更改。")
    if given.contact_email.strip():
        try:
            validate_email(given.contact_email.strip())
        except ValidationError:
            errors["contact_email"] = _("邮箱格式不对，应像 name@example.cn；没有可以不填。")
    for name, choices in (("side", Side), ("urgency", Urgency), ("channel", Channel)):
        if getattr(given, name) not in choices.values:
            errors[name] = _("这一项的取值不在可选范围内，请重新选择。")
    return errors


def _place(actor: Actor, given: Submission) -> tuple[Unit, Building | None, Space | None]:
    """The leaf unit of the demand, from space, building, unit or the enterprise's home."""
    why = "the place of a submission, checked against the actor's grants right after"
    space = (
        Space.objects.unscoped(why).filter(pk=given.space_id).select_related("unit").first()
        if given.space_id
        else None
    )
    building_id = given.building_id or (space.building_id if space else None)
    building = next(iter(_buildings(building_id)), None) if building_id else None
    if (given.space_id and space is None) or (building_id and building is None):
        raise Refused(_("没有找到这个位置，请重新选择楼宇和房号。"), field="building")
    if space and building and space.building_id != building.pk:
        raise Refused(_("房号不在所选的楼宇里，请重新选择。"), field="space")
    unit: Unit | None = (space.unit if space else None) or (building.unit if building else None)
    if unit is None and given.unit_id:
        unit = Unit.objects.filter(pk=given.unit_id, dissolved_on__isnull=True).first()
    if unit is None and given.enterprise_id:
        home = (
            Enterprise.objects.unscoped(why)
            .filter(pk=given.enterprise_id)
            .select_related("unit")
            .first()
        )
        unit = home.unit if home else None
    if unit is not None and not unit.path:
        # A split or merge took effect and the rows have not followed yet: the heir answers already.
        unit = Unit.objects.filter(pk=heirs(unit.pk, building_id) or 0).first()
    if unit is None:
        raise Refused(_("请选择位置：哪一幢楼，或哪个社区、片区。"), field="building")
    return unit, building, space


def _may_submit(actor: Actor, given: Submission, unit: Unit) -> None:
    """An enterprise's people submit for their enterprise; staff register within their unit."""
    if actor.system:
        return
    if given.enterprise_id and str(given.enterprise_id) in actor.keys(ENTERPRISE, "demands.submit"):
        return
    if any(covers(path, unit.path) for path in actor.keys(UNIT, "demands.register")):
        return
    raise Denied


def _create(actor: Actor, given: Submission, category: DemandCategory | None, prefix: str) -> Case:
    unit, building, space = _place(actor, given)
    _may_submit(actor, given, unit)
    if category is None:
        raise Refused(_("这个类别已停用，请重新选择。"), field="category")
    now = timezone.now()
    on_behalf = bool(actor.keys(UNIT, "demands.register")) or actor.system
    demand = Demand(
        prefix=prefix,
        year=timezone.localtime(now).year,
        title=given.title.strip()[:80] or title_from(given.text),
        text=given.text.strip(),
        side=given.side,
        category=category,
        urgency=given.urgency,
        channel=given.channel,
        tier=given.tier,
        enterprise_id=given.enterprise_id,
        submitter_id=None if on_behalf else actor.user_id,
        contact_name=given.contact_name or ("" if on_behalf else actor.name),
        contact_phone=given.contact_phone,
        contact_email=given.contact_email.strip(),
        hide_name=given.hide_name,
        unit=unit,
        unit_path=unit.path,
        building=building,
        space=space,
        place=given.place.strip(),
        longitude=given.longitude,
        latitude=given.latitude,
        crs=given.crs,
        submitted_at=now,
    )
    if given.enterprise_id:
        demand.enterprise = next(iter(_enterprises(given.enterprise_id)), None)
    case = Case(demand, actor, now, fresh=True)
    begin(case)
    insert_row(demand)
    case.save()
    workflow.write(
        demand, "submit", "", State.SUBMITTED, actor=actor, data={"channel": given.channel}
    )
    return case


def _category(pk: int) -> DemandCategory | None:
    """The active category with its parent, kept between requests: to be read only."""
    offered = DemandCategory.objects.filter(pk=pk, is_active=True).select_related("parent")
    return _categories.get(pk, offered.first)


def begin(case: Case) -> None:
    """The accept clock starts at submission."""
    clocks.start(case, DemandClock.Kind.ACCEPT, clocks.limit_of(case.demand, "accept"))
    clocks.refresh(case)


def number_prefix() -> str:
    """The district's prefix for numbers ("GS" until one is set)."""
    root = root_path()
    rows = Unit.objects.filter(path=root or None).values_list("prefix", flat=True)
    return _prefixes.get(root, lambda: rows.first() or "") or "GS"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a submission made: the demand, with its clocks and the calendar that they were made
    by where it is `new`."""

    demand: Demand
    new: bool
    clocks: tuple[DemandClock, ...] = ()
    standard: Standard | None = None


def submit_demand(
    *,
    actor: Actor,
    submission: Submission,
    uploads: Sequence[Any] = (),
    key: str = "",
) -> Demand:
    """Submits or registers a demand; the same `key` twice gives the same demand.

    Raises Refused (every wrong field at once), Denied, Conflict (key used for something else).
    """
    return submit(actor=actor, submission=submission, uploads=uploads, key=key).demand


def submit(
    *,
    actor: Actor,
    submission: Submission,
    uploads: Sequence[Any] = (),
    key: str = "",
) -> Receipt:
    """The same as `submit_demand`, for those who answer with the whole case at once."""
    errors = _check(submission)
    if errors:
        raise Refused.many(errors)

    made: list[Case] = []
    category, prefix = _category(submission.category_id or 0), number_prefix()

    def create() -> int:
        case = _create(actor, submission, category, prefix)
        made.append(case)
        demand = case.demand
        if uploads:
            attach(actor=actor, parent=("demands.demand", demand.pk), uploads=uploads)
        telling.index(demand, parts=())
        record(
            actor=actor,
            action="demands.submit",
            subject=("demands.demand", demand.pk, demand.number),
            after={
                "title": demand.title,
                "category": demand.category.code,
                "unit": unit_of(demand),
            },
            unit_path=demand.unit_path,
        )
        telling.submitted(demand)
        return demand.pk

    # The rules come first: outside the transaction they are kept, inside they would be read. With a
    # key `once` opens the transaction; a second one around it would only be a savepoint.
    with clocks.holding_rules() as rules, nullcontext() if key else transaction.atomic():
        pk, new = once(
            actor=actor,
            command="demands.submit",
            key=key,
            payload={**asdict(submission), "files": [getattr(u, "name", "") for u in uploads]},
            create=create,
        )
    if new:
        return Receipt(made[0].demand, True, _as_stored(made[0]), rules.standard)
    return Receipt(Demand.objects.unscoped("the actor has made it").get(pk=pk), False)


def _as_stored(case: Case) -> tuple[DemandClock, ...]:
    """The clocks as a later reading gives them: moments in UTC."""
    for clock in case.clocks:
        clock.due_at = clock.due_at.astimezone(UTC)
    if case.demand.due_at is not None:
        case.demand.due_at = case.demand.due_at.astimezone(UTC)
    return tuple(case.clocks)


def unit_of(demand: Demand) -> str:
    return demand.unit.name
