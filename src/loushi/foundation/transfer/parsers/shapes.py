"""GeoJSON geometries."""

import json
import math
from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from .cells import Cell, Unreadable


@dataclass(frozen=True)
class Geometry:
    """A GeoJSON geometry (dict, or its text) of one of the allowed types, coordinates checked."""

    kinds: tuple[str, ...] = ("Polygon", "MultiPolygon")
    max_points: int = 20_000

    typed: ClassVar[bool] = True

    def __call__(self, cell: Cell, zone: ZoneInfo) -> dict[str, Any]:
        if isinstance(cell, str):
            try:
                cell = json.loads(cell)
            except ValueError:
                raise Unreadable(_("不是 GeoJSON 图形。")) from None
        if not isinstance(cell, dict) or cell.get("type") not in self.kinds:
            raise Unreadable(_("图形类型应为 %(kinds)s。") % {"kinds": " / ".join(self.kinds)})
        if _count_points(cell.get("coordinates"), self.max_points) == 0:
            raise Unreadable(_("图形里没有坐标。"))
        return {"type": cell["type"], "coordinates": cell["coordinates"]}

    @property
    def hint(self) -> str:
        return _("GeoJSON 图形")


def _count_points(node: Any, limit: int) -> int:
    """The number of positions below `node`; Unreadable for anything that is not coordinates."""
    count, stack = 0, [(node, 0)]
    while stack:
        item, depth = stack.pop()
        if not isinstance(item, list) or depth > 4:
            raise Unreadable(_("图形的坐标不完整。请从原系统重新导出。"))
        if item and isinstance(item[0], int | float):
            if len(item) < 2 or not all(
                isinstance(part, int | float) and math.isfinite(part) for part in item
            ):
                raise Unreadable(_("图形的坐标不完整。请从原系统重新导出。"))
            if not (-180 <= item[0] <= 180 and -90 <= item[1] <= 90):
                raise Unreadable(_("图形的坐标不是经纬度。请先转换为经纬度再导入。"))
            count += 1
            if count > limit:
                raise Unreadable(_("图形超过 %(limit)d 个点。请先简化。") % {"limit": limit})
        else:
            stack.extend((child, depth + 1) for child in item)
    return count
