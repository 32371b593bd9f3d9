"""Whether the register is true to itself: every rule that must hold, looked up independently.

Nothing here uses the commands that keep these rules. `loushi check register` prints each breach in
a sentence with the numbers of its rows.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from loushi.registry.buildings.models import Floor, Space
from loushi.registry.buildings.queries import standing
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseContact,
    EnterpriseMembership,
    EnterpriseTag,
    Lies,
    OfficerPost,
    PlaceFact,
    Stability,
    Tenancy,
    presence_of,
)

WHY = "the whole register is checked"
TOLERANCE = Decimal("1.01")
"""A floor's rooms may exceed its area by one per cent: surveys round."""
BATCH = 2_000


Tally = Counter[str]
"""Rule → rows that it looked at: stays, facts, enterprises, rooms or floors (`RULE_NAMES`)."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that does not hold: its name, a sentence, and the rows ("企业 12", "入驻 30")."""

    rule: str
    sentence: str
    rows: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.sentence}（{'、'.join(self.rows)}）"


def check_register(
    ids: Iterable[int] | None = None, tally: Tally | None = None
) -> Iterator[Breach]:
    """Every breach, of all enterprises or of some, in batches so that memory stays constant.

    `tally` is filled with how many rows each rule looked at.
    """
    looked = Tally() if tally is None else tally
    for part in _batches(ids):
        firms = Enterprise.objects.unscoped(WHY).in_bulk(part)
        stays: dict[int, list[Tenancy]] = defaultdict(list)
        rows = Tenancy.objects.unscoped(WHY).filter(enterprise_id__among=part)
        for stay in rows.select_related("building", "space").defer("building__outline"):
            stays[stay.enterprise_id].append(stay)
        facts: dict[int, list[PlaceFact]] = defaultdict(list)
        for fact in PlaceFact.objects.unscoped(WHY).filter(
            enterprise_id__among=part, withdrawn_at__isnull=True
        ):
            facts[fact.enterprise_id].append(fact)
        _count(looked, len(firms), stays, facts)
        for pk, firm in firms.items():
            for rule in RULES:
                yield from rule(firm, stays[pk], facts[pk])
        for reading in BATCH_RULES:
            yield from reading(part)
    if ids is None:
        looked["rooms"] = Space.objects.unscoped(WHY).count()
        looked["areas"] = Floor.objects.unscoped(WHY).count()
        for whole in WHOLE_RULES:
            yield from whole()


def _count(
    looked: Tally, firms: int, stays: Mapping[int, list[Any]], facts: Mapping[int, list[Any]]
) -> None:
    """How many rows each rule looks at in a batch."""
    held, said = sum(map(len, stays.values())), sum(map(len, facts.values()))
    looked.update(dict.fromkeys(("presence", "places", "overlaps"), held))
    looked.update(dict.fromkeys(("history", "copies"), said))
    looked.update(
        dict.fromkeys(("home", "registered_only", "cancelled", "officer", "followers"), firms)
    )


def _presence(firm: Enterprise, stays: list[Tenancy], facts: list[PlaceFact]) -> Iterator[Breach]:
    """Derived = stored."""
    today = timezone.localdate()
    registered = [fact for fact in facts if fact.kind == PlaceFact.Kind.REGISTRATION]
    for stay in stays:
        day = today
        if stay.until is not None and stay.until <= today:
            day = stay.until - timedelta(days=1)
        if stay.since is not None and day < stay.since:
            day = stay.since
        held = [fact.lies for fact in registered if _runs(fact, day)]
        derived = presence_of(sits=stay.sits, lies=held[0] if held else None)
        if derived != stay.presence:
            yield Breach(
                "presence",
                _("“%(name)s”存的在地状态是 %(stored)s，按事实应为 %(derived)s")
                % {"name": firm.name, "stored": stay.presence, "derived": derived},
                (_firm(firm), _stay(stay)),
            )


