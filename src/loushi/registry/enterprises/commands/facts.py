"""Where an enterprise is registered and where it pays tax: dated statements, never overwritten."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypedDict

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.scoping import fetch
from loushi.foundation.transfer.commands import insert_rows, insert_values, update_rows
from loushi.registry.buildings.models import Building, Space
from loushi.registry.enterprises.commands.addresses import district_names, lies_where
from loushi.registry.enterprises.commands.intervals import TooEarly, fit
from loushi.registry.enterprises.commands.portions import chunks
from loushi.registry.enterprises.commands.settling import settle_enterprises
from loushi.registry.enterprises.models import ChangeReason, Enterprise, Lies, PlaceFact
from loushi.registry.enterprises.policy import CHANGE, IN_FORCE
from loushi.registry.territory.models import Unit

FIRST, NEW, MOVED_IN, MOVED_OUT = "first", "new", "moved_in", "moved_out"
CHANGED, CANCELLED, CORRECTED = "changed", "cancelled", "corrected"
WHY = "facts of enterprises that the caller has checked"
_LIES = frozenset(Lies.values)  # a list made anew at each asking
COPIES: dict[str, tuple[str, str]] = {
    PlaceFact.Kind.REGISTRATION: ("registered_lies", "registered_address"),
    PlaceFact.Kind.TAX: ("tax_lies", "tax_address"),
}


class FactValues(TypedDict, total=False):
    """What a statement says; without `lies` the address decides, as far as it can."""

    lies: str
    address: str
    building_id: int | None
    space_id: int | None
    within_id: int | None
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement about one enterprise: what holds from `since` (None: from the beginning)."""

    enterprise_id: int
    kind: str
    values: FactValues
    since: date | None
    reason: str = FIRST


def record_fact(
    *,
    actor: Actor,
    enterprise_id: int,
    kind: str,
    values: FactValues,
    since: date | None,
    reason: str,
) -> PlaceFact:
    """States where an enterprise is registered or pays tax, from a day on.

    An event (新设, 迁入, 迁出, 变更, 注销) closes the running statement. 更正 puts right what was
    recorded wrongly: from its day to the next event, and the wrong statement is withdrawn or
    shortened, not overwritten. Refused names the field: a day in the future, an event before the
    running statement, a statement that says nothing new.
    """
    with transaction.atomic():
        firm = fetch(Enterprise, actor, enterprise_id, permission=CHANGE, lock=True)
        held = running_facts([enterprise_id], kind).get(enterprise_id)
        clean = clean_fact(values, district_names())
        if reason != CORRECTED and held is not None and _says(held, clean):
            raise Refused(_("和现在登记的一样，没有变化。"), field="address")
        statement = Statement(enterprise_id, kind, clean, since, reason)
        made = record_facts(actor=actor, rows=[statement])
        if firm.status == Enterprise.Status.CANCELLED and made[0].until is None:
            raise Refused(
                _("这家企业已经注销，只能更正注销以前的登记。若没有注销，请先更正经营状态。"),
                field="since",
            )
        settle_enterprises([enterprise_id])
        return made[0]


def record_facts(
    *, actor: Actor, rows: Sequence[Statement], audited: bool = True
) -> list[PlaceFact]:
    """Takes many statements in, one for each enterprise and kind at most; the caller has checked
    the rights and settles what follows."""
    if not rows:
        return []
    _check(rows)
    ids = sorted({row.enterprise_id for row in rows})
    chains = _chains(ids)
    paths = _paths(ids)
    now = timezone.now()
    made: list[PlaceFact] = []
    withdrawn: list[tuple[int, dict[str, Any]]] = []
    closed: list[tuple[int, dict[str, Any]]] = []
    lines: list[Line] = []
    for row in rows:
        try:
            place = fit(
                chains[row.enterprise_id, row.kind], row.since, correcting=row.reason == CORRECTED
            )
        except TooEarly as early:
            raise Refused(_too_early(early.since), field="since") from None
        fact = PlaceFact(
            enterprise_id=row.enterprise_id, kind=row.kind, unit_path=paths[row.enterprise_id],
            since=place.since, until=place.until, reason_id=row.reason,
            recorded_at=now, recorded_by=actor.user_id, **row.values,
        )  # fmt: skip
        before: dict[str, Any] = {}
        if old := place.withdraw or place.close:
            before = {"lies": old.lies, "address": old.address, "since": old.since}
        if place.withdraw is not None:
            withdrawn.append((old.pk, {"withdrawn_at": now}))
            fact.ended_id = old.ended_id
        elif place.close is not None:
            if row.reason == CORRECTED:
                fact.ended_id = old.ended_id
            closed.append((old.pk, {"until": row.since, "ended_id": row.reason}))
        made.append(fact)
        after = {"kind": row.kind, "since": row.since, "reason": row.reason, **row.values}
        lines.append(Line(fact, before, {k: v for k, v in after.items() if v not in (None, "")}))
    update_rows(PlaceFact, withdrawn)
    update_rows(PlaceFact, closed)
    made = insert_rows(made)
    if audited:
        for line, fact in zip(lines, made, strict=True):
            line.subject.pk = fact.pk  # type: ignore[union-attr]
        record_many(actor=actor, action="enterprises.fact", lines=lines)
    copy_facts(ids)
    return made


