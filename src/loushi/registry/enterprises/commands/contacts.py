"""Contacts of an enterprise and the people who belong to it."""

from collections.abc import Sequence
from datetime import date
from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record, record_look, record_many
from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.scoping import fetch, permits
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.accounts.models import Role, User
from loushi.registry.enterprises.commands.enterprises import Upserted, clean_rows
from loushi.registry.enterprises.commands.portions import chunks
from loushi.registry.enterprises.commands.values import ContactValues, clean_contact
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseContact,
    EnterpriseMembership,
)
from loushi.registry.enterprises.policy import CHANGE, PHONE, REVEAL
from loushi.registry.enterprises.queries.masking import masked_phone

SHORTEST_PURPOSE = 4


class MemberValues(TypedDict):
    """One membership; `role` is a role's code, `until` the last day."""

    enterprise_id: int
    user_id: int
    role: str
    since: date
    until: date | None


def save_contact(*, actor: Actor, enterprise_id: int, values: ContactValues) -> EnterpriseContact:
    """Adds a contact of an enterprise or changes the one of that name."""
    result = upsert_contacts(actor=actor, rows=[{**values, "enterprise_id": enterprise_id}])
    return fetch(EnterpriseContact, actor, result.ids[0])


def upsert_contacts(
    *,
    actor: Actor,
    rows: Sequence[ContactValues],
    why: str = "",
    permission: str = CHANGE,
) -> Upserted:
    """Creates and changes contacts, known by enterprise and name; audit keeps phones masked."""
    cleaned = clean_rows(rows, clean_contact, new=True)
    result = Upserted(ids=[0] * len(cleaned))
    with transaction.atomic():
        paths = _changeable(actor, sorted({row["enterprise_id"] for row in cleaned}), permission)
        known = _contacts(sorted(paths))
        fresh: list[int] = []
        pending = []
        for index, row in enumerate(cleaned):
            held = known.get((row["enterprise_id"], row["name"]))
            if held is None:
                fresh.append(index)
                continue
            result.ids[index] = held.pk
            if values := {k: v for k, v in row.items() if getattr(held, k) != v}:
                pending.append((held, values))
        made = insert_rows(
            [
                EnterpriseContact(
                    **cleaned[index], unit_path=paths[cleaned[index]["enterprise_id"]]
                )
                for index in fresh
            ]
        )
        for index, thing in zip(fresh, made, strict=True):
            result.ids[index] = thing.pk
        update_rows(EnterpriseContact, [(held.pk, values) for held, values in pending])
        record_many(
            actor=actor,
            action="enterprises.contact",
            lines=[
                *(Line(thing, after=_told(cleaned[index]), why=why)
                  for index, thing in zip(fresh, made, strict=True)),
                *(Line(held, _told({k: getattr(held, k) for k in values}), _told(values), why)
                  for held, values in pending),
            ],
        )  # fmt: skip
    result.created, result.changed = len(made), len(pending)
    result.unchanged = len(cleaned) - len(made) - len(pending)
    return result


def remove_contact(*, actor: Actor, contact_id: int, why: str = "") -> None:
    """Takes a contact out of the register; the audit keeps that it was there."""
    with transaction.atomic():
        row = fetch(EnterpriseContact, actor, contact_id, permission=CHANGE, lock=True)
        record(
            actor=actor,
            action="enterprises.contact_remove",
            subject=row,
            before={"name": row.name, "title": row.title},
            why=why,
        )
        row.delete()


def reveal_phone(*, actor: Actor, contact_id: int, purpose: str) -> str:
    """The full phone of a contact; the look is recorded with its purpose.

    Denied without enterprises.reveal (or enterprises.phone) at a place that covers the contact.
    """
    with transaction.atomic():
        row = fetch(EnterpriseContact, actor, contact_id)
        if not (permits(actor, REVEAL, row) or permits(actor, PHONE, row)):
            raise Denied
        if len(purpose.strip()) < SHORTEST_PURPOSE:
            raise Refused(
                _("请写明用途，至少 4 个字，例如“核实诉求地点”。用途会留痕。"), field="purpose"
            )
        record_look(actor=actor, subject=row, purpose=purpose.strip(), fields=["phone"])
    return row.phone


