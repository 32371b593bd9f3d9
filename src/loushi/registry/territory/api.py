"""/api/v1/units: the tree on any day."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from loushi.registry.territory import queries

router = Router(tags=["units"])


class UnitOut(Schema):
    """A unit as it stood on the day."""

    id: int
    code: str
    name: str
    kind: str
    path: str
    parent_id: int | None
    depth: int


class TreeOut(Schema):
    """All units of a day, in tree order."""

    on: date
    units: list[UnitOut]


@router.get("", response=TreeOut, operation_id="unit_tree", summary=_("某一天的组织树"))
def unit_tree(request: HttpRequest, on: date | None = None) -> Any:
    """All units that stood on a day (default today), with that day's names and parents."""
    day = on or timezone.localdate()
    return {"on": day, "units": queries.tree(day)}
