"""Writing enterprises: one at a time, or tens of thousands in few statements."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.scoping import fetch
from loushi.foundation.transfer.commands import insert_values, update_rows
from loushi.registry.accounts.models import User
from loushi.registry.enterprises.commands.addresses import district_names
from loushi.registry.enterprises.commands.closing import close_down
from loushi.registry.enterprises.commands.facts import (
    FactValues,
    copies_of,
    first_facts,
    open_facts,
    restate,
)
from loushi.registry.enterprises.commands.homes import put_home, settle_homes
from loushi.registry.enterprises.commands.indexing import index_enterprises, index_new
from loushi.registry.enterprises.commands.officers import post_officers
from loushi.registry.enterprises.commands.portions import chunks
from loushi.registry.enterprises.commands.settling import settle_enterprises
from loushi.registry.enterprises.commands.values import EnterpriseValues, clean_enterprise
from loushi.registry.enterprises.models import Enterprise, IndustryCode, PlaceFact
from loushi.registry.enterprises.policy import CHANGE, require_at
from loushi.registry.enterprises.queries.merging import codes_before
from loushi.registry.territory.models import Unit


@dataclass
class Upserted:
    """What a bulk upsert did; `ids` in the order of the given rows."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    ids: list[int] = field(default_factory=list)


PLACES: dict[str, tuple[str, str]] = {
    "registered_lies": (PlaceFact.Kind.REGISTRATION, "lies"),
    "registered_address": (PlaceFact.Kind.REGISTRATION, "address"),
    "tax_lies": (PlaceFact.Kind.TAX, "lies"),
    "tax_address": (PlaceFact.Kind.TAX, "address"),
}
"""Columns that are facts with dates: they are stated, never written."""


def known_code_message() -> str:
    """One sentence for a code that is registered already; it names nobody."""
    return _(
        "这个统一社会信用代码已经登记。若是贵企业，请用“申请关联”；"
        "若企业已迁入本单元，请联系上一级单位办理迁入。"
    )


def register_enterprise(*, actor: Actor, values: EnterpriseValues, why: str = "") -> Enterprise:
    """Registers one enterprise; Refused names the wrong fields, never the holder of a code."""
    pk = register_enterprises(actor=actor, rows=[values], why=why)[0]
    return Enterprise.objects.unscoped("registered by this actor a moment ago").get(pk=pk)


def register_enterprises(
    *,
    actor: Actor,
    rows: Sequence[EnterpriseValues],
    why: str = "",
    permission: str = CHANGE,
) -> list[int]:
    """Registers many enterprises: all, or none and one Refused with every wrong field. Returns
    their ids in order.

    An import passes its own permission; it must cover the place of every row all the same.
    """
    cleaned = clean_rows(rows, clean_enterprise, new=True)
    with transaction.atomic():
        paths = unit_paths(values.get("unit_id") for values in cleaned)
        placed = [paths.get(values.get("unit_id") or 0, "") for values in cleaned]
        for path in set(placed):
            require_at(actor, permission, path)
        _check_references(cleaned)
        _refuse_known_codes(cleaned)
        now, districts = timezone.now(), district_names()
        facts = [
            first_facts(_said(values), str(values.get("source") or ""), districts)
            for values in cleaned
        ]
        made = [
            {**_own(values), **copies_of(said), "unit_path": path, "created_at": now}
            for values, said, path in zip(cleaned, facts, placed, strict=True)
        ]
        ids = insert_values(Enterprise, made)
        record_many(
            actor=actor,
            action="enterprises.register",
            lines=[
                Line(
                    (Enterprise._meta.label_lower, pk, values["name"]),
                    after={k: v for k, v in values.items() if v not in (None, "")},
                    why=why,
                    unit_path=path,
                )
                for pk, values, path in zip(ids, cleaned, placed, strict=True)
            ],
        )
        open_facts(actor=actor, rows=zip(ids, placed, facts, strict=True))
        cancelled = Enterprise.Status.CANCELLED
        posts = {
            pk: values["officer_id"]
            for pk, values in zip(ids, cleaned, strict=True)
            if values.get("officer_id") and values.get("status") != cancelled
        }
        post_officers(actor=actor, changes=posts, on=timezone.localdate(), why=why, audited=False)
        index_new(dict(zip(ids, made, strict=True)))
        gone = [
            pk for pk, values in zip(ids, cleaned, strict=True) if values.get("status") == cancelled
        ]
        close_down(ids=gone, on=timezone.localdate(), why=why)
    return ids


