"""Owners, contracts of managers, amenities and public spaces of the fictional towers."""

from datetime import date, timedelta
from random import Random
from typing import Any

from loushi.demo import names
from loushi.demo.places import WHY, Places
from loushi.foundation.core.actor import Actor
from loushi.registry.buildings.commands import (
    install_amenity_kinds,
    upsert_amenities,
    upsert_contracts,
    upsert_floors,
    upsert_ownerships,
    upsert_venues,
)
from loushi.registry.buildings.models import Building

SPLITS = ((100,), (100,), (70, 30), (60, 40), (45, 35, 20), (40, 30, 20, 10))
VENUES = ("共享大堂", "路演厅", "屋顶花园", "楼宇客厅")


def furnish(actor: Actor, rng: Random, places: Places, today: date) -> None:
    """Everything about the towers besides rooms and people, in five bulk commands."""
    install_amenity_kinds()
    owners: list[Any] = []
    contracts: list[Any] = []
    amenities: list[Any] = []
    venues: list[Any] = []
    floors: list[Any] = []
    for tower in places.towers:
        owners += _owners(rng, tower, today)
        contracts += _contracts(rng, tower, today)
        amenities += _amenities(rng, tower)
        if rng.random() < 0.5:
            venues.append(_venue(rng, tower))
        floors.append({"building_id": tower.pk, "number": -1, "kind": "parking"})
    upsert_ownerships(actor=actor, rows=owners, why=WHY)
    upsert_contracts(actor=actor, rows=contracts, why=WHY)
    upsert_amenities(actor=actor, rows=amenities, why=WHY)
    upsert_venues(actor=actor, rows=venues, why=WHY)
    upsert_floors(actor=actor, rows=floors, why=WHY)


def _owners(rng: Random, tower: Building, today: date) -> list[dict[str, Any]]:
    """One to four owners; in one tower of five the first bought some years ago."""
    since = date(min(tower.completed_year or 2010, today.year - 1), 6, 1)
    sold = today - timedelta(days=rng.randrange(200, 1500))
    rows: list[dict[str, Any]] = []
    for number, share in enumerate(rng.choice(SPLITS), 1):
        root = rng.choice(names.TOWER_ROOTS)
        person = share <= 20 and rng.random() < 0.6
        rows.append(
            {
                "building_id": tower.pk,
                "owner": names.person(rng) if person else f"{root}{number}号置业有限公司",
                "kind": "person" if person else rng.choice(("company", "company", "state")),
                "share": share,
                "since": since,
                "contact": names.person(rng),
                "phone": f"199{rng.randrange(10**8):08d}",
                "source": "演示",
            }
        )
    if rng.random() < 0.2 and sold > since:
        root = rng.choice(names.TOWER_ROOTS)
        rows.append({**rows[0], "owner": f"{root}投资有限公司", "until": sold})
        rows[0] = {**rows[0], "since": sold}
    return rows


def _contracts(rng: Random, tower: Building, today: date) -> list[dict[str, Any]]:
    """The running contract; often the one before it, of another company."""
    begin = today - timedelta(days=rng.randrange(100, 900))
    now = {
        "building_id": tower.pk,
        "manager": tower.manager.name if tower.manager else "望澜物业服务有限公司",
        "scope": "保洁、秩序、设备维保",
        "since": begin,
        "until": begin + timedelta(days=1094),
        "contact": names.person(rng),
        "phone": f"0571-8{rng.randrange(10**7):07d}",
        "source": "演示",
    }
    if rng.random() < 0.5:
        return [now]
    before = {
        "manager": f"{rng.choice(names.TOWER_ROOTS)}前期物业有限公司",
        "since": begin - timedelta(days=1095),
        "until": begin - timedelta(days=1),
    }
    return [now, now | before]


def _amenities(rng: Random, tower: Building) -> list[dict[str, Any]]:
    floors = tower.floors_above or 10
    garage = {"place": "地下一层", "hours": "全天", "is_public": True}
    rows: list[dict[str, Any]] = [
        {"kind": "parking", "count": floors * rng.randrange(6, 14), **garage},
        {"kind": "charging", "count": rng.randrange(4, 40), **garage},
        {
            "kind": "meeting",
            "count": rng.randrange(1, 6),
            "capacity": rng.randrange(8, 60),
            "place": "2 层",
            "hours": "工作日 9:00–18:00",
        },
    ]
    if floors >= 16:
        seats = {"count": 1, "capacity": rng.randrange(80, 400), "hours": "工作日 11:00–13:30"}
        rows.append({"kind": "canteen", "place": "地下一层", "is_public": True, **seats})
    return [{**row, "building_id": tower.pk, "source": "演示"} for row in rows]


def _venue(rng: Random, tower: Building) -> dict[str, Any]:
    return {
        "building_id": tower.pk,
        "name": rng.choice(VENUES),
        "floor_number": 1,
        "area": rng.randrange(60, 400),
        "capacity": rng.randrange(20, 200),
        "hours": "工作日 9:00–20:00",
        "equipment": "投影、音响",
        "terms": "提前两天向物业预约",
        "source": "演示",
    }
