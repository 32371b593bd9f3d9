"""What a building, a floor and a space may be given, and which of it is wrong. No database."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypedDict, TypeVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.errors import Refused
from loushi.registry.buildings.commands.geometry import OutlineError, read_outline
from loushi.registry.buildings.models import Building, Floor, Grade, ReferenceSystem, Space

V = TypeVar("V", bound=Mapping[str, Any])

HIGHEST_FLOOR = 200
LOWEST_FLOOR = -20
EARLIEST_YEAR = 1800


class BuildingValues(TypedDict, total=False):
    """Any subset; what is absent stays as it is. `manager` is the property manager's name."""

    code: str | None
    name: str
    unit_id: int
    address: str
    longitude: Decimal | float | str | None
    latitude: Decimal | float | str | None
    crs: str
    outline: dict[str, Any] | None
    floors_above: int | None
    floors_below: int | None
    lettable_area: Decimal | float | str | None
    grade: str
    grade_source: str
    completed_year: int | None
    manager: str
    manager_id: int | None
    source: str
    as_of: date | None


class FloorValues(TypedDict, total=False):
    """Any subset; `building_id` and `number` say which floor (−1 is the first below ground)."""

    building_id: int
    number: int
    label: str
    kind: str
    area: Decimal | float | str | None
    outline: dict[str, Any] | None
    reported_vacancy: Decimal | float | str | None
    source: str


class SpaceValues(TypedDict, total=False):
    """Any subset; `building_id` and `number` say which space. `floor_number` makes the floor
    where the building has none of that number yet. `state` is said from `state_since` on (default:
    today; for a new space since always); `since` is the first day on which the space stands."""

    building_id: int
    number: str
    floor_number: int | None
    unit_id: int | None
    area: Decimal | float | str | None
    use: str
    condition: str
    rent: Decimal | float | str | None
    state: str
    state_since: date | None
    since: date | None
    source: str


