"""/api/v1/tax: published releases only. Figures and bands need a purpose and stay on the pages."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from loushi.foundation.core.errors import Denied
from loushi.registry.tax import queries
from loushi.registry.tax.policy import CUBE

router = Router(tags=["tax"])


class CellOut(Schema):
    """A published cell: an interval in yuan, or null with the state that says why."""

    unit_id: int
    unit: str
    kind: str
    building_id: int | None
    section: str
    year: int
    measure: str
    state: str
    low: Decimal | None
    high: Decimal | None


class ReleaseOut(Schema):
    """The newest release, or the one asked for; null where nothing was published."""

    number: int | None
    published_at: datetime | None
    years: list[int]
    cells: list[CellOut]


class ReleaseQuery(Schema):
    """Which release: by number, the newest without."""

    release: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


@router.get("/cube", response=ReleaseOut, operation_id="read_tax_cube", summary=str(_("税收汇总")))
def read_tax_cube(request: HttpRequest, query: Query[ReleaseQuery]) -> Any:
    """Intervals of units and towers in the caller's range."""
    if not request.actor.has(CUBE):
        raise Denied
    found = queries.edition(request.actor, query.release)
    if found is None:
        return {"number": None, "published_at": None, "years": [], "cells": []}
    cells = [asdict(one) for one in queries.cells(request.actor, found.id)]
    return {
        "number": found.number,
        "published_at": found.published_at,
        "years": list(found.years),
        "cells": cells,
    }