def _history(firm: Enterprise, stays: list[Tenancy], facts: list[PlaceFact]) -> Iterator[Breach]:
    """Facts of a kind follow each other; a gap only after 注销."""
    for kind in PlaceFact.Kind:
        chain = sorted(
            (fact for fact in facts if fact.kind == kind),
            key=lambda fact: (fact.since or date.min, fact.pk),
        )
        for before, after in zip(chain, chain[1:], strict=False):
            ends, begins = before.until, after.since
            sentence = ""
            if ends is None or begins is None or ends > begins:
                sentence = _("“%(name)s”的两条%(kind)s在时间上重叠")
            elif ends < begins and before.ended_id != "cancelled":
                sentence = _("“%(name)s”的两条%(kind)s之间有空档")
            if sentence:
                given = {"name": firm.name, "kind": kind.label}
                yield Breach("history", sentence % given, (_fact(before), _fact(after)))
        last = chain[-1] if chain else None
        if last is not None and last.until is not None and last.ended_id != "cancelled":
            yield Breach(
                "history",
                _("“%(name)s”的%(kind)s结束了，却没有下一条，也不是注销")
                % {"name": firm.name, "kind": kind.label},
                (_fact(last),),
            )


def _copies(firm: Enterprise, stays: list[Tenancy], facts: list[PlaceFact]) -> Iterator[Breach]:
    """What stands on the enterprise is what runs today."""
    for kind, lies, address in (
        (PlaceFact.Kind.REGISTRATION, firm.registered_lies, firm.registered_address),
        (PlaceFact.Kind.TAX, firm.tax_lies, firm.tax_address),
    ):
        held = [fact for fact in facts if fact.kind == kind and fact.until is None]
        then = (held[0].lies, held[0].address) if held else ("", "")
        if (lies, address) != then:
            yield Breach(
                "copies",
                _("“%(name)s”资料里的%(kind)s与正在生效的事实不一致")
                % {"name": firm.name, "kind": kind.label},
                (_firm(firm), *(_fact(fact) for fact in held)),
            )


def _home(firm: Enterprise, stays: list[Tenancy], facts: list[PlaceFact]) -> Iterator[Breach]:
    """Exactly one running main tenancy, and the home is where it is."""
    running = [stay for stay in stays if _runs(stay, timezone.localdate())]
    if not running:
        return
    mains = [stay for stay in running if stay.is_main]
    if len(mains) != 1:
        yield Breach(
            "home",
            _("“%(name)s”有 %(count)d 处主要入驻地，应恰好一处")
            % {"name": firm.name, "count": len(mains)},
            (_firm(firm), *(_stay(stay) for stay in mains or running)),
        )
    elif firm.unit_path != mains[0].unit_path:
        yield Breach(
            "home",
            _("“%(name)s”的所属单元不是主要入驻地所在的单元") % {"name": firm.name},
            (_firm(firm), _stay(mains[0])),
        )


def _places(firm: Enterprise, stays: list[Tenancy], facts: list[PlaceFact]) -> Iterator[Breach]:
    """Every tenancy lies where its room or building lies; no two of one place at one time."""
    for stay in stays:
        path = stay.space.unit_path if stay.space else stay.building.unit_path
        if stay.unit_path != path or (stay.space and stay.space.building_id != stay.building_id):
            yield Breach(
                "places",
                _("“%(name)s”的一处入驻与它的房间或楼宇不在同一处") % {"name": firm.name},
                (_stay(stay),),
            )
    places: dict[tuple[int, int | None], list[Tenancy]] = defaultdict(list)
    for stay in stays:
        if stay.since is None or stay.until is None or stay.since < stay.until:
            places[stay.building_id, stay.space_id].append(stay)
    for held in places.values():
        held.sort(key=lambda stay: (stay.since or date.min, stay.pk))
        for before, after in zip(held, held[1:], strict=False):
            if before.until is None or after.since is None or before.until > after.since:
                yield Breach(
                    "overlaps",
                    _("“%(name)s”在同一处同时登记了两次入驻") % {"name": firm.name},
                    (_stay(before), _stay(after)),
                )


