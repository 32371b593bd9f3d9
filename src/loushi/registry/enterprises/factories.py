"""Enterprises, tenancies and members for tests, made through the real commands."""

from datetime import date
from itertools import count
from typing import Any

from loushi.foundation.core.actor import system_actor
from loushi.registry.accounts import commands as accounts
from loushi.registry.accounts.factories import make_user
from loushi.registry.accounts.models import User
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises import commands
from loushi.registry.enterprises.models import (
    ChangeReason,
    Enterprise,
    EnterpriseContact,
    EnterpriseMembership,
    Tenancy,
)
from loushi.registry.territory.models import Unit

SINCE = date(2026, 1, 1)
_numbers = count(1)


def valid_code(number: int = 0) -> str:
    """A valid credit code, a different one for each number."""
    return commands.complete(f"91330105MA2{number or next(_numbers):06d}")


def make_enterprise(unit: Unit | None = None, *, name: str = "", **values: Any) -> Enterprise:
    """An enterprise with a valid code, at home in a unit."""
    number = next(_numbers)
    if not ChangeReason.objects.exists():  # a test that flushed the database
        commands.install_lists(actor=system_actor())
    given = {"credit_code": valid_code(900_000 - number), **values}
    return commands.register_enterprise(
        actor=system_actor(),
        values={
            "name": name or f"临漕第{number}科技有限公司",
            "unit_id": unit.pk if unit else None,
            **given,
        },
    )


def make_tenancy(enterprise: Enterprise, building: Building, **values: Any) -> Tenancy:
    """A running tenancy, of an enterprise that is registered here unless something else is said."""
    known = Enterprise.objects.unscoped("a factory").filter(pk=enterprise.pk, registered_lies="")
    if "sits" not in values and known.exists():
        values.setdefault("presence", "here_registered")
    return commands.move_in(
        actor=system_actor(),
        enterprise_id=enterprise.pk,
        values={"building_id": building.pk, "since": SINCE, **values},
    )


def make_contact(
    enterprise: Enterprise, name: str = "许念青", phone: str = "13812342046", **values: Any
) -> EnterpriseContact:
    """A contact with a phone number."""
    return commands.save_contact(
        actor=system_actor(),
        enterprise_id=enterprise.pk,
        values={"name": name, "phone": phone, **values},
    )


def make_member(
    enterprise: Enterprise, user: User | None = None, role: str = "enterprise_contact"
) -> EnterpriseMembership:
    """A user who belongs to the enterprise."""
    accounts.install_roles(actor=system_actor())
    person = user or make_user("许念青")
    return commands.add_member(
        actor=system_actor(),
        enterprise_id=enterprise.pk,
        user_id=person.pk,
        role=role,
        since=SINCE,
    )