def update_enterprise(
    *, actor: Actor, enterprise_id: int, values: EnterpriseValues, why: str = ""
) -> Enterprise:
    """Changes the given fields of one enterprise and leaves the others as they are."""
    with transaction.atomic():
        row = fetch(Enterprise, actor, enterprise_id, permission=CHANGE, lock=True)
        update_enterprises(actor=actor, changes=[(enterprise_id, values)], why=why)
        row.refresh_from_db()
    return row


def update_enterprises(
    *,
    actor: Actor,
    changes: Sequence[tuple[int, EnterpriseValues]],
    why: str = "",
    permission: str = CHANGE,
) -> list[int]:
    """Changes many enterprises; returns the ids of those that really changed."""
    cleaned = clean_rows([values for _id, values in changes], clean_enterprise, new=False)
    with transaction.atomic():
        found: dict[int, Enterprise] = {}
        for chunk in chunks(sorted({pk for pk, _values in changes})):
            rows = Enterprise.objects.visible_to(actor, permission).filter(pk__among=chunk)
            found |= {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}
        if any(pk not in found for pk, _values in changes):
            raise Refused(_("有企业不存在，或不在您可更正的范围内。请核对后重试。"))
        pending = [
            (found[pk], {k: v for k, v in values.items() if getattr(found[pk], k) != v})
            for (pk, _values), values in zip(changes, cleaned, strict=True)
        ]
        pending = [(row, values) for row, values in pending if values]
        paths = unit_paths(values.get("unit_id") for _row, values in pending)
        for path in set(paths.values()):
            require_at(actor, permission, path)
        _check_references([values for _row, values in pending])
        _refuse_known_codes([values for _row, values in pending])
        _write(actor, pending, paths, why)
    return [row.pk for row, _values in pending]


def upsert_enterprises(
    *, actor: Actor, rows: Sequence[EnterpriseValues], why: str = ""
) -> Upserted:
    """Creates what is new and changes what differs, known by credit code.

    Rows without a code are always new here: an import knows them by (source, external id).
    """
    codes = [str(row.get("credit_code") or "").strip().upper() for row in rows]
    known: dict[str, int] = {}
    for chunk in chunks(sorted({code for code in codes if code})):
        everything = Enterprise.objects.unscoped("an upsert recognises codes of all units")
        known |= {
            str(code): pk
            for code, pk in everything.filter(credit_code__among=chunk).values_list(
                "credit_code", "pk"
            )
        }
    former = codes_before(sorted({code for code in codes if code and code not in known}))
    rows = [
        _without_code(row) if code in former else row for code, row in zip(codes, rows, strict=True)
    ]
    known |= former
    result = Upserted(ids=[known.get(code, 0) for code in codes])
    fresh = [index for index, pk in enumerate(result.ids) if not pk]
    with transaction.atomic():
        result.changed = len(
            update_enterprises(
                actor=actor,
                changes=[(pk, row) for pk, row in zip(result.ids, rows, strict=True) if pk],
                why=why,
            )
        )
        made = register_enterprises(actor=actor, rows=[rows[index] for index in fresh], why=why)
    for index, pk in zip(fresh, made, strict=True):
        result.ids[index] = pk
    result.created = len(made)
    result.unchanged = len(rows) - result.created - result.changed
    return result