def add_member(
    *,
    actor: Actor,
    enterprise_id: int,
    user_id: int,
    role: str,
    since: date,
    until: date | None = None,
) -> EnterpriseMembership:
    """Makes a user one of the enterprise's people in a role (by code); `until` is the last day."""
    row: MemberValues = {
        "enterprise_id": enterprise_id,
        "user_id": user_id,
        "role": role,
        "since": since,
        "until": until,
    }
    ids = add_members(actor=actor, rows=[row])
    return fetch(EnterpriseMembership, actor, ids[0])


def add_members(*, actor: Actor, rows: Sequence[MemberValues]) -> list[int]:
    """The bulk form of `add_member`; one that runs already is left as it is."""
    with transaction.atomic():
        paths = _changeable(actor, sorted({row["enterprise_id"] for row in rows}))
        roles = {
            role.code: role
            for role in Role.objects.filter(
                code__in={row["role"] for row in rows}, kind=ENTERPRISE, is_active=True
            )
        }
        users = set(
            User.objects.filter(pk__in=[row["user_id"] for row in rows]).values_list(
                "pk", flat=True
            )
        )
        running = {
            (held.enterprise_id, held.user_id, held.role_id): held.pk
            for chunk in chunks(sorted(paths))
            for held in EnterpriseMembership.objects.unscoped("members of checked enterprises")
            .filter(enterprise_id__among=chunk, until__isnull=True)
            .order_by("pk")
        }
        members: list[EnterpriseMembership] = []
        ids: list[int | None] = []
        for row in rows:
            role = roles.get(row["role"])
            if role is None:
                raise Refused(
                    _("没有可在企业担任的角色“%(code)s”。") % {"code": row["role"]}, field="role"
                )
            if row["user_id"] not in users:
                raise Refused(_("没有这个账号。请先建立账号。"), field="user_id")
            enterprise_id, user_id = row["enterprise_id"], row["user_id"]
            held = running.get((enterprise_id, user_id, role.pk))
            ids.append(held)
            if held is None:
                members.append(
                    EnterpriseMembership(
                        enterprise_id=enterprise_id,
                        user_id=user_id,
                        role=role,
                        unit_path=paths[enterprise_id],
                        since=row["since"],
                        until=row["until"],
                    )
                )
        made = insert_rows(members)
        fresh = iter(made)
        record_many(
            actor=actor,
            action="enterprises.member",
            lines=[
                Line(thing, after={"user_id": thing.user_id, "role": thing.role.code,
                                   "since": thing.since, "until": thing.until})
                for thing in made
            ],
        )  # fmt: skip
    return [pk if pk is not None else next(fresh).pk for pk in ids]


def end_member(*, actor: Actor, membership_id: int, until: date) -> None:
    """Ends a membership; `until` is the last day on which it is held."""
    with transaction.atomic():
        row = fetch(EnterpriseMembership, actor, membership_id, permission=CHANGE, lock=True)
        if until < row.since:
            raise Refused(_("结束日期不能早于开始日期。"), field="until")
        before = row.until
        row.until = until
        row.save(update_fields=["until"])
        record(
            actor=actor,
            action="enterprises.member_end",
            subject=row,
            before={"until": before},
            after={"until": until},
        )


def _changeable(actor: Actor, ids: Sequence[int], permission: str = CHANGE) -> dict[int, str]:
    """Enterprise id → path of those that the actor may change; Refused where one is missing."""
    found: dict[int, str] = {}
    for chunk in chunks(ids):
        rows = Enterprise.objects.visible_to(actor, permission).filter(pk__among=chunk)
        found |= dict(rows.values_list("pk", "unit_path"))
    if set(ids) - set(found):
        raise Refused(_("有企业不存在，或不在您可更正的范围内。请核对后重试。"))
    return found


def _contacts(ids: Sequence[int]) -> dict[tuple[int, str], EnterpriseContact]:
    return {
        (row.enterprise_id, row.name): row
        for chunk in chunks(ids)
        for row in EnterpriseContact.objects.unscoped("contacts of checked enterprises").filter(
            enterprise_id__among=chunk
        )
    }


def _told(values: dict[str, object]) -> dict[str, object]:
    return {
        name: masked_phone(str(value)) if name == "phone" else value
        for name, value in values.items()
    }
