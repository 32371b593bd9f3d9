"""Reading enterprises: the list, a page, a card for other packages, search, choices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.core.scoping import fetch, permits
from loushi.registry.accounts.queries import running_on
from loushi.registry.buildings.queries import Page, page_of, place_names, unit_choices
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseContact,
    EnterpriseMembership,
    IndustryCode,
    Presence,
)
from loushi.registry.enterprises.policy import CHANGE, PHONE, REVEAL, VIEW
from loushi.registry.enterprises.queries.marks import marks_of
from loushi.registry.enterprises.queries.masking import masked_phone
from loushi.registry.enterprises.queries.narrowing import Filters, enterprises, named
from loushi.registry.enterprises.queries.places import Place, places_of
from loushi.registry.territory.models import Unit

PAGE_SIZE = 50
SORTS: dict[str, tuple[str, ...]] = {
    "newest": ("-created_at",),
    "name": ("name",),
    "place": ("unit_path", "name"),
    "established": ("sort_established",),
    "staff": ("sort_staff",),
}
VALUES = (
    "credit_code", "name", "short_name", "business_kind", "industry_id", "size", "status",
    "established_on", "registered_address", "staff_count", "unit_id", "officer_id", "source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EnterpriseLine:
    """One row of the list."""

    id: int
    name: str
    credit_code: str
    unit: str
    place: str
    presence: str
    presence_label: str
    section: str
    industry: str
    size: str
    status: str
    status_label: str
    staff_count: int | None
    established_on: date | None
    officer: str
    contact: str
    phone: str
    source: str
    registered: str
    tax: str
    tags: str
    stability: str
    lease_until: date | None


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as the actor may see it: `phone` is masked unless `shown`."""

    id: int
    name: str
    title: str
    phone: str
    shown: bool
    may_reveal: bool
    is_primary: bool


@dataclass(frozen=True, slots=True)
class Card:
    """What other packages show of an enterprise beside their own things."""

    id: int
    name: str
    short_name: str
    credit_code: str
    unit: str
    unit_path: str
    place: Place | None
    presence: str
    industry: str
    size: str
    status: str
    contact: Contact | None
    officer_id: int | None
    officer: str

    @property
    def place_text(self) -> str:
        return self.place.text if self.place else ""


@dataclass(frozen=True, slots=True)
class EnterprisePage:
    """Everything the page of an enterprise says, panels of other packages aside."""

    enterprise: Enterprise
    card: Card
    units: tuple[tuple[int, str], ...]
    places: tuple[Place, ...]
    contacts: tuple[Contact, ...]
    members: tuple[tuple[str, str, date, date | None], ...]
    may_change: bool


