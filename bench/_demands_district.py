"""A district with as many demands as wanted, written set-based; shared by the demand benches.

One row of each kind is made by the real commands, the others are copies of it made by the database
(INSERT … SELECT generate_series), with what differs overridden. PostgreSQL only.
"""

import json
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

FOUNDED = date(2024, 1, 1)
COMMUNITIES, DEPARTMENTS, BUILDINGS, ENTERPRISES = 25, 22, 368, 30_000
PASSWORD = "not-a-secret-of-anybody-1"
OPEN_SHARE = 0.04
SECRETARY, HANDLER = "secretary", "handler"
# Of one hundred open demands; the rest of the district's are closed.
OPEN_STATES = (
    ("submitted", 8), ("accepted", 8), ("need_info", 6), ("dispatched", 14), ("signed", 10),
    ("handling", 40), ("returned", 3), ("suspended", 4), ("resolved", 7),
)  # fmt: skip
TOPICS = (
    "大堂门禁早高峰刷不开，员工排队进不了楼", "地下车库夜间照明损坏两周没有人修",
    "办公区空调外机噪声大，影响会议", "想了解研发补助的申报条件和时间", "楼下非机动车占用消防通道",
    "电梯困人，希望物业说明检修安排", "新员工落户需要开具哪些证明", "周边共享单车堆放挡住出入口",
)  # fmt: skip


def prepare(rows: str, answer: str) -> None:
    """Builds the district with that many demands; writes ids of people and places as JSON."""
    import django

    django.setup()
    from django.db import connection

    place = _people_and_places()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no foreign key checks row by row
        for statement in _statements(int(rows), place):
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
    Path(answer).write_text(json.dumps(place))
    sys.stdout.write("done\n")


def _people_and_places() -> dict[str, Any]:
    from django.utils import timezone

    from loushi.casework.demands.commands.configure import install_default_categories
    from loushi.casework.demands.models import Assignment, Demand, DemandCategory, DemandClock
    from loushi.foundation.core.actor import system_actor
    from loushi.foundation.core.clocks.levels import install_default_service_levels
    from loushi.registry.accounts import commands as accounts
    from loushi.registry.accounts.commands.appointments import NewAppointment
    from loushi.registry.accounts.commands.departments import NewDepartment
    from loushi.registry.accounts.commands.users import NewPerson
    from loushi.registry.buildings import commands as buildings
    from loushi.registry.enterprises import commands as enterprises
    from loushi.registry.territory import commands as territory
    from loushi.registry.territory.models import UnitKind

    actor = system_actor("压测")
    install_default_categories(actor=actor)
    install_default_service_levels()
    units = territory.found_units(
        actor=actor,
        units=[territory.NewUnit("Q", "临漕区", UnitKind.DISTRICT, None, FOUNDED)]
        + [
            territory.NewUnit(f"C{n}", f"望澜{n}号商务社区", UnitKind.COMMUNITY, "Q", FOUNDED)
            for n in range(COMMUNITIES)
        ],
    )
    root, *communities = sorted(units, key=lambda row: row.pk)
    departments = accounts.create_departments(
        actor=actor,
        departments=[
            NewDepartment(f"D{n}", f"临漕区第{n}工作局", root.pk, f"{n}局")
            for n in range(DEPARTMENTS)
        ],
    )
    people = accounts.create_users(
        actor=actor,
        people=[
            NewPerson(name, name, password=PASSWORD, must_change_password=False)
            for name in (SECRETARY, HANDLER)
        ],
    )
    accounts.appoint_many(
        actor=actor,
        appointments=[
            NewAppointment(people[0].pk, "community_secretary", FOUNDED,
                           unit_id=communities[9].pk),
            NewAppointment(people[1].pk, "department_handler", FOUNDED,
                           department_id=departments[7].pk),
        ],
    )  # fmt: skip
    tower = buildings.create_buildings(
        actor=actor,
        rows=[{"code": "B0", "name": "望澜大厦", "unit_id": communities[0].pk, "address": "1号"}],
    )[0]
    firm = enterprises.register_enterprise(
        actor=actor, values={"name": "临漕远帆科技有限公司", "unit_id": communities[0].pk}
    )
    category = DemandCategory.objects.filter(parent__isnull=False).order_by("id").first()
    assert category
    now = timezone.now()
    demand = Demand.plain.create(
        prefix="GS", year=now.year, title=TOPICS[0], text="。".join(TOPICS), category=category,
        unit=communities[0], unit_path=communities[0].path, contact_name="周闻笛",
        contact_phone="13800000000",
    )  # fmt: skip
    part = Assignment.plain.create(
        demand=demand, part="lead", department=departments[0], unit_path=demand.unit_path
    )
    clock = DemandClock.plain.create(
        demand=demand, kind="resolve", limit_kind="working_days", limit_amount=5, started_at=now,
        due_at=now, unit_path=demand.unit_path,
    )  # fmt: skip
    return {
        "communities": [row.pk for row in communities],
        "paths": [row.path for row in communities],
        "departments": [row.pk for row in departments],
        "templates": {
            "buildings_building": tower.pk,
            "enterprises_enterprise": firm.pk,
            "demands_demand": demand.pk,
            "demands_assignment": part.pk,
            "demands_demandclock": clock.pk,
        },
        "categories": list(
            DemandCategory.objects.filter(parent__isnull=False).values_list("pk", flat=True)
        ),
    }


