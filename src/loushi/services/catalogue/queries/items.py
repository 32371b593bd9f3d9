"""The service list: a unit's menu on any day, the guide above it, one item, what a firm may use."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.days import running
from loushi.foundation.core.errors import NotVisible
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.units import WIDTH
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.models import (
    ItemField,
    ItemSide,
    ItemVersion,
    MenuEntry,
    ServiceBundle,
    ServiceItem,
)
from loushi.services.catalogue.policy import VIEW

OWN_WORDS = ("hours", "channels", "contact")
"""What a community may say otherwise than the guide."""


@dataclass(frozen=True, slots=True)
class ItemFilters:
    """What a list is narrowed to; '' is no narrowing. `grade` is "basic" or "added"; `one` keeps
    the 一类事."""

    q: str = ""
    field: str = ""
    side: str = ""
    grade: str = ""
    one: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item as a list offers it. `entry` is the community's own row where it was taken over;
    `guide` the unit whose catalogue it comes from."""

    id: int
    code: str
    title: str
    summary: str
    field: str
    field_label: str
    side: str
    side_label: str
    value_added: bool
    one_matter: bool
    office: str
    contact: str
    conditions: str
    materials: str
    steps: str
    fees: str
    limit: str
    hours: str
    channels: str
    source: str
    unit: str
    unit_id: int
    number: int
    since: date
    until: date | None
    guide: str = ""
    entry: int | None = None
    note: str = ""
    bundle: int | None = None
    bundle_title: str = ""
    bundle_open: bool = False
    """Whether the bundle by which it is done takes applications now."""


def versions_on(actor: Actor, on: date) -> QuerySet[ItemVersion]:
    """What the visible items say on a day, those taken off left out."""
    rows = ItemVersion.objects.visible_to(actor).filter(running(on), offered=True)
    return rows.select_related("item__unit", "field", "side", "bundle").order_by("item__code", "pk")


def entries_on(actor: Actor, on: date) -> QuerySet[MenuEntry]:
    """What communities have taken over on a day, as far as it is visible."""
    return MenuEntry.objects.visible_to(actor).filter(running(on)).select_related("unit")


def menu(
    actor: Actor, unit_id: int, on: date | None = None, filters: ItemFilters | None = None
) -> list[ItemLine]:
    """The list of a unit on a day: its own items and what it took over from the guide."""
    on = on or timezone.localdate()
    rows = _narrowed(versions_on(actor, on), filters)
    own = [_line(row) for row in rows.filter(item__unit=unit_id)]
    entries = {one.item_id: one for one in entries_on(actor, on).filter(unit=unit_id)}
    taken = [_taken(row, entries[row.item_id]) for row in rows.filter(item__in=list(entries))]
    return own + taken


def guide(actor: Actor, unit_id: int, on: date | None = None) -> list[ItemLine]:
    """What the units above offer that a unit has not taken over on a day."""
    on = on or timezone.localdate()
    unit = Unit.objects.filter(pk=unit_id).exclude(path="").first()
    if unit is None:
        return []
    above = [unit.path[:end] for end in range(WIDTH, len(unit.path), WIDTH)]
    held = entries_on(actor, on).filter(unit=unit_id).values("item")
    rows = versions_on(actor, on).filter(unit_path__in=above).exclude(item__in=held)
    return [_line(row) for row in rows]


def own_menu(
    actor: Actor, on: date | None = None, filters: ItemFilters | None = None
) -> list[ItemLine]:
    """What an enterprise's people can have done where it sits: the menus of its communities; the
    guide itself only where no community has made a menu yet."""
    on = on or timezone.localdate()
    entries = list(entries_on(actor, on))
    above = {
        one.unit_path[:end] for one in entries for end in range(WIDTH, len(one.unit_path), WIDTH)
    }
    found, by_item = [], {}
    for row in _narrowed(versions_on(actor, on), filters):
        if row.unit_path not in above:
            found.append(_line(row))
        by_item[row.item_id] = row
    taken = [_taken(by_item[one.item_id], one) for one in entries if one.item_id in by_item]
    return sorted(found + taken, key=lambda line: (line.code, line.unit_id))


def item_row(actor: Actor, item_id: int) -> ServiceItem:
    """One item; NotVisible for strangers."""
    return fetch(ServiceItem, actor, item_id, related=("unit",))


def entry_row(actor: Actor, entry_id: int) -> MenuEntry:
    """One row of a community's menu; NotVisible for strangers."""
    return fetch(MenuEntry, actor, entry_id, related=("unit", "item__unit"))


def item_line(
    actor: Actor, item_id: int, *, unit_id: int | None = None, on: date | None = None
) -> ItemLine | None:
    """An item on a day, as a unit's menu offers it; None where it is not offered then."""
    on = on or timezone.localdate()
    row = versions_on(actor, on).filter(item=item_id).first()
    if row is None:
        return None
    entries = entries_on(actor, on).filter(item=item_id)
    entry = entries.filter(unit=unit_id).first() if unit_id else None
    return _line(row) if entry is None else _taken(row, entry)


def own_item(actor: Actor, item_id: int, unit_id: int | None) -> ItemLine:
    """An item as the own menu offers it; NotVisible for what stands in no such menu today."""
    lines = [line for line in own_menu(actor) if line.id == item_id]
    for line in lines:
        if line.unit_id == unit_id:
            return line
    if not lines:
        raise NotVisible
    return lines[0]