def _registered_only(
    firm: Enterprise, stays: list[Tenancy], facts: list[PlaceFact]
) -> Iterator[Breach]:
    """A row of 在册不在地 runs exactly where the enterprise is registered and does not sit."""
    today = timezone.localdate()
    fact = next(
        (f for f in facts if f.kind == PlaceFact.Kind.REGISTRATION and _runs(f, today)), None
    )
    place = fact.building_id if fact is not None and fact.lies == Lies.INSIDE else None
    running = [stay for stay in stays if _runs(stay, today)]
    ghosts = [stay for stay in running if not stay.sits]
    sits = any(stay.sits and stay.building_id == place for stay in running)
    wanted = place is not None and not sits
    for stay in ghosts:
        if not wanted or stay.building_id != place:
            yield Breach(
                "registered_only",
                _("“%(name)s”在一处登记为在册不在地，但注册地不在那里，或其实在那里办公")
                % {"name": firm.name},
                (_stay(stay),),
            )
    if wanted and len(ghosts) != 1:
        yield Breach(
            "registered_only",
            _("“%(name)s”注册在一幢楼而不在那里办公，却没有恰好一条在册不在地")
            % {"name": firm.name},
            (_firm(firm), *(_stay(stay) for stay in ghosts)),
        )


def _cancelled(firm: Enterprise, stays: list[Tenancy], facts: list[PlaceFact]) -> Iterator[Breach]:
    """Nothing runs of an enterprise that is 注销."""
    if firm.status != Enterprise.Status.CANCELLED:
        return
    left = [
        *(_stay(stay) for stay in stays if _open(stay)),
        *(_fact(fact) for fact in facts if fact.until is None),
    ]
    if left or firm.officer_id is not None:
        yield Breach(
            "cancelled",
            _("“%(name)s”已注销，但还有没结束的登记") % {"name": firm.name},
            (_firm(firm), *left),
        )


def _officers(part: list[int]) -> Iterator[Breach]:
    running = dict(
        OfficerPost.objects.unscoped(WHY)
        .filter(enterprise_id__among=part, until__isnull=True)
        .values_list("enterprise_id", "user_id")
    )
    rows = Enterprise.objects.unscoped(WHY).filter(pk__among=part).order_by("pk")
    for pk, name, officer in rows.values_list("pk", "name", "officer_id"):
        if running.get(pk) != officer:
            yield Breach(
                "officer",
                _("“%(name)s”的企业专员与交接记录不一致") % {"name": name},
                (_("企业 %(pk)d") % {"pk": pk},),
            )


def _followers(part: list[int]) -> Iterator[Breach]:
    """What belongs to an enterprise lies where the enterprise lies."""
    for model in (
        EnterpriseContact, EnterpriseMembership, PlaceFact, OfficerPost, EnterpriseTag, Stability,
    ):  # fmt: skip
        rows: QuerySet[Any] = model.objects.unscoped(WHY)
        strays = rows.filter(enterprise_id__among=part).exclude(
            unit_path=F("enterprise__unit_path")
        )
        for pk, name in strays.order_by("pk").values_list("pk", "enterprise__name"):
            yield Breach(
                "followers",
                _("“%(name)s”的一条附属记录不在企业所在的单元") % {"name": name},
                (f"{model._meta.model_name} {pk}",),
            )


def _rooms() -> Iterator[Breach]:
    """A room is let exactly while somebody sits there (自用 aside)."""
    today = timezone.localdate()
    sitting = (
        Tenancy.objects.unscoped(WHY)
        .filter(Q(until__isnull=True) | Q(until__gt=today), sits=True, space__isnull=False)
        .filter(Q(since__isnull=True) | Q(since__lte=today))
    )
    spaces = Space.objects.unscoped(WHY)
    taken = (Space.State.LET, Space.State.SELF_USED)
    held = spaces.filter(pk__in=sitting.values("space_id")).exclude(state__in=taken)
    empty = spaces.filter(standing(today), state=Space.State.LET).exclude(
        pk__in=sitting.values("space_id")
    )
    outside = Tenancy.objects.unscoped(WHY).filter(
        Q(space__until__isnull=False) & (Q(until__isnull=True) | Q(until__gt=F("space__until")))
        | Q(since__lt=F("space__since")),
        sits=True,
    )
    for pk, name, number in outside.order_by("pk").values_list(
        "pk", "enterprise__name", "space__number"
    ):
        yield Breach(
            "rooms",
            _("“%(name)s”的入驻超出了房号 %(number)s 存在的日期")
            % {"name": name, "number": number},
            (_("入驻 %(pk)d") % {"pk": pk},),
        )
    for rows, sentence in (
        (held, _("%(room)s 有企业在办公，房源状态却不是已租或自用")),
        (empty, _("%(room)s 没有企业在办公，房源状态却是已租")),
    ):
        for pk, tower, number in rows.order_by("pk").values_list("pk", "building__name", "number"):
            yield Breach(
                "rooms", sentence % {"room": f"{tower} {number}"}, (_("房源 %(pk)d") % {"pk": pk},)
            )