def _array(values: Iterable[Any]) -> str:
    return "ARRAY[" + ",".join(f"'{v}'" if isinstance(v, str) else str(v) for v in values) + "]"


def _copies(
    place: dict[str, Any], table: str, series: str, changes: dict[str, str], base: int = 0
) -> str:
    """An INSERT that copies the table's template row for each row of `series`."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
            "AND column_name <> 'id' AND is_generated = 'NEVER'",
            [table],
        )
        columns = [row[0] for row in cursor.fetchall()]
    unknown = set(changes) - {*columns, "id"}
    if unknown:
        raise ValueError(f"{table} has no {unknown}")
    if "id" in changes:
        columns.insert(0, "id")
    values = ", ".join(changes.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    return (
        f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, {series} "
        f"WHERE t.id = {place['templates'][table]}"
    )


def _statements(rows: int, place: dict[str, Any]) -> list[str]:
    units, paths = _array(place["communities"]), _array(place["paths"])
    departments = _array(place["departments"])
    states = _array(state for state, share in OPEN_STATES for _n in range(share))
    first_open = int(rows * (1 - OPEN_SHARE))
    # Spread without a pattern that an index or a cache could profit from.
    mixed = "(g.n * 2654435761 % 1000003)"
    department = f"({departments})[1 + ({{}} * 7919 % 1000003) % {DEPARTMENTS}]"
    community = f"1 + g.n % {COMMUNITIES}"
    state = (
        f"CASE WHEN g.n > {first_open} THEN ({states})[1 + {mixed} % 100] "
        f"WHEN {mixed} % 40 = 0 THEN 'declined' ELSE 'closed' END"
    )
    submitted = f"now() - ({rows} - g.n) * interval '730 days' / {rows}"
    due = "now() + (g.n * 7919 % 300 - 90) * interval '1 hour'"
    return [
        _copies(place, "buildings_building", f"generate_series(1, {BUILDINGS}) g(n)", {
            "id": "1000 + g.n", "code": "'B' || g.n", "name": "'望澜' || g.n || '号大厦'",
            "unit_id": f"({units})[{community}]", "unit_path": f"({paths})[{community}]",
        }),
        _copies(place, "enterprises_enterprise", f"generate_series(1, {ENTERPRISES}) g(n)", {
            "id": "1000 + g.n", "name": "'临漕远帆' || g.n || '号科技有限公司'",
            "unit_id": f"({units})[{community}]", "unit_path": f"({paths})[{community}]",
        }),
        _copies(place, "demands_demand", f"(SELECT n, {state} AS situation FROM "
                f"generate_series(1::bigint, {rows}) g(n)) g", {
            "id": "1000 + g.n",
            "title": f"({_array(TOPICS)})[1 + {mixed} % {len(TOPICS)}]",
            "category_id": f"({_array(place['categories'])})"
                           f"[1 + {mixed} % {len(place['categories'])}]",
            "state": "g.situation",
            "lead_id": "CASE WHEN g.situation NOT IN ('submitted', 'accepted', 'declined', "
                       f"'returned') THEN {department.format('(1000 + g.n)')} END",
            "unit_id": f"({units})[{community}]", "unit_path": f"({paths})[{community}]",
            "building_id": f"1000 + 1 + {mixed} % {BUILDINGS}",
            "enterprise_id": f"1000 + 1 + {mixed} % {ENTERPRISES}",
            "submitted_at": submitted, "accepted_at": submitted, "updated_at": submitted,
            "closed_at": f"CASE WHEN g.n > {first_open} THEN NULL ELSE {submitted} END",
            "due_at": "CASE WHEN g.situation NOT IN ('need_info', 'suspended', 'resolved', "
                      f"'closed', 'declined') THEN {due} END",
            "score": f"CASE WHEN g.n <= {first_open} THEN 1 + g.n % 5 END",
            "is_late": f"{mixed} % 12 = 0",
        }),
        _copies(
            place, "demands_assignment",
            "(SELECT id AS demand_id, unit_path AS path, due_at AS due, state AS situation, "
            "submitted_at AS at FROM demands_demand WHERE id > 1000 AND state NOT IN "
            "('submitted', 'accepted', 'declined', 'returned')) g",
            {
                "demand_id": "g.demand_id", "unit_path": "g.path",
                "department_id": department.format("g.demand_id"),
                "due_at": "g.due", "dispatched_at": "g.at",
                "state": "CASE g.situation WHEN 'dispatched' THEN 'waiting' WHEN 'signed' THEN "
                         "'signed' WHEN 'closed' THEN 'answered' WHEN 'resolved' THEN 'answered' "
                         "ELSE 'working' END",
            },
        ),
        _copies(
            place, "demands_demandclock",
            "(SELECT id AS demand_id, unit_path AS path, due_at AS due, state AS situation "
            f"FROM demands_demand WHERE id > {1000 + first_open} AND due_at IS NOT NULL) g",
            {
                "demand_id": "g.demand_id", "unit_path": "g.path", "due_at": "g.due",
                "kind": "CASE g.situation WHEN 'submitted' THEN 'accept' ELSE 'resolve' END",
                "started_at": "g.due - interval '7 days'", "next_warning_at": "g.due",
            },
        ),
        *(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            for table in place["templates"]
        ),
    ]  # fmt: skip