def item_bundle(actor: Actor, item_id: int) -> ServiceBundle | None:
    """The bundle by which an item is done today, where the actor sees it and it takes
    applications."""
    row = versions_on(actor, timezone.localdate()).filter(item=item_id).first()
    if row is None or row.bundle_id is None:
        return None
    rows = ServiceBundle.objects.visible_to(actor)
    return rows.filter(pk=row.bundle_id, state=ServiceBundle.State.PUBLISHED).first()


def items_leading_to(actor: Actor, bundle_id: int) -> list[ItemLine]:
    """The items that are done by a bundle (that was checked) today, as far as they are visible."""
    return [_line(row) for row in versions_on(actor, timezone.localdate()).filter(bundle=bundle_id)]


def item_title(actor: Actor, item_id: int) -> str:
    """The name of an item that is offered today, '' for any other."""
    row = versions_on(actor, timezone.localdate()).filter(item=item_id).first()
    return "" if row is None else row.title


def item_titles(ids: Iterable[int]) -> dict[int, str]:
    """The last names of items that were checked."""
    rows = ItemVersion.objects.unscoped("names of items that were checked")
    found = rows.filter(item__in=list(ids)).order_by("number")
    return dict(found.values_list("item_id", "title"))


def item_versions(actor: Actor, item_id: int) -> list[ItemVersion]:
    """All that an item has said, the newest first."""
    rows = ItemVersion.objects.visible_to(actor).filter(item=item_id)
    return list(rows.select_related("field", "side", "bundle"))


def takers(actor: Actor, item_id: int, on: date | None = None) -> list[MenuEntry]:
    """The communities that offer an item of the guide, as far as they are visible."""
    rows = entries_on(actor, on or timezone.localdate()).filter(item=item_id)
    return list(rows.order_by("unit_path"))


def list_units(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the units that have a list or may get one from the actor."""
    rows = Unit.objects.filter(dissolved_on__isnull=True).exclude(path="")
    held = Q(pk__in=ItemVersion.objects.visible_to(actor).values("item__unit"))
    held |= Q(pk__in=MenuEntry.objects.visible_to(actor).values("unit"))
    held |= Q(path__in=sorted(actor.keys(UNIT, VIEW)))
    if actor.system:
        held |= Q(path__isnull=False)
    return list(rows.filter(held).order_by("path").values_list("pk", "name"))


def list_unit(actor: Actor, unit_id: int) -> Unit:
    """A unit whose list the actor may open; NotVisible for any other."""
    if unit_id not in dict(list_units(actor)):
        raise NotVisible
    return Unit.objects.get(pk=unit_id)


def first_unit(actor: Actor) -> int:
    """The unit whose list the actor sees first: the own one, else the topmost; 0 for none."""
    units = list_units(actor)
    own = Unit.objects.filter(
        path__in=sorted(actor.keys(UNIT, VIEW)), pk__in=[pk for pk, _name in units]
    )
    first = own.order_by("path").values_list("pk", flat=True).first()
    return first or (units[0][0] if units else 0)


def offices(lines: Iterable[ItemLine]) -> list[str]:
    """The offices that a list names."""
    return sorted({line.office for line in lines if line.office})


def field_choices() -> list[tuple[str, str]]:
    """五位一体, as it may be chosen today."""
    return list(ItemField.offered().values_list("code", "label"))


def side_choices() -> list[tuple[str, str]]:
    """三侧, as they may be chosen today."""
    return list(ItemSide.offered().values_list("code", "label"))


def item_values(line: ItemLine) -> dict[str, Any]:
    """A line as plain values, for files and the API."""
    return asdict(line)


def _narrowed(
    rows: QuerySet[ItemVersion], filters: ItemFilters | None
) -> QuerySet[ItemVersion]:  # fmt: skip
    filters = filters or ItemFilters()
    if filters.q:
        rows = rows.filter(
            Q(title__icontains=filters.q) | Q(summary__icontains=filters.q)
            | Q(office__icontains=filters.q) | Q(materials__icontains=filters.q)
            | Q(item__code__iexact=filters.q)
        )  # fmt: skip
    for name in ("field", "side", "office"):
        if value := getattr(filters, name):
            rows = rows.filter(**{name: value})
    if filters.grade:
        rows = rows.filter(value_added=filters.grade == "added")
    return rows.filter(one_matter=True) if filters.one else rows


def _line(row: ItemVersion) -> ItemLine:
    unit = row.item.unit
    return ItemLine(
        row.item_id, row.item.code, row.title, row.summary, row.field_id, row.field.label,
        row.side_id, row.side.label, row.value_added, row.one_matter, row.office, row.contact,
        row.conditions, row.materials, row.steps, row.fees, row.limit, row.hours, row.channels,
        row.source, unit.name, unit.pk, row.number, row.since, row.until,
        bundle=row.bundle_id, bundle_title=row.bundle.title if row.bundle else "",
        bundle_open=row.bundle is not None and row.bundle.state == ServiceBundle.State.PUBLISHED,
    )  # fmt: skip


def _taken(row: ItemVersion, entry: MenuEntry) -> ItemLine:
    """An item of the guide as a community offers it: its own words where it has some."""
    line = _line(row)
    said: dict[str, Any] = {name: getattr(entry, name) or getattr(line, name) for name in OWN_WORDS}
    return replace(
        line, guide=line.unit, unit=entry.unit.name, unit_id=entry.unit_id, entry=entry.pk,
        note=entry.note, **said,
    )  # fmt: skip
