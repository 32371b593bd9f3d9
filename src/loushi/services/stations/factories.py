"""Stations and rotas for tests, made through the real commands."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from loushi.foundation.core.actor import system_actor
from loushi.registry.accounts.models import Department
from loushi.registry.territory.models import Unit
from loushi.services.stations import commands
from loushi.services.stations.models import DutyRota, Station

SINCE = date(2026, 1, 1)
FIRST = date(2026, 11, 2)


def make_station(unit: Unit, name: str = "望澜红领驿站", **values: Any) -> Station:
    """A station of a unit."""
    given = {"name": name, "kind": "red_collar", "tenure": "shared", "since": SINCE} | values
    return commands.create_station(actor=system_actor(), unit_id=unit.pk, values=given)


def make_rota(
    unit: Unit, stations: Sequence[Station], departments: Sequence[Department], *,
    days: int = 7, weekdays: Sequence[int] = range(7), first: date = FIRST, **more: Any,
) -> DutyRota:  # fmt: skip
    """A rota whose stations are covered from nine to five."""
    actor = system_actor()
    row = commands.create_rota(
        actor=actor, unit_id=unit.pk, name="十一月轮值", first=first,
        last=first + timedelta(days=days - 1), **more,
    )  # fmt: skip
    commands.set_members(actor=actor, rota_id=row.pk, chosen=[f"d{one.pk}" for one in departments])
    commands.add_template(
        actor=actor, rota_id=row.pk, station_ids=[one.pk for one in stations],
        weekdays=list(weekdays), starts=time(9), ends=time(17),
    )  # fmt: skip
    return row
