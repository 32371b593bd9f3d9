"""Resources: drafted (also from a resolution), completed by a person, published, withdrawn."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.scoping import fetch, path_range
from loushi.registry.accounts.policy import can_at
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.models import Resource, ResourceArea, ResourceKind
from loushi.services.catalogue.policy import CHANGE

TEXTS = ("name", "provider", "summary", "measure", "terms", "hours", "booking", "contact")
FIELDS = frozenset((*TEXTS, "kind_id", "firm_id", "capacity", "since", "until"))
State = Resource.State


def draft_resource(
    *, actor: Actor, unit_id: int, values: Mapping[str, Any],
    origin: str = "", origin_label: str = "",
) -> Resource:  # fmt: skip
    """A resource as a draft; a person completes capacity and dates before it is published. The same
    `origin` (a resolution) gives the same draft."""
    unit = Unit.objects.filter(pk=unit_id).exclude(path="").first()
    if unit is None:
        raise Refused(_("请选择资源归哪个社区。"), field="unit_id")
    if not can_at(actor, CHANGE, unit.path):
        raise Denied
    with transaction.atomic():
        Unit.objects.select_for_update().get(pk=unit.pk)  # two presses of one button
        rows = Resource.objects.unscoped("made at a unit that was checked")
        held = rows.filter(origin=origin).first() if origin else None
        if held is not None:
            return held
        found = _provided(actor, _cleaned(values), None)
        made = rows.create(
            unit=unit, unit_path=unit.path, origin=origin, origin_label=origin_label[:120], **found
        )
        _serve(made, values.get("building_ids") or ())
        record(actor=actor, action="catalogue.resource_draft", subject=made, after=_told(found))
    return made


def update_resource(*, actor: Actor, resource_id: int, values: Mapping[str, Any]) -> Resource:
    """Completes or corrects a resource, with the towers it serves where `values` carry them."""
    with transaction.atomic():
        row = _own(actor, resource_id)
        found = _cleaned({name: getattr(row, name) for name in FIELDS} | dict(values))
        found = _provided(actor, found, row.firm_id)
        if row.state == State.PUBLISHED:
            _complete(found)
        before = {name: getattr(row, name) for name in found}
        for name, value in found.items():
            setattr(row, name, value)
        row.save()
        if values.get("building_ids") is not None:
            _serve(row, values["building_ids"])
        record(actor=actor, action="catalogue.resource_update", subject=row, before=_told(before),
               after=_told(found))  # fmt: skip
    return row


def publish_resource(*, actor: Actor, resource_id: int) -> Resource:
    """Shows a resource to enterprises; refused while capacity or dates are missing."""
    return _to(actor, resource_id, State.PUBLISHED, "catalogue.resource_publish")


def withdraw_resource(*, actor: Actor, resource_id: int) -> Resource:
    """Takes a resource back."""
    return _to(actor, resource_id, State.WITHDRAWN, "catalogue.resource_withdraw")


def _own(actor: Actor, resource_id: int) -> Resource:
    row = fetch(Resource, actor, resource_id, lock=True)
    if not can_at(actor, CHANGE, row.unit_path):
        raise Denied
    return row


def _to(actor: Actor, resource_id: int, state: str, action: str) -> Resource:
    with transaction.atomic():
        row = _own(actor, resource_id)
        if row.state == state:
            return row
        if state == State.PUBLISHED:
            _complete({name: getattr(row, name) for name in FIELDS})
        before, row.state = row.state, state
        row.save(update_fields=["state"])
        record(actor=actor, action=action, subject=row, before={"state": before},
               after={"state": state})  # fmt: skip
    return row


def _complete(found: Mapping[str, Any]) -> None:
    wrong: dict[str, Any] = {}
    if not found["capacity"]:
        wrong["capacity"] = _("发布前请填写容量，例如 200 人。")
    if not found["since"]:
        wrong["since"] = _("发布前请填写开始日期。")
    if found["until"] and found["until"] < timezone.localdate():
        wrong["until"] = _("结束日期已过。请改日期，或撤下这项资源。")
    if wrong:
        raise Refused.many(wrong)


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: str(values.get(name) or "").strip() for name in TEXTS}
    found |= {name: values.get(name) or None for name in FIELDS - set(TEXTS)}
    wrong: dict[str, Any] = {}
    for name in TEXTS:
        column: Any = Resource._meta.get_field(name)
        if len(found[name]) > column.max_length:
            wrong[name] = _("最多 %(n)d 字。请写得简短些。") % {"n": column.max_length}
    if not found["name"]:
        wrong["name"] = _("请填写资源名称。")
    if not ResourceKind.objects.filter(pk=found["kind_id"]).exists():
        wrong["kind_id"] = _("请从列表里选择类型。")
    if found["capacity"] is not None and not 0 < found["capacity"] < 10**9:
        wrong["capacity"] = _("容量应大于 0。")
    if found["since"] and found["until"] and found["until"] < found["since"]:
        wrong["until"] = _("不能早于开始的日期。")
    if wrong:
        raise Refused.many(wrong)
    return found


def _provided(actor: Actor, found: dict[str, Any], held: int | None) -> dict[str, Any]:
    """The provider's name is the enterprise's where it was left empty. Only an enterprise that the
    actor sees may be named; one that stands there already may have moved away since."""
    pk = found["firm_id"]
    if pk is not None:
        rows = Enterprise.objects.unscoped("the provider that was named before")
        firm = rows.filter(pk=pk).first() if pk == held else fetch(Enterprise, actor, pk)
        found["provider"] = found["provider"] or (firm.name[:80] if firm else "")
    return found


def _serve(row: Resource, building_ids: Sequence[int]) -> None:
    """Replaces the towers that are served: those of the resource's own unit."""
    rows = ResourceArea.objects.unscoped("towers of a resource that was checked")
    rows.filter(resource=row).delete()
    wanted = Building.objects.unscoped("towers below the resource's unit").filter(
        path_range("unit_path", row.unit_path), pk__in=list(building_ids)
    )
    rows.bulk_create(
        ResourceArea(resource=row, building=one, unit_path=one.unit_path) for one in wanted
    )


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if value not in (None, "")
    }