def enterprise_list(
    actor: Actor, filters: Filters, *, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page[EnterpriseLine]:
    """One page of the list; the number of queries does not depend on the number of rows.

    Denied for who sees no enterprise by any grant: an empty list would be misleading.
    """
    if not actor.has(VIEW):
        raise Denied
    rows = enterprises(actor, filters).annotate(
        sort_established=Coalesce("established_on", Value(date(1, 1, 1))),
        sort_staff=Coalesce("staff_count", 0),
    )
    page = page_of(
        rows.select_related("unit", "industry", "officer"),
        order=_order(filters.sort),
        after=after,
        before=before,
        size=size,
    )
    return replace(page, rows=_lines(actor, page.rows))  # type: ignore[arg-type, return-value]


def enterprise_lines(actor: Actor, filters: Filters) -> Iterable[EnterpriseLine]:
    """All rows of the list, for the export; in portions, so that memory stays constant."""
    after = ""
    while True:
        page = enterprise_list(actor, filters, after=after, size=1000)
        yield from page.rows
        if not page.after:
            return
        after = page.after


def enterprise_page(actor: Actor, enterprise_id: int) -> EnterprisePage:
    """The page of one enterprise; NotVisible for strangers."""
    row = fetch(Enterprise, actor, enterprise_id, related=("unit", "industry", "officer"))
    return _page(actor, row)


def own_page(actor: Actor, enterprise_id: int) -> EnterprisePage:
    """The page of an enterprise for its own people, whatever their role; NotVisible for others."""
    row = enterprise_of(actor)
    if row is None or row.pk != enterprise_id:
        raise NotVisible
    return _page(actor, row)


def _page(actor: Actor, row: Enterprise) -> EnterprisePage:
    contacts = _contacts(actor, row)
    places = places_of([row.pk])[row.pk]
    members = (
        EnterpriseMembership.objects.unscoped("members of an enterprise that was checked")
        .filter(running_on(timezone.localdate()), enterprise_id=row.pk)
        .select_related("user", "role")
    )
    return EnterprisePage(
        enterprise=row,
        card=_card(row, places, contacts),
        units=place_names(row.unit_path),
        places=tuple(places),
        contacts=tuple(contacts),
        members=tuple(
            (member.user.name, member.role.label, member.since, member.until)
            for member in members.order_by("since", "pk")
        ),
        may_change=permits(actor, CHANGE, row),
    )


def enterprise_card(actor: Actor, enterprise_id: int) -> Card:
    """Name, place, presence, main contact (masked), officer; NotVisible for strangers."""
    row = fetch(Enterprise, actor, enterprise_id, related=("unit", "industry", "officer"))
    return _card(row, places_of([row.pk])[row.pk], _contacts(actor, row))


def enterprise_values(actor: Actor, enterprise_id: int) -> dict[str, Any]:
    """The stored values of an enterprise for its form; NotVisible or Denied."""
    row = fetch(Enterprise, actor, enterprise_id, permission=CHANGE)
    return {name: getattr(row, name) for name in VALUES}


def contacts_of(actor: Actor, enterprise_id: int) -> list[Contact]:
    """The contacts of a visible enterprise, as the actor may see them."""
    return _contacts(actor, fetch(Enterprise, actor, enterprise_id))


def contact_values(actor: Actor, contact_id: int) -> EnterpriseContact:
    """One contact for its form; NotVisible or Denied."""
    return fetch(EnterpriseContact, actor, contact_id, permission=CHANGE, related=("enterprise",))


def enterprise_of(actor: Actor) -> Enterprise | None:
    """The enterprise whose person the actor is; of several the one that is held longest."""
    own = [int(grant.key) for grant in actor.grants if grant.kind == ENTERPRISE]
    if not own:
        return None
    rows = Enterprise.objects.unscoped("a person's own enterprise").filter(pk__in=own)
    found = rows.select_related("unit", "industry", "officer").in_bulk()
    return next((found[pk] for pk in own if pk in found), None)


def enterprises_of(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of all enterprises whose person the actor is."""
    own = [int(key) for key in actor.keys(ENTERPRISE)]
    rows = Enterprise.objects.unscoped("a person's own enterprises").filter(pk__in=own)
    return list(rows.order_by("name", "pk").values_list("pk", "name"))


def search(actor: Actor, text: str, limit: int = 20) -> list[Card]:
    """Visible enterprises whose name, short name or code holds the text; for pickers."""
    if not text.strip():
        return []
    rows = list(
        enterprises(actor)
        .filter(named(text))
        .select_related("unit", "industry", "officer")
        .order_by("name", "pk")[:limit]
    )
    places = places_of([row.pk for row in rows])
    return [_card(row, places[row.pk], []) for row in rows]


def enterprise_by_words(actor: Actor, words: str) -> int | None:
    """The one enterprise of this full name or credit code, where the actor sees it."""
    rows = enterprises(actor).filter(Q(name__iexact=words) | Q(credit_code__iexact=words))
    found = list(rows.order_by("pk").values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None


def members_to_notify(enterprise_id: int, permission: str = "") -> list[int]:
    """The ids of the enterprise's people of today, for notices; with a permission only those whose
    role there carries it (an employee does not see what a contact sees)."""
    rows = (
        EnterpriseMembership.objects.unscoped("notices go to the people of the enterprise")
        .filter(running_on(timezone.localdate()), enterprise_id=enterprise_id, user__is_active=True)
        .values_list("user_id", "role__permissions")
    )
    return sorted({user for user, held in rows if not permission or permission in held})


def sections() -> list[tuple[str, str]]:
    """(letter, name) of the sections of GB/T 4754."""
    return list(IndustryCode.objects.filter(level=1).values_list("code", "name"))


def industry_choices(held: str | None = None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Divisions (大类) grouped by section, for a select; with the finer code that is held."""
    groups: dict[str, list[tuple[str, str]]] = {}
    names = dict(sections())
    rows = IndustryCode.objects.filter(Q(level=2) | Q(pk=held or "")).order_by("code")
    for code, section, name in rows.values_list("code", "section", "name"):
        groups.setdefault(section, []).append((code, f"{code} {name}"))
    return [(f"{key} {names.get(key, '')}", groups[key]) for key in sorted(groups)]


def home_choices(actor: Actor, held: int | None = None) -> list[tuple[int, str]]:
    """(id, name) of the units where the actor may put an enterprise, and the one that is held."""
    found = unit_choices(actor, CHANGE)
    if held is not None and held not in dict(found):
        found += Unit.objects.filter(pk=held).values_list("pk", "name")
    return found


def _order(sort: str) -> tuple[str, ...]:
    fields = SORTS.get(sort.lstrip("-"), SORTS["place"])
    if not sort.startswith("-"):
        return fields
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in fields)


def _lines(actor: Actor, rows: Sequence[Enterprise]) -> list[EnterpriseLine]:
    ids = [row.pk for row in rows]
    places = places_of(ids)
    contacts = _main_contacts(ids)
    marks = marks_of(ids)
    open_phones = _phones_shown(actor, ids)
    found = []
    for row in rows:
        place = places[row.pk][0] if places[row.pk] else None
        contact = contacts.get(row.pk)
        phone = contact.phone if contact else ""
        found.append(
            EnterpriseLine(
                id=row.pk,
                name=row.name,
                credit_code=row.credit_code or "",
                unit=row.unit.name if row.unit else "",
                place=place.text if place else "",
                presence=place.presence if place else "",
                presence_label=place.presence_label if place else "",
                section=row.industry.section if row.industry else "",
                industry=row.industry.name if row.industry else "",
                size=row.get_size_display() if row.size else "",
                status=row.status,
                status_label=row.get_status_display(),
                staff_count=row.staff_count,
                established_on=row.established_on,
                officer=row.officer.name if row.officer else "",
                contact=contact.name if contact else "",
                phone=phone if row.pk in open_phones else masked_phone(phone),
                source=row.source,
                registered=row.get_registered_lies_display() if row.registered_lies else "",
                tax=row.get_tax_lies_display() if row.tax_lies else "",
                tags="、".join(mark.label for mark in marks[row.pk].tags),
                stability=marks[row.pk].level_label,
                lease_until=place.lease_until if place else None,
            )
        )
    return found


def _main_contacts(ids: Sequence[int]) -> dict[int, EnterpriseContact]:
    rows = EnterpriseContact.objects.unscoped("contacts of enterprises that were checked").filter(
        enterprise_id__in=ids
    )
    found: dict[int, EnterpriseContact] = {}
    for row in rows.order_by("enterprise_id", "-is_primary", "pk"):
        found.setdefault(row.enterprise_id, row)
    return found


def _phones_shown(actor: Actor, ids: Sequence[int]) -> frozenset[int]:
    """The enterprises among `ids` whose phones the actor sees directly; one query at most."""
    if not actor.has(PHONE):
        return frozenset()
    rows = Enterprise.objects.visible_to(actor, PHONE).filter(pk__in=ids)
    return frozenset(rows.values_list("pk", flat=True))


def _contacts(actor: Actor, row: Enterprise) -> list[Contact]:
    shown = permits(actor, PHONE, row)
    may_reveal = not shown and permits(actor, REVEAL, row)
    contacts = EnterpriseContact.objects.unscoped("contacts of an enterprise that was checked")
    return [
        Contact(
            id=contact.pk,
            name=contact.name,
            title=contact.title,
            phone=contact.phone if shown else masked_phone(contact.phone),
            shown=shown,
            may_reveal=may_reveal and bool(contact.phone),
            is_primary=contact.is_primary,
        )
        for contact in contacts.filter(enterprise_id=row.pk).order_by("-is_primary", "pk")
    ]


def _card(row: Enterprise, places: Sequence[Place], contacts: Sequence[Contact]) -> Card:
    place = places[0] if places else None
    return Card(
        id=row.pk,
        name=row.name,
        short_name=row.short_name,
        credit_code=row.credit_code or "",
        unit=row.unit.name if row.unit else "",
        unit_path=row.unit_path,
        place=place,
        presence=str(Presence(place.presence).label) if place else "",
        industry=row.industry.name if row.industry else "",
        size=row.get_size_display() if row.size else "",
        status=row.get_status_display(),
        contact=contacts[0] if contacts else None,
        officer_id=row.officer_id,
        officer=row.officer.name if row.officer else "",
    )