def clean_building(values: BuildingValues, *, new: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """Model-ready values and the sentences about the wrong ones."""
    clean: dict[str, Any] = dict(values)
    errors: dict[str, str] = {}
    _texts(Building, clean, errors)
    if "code" in clean:
        clean["code"] = clean["code"] or None
    if new or "name" in clean:
        _needed(clean, errors, "name", _("请填写楼宇名称。"))
    if new or "unit_id" in clean:
        _needed(clean, errors, "unit_id", _("请选择楼宇所属的单元。"))
    _degrees(clean, errors)
    _number(clean, errors, "lettable_area", 2, _("可租面积应为 0 或正数，单位平方米。"))
    for name in ("floors_above", "floors_below"):
        _whole(clean, errors, name, 0, HIGHEST_FLOOR, _("层数应为 0 至 200 的整数。"))
    this_year = timezone.localdate().year
    _whole(
        clean, errors, "completed_year", EARLIEST_YEAR, this_year + 10,
        _("交付年份应在 1800 与 %(year)d 之间。") % {"year": this_year + 10},
    )  # fmt: skip
    if clean.get("crs") is not None and clean["crs"] not in ReferenceSystem.values:
        errors["crs"] = _("坐标系应为 %(all)s 之一。") % {
            "all": "、".join(str(label) for label in ReferenceSystem.labels)
        }
    if clean.get("grade"):
        labels = {str(label): code for code, label in Grade.choices}
        clean["grade"] = labels.get(clean["grade"], clean["grade"])
        if clean["grade"] not in Grade.values:
            errors["grade"] = _one_of(Grade.labels)
    _outline(clean, errors)
    return clean, errors


def clean_floor(values: FloorValues, *, new: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """Model-ready values and the sentences about the wrong ones."""
    clean: dict[str, Any] = dict(values)
    errors: dict[str, str] = {}
    _texts(Floor, clean, errors)
    if new:
        _needed(clean, errors, "number", _("请填写楼层号，地下一层写 −1。"))
    _whole(
        clean, errors, "number", LOWEST_FLOOR, HIGHEST_FLOOR,
        _("楼层号应为 −20 至 200 的整数，地下一层写 −1。"),
    )  # fmt: skip
    if clean.get("number") == 0:
        errors["number"] = _("没有第 0 层：首层写 1，地下一层写 −1。")
    _number(clean, errors, "area", 2, _("面积应为 0 或正数，单位平方米。"))
    _number(clean, errors, "reported_vacancy", 4, _("空置率应在 0 与 1 之间，例如 0.15。"), most=1)
    if "kind" in clean and clean["kind"] not in Floor.Kind.values:
        errors["kind"] = _one_of(Floor.Kind.labels)
    _outline(clean, errors)
    return clean, errors


def clean_space(values: SpaceValues, *, new: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """Model-ready values and the sentences about the wrong ones."""
    clean: dict[str, Any] = dict(values)
    errors: dict[str, str] = {}
    _texts(Space, clean, errors)
    if new or "number" in clean:
        _needed(clean, errors, "number", _("请填写房号。"))
    _whole(
        clean, errors, "floor_number", LOWEST_FLOOR, HIGHEST_FLOOR,
        _("楼层号应为 −20 至 200 的整数，地下一层写 −1。"),
    )  # fmt: skip
    if clean.get("floor_number") == 0:
        errors["floor_number"] = _("没有第 0 层：首层写 1，地下一层写 −1。")
    _number(clean, errors, "area", 2, _("面积应为 0 或正数，单位平方米。"))
    _number(clean, errors, "rent", 2, _("报价应为 0 或正数，单位元/㎡·天。"), most=10**5)
    if "state" in clean and clean["state"] not in Space.State.values:
        errors["state"] = _one_of(Space.State.labels)
    if clean.get("condition") and clean["condition"] not in Space.Condition.values:
        errors["condition"] = _one_of(Space.Condition.labels)
    return clean, errors


def clean_rows(
    rows: Sequence[V], clean: Callable[..., tuple[dict[str, Any], dict[str, str]]], *, new: bool
) -> list[dict[str, Any]]:
    """All rows cleaned, or one Refused that names every wrong field of every row.

    With more than one row the fields are named "row.field", counted from 0.
    """
    cleaned: list[dict[str, Any]] = []
    wrong: dict[str, str] = {}
    for index, row in enumerate(rows):
        values, errors = clean(row, new=new)
        cleaned.append(values)
        prefix = f"{index}." if len(rows) > 1 else ""
        wrong.update({f"{prefix}{name}": text for name, text in errors.items()})
    if wrong:
        raise Refused.many(wrong)
    return cleaned


def _texts(model: type[models.Model], clean: dict[str, Any], errors: dict[str, str]) -> None:
    for field in model._meta.concrete_fields:
        if not isinstance(field, models.CharField) or field.attname not in clean:
            continue
        text = " ".join(str(clean[field.attname] or "").split())
        clean[field.attname] = text
        if field.max_length and len(text) > field.max_length:
            errors[field.attname] = _("共 %(length)d 个字，最多 %(limit)d 个字。请缩短。") % {
                "length": len(text),
                "limit": field.max_length,
            }


def _needed(clean: dict[str, Any], errors: dict[str, str], name: str, sentence: str) -> None:
    if clean.get(name) in (None, ""):
        errors[name] = sentence


def _number(
    clean: dict[str, Any],
    errors: dict[str, str],
    name: str,
    places: int,
    sentence: str,
    *,
    least: int = 0,
    most: int = 10**8,
) -> None:
    value = clean.get(name)
    if value in (None, ""):
        if name in clean:
            clean[name] = None
        return
    try:
        number = Decimal(str(value)).quantize(Decimal(1).scaleb(-places))
    except InvalidOperation:
        errors[name] = sentence
        return
    if not least <= number <= most:
        errors[name] = sentence
        return
    clean[name] = number


def _whole(
    clean: dict[str, Any], errors: dict[str, str], name: str, least: int, most: int, sentence: str
) -> None:
    value = clean.get(name)
    if value in (None, ""):
        if name in clean:
            clean[name] = None
        return
    try:
        number = int(str(value))
    except ValueError:
        errors[name] = sentence
        return
    if not least <= number <= most:
        errors[name] = sentence
        return
    clean[name] = number


def _degrees(clean: dict[str, Any], errors: dict[str, str]) -> None:
    _number(
        clean, errors, "longitude", 7, _("经度应在 −180 与 180 之间，单位度。"),
        least=-180, most=180,
    )  # fmt: skip
    _number(
        clean, errors, "latitude", 7, _("纬度应在 −90 与 90 之间，单位度。"), least=-90, most=90
    )
    given = {name for name in ("longitude", "latitude") if clean.get(name) is not None}
    if len(given) == 1 and "longitude" in clean and "latitude" in clean:
        missing = ({"longitude", "latitude"} - given).pop()
        errors.setdefault(missing, _("经度和纬度要同时填写，或同时留空。"))


def _outline(clean: dict[str, Any], errors: dict[str, str]) -> None:
    if "outline" not in clean:
        return
    try:
        outline = read_outline(clean["outline"])
    except OutlineError as error:
        errors["outline"] = str(error)
        return
    clean["outline"] = outline.geometry if outline else None


def _one_of(labels: Sequence[Any]) -> str:
    return _("应为 %(all)s 之一。") % {"all": "、".join(str(label) for label in labels)}
