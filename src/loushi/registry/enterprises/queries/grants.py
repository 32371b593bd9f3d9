"""What membership of an enterprise allows a person to do."""

from collections.abc import Iterable
from datetime import date

from loushi.foundation.core.actor import ENTERPRISE, Grant
from loushi.registry.accounts.queries import running_on
from loushi.registry.enterprises.models import EnterpriseMembership


def grants_of(user_id: int, on: date) -> Iterable[Grant]:
    """The person's grants of kind "enterprise" on a day, one for each membership; one query."""
    rows = (
        EnterpriseMembership.objects.unscoped("a person's own memberships make the actor")
        .filter(running_on(on), user_id=user_id, role__is_active=True)
        .select_related("role", "enterprise")
        .order_by("since", "pk")
    )
    return [
        Grant(
            role=row.role.code,
            permissions=frozenset(row.role.permissions),
            kind=ENTERPRISE,
            key=str(row.enterprise_id),
            label=f"{row.enterprise.name} {row.role.name}",
            since=row.since,
            until=row.until,
        )
        for row in rows
    ]
