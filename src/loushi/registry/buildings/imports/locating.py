"""Whether a building's point can be where the file says, and what may be wrong with it.

A point is compared with the outline of the unit (or of the nearest unit above that has one), else
with the spread of the unit's other buildings. Coordinates of Chinese maps are shifted (GCJ-02) by
300 to 700 m against CGCS2000; taken for the wrong system, a point lands in the next district. The
shift is computed by the published approximation of GCJ-02 (good to some metres), only to compare:
nothing is converted in the register.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points
from shapely.prepared import prep

from loushi.foundation.core.units import covers
from loushi.registry.buildings.models import Building, ReferenceSystem
from loushi.registry.territory.models import Boundary

METRES_PER_DEGREE = 111_195.0
TOLERANCE_M = 60.0  # outlines of units are drawn along the middle of streets
FEWEST = 5  # buildings that make a spread worth comparing with
FARTHER = 2.0  # times the farthest other building of the unit
AT_LEAST_M = 1_500.0

_A, _EE = 6_378_245.0, 0.00669342162296594323  # Krasovsky 1940, as GCJ-02 uses it
XY = tuple[float, float]


def gcj_shift(lon: float, lat: float) -> XY:
    """By how many degrees GCJ-02 moves a point of WGS-84 (in China)."""
    x, y = lon - 105.0, lat - 35.0
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    wave = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    north += wave + (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    east += wave + (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    radians = math.radians(lat)
    magic = 1 - _EE * math.sin(radians) ** 2
    root = math.sqrt(magic)
    north = north * 180 / ((_A * (1 - _EE)) / (magic * root) * math.pi)
    east = east * 180 / (_A / root * math.cos(radians) * math.pi)
    return east, north


def from_gcj(lon: float, lat: float) -> XY:
    """A GCJ-02 point in WGS-84 (some metres; two steps of the inverse)."""
    east, north = gcj_shift(lon, lat)
    east, north = gcj_shift(lon - east, lat - north)
    return lon - east, lat - north


def from_bd(lon: float, lat: float) -> XY:
    """A BD-09 point in WGS-84 (some metres)."""
    x, y = lon - 0.0065, lat - 0.006
    turn = 3000 * math.pi / 180
    far = math.hypot(x, y) - 0.00002 * math.sin(y * turn)
    angle = math.atan2(y, x) - 0.000003 * math.cos(x * turn)
    return from_gcj(far * math.cos(angle), far * math.sin(angle))


def true_point(lon: float, lat: float, crs: str) -> XY:
    """A point as WGS-84 or CGCS2000 (which differ by less than a metre), by its stated system."""
    if crs == ReferenceSystem.GCJ02:
        return from_gcj(lon, lat)
    return from_bd(lon, lat) if crs == ReferenceSystem.BD09 else (lon, lat)


def metres(one: XY, other: XY) -> float:
    """Ground distance, good to 0.5 % within a city."""
    squeeze = math.cos(math.radians((one[1] + other[1]) / 2))
    return METRES_PER_DEGREE * math.hypot((one[0] - other[0]) * squeeze, one[1] - other[1])


@dataclass
class Places:
    """What points are compared with; filled once, asked for each row without a query."""

    outlines: dict[str, BaseGeometry] = field(default_factory=dict)
    """Unit path → its outline of today."""
    spreads: dict[str, list[tuple[int, XY]]] = field(default_factory=dict)
    """Unit path → points of the buildings there."""

    @classmethod
    def around(cls, paths: Collection[str], on: date) -> "Places":
        """Outlines of these units and those above, and the buildings of these units."""
        found = cls()
        today = Q(since__lte=on) & (Q(until=None) | Q(until__gte=on))
        for path, geometry, crs in (
            Boundary.objects.filter(today)
            .exclude(unit__path="")
            .order_by("since")
            .values_list("unit__path", "geometry", "crs")
        ):
            if crs not in {"GCJ02", "BD09"} and any(covers(path, place) for place in paths):
                found.outlines[path] = shape(geometry)
        spreads: dict[str, list[tuple[int, XY]]] = defaultdict(list)
        rows = Building.objects.unscoped("the spread of a unit's buildings")
        known = (
            rows.filter(unit_path__in=list(paths)).exclude(longitude=None).exclude(latitude=None)
        )
        for pk, path, lon, lat, crs in known.order_by("pk").values_list(
            "pk", "unit_path", "longitude", "latitude", "crs"
        ):
            spreads[path].append((pk, true_point(float(lon), float(lat), crs)))
        found.spreads = dict(spreads)
        return found

    def doubt(self, path: str, lon: float, lat: float, crs: str, own: int | None) -> str:
        """A sentence when a point cannot lie in the unit, '' when it can or nobody knows."""
        point = true_point(lon, lat, crs)
        above = [place for place in self.outlines if covers(place, path)]
        if above:
            return self._outside(self.outlines[max(above, key=len)], point, crs)
        others = [xy for pk, xy in self.spreads.get(path, ()) if pk != own]
        return _far_off(point, others)

    def _outside(self, outline: BaseGeometry, point: XY, crs: str) -> str:
        gap = _gap(outline, point)
        if gap <= TOLERANCE_M:
            return ""
        said = _("坐标在所属单位的范围之外 %(metres)s 米。") % {"metres": f"{gap:,.0f}"}
        if crs in {ReferenceSystem.GCJ02, ReferenceSystem.BD09}:
            return said + _("请核对坐标、坐标系和所属单位。")
        turned = [
            (name, where(*point)) for name, where in (("GCJ-02", from_gcj), ("BD-09", from_bd))
        ]
        for name, moved in turned:
            if _gap(outline, moved) <= TOLERANCE_M:
                return said + _(
                    "按 %(system)s 理解就落在范围之内，多半是把 %(system)s 坐标写成了 %(given)s。"
                    "请核对坐标系。"
                ) % {"system": name, "given": ReferenceSystem(crs).label}
        if _gap(outline, (point[1], point[0])) <= TOLERANCE_M:
            return said + _("经度和纬度像是写反了。")
        return said + _("请核对坐标、坐标系和所属单位。")


def _gap(outline: BaseGeometry, point: XY) -> float:
    """Metres from a point to an outline; 0 inside."""
    where = Point(point)
    if prep(outline).covers(where):
        return 0.0
    edge, _point = nearest_points(outline, where)
    return metres((edge.x, edge.y), point)


def _far_off(point: XY, others: Iterable[XY]) -> str:
    near = list(others)
    if len(near) < FEWEST:
        return ""
    middle = (
        sorted(x for x, _y in near)[len(near) // 2],
        sorted(y for _x, y in near)[len(near) // 2],
    )
    usual = max(metres(middle, xy) for xy in near)
    far = metres(middle, point)
    if far <= max(usual * FARTHER, AT_LEAST_M):
        return ""
    return _(
        "坐标离所属单位的其他楼宇 %(metres)s 米，最远的一幢才 %(usual)s 米。"
        "请核对坐标、坐标系和所属单位。"
    ) % {"metres": f"{far:,.0f}", "usual": f"{usual:,.0f}"}
