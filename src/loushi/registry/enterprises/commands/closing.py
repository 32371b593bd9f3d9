"""An enterprise is 注销: whatever runs about it ends on that day."""

from collections.abc import Sequence
from datetime import date

from loushi.foundation.core.events import publish
from loushi.foundation.transfer.commands import update_rows
from loushi.registry.enterprises.commands.facts import CANCELLED, close_facts
from loushi.registry.enterprises.commands.portions import chunks
from loushi.registry.enterprises.commands.settling import settle_enterprises
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseTag,
    OfficerPost,
    Stability,
    Tenancy,
)
from loushi.registry.enterprises.policy import NOT_ENDED

WHY = "a cancelled enterprise ends"


def close_down(*, ids: Sequence[int], on: date, why: str) -> None:
    """Ends facts, tenancies, tags, officer and stability of cancelled enterprises on a day."""
    if not ids:
        return
    close_facts(ids=ids, on=on, reason=CANCELLED)
    touched: list[Tenancy] = []
    left: list[Tenancy] = []
    for chunk in chunks(sorted(ids)):
        rows = list(Tenancy.objects.unscoped(WHY).filter(NOT_ENDED, enterprise_id__among=chunk))
        for row in rows:
            row.until = max(on, row.since or on)
        update_rows(Tenancy, [(r.pk, {"until": r.until, "ended_id": CANCELLED}) for r in rows])
        touched += rows
        left += [row for row in rows if row.sits]
        for model in (EnterpriseTag, OfficerPost, Stability):
            held = model.objects.unscoped(WHY).filter(
                until__isnull=True, enterprise_id__among=chunk
            )
            ending = [
                (pk, {"until": max(on, since)}) for pk, since in held.values_list("pk", "since")
            ]
            update_rows(model, ending)
        update_rows(Enterprise, [(pk, {"officer_id": None}) for pk in chunk])
    settle_enterprises(ids, tenancies=touched)
    for row in left:
        publish_moved_out(row, on=on, why=why, elsewhere=False)


def publish_moved_out(row: Tenancy, *, on: date, why: str, elsewhere: bool) -> None:
    """The event `enterprise_moved_out` of one tenancy."""
    publish(
        "enterprise_moved_out",
        {
            "enterprise_id": row.enterprise_id,
            "tenancy_id": row.pk,
            "building_id": row.building_id,
            "space_id": row.space_id,
            "unit_path": row.unit_path,
            "on": on.isoformat(),
            "why": why,
            "elsewhere": elsewhere,
        },
    )