def restate(
    *, actor: Actor, changes: Mapping[int, Mapping[str, FactValues]], source: str = ""
) -> list[int]:
    """Takes in what a form or a file says of today, without a day of its own: enterprise → kind →
    values. Returns the enterprises about which it really says something new.

    Where nothing was known, or only a 待核, the statement holds from the beginning of the old one
    (更正, the first one 首次登记); otherwise from today, as 迁入, 迁出 or 变更.
    """
    today, districts = timezone.localdate(), district_names()
    rows: list[Statement] = []
    for kind in PlaceFact.Kind.values:
        given = {pk: values[kind] for pk, values in changes.items() if kind in values}
        held = running_facts(sorted(given), kind)
        for pk, values in given.items():
            old = held.get(pk)
            clean = clean_fact(_merged(old, values, source), districts)
            if old is not None and not values.get("lies") and clean["lies"] == Lies.UNKNOWN:
                clean["lies"] = old.lies  # an address that says nothing leaves what is known
            if old is None:
                if _says_anything(clean):
                    rows.append(Statement(pk, kind, clean, None, FIRST))
            elif not _says(old, clean):
                rows.append(_restated(pk, kind, old, clean, today))
    record_facts(actor=actor, rows=_begun_again(rows, today), audited=False)
    return sorted({row.enterprise_id for row in rows})


def first_facts(
    said: Mapping[str, FactValues], source: str, districts: tuple[str, ...]
) -> dict[str, FactValues]:
    """What is said of an enterprise of which nothing is recorded, by kind: complete, and without
    what says nothing."""
    clean = {
        kind: clean_fact(_merged(None, values, source), districts) for kind, values in said.items()
    }
    return {kind: values for kind, values in clean.items() if _says_anything(values)}


def copies_of(facts: Mapping[str, FactValues]) -> dict[str, str]:
    """The columns of an enterprise that copy its first statements."""
    return {
        name: value
        for kind, values in facts.items()
        for name, value in zip(COPIES[kind], (values["lies"], values["address"]), strict=True)
    }


def open_facts(*, actor: Actor, rows: Iterable[tuple[int, str, Mapping[str, FactValues]]]) -> None:
    """Opens the first statements (see `first_facts`) of enterprises that were registered a moment
    ago: (enterprise, its unit path, kind → values). There is nothing that they could contradict,
    and the enterprises were written with `copies_of` them."""
    now = timezone.now()
    insert_values(
        PlaceFact,
        [
            {
                "enterprise_id": pk, "kind": kind, "unit_path": path, "reason_id": FIRST,
                "recorded_at": now, "recorded_by": actor.user_id, **values,
            }
            for pk, path, facts in rows
            for kind, values in facts.items()
        ],
    )  # fmt: skip


def close_facts(*, ids: Sequence[int], on: date, reason: str) -> None:
    """Ends what runs of these enterprises on a day; a statement that began later is withdrawn."""
    closed: list[tuple[int, dict[str, Any]]] = []
    for fact in _in_force(ids):
        if fact.until is not None and fact.until <= on:
            continue
        if fact.since is not None and fact.since >= on:
            closed.append((fact.pk, {"withdrawn_at": timezone.now(), "ended_id": reason}))
        else:
            closed.append((fact.pk, {"until": on, "ended_id": reason}))
    update_rows(PlaceFact, closed)
    copy_facts(ids)


def clean_fact(values: FactValues, districts: tuple[str, ...] = ()) -> FactValues:
    """Trimmed and complete: `lies` follows the place or the address where it is not given."""
    address = " ".join(str(values.get("address") or "").split())
    if len(address) > 200:
        raise Refused(_("地址最多 200 个字。请缩短。"), field="address")
    lies = str(values.get("lies") or "")
    placed = values.get("building_id") or values.get("within_id")
    if not lies:
        lies = str(Lies.INSIDE) if placed else lies_where(address, districts)
    if lies not in _LIES:
        raise Refused(_("请选择本区、区外或待核。"), field="lies")
    if placed and lies != Lies.INSIDE:
        raise Refused(
            _("选了本区的楼宇或单元，又说在区外，两者不能同时成立。请核对。"), field="lies"
        )
    return {
        "lies": lies,
        "address": address,
        "building_id": values.get("building_id"),
        "space_id": values.get("space_id"),
        "within_id": values.get("within_id"),
        "source": str(values.get("source") or "")[:60],
        "note": str(values.get("note") or "").strip()[:200],
    }