def clean_rows(
    rows: Sequence[Any], clean: Callable[..., tuple[dict[str, Any], dict[str, str]]], *, new: bool
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


def unit_paths(unit_ids: Iterable[int | None]) -> dict[int, str]:
    """Today's path of each unit; Refused where one does not exist or is dissolved."""
    wanted = {unit_id for unit_id in unit_ids if unit_id is not None}
    paths = dict(Unit.objects.filter(pk__in=wanted).exclude(path="").values_list("pk", "path"))
    if wanted - set(paths):
        raise Refused(_("所选的单元不存在或已撤销。请重新选择。"), field="unit_id")
    return paths


def _without_code(row: EnterpriseValues) -> EnterpriseValues:
    """A row under the code of an enterprise that was merged: it tells of the one that stayed, and
    does not give it the old code."""
    values: Any = {name: value for name, value in row.items() if name != "credit_code"}
    return cast(EnterpriseValues, values)


def _check_references(cleaned: Sequence[Mapping[str, Any]]) -> None:
    for name, model, sentence in (
        ("industry_id", IndustryCode, _("没有行业代码 %(key)s。请从 GB/T 4754 的目录中选择。")),
        ("officer_id", User, _("所选的企业专员不存在。请重新选择。")),
    ):
        wanted = {values[name] for values in cleaned if values.get(name) is not None}
        if missing := wanted - _existing(model, wanted):
            raise Refused(sentence % {"key": min(missing)}, field=name)


def _existing(model: type[models.Model], keys: set[Any]) -> set[Any]:
    rows = model._default_manager.filter(pk__in=keys) if keys else model._default_manager.none()
    return set(rows.values_list("pk", flat=True))


def _refuse_known_codes(cleaned: Sequence[Mapping[str, Any]]) -> None:
    places = {
        values["credit_code"]: index
        for index, values in enumerate(cleaned)
        if values.get("credit_code")
    }
    counts = Counter(values.get("credit_code") for values in cleaned)
    taken = {code for code in places if counts[code] > 1}
    for chunk in chunks(sorted(places)):
        everything = Enterprise.objects.unscoped("a credit code is unique over all units")
        taken |= set(
            everything.filter(credit_code__among=chunk).values_list("credit_code", flat=True)
        )
        taken |= set(codes_before(chunk))
    if taken:
        prefix = len(cleaned) > 1
        raise Refused.many(
            {
                f"{places[code]}.credit_code" if prefix else "credit_code": known_code_message()
                for code in sorted(taken)
            }
        )


def _write(
    actor: Actor,
    pending: Sequence[tuple[Enterprise, dict[str, Any]]],
    paths: Mapping[int, str],
    why: str,
) -> None:
    now = timezone.now()
    homes: dict[int, tuple[int | None, str]] = {}
    lines = []
    for row, values in pending:
        before = {name: getattr(row, name) for name in values}
        if "unit_id" in values:
            homes[row.pk] = (values["unit_id"], paths.get(values["unit_id"] or 0, ""))
        lines.append(Line(row, before=before, after=values, why=why))
    if homes:
        put_home(homes)
    update_rows(
        Enterprise, [(row.pk, {**_own(values), "updated_at": now}) for row, values in pending]
    )
    record_many(actor=actor, action="enterprises.update", lines=lines)
    cancelled = Enterprise.Status.CANCELLED
    living = [(r, v) for r, v in pending if (v.get("status") or r.status) != cancelled]
    stated = _state_places(actor, {row.pk: values for row, values in living})
    settle_enterprises(stated)
    settle_homes(sorted(homes))
    posts = {row.pk: values["officer_id"] for row, values in living if "officer_id" in values}
    post_officers(actor=actor, changes=posts, on=timezone.localdate(), why=why, audited=False)
    index_enterprises(row.pk for row, _values in pending)
    gone = [row.pk for row, values in pending if values.get("status") == cancelled]
    close_down(ids=gone, on=timezone.localdate(), why=why or str(_("企业注销")))


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are written as they are."""
    return {k: v for k, v in values.items() if k not in PLACES and k != "officer_id"}


def _said(values: Mapping[str, Any]) -> dict[str, FactValues]:
    """What the values say about registration and tax, by kind."""
    said: dict[str, FactValues] = {}
    for name, (kind, key) in PLACES.items():
        if values.get(name):
            said.setdefault(kind, {})[key] = values[name]  # type: ignore[literal-required]
    return said


def _state_places(actor: Actor, rows: Mapping[int, Mapping[str, Any]]) -> list[int]:
    """Opens the facts of what rows say about registration and tax; returns whose changed."""
    changes: dict[int, dict[str, FactValues]] = {}
    sources: dict[str, list[int]] = {}
    for pk, values in rows.items():
        if said := _said(values):
            changes[pk] = said
            sources.setdefault(str(values.get("source") or ""), []).append(pk)
    stated: list[int] = []
    for source, pks in sources.items():
        stated += restate(actor=actor, changes={pk: changes[pk] for pk in pks}, source=source)
    return stated