def _areas() -> Iterator[Breach]:
    """Rooms fit into their floor; no tenancy is larger than its room."""
    floors = (
        Floor.objects.unscoped(WHY)
        .filter(area__gt=0)
        .filter(standing(timezone.localdate(), "spaces__"))
        .annotate(rooms=Sum("spaces__area"), count=Count("spaces"))
        .filter(rooms__gt=F("area") * TOLERANCE)
        .order_by("pk")
    )
    for pk, tower, number, area, rooms in floors.values_list(
        "pk", "building__name", "number", "area", "rooms"
    ):
        yield Breach(
            "areas",
            _("%(tower)s %(floor)d 层的房间合计 %(rooms)s ㎡，超过本层面积 %(area)s ㎡")
            % {"tower": tower, "floor": number, "rooms": rooms, "area": area},
            (_("楼层 %(pk)d") % {"pk": pk},),
        )
    stays = (
        Tenancy.objects.unscoped(WHY)
        .filter(until__isnull=True, sits=True, space__area__gt=0)
        .filter(area__gt=F("space__area") * TOLERANCE)
        .order_by("pk")
    )
    for pk, name, area, room in stays.values_list("pk", "enterprise__name", "area", "space__area"):
        yield Breach(
            "areas",
            _("“%(name)s”租用 %(area)s ㎡，超过房间的 %(room)s ㎡")
            % {"name": name, "area": area, "room": room},
            (_("入驻 %(pk)d") % {"pk": pk},),
        )


RULE_NAMES: dict[str, tuple[Any, Any]] = {
    "presence": (lazy("在地状态"), lazy("条入驻")),
    "places": (lazy("入驻的位置"), lazy("条入驻")),
    "overlaps": (lazy("入驻的日期"), lazy("条入驻")),
    "history": (lazy("事实的先后"), lazy("条事实")),
    "copies": (lazy("资料与事实"), lazy("条事实")),
    "home": (lazy("主要入驻地"), lazy("家企业")),
    "registered_only": (lazy("在册不在地"), lazy("家企业")),
    "cancelled": (lazy("注销"), lazy("家企业")),
    "officer": (lazy("企业专员"), lazy("家企业")),
    "followers": (lazy("附属记录"), lazy("家企业")),
    "rooms": (lazy("房源状态"), lazy("间房")),
    "areas": (lazy("面积"), lazy("层")),
}
"""Rule → what it is about and what it counts."""
RULES: tuple[Callable[..., Iterator[Breach]], ...] = (
    _presence, _history, _copies, _home, _places, _registered_only, _cancelled,
)  # fmt: skip
BATCH_RULES: tuple[Callable[[list[int]], Iterator[Breach]], ...] = (_officers, _followers)
WHOLE_RULES: tuple[Callable[[], Iterator[Breach]], ...] = (_rooms, _areas)


def _batches(ids: Iterable[int] | None) -> Iterator[list[int]]:
    if ids is not None:
        wanted = sorted(set(ids))
        yield from (wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH))
        return
    last = 0
    while True:
        rows = Enterprise.objects.unscoped(WHY).filter(pk__gt=last).order_by("pk")
        part = list(rows.values_list("pk", flat=True)[:BATCH])
        if not part:
            return
        yield part
        last = part[-1]


def _runs(row: PlaceFact | Tenancy, on: date) -> bool:
    return (row.since is None or row.since <= on) and (row.until is None or row.until > on)


def _open(stay: Tenancy) -> bool:
    return stay.until is None or stay.until > timezone.localdate()


def _firm(row: Enterprise) -> str:
    return _("企业 %(pk)d") % {"pk": row.pk}


def _stay(row: Tenancy) -> str:
    return _("入驻 %(pk)d") % {"pk": row.pk}


def _fact(row: PlaceFact) -> str:
    return _("事实 %(pk)d") % {"pk": row.pk}
