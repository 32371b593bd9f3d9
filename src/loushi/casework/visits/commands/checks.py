"""Three tiers of checks on what was found in a room: must fix, confirm with a note, hint.

A check that wants a word stops the save until its note is there; hints never stop anything. The
percentages are rules with dates (`VisitRule`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from loushi.casework.visits.commands.inputs import NewcomerInput, RoomInput, TenantInput
from loushi.casework.visits.models.sweeps import Outcome
from loushi.casework.visits.queries.rooms import RoomFacts, TenantFacts
from loushi.casework.visits.queries.rules import Rules
from loushi.foundation.core.errors import Refused
from loushi.registry.buildings.models import Space
from loushi.registry.enterprises.commands import CodeError, check_code
from loushi.registry.enterprises.models import Presence

MUST, CONFIRM, HINT = "must", "confirm", "hint"
SHORTEST_NOTE = 2


@dataclass(frozen=True, slots=True)
class Check:
    """One remark. `code` is unique in the room ("area:17"), `field` where the form shows it."""

    tier: str
    code: str
    field: str
    message: str


class NeedsNote(Refused):
    """Something is unusual and wants a word before it is saved; `checks` says what."""

    def __init__(self, checks: Sequence[Check]) -> None:
        super().__init__(checks[0].message, field=f"notes.{checks[0].code}")
        refusal = Refused.many({f"notes.{one.code}": one.message for one in checks})
        self.errors = refusal.errors
        self.checks = tuple(checks)


def checks(facts: RoomFacts, given: RoomInput, rules: Rules, today: date) -> list[Check]:
    """Everything to say about a result, the gravest first."""
    found = [
        *_room(facts, given),
        *(check for one in given.tenants for check in _tenant(facts, one, rules, today)),
        *(
            check
            for index, one in enumerate(given.newcomers)
            for check in _newcomer(index, one, today)
        ),
        *_together(facts, given, rules, today),
    ]
    order = (MUST, CONFIRM, HINT)
    return sorted(found, key=lambda one: order.index(one.tier))


def insist(found: Sequence[Check], given: RoomInput) -> None:
    """Raises Refused for what must be fixed, NeedsNote for what lacks its note."""
    must = {one.field: one.message for one in found if one.tier == MUST}
    if must:
        raise Refused.many(must)
    open_ = [
        one
        for one in found
        if one.tier == CONFIRM and len(given.notes.get(one.code, "").strip()) < SHORTEST_NOTE
    ]
    if open_:
        raise NeedsNote(open_)


def _room(facts: RoomFacts, given: RoomInput) -> Iterator[Check]:
    if given.outcome not in Outcome.values:
        yield Check(MUST, "outcome", "outcome", _("请选一下这间的结果。"))
    if given.state and given.state not in Space.State.values:
        yield Check(MUST, "state", "state", _("房间状态不在可选范围内，请重新选择。"))
    if given.area is not None and given.area <= 0:
        yield Check(MUST, "area", "area", _("房间面积要大于 0 平方米。"))
    if len(given.note) > 300:
        yield Check(MUST, "note", "note", _("备注最多 300 字，请缩短。"))
    if given.outcome != Outcome.CORRECTED and (
        given.newcomers or given.state or given.area is not None
    ):
        yield Check(
            MUST, "outcome", "outcome", _("填了更正的内容，结果请选“有更正”，或清空更正的内容。")
        )
    corrects = given.tenants or given.newcomers or given.state or given.area is not None
    if given.outcome == Outcome.CORRECTED and not corrects:
        yield Check(
            MUST, "outcome", "outcome", _("选了“有更正”，请写明更正了什么；没有变化请选“无变化”。")
        )
    known = {tenant.tenancy_id for tenant in facts.tenants}
    for one in given.tenants:
        if one.tenancy_id not in known:
            yield Check(
                MUST, "tenants", "tenants", _("名单里有一家已不在这间房的登记里，请刷新后再填。")
            )


def _tenant(facts: RoomFacts, one: TenantInput, rules: Rules, today: date) -> Iterator[Check]:
    held = next((t for t in facts.tenants if t.tenancy_id == one.tenancy_id), None)
    if held is None:
        return
    key = one.tenancy_id
    at = f"tenants.{key}"
    if one.gone not in ("", "left", "registered"):
        yield Check(
            MUST,
            f"gone:{key}",
            f"{at}.gone",
            _("“%(name)s”：请选还在、迁走还是只剩注册。") % {"name": held.name},
        )
    if one.left_on and one.left_on > today:
        yield Check(
            MUST,
            f"left_on:{key}",
            f"{at}.left_on",
            _("“%(name)s”：迁出日期不能晚于今天。") % {"name": held.name},
        )
    if one.left_on and held.since and one.left_on < held.since:
        yield Check(
            MUST,
            f"left_on:{key}",
            f"{at}.left_on",
            _("“%(name)s”：迁出日期早于入驻日期 %(since)s。请核对。")
            % {"name": held.name, "since": held.since.isoformat()},
        )
    yield from _values(held, one, rules)


def _values(held: TenantFacts, one: TenantInput, rules: Rules) -> Iterator[Check]:
    """What was typed about a tenant that stays."""
    key = one.tenancy_id
    at = f"tenants.{key}"
    if one.presence and one.presence not in Presence.values:
        yield Check(
            MUST,
            f"presence:{key}",
            f"{at}.presence",
            _("“%(name)s”：请重新选择在地状态。") % {"name": held.name},
        )
    if one.area is not None and one.area <= 0:
        yield Check(
            MUST,
            f"area:{key}",
            f"{at}.area",
            _("“%(name)s”：面积要大于 0 平方米。") % {"name": held.name},
        )
    if one.lease_until and held.since and one.lease_until < held.since:
        yield Check(
            MUST,
            f"lease:{key}",
            f"{at}.lease_until",
            _("“%(name)s”：租约到期早于入驻日期 %(since)s。请核对。")
            % {"name": held.name, "since": held.since.isoformat()},
        )
    if one.staff_count is not None and held.staff_count:
        change = abs(one.staff_count - held.staff_count) * 100 / held.staff_count
        if change > rules.staff_percent:
            yield Check(
                CONFIRM,
                f"staff:{key}",
                f"{at}.staff_count",
                _("“%(name)s”：员工从 %(old)d 人变成 %(new)d 人，变化超过 %(percent)d%%，请说明。")
                % {
                    "name": held.name,
                    "old": held.staff_count,
                    "new": one.staff_count,
                    "percent": rules.staff_percent,
                },
            )
    if one.contact_name and not one.contact_phone and one.contact_name != held.contact:
        yield Check(
            HINT,
            f"contact:{key}",
            f"{at}.contact_phone",
            _("“%(name)s”：新联系人没有留电话。") % {"name": held.name},
        )


def _newcomer(index: int, one: NewcomerInput, today: date) -> Iterator[Check]:
    at = f"newcomers.{index}"
    code = one.credit_code.strip()
    if not one.name.strip() and not code:
        yield Check(
            MUST, f"new:{index}", f"{at}.name", _("新到的企业请写名称，或填统一社会信用代码。")
        )
    if code:
        try:
            check_code(code)
        except CodeError as error:
            yield Check(MUST, f"code:{index}", f"{at}.credit_code", str(error))
    else:
        yield Check(
            CONFIRM,
            f"code:{index}",
            f"{at}.credit_code",
            _("“%(name)s”没有信用代码，容易登记重复，请说明从哪里得知名称。")
            % {"name": one.name.strip()},
        )
    if one.presence not in Presence.values:
        yield Check(MUST, f"presence:new{index}", f"{at}.presence", _("请选择在地状态。"))
    if one.area is not None and one.area <= 0:
        yield Check(MUST, f"area:new{index}", f"{at}.area", _("面积要大于 0 平方米。"))
    if one.since and one.since > today:
        yield Check(MUST, f"since:new{index}", f"{at}.since", _("入驻日期不能晚于今天。"))
    if one.since and one.lease_until and one.lease_until < one.since:
        yield Check(
            MUST,
            f"lease:new{index}",
            f"{at}.lease_until",
            _("租约到期早于入驻日期。请核对两个日期。"),
        )
    if one.contact_name and not one.contact_phone:
        yield Check(HINT, f"contact:new{index}", f"{at}.contact_phone", _("新联系人没有留电话。"))


def _together(facts: RoomFacts, given: RoomInput, rules: Rules, today: date) -> Iterator[Check]:
    """What only shows when the room is looked at as a whole."""
    staying = [_after(t, given) for t in facts.tenants]
    here = [t for t in staying if t is not None]
    areas = [area for _name, area in here if area is not None]
    areas += [
        one.area
        for one in given.newcomers
        if one.area is not None and one.presence != Presence.REGISTERED_ONLY
    ]
    room = given.area or facts.area
    limit = room * (100 + rules.area_percent) / 100 if room else None
    changed = (
        given.area is not None or given.newcomers or any(t.area is not None for t in given.tenants)
    )
    if given.outcome == Outcome.CORRECTED and changed and limit and sum(areas, Decimal(0)) > limit:
        yield Check(
            CONFIRM,
            "areas",
            "area",
            _("租用面积合计 %(sum)s ㎡，超过房间的 %(room)s ㎡，请说明（例如合并了隔壁）。")
            % {"sum": sum(areas, Decimal(0)), "room": room},
        )
    newcomers = [one for one in given.newcomers if one.presence != Presence.REGISTERED_ONLY]
    if newcomers and here:
        yield Check(
            CONFIRM,
            "shared",
            "newcomers",
            _("这间房里“%(name)s”还在，又来了一家。合用可以登记，请说明。") % {"name": here[0][0]},
        )
    if given.outcome == Outcome.CONFIRMED:
        for tenant in facts.tenants:
            if tenant.is_here and tenant.lease_until and tenant.lease_until < today:
                yield Check(
                    HINT,
                    f"over:{tenant.tenancy_id}",
                    "tenants",
                    _("“%(name)s”的租约 %(day)s 已到期，可以问一下续租。")
                    % {"name": tenant.name, "day": tenant.lease_until.isoformat()},
                )


def _after(tenant: TenantFacts, given: RoomInput) -> tuple[str, Decimal | None] | None:
    """(name, area) of a tenant that is still here after the result; None where it is not."""
    one = next((t for t in given.tenants if t.tenancy_id == tenant.tenancy_id), None)
    presence = (one.presence if one else "") or tenant.presence
    if (
        (one and one.gone)
        or presence == Presence.REGISTERED_ONLY
        or given.outcome == Outcome.VACANT
    ):
        return None
    return tenant.name, (one.area if one and one.area is not None else tenant.area)
