"""Outlines as GeoJSON, checked and, where it is safe, repaired. Pure, no database.

Coordinates are longitude and latitude in degrees of the reference system that stands beside them;
nothing is converted between systems (offsets reach hundreds of metres, see the package's README).
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.errors import GEOSException
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union
from shapely.validation import explain_validity, make_valid

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
SHARE_LOST = 0.02  # a repair may change this share of the area; beyond it a person must look
DIGITS = 7  # of a degree: about a centimetre


class OutlineError(ValueError):
    """The outline cannot be used; the text is the sentence for the person."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A usable outline, its area on the ground, and what was repaired ('' = nothing)."""

    geometry: dict[str, Any]
    area_m2: float
    hint: str = ""


def read_outline(geometry: Mapping[str, Any] | None) -> Outline | None:
    """Checks a GeoJSON Polygon or MultiPolygon; None stays None; raises OutlineError."""
    if not geometry:
        return None
    kind = geometry.get("type")
    if kind not in {"Polygon", "MultiPolygon"}:
        raise OutlineError(
            _("轮廓应为面（Polygon 或 MultiPolygon），这里是 %(kind)s。") % {"kind": kind or "?"}
        )
    try:
        drawn = shapely.force_2d(shape(geometry))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, GEOSException):
        raise OutlineError(
            _("轮廓的坐标读不出来。每个环至少要有三个不同的点，每个点是“经度, 纬度”两个数。")
        ) from None
    if drawn.is_empty:
        raise OutlineError(_("轮廓里没有任何坐标。"))
    west, south, east, north = drawn.bounds
    if (
        not all(map(math.isfinite, drawn.bounds))
        or west < -180
        or east > 180
        or (south < -90 or north > 90)
    ):
        raise OutlineError(
            _("轮廓的坐标不是经纬度（经度 −180 至 180，纬度 −90 至 90）。请换成经纬度后再导入。")
        )
    hint = ""
    if not drawn.is_valid:
        drawn, hint = _repair(drawn)
    return Outline(_geojson(drawn), area_m2(drawn), hint)


def union(geometries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Several checked outlines of one floor as one; the same outline twice counts once."""
    joined = unary_union([shape(geometry) for geometry in geometries])
    return _geojson(shapely.normalize(shapely.set_precision(joined, 10**-DIGITS)))


def area_of(geometry: Mapping[str, Any]) -> float:
    """The ground area of a GeoJSON surface in square metres."""
    return area_m2(shape(geometry))


def area_m2(drawn: BaseGeometry) -> float:
    """Area by a local equirectangular projection: good to 0.1 % for a building; a check only."""
    west, south, east, north = drawn.bounds
    per_degree = EARTH_RADIUS_M * math.pi / 180
    squeeze = math.cos(math.radians((south + north) / 2))
    flat = shapely.transform(
        drawn, lambda xy: (xy - [west, south]) * [per_degree * squeeze, per_degree]
    )
    return float(flat.area)


def centre_of(geometry: Mapping[str, Any]) -> tuple[float, float]:
    """Longitude and latitude of a point that surely lies inside the outline."""
    point = shape(geometry).representative_point()
    return round(point.x, DIGITS), round(point.y, DIGITS)


def _repair(drawn: BaseGeometry) -> tuple[BaseGeometry, str]:
    reason = explain_validity(drawn)
    mended = _surfaces(make_valid(drawn))
    before = abs(_ring_area(drawn))
    lost = abs(mended.area - before) / before if before else 1.0
    if mended.is_empty or lost > SHARE_LOST:
        raise OutlineError(
            _("轮廓自相交或重叠（%(reason)s），自动修复会改变形状。请在绘图软件里改好后再导入。")
            % {"reason": reason}
        )
    return mended, _("轮廓有自相交（%(reason)s），已自动修复，请核对形状。") % {"reason": reason}


def _ring_area(drawn: BaseGeometry) -> Any:
    parts = drawn.geoms if isinstance(drawn, MultiPolygon) else [drawn]
    return sum(
        abs(Polygon(part.exterior).area) - sum(abs(Polygon(ring).area) for ring in part.interiors)
        for part in parts
    )


def _surfaces(drawn: BaseGeometry) -> BaseGeometry:
    """Only the surfaces of what `make_valid` gives (it may add lines and points)."""
    parts = shapely.get_parts(drawn)
    flat = [
        piece
        for part in parts
        for piece in shapely.get_parts(part)
        if isinstance(piece, Polygon) and not piece.is_empty
    ]
    return unary_union(flat) if flat else Polygon()


def _geojson(drawn: BaseGeometry) -> dict[str, Any]:
    rounded = mapping(drawn)
    return {"type": rounded["type"], "coordinates": _rounded(rounded["coordinates"])}


def _rounded(item: Any) -> Any:
    if isinstance(item, (tuple, list)):
        return [_rounded(part) for part in item]
    return round(float(item), DIGITS)
