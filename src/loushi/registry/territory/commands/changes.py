"""Renaming, moving, merging, splitting: each on a date, with history."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.registry.territory import queries
from loushi.registry.territory.commands.effects import take_effect
from loushi.registry.territory.commands.parts import Part
from loushi.registry.territory.commands.store import Tree
from loushi.registry.territory.models import Unit, UnitKind, UnitName, UnitSuccession
from loushi.registry.territory.policy import fits_below, require_change


def rename_unit(*, actor: Actor, unit_id: int, name: str, on: date, why: str = "") -> Unit:
    """Gives a unit another name from a date on. Raises Denied, NotVisible, Refused."""
    name = name.strip()
    with transaction.atomic():
        tree = Tree()
        unit = tree.standing(unit_id, on)
        require_change(actor, unit.path or tree.path(unit_id, on))
        if not name:
            raise Refused(_("请填写新的名称。"), field="name")
        if len(name) > 60:
            raise Refused(_("名称最多 60 个字。"), field="name")
        held = queries.names_on(on, [unit_id]).get(unit_id, unit.name)
        if name == held:
            raise Refused(_("新名称与原名称相同，没有需要更改的。"), field="name")
        if queries.names(unit_id).filter(since__gt=on).exists():
            raise Refused(_("这个日期之后已有一次更名，请选择更晚的日期。"), field="on")
        UnitName.objects.update_or_create(unit_id=unit_id, since=on, defaults={"name": name})
        take_effect()
        record(
            actor=actor,
            action="territory.rename",
            subject=unit,
            before={"name": held},
            after={"name": name, "on": on.isoformat()},
            why=why,
            unit_path=unit.path,
        )
    return queries.get_unit(unit_id)


def move_unit(*, actor: Actor, unit_id: int, parent_id: int, on: date, why: str = "") -> Unit:
    """Hangs a unit, with everything below it, under another parent from a date on."""
    with transaction.atomic():
        tree = Tree()
        unit = tree.standing(unit_id, on)
        old = tree.path(unit_id, on)
        require_change(actor, unit.path or old)
        parent = tree.standing(parent_id, on, "parent")
        above = tree.path(parent_id, on)
        require_change(actor, above)
        _check_parent(unit, parent, tree, on)
        tree.unplanned(unit, on)
        tree.time.move(unit_id, parent_id, on)
        tree.save()
        take_effect()
        record(
            actor=actor,
            action="territory.move",
            subject=unit,
            before={"path": old},
            after={"path": tree.path(unit_id, on), "on": on.isoformat()},
            why=why,
            unit_path=unit.path,
        )
    return queries.get_unit(unit_id)


def _check_parent(unit: Unit, parent: Unit, tree: Tree, on: date) -> None:
    edge = tree.time.edge(unit.pk, on)
    if edge is not None and edge.parent == parent.pk:
        raise Refused(
            _("“%(unit)s”已经在“%(parent)s”之下，没有需要调整的。")
            % {"unit": unit.name, "parent": parent.name},
            field="parent",
        )
    if not fits_below(unit.kind, parent.kind):
        raise Refused(
            _("%(kind)s不能设在%(parent)s之下，请另选上级单元。")
            % {"kind": UnitKind(unit.kind).label, "parent": UnitKind(parent.kind).label},
            field="parent",
        )


def merge_units(
    *, actor: Actor, unit_ids: Sequence[int], heir_id: int, on: date, why: str = ""
) -> Unit:
    """Dissolves units into an heir of the same level on a date.

    Everything below hangs under the heir from then on; open work and closed rows go with it.
    """
    wanted = list(dict.fromkeys(unit_ids))
    with transaction.atomic():
        tree = Tree()
        heir = tree.standing(heir_id, on, "heir")
        if not wanted or heir_id in wanted:
            raise Refused(_("请至少选择一个要并入“%(heir)s”的其他单元。") % {"heir": heir.name},
                          field="units")  # fmt: skip
        require_change(actor, heir.path or tree.path(heir_id, on))
        for unit_id in wanted:
            unit = tree.standing(unit_id, on, "units")
            require_change(actor, unit.path or tree.path(unit_id, on))
            _check_dissolvable(tree, unit, heir.kind, on)
            tree.time.hand_over(unit_id, heir_id, on)
            tree.time.close(unit_id, on)
            UnitSuccession.objects.create(
                unit=unit, heir=heir, kind=UnitSuccession.Kind.MERGE, on=on, is_main=True
            )
            Unit.objects.filter(pk=unit_id).update(dissolved_on=on)
        tree.save()
        for unit_id in wanted:
            record(
                actor=actor,
                action="territory.merge",
                subject=tree.unit(unit_id),
                before={"path": tree.unit(unit_id).path},
                after={"heir": heir.code, "on": on.isoformat()},
                why=why,
                unit_path=heir.path,
            )
        take_effect()
    return queries.get_unit(heir_id)


def _check_dissolvable(tree: Tree, unit: Unit, kind: str, on: date) -> None:
    if unit.kind != kind:
        raise Refused(
            _("“%(unit)s”是%(kind)s，只能与同一层级的单元合并。")
            % {"unit": unit.name, "kind": UnitKind(unit.kind).label},
            field="units",
        )
    if on <= unit.founded_on:
        raise Refused(
            _("日期应晚于“%(unit)s”的成立日期 %(founded)s。")
            % {"unit": unit.name, "founded": unit.founded_on.isoformat()},
            field="on",
        )
    _check_no_later_heir(tree, unit, on)


def _check_no_later_heir(tree: Tree, unit: Unit, on: date) -> None:
    """A unit that moves or inherits later cannot end before that day."""
    tree.unplanned(unit, on)
    later = UnitSuccession.objects.filter(heir=unit, on__gt=on).order_by("on").first()
    if later is not None:
        raise Refused(
            _("“%(unit)s”在 %(later)s 要承接其他单元，不能在那之前撤销。请选择之后的日期。")
            % {"unit": unit.name, "later": later.on.isoformat()},
            field="on",
        )


def split_unit(
    *,
    actor: Actor,
    unit_id: int,
    on: date,
    parts: Sequence[Part],
    dissolve: bool = False,
    why: str = "",
) -> list[Unit]:
    """Divides a unit on a date; returns the heirs in the order of `parts`.

    New heirs are founded beside it. With `dissolve` the unit ends and the first part is the main
    heir: it takes whatever no building assigns; then every child must be assigned.
    """
    with transaction.atomic():
        tree = Tree()
        unit = tree.standing(unit_id, on)
        require_change(actor, unit.path or tree.path(unit_id, on))
        _check_parts(tree, unit, on, parts, dissolve)
        above = tree.time.edge(unit_id, on)
        if above is None or above.parent is None:
            raise Refused(_("区不能拆分。"), field="parts")
        heirs = [_heir(actor, tree, unit, part, on, above.parent) for part in parts]
        for position, (part, heir) in enumerate(zip(parts, heirs, strict=True)):
            tree.time.hand_over(unit_id, heir.pk, on, frozenset(part.children))
            _assign(unit, heir, part, on, is_main=dissolve and position == 0)
        if dissolve:
            tree.time.hand_over(unit_id, heirs[0].pk, on)
            tree.time.close(unit_id, on)
            Unit.objects.filter(pk=unit_id).update(dissolved_on=on)
        tree.save()
        record(
            actor=actor,
            action="territory.split",
            subject=unit,
            before={"path": unit.path},
            after={
                "heirs": [heir.code for heir in heirs],
                "buildings": {heir.code: list(part.buildings)
                              for part, heir in zip(parts, heirs, strict=True)},
                "dissolved": dissolve,
                "on": on.isoformat(),
            },
            why=why,
            unit_path=unit.path,
        )  # fmt: skip
        take_effect()
    return [queries.get_unit(heir.pk) for heir in heirs]


def _check_parts(tree: Tree, unit: Unit, on: date, parts: Sequence[Part], dissolve: bool) -> None:
    least = 2 if dissolve else 1
    if len(parts) < least:
        raise Refused(
            _("拆分后撤销原单元时，至少要有两个承接单元。") if dissolve
            else _("请至少写明一个新单元。"),
            field="parts",
        )  # fmt: skip
    if on <= unit.founded_on:
        raise Refused(
            _("日期应晚于“%(unit)s”的成立日期 %(founded)s。")
            % {"unit": unit.name, "founded": unit.founded_on.isoformat()},
            field="on",
        )
    if dissolve:
        _check_no_later_heir(tree, unit, on)
    given = [child for part in parts for child in part.children]
    own = tree.time.children(unit.pk, on)
    if len(given) != len(set(given)) or set(given) - set(own):
        raise Refused(
            _("每个下级单元只能分给一个承接单元，且必须是“%(unit)s”的直接下级。")
            % {"unit": unit.name},
            field="children",
        )
    buildings = [building for part in parts for building in part.buildings]
    if len(buildings) != len(set(buildings)):
        raise Refused(_("每幢楼只能分给一个承接单元。"), field="buildings")
    left = set(own) - set(given)
    if dissolve and left:
        names = "、".join(sorted(tree.unit(child).name for child in left))
        raise Refused(
            _("原单元撤销前，请为这些下级单元选定去向：%(names)s。") % {"names": names},
            field="children",
        )


def _heir(actor: Actor, tree: Tree, unit: Unit, part: Part, on: date, parent_id: int) -> Unit:
    if part.heir_id is not None:
        heir = tree.standing(part.heir_id, on, "parts")
        require_change(actor, heir.path or tree.path(heir.pk, on))
        if heir.kind != unit.kind or heir.pk == unit.pk:
            raise Refused(_("承接单元须是同一层级的其他单元。"), field="parts")
        return heir
    code, name = part.code.strip(), part.name.strip()
    if not code or not name:
        raise Refused(_("请填写新单元的编码和名称。"), field="parts")
    if Unit.objects.filter(code=code).exists():
        raise Refused(_("编码“%(code)s”已被使用，请换一个。") % {"code": code}, field="parts")
    heir = Unit.objects.create(
        code=code,
        name=name,
        kind=unit.kind,
        prefix=part.prefix,
        feature=part.feature,
        founded_on=on,
        source=unit.source,
    )
    UnitName.objects.create(unit=heir, name=name, since=on)
    tree.time.found(heir.pk, parent_id, on)
    record(
        actor=actor,
        action="territory.found",
        subject=heir,
        after={"code": code, "name": name, "split_from": unit.code, "founded_on": on.isoformat()},
        unit_path=unit.path,
    )
    return heir


def _assign(unit: Unit, heir: Unit, part: Part, on: date, *, is_main: bool) -> None:
    split = UnitSuccession.Kind.SPLIT
    rows = [UnitSuccession(unit=unit, heir=heir, kind=split, on=on, is_main=is_main)]
    rows += [
        UnitSuccession(unit=unit, heir=heir, kind=split, on=on, building_id=building)
        for building in part.buildings
    ]
    UnitSuccession.objects.bulk_create(rows)
