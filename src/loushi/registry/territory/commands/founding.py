"""Founding units, one or many; the shipped templates."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible, Refused
from loushi.registry.territory import queries
from loushi.registry.territory.commands.effects import take_effect
from loushi.registry.territory.commands.store import Tree
from loushi.registry.territory.models import Unit, UnitKind, UnitName
from loushi.registry.territory.policy import fits_below, require_change

TEMPLATES = Path(__file__).resolve().parent.parent / "structures"
PREFIX = re.compile(r"[A-Z]{2,4}")


@dataclass(frozen=True, slots=True)
class NewUnit:
    """What it takes to found a unit. `parent` is a unit id, or the code of one (also of one that
    is founded in the same call)."""

    code: str
    name: str
    kind: str
    parent: int | str | None
    on: date
    prefix: str = ""
    feature: str = ""
    source: str = ""


def found_unit(
    *,
    actor: Actor,
    code: str,
    name: str,
    kind: str,
    parent: int | str | None,
    on: date,
    prefix: str = "",
    feature: str = "",
    source: str = "",
) -> Unit:
    """Founds one unit on a date (past, today or future).

    Raises Denied when no grant covers the parent, Refused for a used code, a parent that does not
    stand then, or a level that does not fit.
    """
    new = NewUnit(code, name, kind, parent, on, prefix, feature, source)
    return found_units(actor=actor, units=[new])[0]


def found_units(*, actor: Actor, units: Sequence[NewUnit]) -> list[Unit]:
    """Founds many units at once, all or nothing; parents may stand in the same list."""
    with transaction.atomic():
        tree = Tree()
        _check(units)
        made: dict[str, Unit] = {}
        for new in _parents_first(units):
            parent = _parent(tree, new, made)
            _check_level(new, parent)
            if parent is None:
                _check_root(actor)
            elif parent.code not in made:
                require_change(actor, parent.path or tree.path(parent.pk, new.on))
            unit = Unit.objects.create(
                code=new.code.strip(),
                name=new.name.strip(),
                kind=new.kind,
                prefix=new.prefix.strip().upper(),
                feature=new.feature,
                founded_on=new.on,
                source=new.source,
            )
            made[unit.code] = unit
            tree.time.found(unit.pk, parent.pk if parent else None, new.on)
        tree.save()
        UnitName.objects.bulk_create(
            UnitName(unit=unit, name=unit.name, since=unit.founded_on) for unit in made.values()
        )
        take_effect()
        _refresh(made.values())
        record_many(
            actor=actor,
            action="territory.found",
            lines=[
                Line(unit, after=_facts(unit), why=unit.source, unit_path=unit.path)
                for unit in made.values()
            ],
        )
    return [made[new.code.strip()] for new in units]


def _facts(unit: Unit) -> dict[str, Any]:
    return {
        "code": unit.code,
        "name": unit.name,
        "kind": unit.kind,
        "founded_on": unit.founded_on.isoformat(),
    }


def _refresh(units: Iterable[Unit]) -> None:
    by_id = {unit.pk: unit for unit in units}
    rows = Unit.objects.filter(kind__in={unit.kind for unit in by_id.values()})
    for pk, path in rows.values_list("pk", "path"):
        if pk in by_id:
            by_id[pk].path = path


def _check(units: Sequence[NewUnit]) -> None:
    """Every wrong field of every unit, in one pass."""
    errors: dict[str, str] = {}
    codes = [new.code.strip() for new in units]
    used = set(Unit.objects.filter(code__in=codes).values_list("code", flat=True))
    doubled = {code for code in codes if codes.count(code) > 1} if len(codes) < 2000 else set()
    for new, code in zip(units, codes, strict=True):
        prefix = new.prefix.strip().upper()
        if not code:
            errors.setdefault("code", _("请填写编码，例如 GS-01。"))
        elif code in used or code in doubled:
            taken = _("编码“%(code)s”已被使用，请换一个。")
            errors.setdefault("code", taken % {"code": code})
        if not new.name.strip():
            errors.setdefault("name", _("请填写名称。"))
        if new.kind not in UnitKind.values:
            errors.setdefault("kind", _("请选择层级。"))
        if prefix and not PREFIX.fullmatch(prefix):
            errors.setdefault("prefix", _("诉求编号前缀是 2 到 4 个大写字母，例如 GS。"))
    if errors:
        raise Refused.many(errors)


def _parents_first(units: Sequence[NewUnit]) -> list[NewUnit]:
    order = {kind: index for index, kind in enumerate(UnitKind.values)}
    return sorted(units, key=lambda new: order[new.kind])


def _parent(tree: Tree, new: NewUnit, made: dict[str, Unit]) -> Unit | None:
    if new.parent is None or new.parent == "":
        return None
    if isinstance(new.parent, str):
        unit = made.get(new.parent) or queries.unit_by_code(new.parent)
        if unit is None:
            raise Refused(
                _("没有编码为“%(code)s”的上级单元。") % {"code": new.parent}, field="parent"
            )
    else:
        unit = tree.unit(new.parent, "parent")
    return tree.standing(unit.pk, new.on, "parent")


def _check_level(new: NewUnit, parent: Unit | None) -> None:
    if fits_below(new.kind, parent.kind if parent else None):
        return
    if parent is None:
        raise Refused(_("请选择上级单元；只有区没有上级。"), field="parent")
    raise Refused(
        _("%(kind)s不能设在%(parent)s之下，请另选上级单元。")
        % {"kind": UnitKind(new.kind).label, "parent": UnitKind(parent.kind).label},
        field="parent",
    )


def _check_root(actor: Actor) -> None:
    if not actor.system:
        require_change(actor, "")
    if Unit.objects.filter(kind=UnitKind.DISTRICT).exists():
        raise Refused(_("本系统已有一个区。一个区用一套系统，请在它之下设立。"), field="kind")


def change_details(
    *, actor: Actor, unit_id: int, feature: str, prefix: str = "", source: str = ""
) -> Unit:
    """Corrects what is no history: feature, prefix of demand numbers, legal basis."""
    with transaction.atomic():
        unit = Unit.objects.select_for_update().filter(pk=unit_id).first()
        if unit is None:
            raise NotVisible
        require_change(actor, unit.path)
        prefix = prefix.strip().upper()
        if prefix and not PREFIX.fullmatch(prefix):
            raise Refused(_("诉求编号前缀是 2 到 4 个大写字母，例如 GS。"), field="prefix")
        before = {"feature": unit.feature, "prefix": unit.prefix, "source": unit.source}
        unit.feature, unit.prefix, unit.source = feature.strip(), prefix, source.strip()
        unit.save(update_fields=["feature", "prefix", "source"])
        after = {"feature": unit.feature, "prefix": unit.prefix, "source": unit.source}
        record(
            actor=actor,
            action="territory.change",
            subject=unit,
            before=before,
            after=after,
            unit_path=unit.path,
        )
    return unit


def install_template(
    *, actor: Actor, name: str, on: date, district: str = "", code: str = ""
) -> list[Unit]:
    """Founds the shipped structure `gongshu` or `pinghu` as an example to rename and extend.

    `district` and `code` replace the template's district name and code. Raises Refused when
    the name is unknown or a district stands already.
    """
    file = TEMPLATES / f"{name}.json"
    if not re.fullmatch(r"[a-z_]+", name) or not file.is_file():
        raise Refused(_("没有名为“%(name)s”的样式。") % {"name": name}, field="name")
    data = json.loads(file.read_text(encoding="utf-8"))
    units = data["units"]
    root = units[0]
    swap = {root["code"]: code or root["code"]}
    root["name"] = district or root["name"]
    return found_units(
        actor=actor,
        units=[
            NewUnit(
                code=swap.get(unit["code"], unit["code"]),
                name=unit["name"],
                kind=unit["kind"],
                parent=swap.get(unit["parent"], unit["parent"]),
                on=on,
                prefix=unit.get("prefix", ""),
                feature=unit.get("feature", ""),
                source=data["source"],
            )
            for unit in units
        ],
    )
