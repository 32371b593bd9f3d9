"""The Django side of the occupancy bench: fills a database, keeps totals, measures, compares."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench import _occupancy_rows as rows_of

COMMUNITIES = 40
FOUNDED = date(2015, 1, 1)
ROUNDS = 7
FIRMS = 2_000


def measure(buildings: str, each: str, answer: str) -> None:
    """Everything in one process; writes the figures as JSON."""
    import django

    django.setup()
    rows = rows_of.generate(int(buildings), int(each))
    units, ids = _places(int(buildings))
    _copy(rows, ids)
    began = time.process_time()
    kept = _keep(ids)
    found = {
        "rooms": len(rows.rooms), "tenancies": len(rows.tenancies), "said": len(rows.said),
        "kept_rows": kept, "keeping_cpu_s": round(time.process_time() - began, 1),
    }  # fmt: skip
    _vacuum()
    found |= _timed(rows, units, ids)
    Path(answer).write_text(json.dumps(found))
    sys.stdout.write("done\n")


def _places(count: int) -> tuple[list[int], list[int]]:
    """Unit ids of the communities, and the building of each number."""
    from loushi.foundation.core.actor import system_actor
    from loushi.registry.buildings import commands as buildings
    from loushi.registry.territory import commands as territory
    from loushi.registry.territory.models import UnitKind

    actor = system_actor("压测")
    made = territory.found_units(
        actor=actor,
        units=[territory.NewUnit("Q", "临漕区", UnitKind.DISTRICT, None, FOUNDED)]
        + [
            territory.NewUnit(f"C{n}", f"望澜{n}号商务社区", UnitKind.COMMUNITY, "Q", FOUNDED)
            for n in range(COMMUNITIES)
        ],
    )
    units = [unit.pk for unit in sorted(made, key=lambda unit: unit.pk) if unit.code != "Q"]
    towers = buildings.create_buildings(
        actor=actor,
        rows=[
            {"name": f"第{n}大厦", "unit_id": units[n % COMMUNITIES], "floors_above": 20}
            for n in range(count)
        ],
    )
    return units, [tower.pk for tower in towers]


def _copy(rows: rows_of.Rows, ids: list[int]) -> None:
    """The rows as COPY; columns that are not named take what the models would give."""
    from django.db import connection

    from loushi.foundation.core.actor import system_actor
    from loushi.registry.buildings.models import Building
    from loushi.registry.enterprises import commands as enterprises

    firms = enterprises.register_enterprises(
        actor=system_actor("压测"), rows=[{"name": f"临漕第{n}科技公司"} for n in range(FIRMS)]
    )
    paths = dict(Building.objects.unscoped("the bench").values_list("pk", "unit_path"))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        copy = cursor.cursor.copy
        with copy(
            "COPY buildings_space (id, building_id, unit_path, number, area, use, condition,"
            " state, source) FROM STDIN"
        ) as out:
            for room, (building, area) in enumerate(rows.rooms):
                home = ids[building]
                out.write_row(
                    (room + 1, home, paths[home], str(room), Decimal(area) / 100, "", "",
                     "vacant", "")
                )  # fmt: skip
        with copy(
            "COPY enterprises_tenancy (enterprise_id, building_id, space_id, unit_path, presence,"
            " sits, since, until, is_main, source, external_id) FROM STDIN"
        ) as out:
            for number, (room, presence, since, until) in enumerate(rows.tenancies):
                home = ids[rows.rooms[room][0]]
                out.write_row(
                    (firms[number % FIRMS], home, room + 1, paths[home], presence,
                     presence != "registered_only", since, until, True, "", "")
                )  # fmt: skip
        with copy(
            "COPY buildings_spacestate (space_id, building_id, state, since, until, source)"
            " FROM STDIN"
        ) as out:
            for room, state, since, until in rows.said:
                out.write_row((room + 1, ids[rows.rooms[room][0]], state, since, until, ""))
        cursor.execute("SET session_replication_role = DEFAULT")


def _keep(ids: list[int]) -> int:
    from django.db import transaction

    from loushi.registry.buildings.models import TotalsMark
    from loushi.registry.enterprises.commands import write_totals

    count = 0
    for start in range(0, len(ids), 100):
        with transaction.atomic():
            count += write_totals(ids[start : start + 100])
    TotalsMark.objects.unscoped("the bench made them all").all().delete()
    return count


def _vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _timed(rows: rows_of.Rows, units: list[int], ids: list[int]) -> dict[str, Any]:
    from loushi.foundation.core.actor import system_actor
    from loushi.registry.enterprises import queries

    actor, on = system_actor("压测"), date(2025, 3, 17)
    number = {pk: index for index, pk in enumerate(ids)}
    want = rows_of.reference(rows, on)
    kept = queries.occupancy_on(actor, on)
    raw = queries.raw_totals(on)
    unit = units[COMMUNITIES // 2]
    inside = {index for index in range(len(ids)) if units[index % COMMUNITIES] == unit}
    days = queries.month_ends(rows_of.TODAY, 24)
    months = queries.monthly(actor, days, unit)
    wrong = sum(
        _solid(kept[pk].by_state, kept[pk].rooms_by_state) != want[number[pk]] for pk in ids
    )
    wrong_raw = sum(_solid(*raw[pk]) != want[number[pk]] for pk in ids)
    wrong_months = 0
    for month in months:
        sums: dict[str, tuple[int, int]] = {}
        for index, states in rows_of.reference(rows, month.on).items():
            for state, (area, count) in states.items() if index in inside else ():
                before = sums.get(state, (0, 0))
                sums[state] = (before[0] + area, before[1] + count)
        occupancy = month.occupancy
        wrong_months += _solid(occupancy.by_state, occupancy.rooms_by_state) != sums
    return {
        "buildings": len(ids), "buildings_of_community": len(inside), "months": len(days),
        "differing_from_reference": wrong + wrong_raw + wrong_months,
        "differing_kept_from_facts": len(queries.differing_totals(on)),
        "on_a_date": _times(lambda: queries.occupancy_on(actor, on)),
        "monthly": _times(lambda: queries.monthly(actor, days, unit)),
        "raw": _times(lambda: queries.raw_totals(on)),
    }  # fmt: skip


def _solid(areas: Any, rooms: Any) -> dict[str, tuple[int, int]]:
    return {
        state: (int(areas.get(state, 0) * 100), count) for state, count in rooms.items() if count
    }


def _times(call: Callable[[], Any]) -> dict[str, float]:
    call()
    taken = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return {"median_ms": round(statistics.median(taken), 1), "max_ms": round(max(taken), 1)}
