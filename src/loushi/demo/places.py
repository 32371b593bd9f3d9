"""The tree and the towers of the fictional district."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from math import cos, radians, sin
from random import Random
from typing import Any

from loushi.demo import names
from loushi.foundation.core.actor import Actor
from loushi.registry.buildings.commands import create_buildings, upsert_spaces
from loushi.registry.buildings.models import Building, Space
from loushi.registry.territory.commands import NewUnit, found_units
from loushi.registry.territory.models import Unit

CENTRE = (120.1523, 30.3174)
DEGREE_METRES = 111_320.0
WHY = "演示数据"
STATES = ("vacant", "reserved", "not_delivered", "self_used")


@dataclass(frozen=True)
class Template:
    """How large a district is: one community is either a tower quarter or a whole CBD."""

    district: str
    code: str
    prefix: str
    subdistricts: tuple[str, ...]
    communities: tuple[str, ...]
    towers: int
    enterprises: int
    demands: int
    micro_grids_a_tower: int
    cluster: int = 34
    """Health firms in the first tower (story 15)."""
    landed: int = 21
    """Firms that moved in by way of the first referral post (story 18)."""


TEMPLATES = {
    "gongshu": Template(
        "临漕区", "330199", "LC", names.SUBDISTRICTS, names.QUARTERS[:25], 368, 30_000, 24_000, 1
    ),
    "pinghu": Template(
        "澄湖市", "330499", "CH", ("当澜街道",), ("南澜商务区",), 16, 2_400, 4_000, 2
    ),
}


@dataclass
class Places:
    """What was founded, for the next steps."""

    district: Unit
    communities: list[Unit] = field(default_factory=list)
    subdistrict_of: dict[int, Unit] = field(default_factory=dict)
    grids: dict[int, list[Unit]] = field(default_factory=dict)
    towers: list[Building] = field(default_factory=list)
    community_of: dict[int, Unit] = field(default_factory=dict)
    micro_grids: dict[int, list[Unit]] = field(default_factory=dict)
    spaces: dict[int, list[Space]] = field(default_factory=dict)


def found(actor: Actor, rng: Random, shape: Template, on: date) -> tuple[Places, list[int]]:
    """Founds the tree: district, sub-districts, communities, grids, micro-grids (one or two a
    tower); returns it with the number of towers in each grid."""
    new, towers_in = _planned(rng, shape, on)
    units = {unit.code: unit for unit in found_units(actor=actor, units=new)}
    places = Places(units[shape.code])
    for unit in units.values():
        if unit.kind == "community":
            places.communities.append(unit)
            places.grids[unit.pk] = []
    by_path = {unit.path: unit for unit in units.values()}
    for unit in units.values():
        parent_path = unit.path[:-6]
        if unit.kind == "grid":
            places.grids[by_path[parent_path].pk].append(unit)
            places.community_of[unit.pk] = by_path[parent_path]
        elif unit.kind == "community":
            places.subdistrict_of[unit.pk] = by_path[parent_path]
        elif unit.kind == "micro_grid":
            places.micro_grids.setdefault(by_path[parent_path].pk, []).append(unit)
    return places, towers_in


def _planned(rng: Random, shape: Template, on: date) -> tuple[list[NewUnit], list[int]]:
    """All units to found, parents first, and the number of towers in each grid."""
    code = shape.code
    new = [NewUnit(code, shape.district, "district", None, on, shape.prefix)]
    for n, name in enumerate(shape.subdistricts, 1):
        new.append(NewUnit(f"{code}{n:03d}", name, "subdistrict", code, on))
    towers_in = _spread(rng, shape.towers, len(names.GRID_WORDS) * len(shape.communities))
    left = iter(towers_in)
    number = 0
    for n, name in enumerate(shape.communities, 1):
        parent = f"{code}{(n - 1) % len(shape.subdistricts) + 1:03d}"
        community = f"{code}C{n:02d}"
        suffix = "" if name.endswith("商务区") else "商务社区"
        new.append(NewUnit(community, name + suffix, "community", parent, on))
        for g, word in enumerate(names.GRID_WORDS, 1):
            grid = f"{community}G{g}"
            new.append(NewUnit(grid, f"{name}{word}片区", "grid", community, on))
            for _micro in range(next(left) * shape.micro_grids_a_tower):
                number += 1
                new.append(_micro_grid(name, number, grid, on))
    if shape.micro_grids_a_tower == 2:
        # Pinghu counts 33 micro-grids over 16 towers: one tower has three (S3).
        new.append(_micro_grid(shape.communities[0], number + 1, f"{code}C01G4", on))
    return new, towers_in


def _micro_grid(name: str, number: int, grid: str, on: date) -> NewUnit:
    return NewUnit(f"{grid}M{number:03d}", f"{name}第{number}微网格", "micro_grid", grid, on)


def _spread(rng: Random, total: int, places: int) -> list[int]:
    """`total` over `places`, about evenly, at least one each."""
    counts = []
    for left_places in range(places, 0, -1):
        even = round(total / left_places) + rng.choice((-1, 0, 0, 1))
        count = total if left_places == 1 else min(max(1, even), total - left_places + 1)
        counts.append(count)
        total -= count
    return counts


def _outline(rng: Random, lon: float, lat: float) -> dict[str, Any]:
    """A rotated rectangle of a tower's size as GeoJSON."""
    width, depth, turn = rng.uniform(28, 60), rng.uniform(22, 40), radians(rng.uniform(-12, 12))
    ring = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)):
        east = (x * width * cos(turn) - y * depth * sin(turn)) / 2
        north = (x * width * sin(turn) + y * depth * cos(turn)) / 2
        ring.append(
            [
                round(lon + east / (DEGREE_METRES * cos(radians(lat))), 6),
                round(lat + north / DEGREE_METRES, 6),
            ]
        )
    return {"type": "Polygon", "coordinates": [ring]}