def running_facts(ids: Iterable[int], kind: str) -> dict[int, PlaceFact]:
    """The statement of one kind that runs, by enterprise."""
    found: dict[int, PlaceFact] = {}
    for chunk in chunks(sorted(set(ids))):
        rows = PlaceFact.objects.unscoped(WHY).filter(
            IN_FORCE, enterprise_id__among=chunk, kind=kind, until__isnull=True
        )
        found |= {row.enterprise_id: row for row in rows}
    return found


def copy_facts(ids: Iterable[int]) -> None:
    """Writes what runs today onto the enterprises, where it differs."""
    wanted = sorted(set(ids))
    for kind, (lies, address) in COPIES.items():
        held = running_facts(wanted, kind)
        for chunk in chunks(wanted):
            rows = Enterprise.objects.unscoped(WHY).filter(pk__among=chunk).order_by("pk")
            pending = []
            for pk, *now in rows.values_list("pk", lies, address):
                fact = held.get(pk)
                then = [fact.lies, fact.address] if fact else ["", ""]
                if now != then:
                    pending.append((pk, dict(zip((lies, address), then, strict=True))))
            update_rows(Enterprise, pending)


def _begun_again(rows: Sequence[Statement], today: date) -> list[Statement]:
    """First statements about enterprises whose last one was ended by 注销 begin today."""
    first = {row.enterprise_id for row in rows if row.reason == FIRST}
    ended = {(fact.enterprise_id, fact.kind) for fact in _in_force(first)}
    return [
        replace(row, since=today, reason=NEW)
        if row.reason == FIRST and (row.enterprise_id, row.kind) in ended
        else row
        for row in rows
    ]


def _merged(old: PlaceFact | None, values: FactValues, source: str) -> FactValues:
    merged: FactValues = {"source": source}
    if old is not None:
        merged["address"] = old.address
        if "address" not in values:
            merged["lies"] = old.lies
    merged.update(values)
    return merged


def _says_anything(values: FactValues) -> bool:
    return bool(values["address"]) or values["lies"] != Lies.UNKNOWN


def _restated(pk: int, kind: str, old: PlaceFact, clean: FactValues, today: date) -> Statement:
    if old.lies == Lies.UNKNOWN or (old.since is not None and old.since >= today):
        return Statement(pk, kind, clean, old.since, CORRECTED)
    moved = {(Lies.OUTSIDE, Lies.INSIDE): MOVED_IN, (Lies.INSIDE, Lies.OUTSIDE): MOVED_OUT}
    reason = moved.get((Lies(old.lies), Lies(clean["lies"])), CHANGED)
    return Statement(pk, kind, clean, today, reason)


def _says(held: PlaceFact, values: FactValues) -> bool:
    """Whether a statement says what is in force already (source and note aside)."""
    return (
        held.lies == values["lies"]
        and held.address == values["address"]
        and values.get("building_id") in (None, held.building_id)
        and values.get("space_id") in (None, held.space_id)
        and values.get("within_id") in (None, held.within_id)
    )


def _in_force(ids: Iterable[int]) -> list[PlaceFact]:
    found: list[PlaceFact] = []
    for chunk in chunks(sorted(set(ids))):
        found += PlaceFact.objects.unscoped(WHY).filter(IN_FORCE, enterprise_id__among=chunk)
    return sorted(found, key=lambda fact: (fact.since or date.min, fact.pk))


def _chains(ids: Sequence[int]) -> dict[tuple[int, str], list[PlaceFact]]:
    found: dict[tuple[int, str], list[PlaceFact]] = defaultdict(list)
    for fact in _in_force(ids):
        found[fact.enterprise_id, fact.kind].append(fact)
    return found


def _paths(ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for chunk in chunks(ids):
        rows = Enterprise.objects.unscoped(WHY).filter(pk__among=chunk)
        found |= dict(rows.values_list("pk", "unit_path"))
    return found


def _check(rows: Sequence[Statement]) -> None:
    today = timezone.localdate()
    if any(row.since is not None and row.since > today for row in rows):
        raise Refused(_("起始日期不能晚于今天。到了那一天再登记。"), field="since")
    reasons = set(ChangeReason.offered().filter(begins=True).values_list("pk", flat=True))
    if any(row.reason not in reasons for row in rows):
        raise Refused(_("请选择变化的原因。"), field="reason")
    for name, model, sentence in (
        ("building_id", Building, _("没有这幢楼宇。请重新选择。")),
        ("space_id", Space, _("没有这间房。请重新选择。")),
        ("within_id", Unit, _("没有这个单元。请重新选择。")),
    ):
        wanted = {row.values.get(name) for row in rows} - {None}
        for chunk in chunks(sorted(wanted)):
            held = set(model._base_manager.filter(pk__among=chunk).values_list("pk", flat=True))
            if set(chunk) - held:
                raise Refused(sentence, field=name)


def _too_early(day: date | None) -> str:
    if day is None:
        return _("请填写起始日期。")
    return _("现在的登记从 %(day)s 起。发生在那一天或更早的，请把原因选为“更正”。") % {
        "day": day.isoformat()
    }
