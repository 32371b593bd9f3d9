"""Policies for tests, made through the real commands."""

from typing import Any

from loushi.foundation.core.actor import system_actor
from loushi.registry.territory.models import Unit
from loushi.services.catalogue import commands
from loushi.services.catalogue.models import Policy, ServiceItem


def make_policy(unit: Unit, *conditions: Any, published: bool = True, **values: Any) -> Policy:
    """A policy of a unit, published; the conditions must all be met."""
    given = {"title": "小微企业房租补贴", "issuer": "商务局", "benefits": "补贴 2 万元"} | values
    given.setdefault("conditions", {"all": list(conditions)})
    row = commands.create_policy(actor=system_actor(), unit_id=unit.pk, values=given)
    if published:
        commands.publish_policy(actor=system_actor(), policy_id=row.pk)
        row.refresh_from_db()
    return row


def make_item(unit: Unit, code: str = "A01", **values: Any) -> ServiceItem:
    """A service item of a unit's list, offered from today."""
    given = {"title": "店招备案", "field_id": "government", "side_id": "government"} | values
    return commands.create_item(
        actor=system_actor(), unit_id=unit.pk, values={"code": code} | given
    )