def build_towers(
    actor: Actor, rng: Random, shape: Template, places: Places, towers_in: list[int], today: date
) -> None:
    """Towers with outline and floors count; a tower with one micro-grid belongs to it."""
    values: list[Any] = []
    grids = [grid for community in places.communities for grid in places.grids[community.pk]]
    used: set[str] = set()
    homes: list[Unit] = []
    for index, (grid, count) in enumerate(zip(grids, towers_in, strict=True)):
        column, row = index % 10, index // 10
        for n in range(count):
            name = _tower_name(rng, used)
            name = name if values else names.CLUSTER_TOWER
            lon = CENTRE[0] + (column - 5) * 0.0052 + (n % 2) * 0.0019 + rng.uniform(0, 0.0004)
            lat = CENTRE[1] + (row - 5) * 0.0046 + (n // 2) * 0.0012 + rng.uniform(0, 0.0003)
            single = shape.micro_grids_a_tower == 1
            home = places.micro_grids[grid.pk][n] if single else grid
            homes.append(grid)
            floors = rng.choice((8, 12, 16, 18, 20, 22, 24, 26, 28, 32))
            values.append(
                {
                    "code": f"{shape.prefix}{len(values) + 1:04d}",
                    "name": name,
                    "unit_id": home.pk,
                    "address": f"{rng.choice(names.STREETS)}路 {rng.randrange(1, 400)} 号",
                    "longitude": round(lon, 6),
                    "latitude": round(lat, 6),
                    "crs": "CGCS2000",
                    "outline": _outline(rng, lon, lat),
                    "floors_above": floors,
                    "floors_below": rng.choice((1, 2, 2, 3)),
                    "grade": rng.choice(("super_a", "a", "a", "b", "b")),
                    "completed_year": rng.randrange(1998, today.year - 1),
                    "manager": f"{rng.choice(names.TOWER_ROOTS)}物业服务有限公司",
                    "source": "演示",
                    "as_of": today,
                }
            )
    places.towers = create_buildings(actor=actor, rows=values, why=WHY)
    for tower, grid in zip(places.towers, homes, strict=True):
        places.community_of[tower.pk * -1] = places.community_of[grid.pk]


def community_of(places: Places, tower: Building) -> Unit:
    return places.community_of[tower.pk * -1]


def _tower_name(rng: Random, used: set[str]) -> str:
    while True:
        name = rng.choice(names.TOWER_ROOTS) + rng.choice(names.TOWER_KINDS)
        letter = rng.choice(("", "", "", " A 座", " B 座", " C 座", " D 座"))
        if name + letter not in used:
            used.add(name + letter)
            return name + letter


def build_spaces(actor: Actor, rng: Random, shape: Template, places: Places, today: date) -> None:
    """Rooms floor by floor: about a tenth more than there are enterprises."""
    wanted = round(shape.enterprises * 1.12 / len(places.towers))
    clustered = round((shape.cluster + shape.landed) * 1.3)
    rows: list[Any] = []
    for tower in places.towers:
        # The first tower holds the cluster and most of whom the referral post brings.
        here = max(wanted, clustered) if tower is places.towers[0] else wanted
        floors = tower.floors_above or 1
        halves = _micro_grids_of(places, shape, tower)
        plate = rng.randrange(900, 1900)
        for floor in range(1, floors + 1):
            count = max(1, round(here / floors) + rng.choice((-1, 0, 0, 1)))
            shares = _shares(rng, count, _plate(plate, floor, floors))
            for n in range(1, count + 1):
                state = rng.choices(STATES, (90, 4, 3, 3))[0]
                rows.append(
                    {
                        "building_id": tower.pk,
                        "number": f"{floor}{n:02d}",
                        "floor_number": floor,
                        "area": shares[n - 1],
                        "use": "商业" if floor <= 2 else "办公",
                        "condition": rng.choice(("bare", "simple", "fitted", "fitted")),
                        "rent": rng.randrange(12, 48) / 10,
                        "state": state,
                        "state_since": None
                        if state == "vacant"
                        else today - timedelta(days=rng.randrange(20, 1100)),
                        "source": "演示",
                    }
                    | ({"unit_id": halves[floor * 2 > floors].pk} if halves else {})
                )
    upsert_spaces(actor=actor, rows=rows, why=WHY)
    reason = "rooms for the demo's tenants"
    for space in Space.objects.unscoped(reason).order_by("building_id", "pk").iterator():
        places.spaces.setdefault(space.building_id, []).append(space)


def _plate(area: int, floor: int, floors: int) -> int:
    """The lettable area of a floor: a podium below, a narrower head on top."""
    if floor <= 3:
        return round(area * 1.12)
    return round(area * 0.82) if floor > floors * 0.88 else area


def _shares(rng: Random, count: int, total: int) -> list[int]:
    """A floor divided into rooms of unlike size."""
    weights = [rng.uniform(0.6, 1.7) for _room in range(count)]
    return [max(20, round(total * weight / sum(weights))) for weight in weights]


def _micro_grids_of(places: Places, shape: Template, tower: Building) -> list[Unit]:
    """With two micro-grids a tower: the lower and the upper one."""
    if shape.micro_grids_a_tower == 1:
        return []
    own = places.micro_grids[tower.unit_id]
    siblings = [other.pk for other in places.towers if other.unit_id == tower.unit_id]
    first = siblings.index(tower.pk) * 2
    return own[first : first + 2]
