"""Recording tax and output. Another amount is a correction: a new version, the old one stays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypedDict

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.scoping import fetch, root_path
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.accounts.policy import can_at
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.enterprises.queries import homes_of
from loushi.registry.tax.models import DistrictTotal, OutputRecord, TaxReturn
from loushi.registry.tax.policy import IMPORT

CHUNK = 500
EARLIEST = 1994
"""The year of the tax-sharing reform: nothing older is comparable."""
LARGEST = Decimal("99999999999999.99")
MODELS: dict[str, type[TaxReturn] | type[OutputRecord]] = {
    "tax": TaxReturn,
    "output": OutputRecord,
}


class FigureValues(TypedDict, total=False):
    """One amount in yuan of one firm in one year."""

    enterprise_id: int
    year: int
    amount: Decimal
    source: str
    why: str


@dataclass(slots=True)
class Recorded:
    """Ids in the order of the rows, and how many were new, corrected, the same."""

    ids: list[int] = field(default_factory=list)
    new: int = 0
    corrected: int = 0
    unchanged: int = 0


def record_figures(
    *, actor: Actor, measure: str, rows: Sequence[FigureValues], batch: str = "", why: str = ""
) -> Recorded:
    """Records amounts in bulk. Denied unless the actor may import at each firm's home."""
    model = MODELS[measure]
    _refuse_wrong(rows)
    result = Recorded(ids=[0] * len(rows))
    with transaction.atomic():
        homes = _homes(actor, sorted({row["enterprise_id"] for row in rows}))
        held = _current(model, sorted(homes))
        fresh: list[Any] = []
        at: list[int] = []
        lines: list[Line] = []
        for index, row in enumerate(rows):
            old = held.get((row["enterprise_id"], row["year"]))
            if old is not None and old.amount == row["amount"]:
                result.ids[index] = old.pk
                result.unchanged += 1
                continue
            path, building, section = homes[row["enterprise_id"]]
            fresh.append(
                model(
                    enterprise_id=row["enterprise_id"], building_id=building, unit_path=path,
                    place=path, section=section, year=row["year"], amount=row["amount"],
                    source=row["source"], batch=batch, version=old.version + 1 if old else 1,
                    why=row.get("why", "") or (why if old else ""), recorded_at=timezone.now(),
                    recorded_by=actor.user_id,
                )
            )  # fmt: skip
            at.append(index)
            result.corrected += old is not None
        superseded = [
            (old.pk, {"is_current": False})
            for one in fresh
            if (old := held.get((one.enterprise_id, one.year))) is not None
        ]
        update_rows(model, superseded)
        for index, one in zip(at, insert_rows(fresh), strict=True):
            result.ids[index] = one.pk
            lines.append(_line(one, why))
        result.new = len(fresh) - result.corrected
        record_many(actor=actor, action=f"tax.{measure}_recorded", lines=lines)
    return result


def correct_figure(
    *, actor: Actor, measure: str, figure_id: int, amount: Decimal, source: str, why: str
) -> int:
    """Corrects one amount; the earlier version stays readable. Returns the new version's id."""
    if len(why.strip()) < 4:
        raise Refused(_("请写明更正原因，至少 4 个字。原来的数会保留。"), field="why")
    with transaction.atomic():
        row = fetch(MODELS[measure], actor, figure_id, permission=IMPORT)
        if not row.is_current:
            raise Refused(_("这个数已经更正过，请更正最新的一版。"), field="amount")
        given: FigureValues = {
            "enterprise_id": row.enterprise_id,
            "year": row.year,
            "amount": amount,
            "source": source,
            "why": why.strip(),
        }
        return record_figures(actor=actor, measure=measure, rows=[given], why=why.strip()).ids[0]


def save_total(
    *, actor: Actor, year: int, tax: Decimal, key_taxpayers: int, source: str
) -> DistrictTotal:
    """Records what the tax office publishes of the whole district in a year."""
    path = root_path()
    if not can_at(actor, IMPORT, path):
        raise Denied
    wrong = dict(_wrong({"year": year, "amount": tax, "source": source}))
    if "amount" in wrong:
        wrong["tax"] = wrong.pop("amount")
    if key_taxpayers < 0:
        wrong["key_taxpayers"] = _("户数不能小于 0。")
    if wrong:
        raise Refused.many(wrong)
    with transaction.atomic():
        rows = DistrictTotal.objects.unscoped("the total of the district that was checked")
        held = rows.filter(unit_path=path, year=year, is_current=True).first()
        if held is not None:
            rows.filter(pk=held.pk).update(is_current=False)
        made = rows.create(
            unit_path=path, year=year, tax=tax, key_taxpayers=key_taxpayers, source=source.strip(),
            version=held.version + 1 if held else 1, recorded_by=actor.user_id,
        )  # fmt: skip
        record(
            actor=actor,
            action="tax.total_recorded",
            subject=made,
            after={"year": year, "version": made.version, "source": made.source},
        )
    return made


def _line(row: Any, why: str) -> Line:
    """What the record of actions keeps: which figure of which year, never the amount."""
    after = {"year": row.year, "version": row.version, "source": row.source, "batch": row.batch}
    return Line(row, after=after, why=row.why or why)


def _refuse_wrong(rows: Sequence[FigureValues]) -> None:
    wrong: dict[str, Any] = {}
    seen: set[tuple[int, int]] = set()
    single = len(rows) == 1
    for index, row in enumerate(rows):
        for name, sentence in _wrong(row):
            wrong[name if single else f"{index}.{name}"] = sentence
        key = (row["enterprise_id"], row["year"])
        if key in seen:
            wrong[f"{index}.year"] = _("同一企业同一年度出现了两次。请合并后再提交。")
        seen.add(key)
    if wrong:
        raise Refused.many(wrong)


def _wrong(row: Any) -> Iterator[tuple[str, Any]]:
    if not EARLIEST <= row["year"] <= timezone.localdate().year:
        yield "year", _("年度应在 %(first)d 年到今年之间。") % {"first": EARLIEST}
    if not row["amount"].is_finite() or not 0 <= row["amount"] <= LARGEST:
        yield "amount", _("金额应是不小于 0 的数，单位元。退税请冲减后填净额。")
    if not str(row.get("source", "")).strip():
        yield "source", _("请写明数从哪里来，例如“区税务局 2025 年汇算清缴”。")


def _homes(actor: Actor, ids: Sequence[int]) -> dict[int, tuple[str, int | None, str]]:
    """Enterprise id → (path of its home, its tower, its section); Refused where one is missing."""
    found: dict[int, tuple[str, int | None, str]] = {}
    for start in range(0, len(ids), CHUNK):
        part = list(ids[start : start + CHUNK])
        rows = Enterprise.objects.unscoped("the right to record is checked by path")
        values = rows.filter(pk__in=part).values_list("pk", "unit_path", "industry__section")
        homes = homes_of(part)
        for pk, path, section in values:
            home = homes.get(pk)
            found[pk] = (path, home.building_id if home else None, section or "")
    for path in {one[0] for one in found.values()}:
        if not can_at(actor, IMPORT, path or root_path()):
            raise Denied
    if set(ids) - set(found):
        raise Refused(_("有企业没有登记过。请先登记企业。"), field="enterprise_id")
    return found


def _current(model: Any, ids: Sequence[int]) -> dict[tuple[int, int], Any]:
    found: dict[tuple[int, int], Any] = {}
    for start in range(0, len(ids), CHUNK):
        rows = model.objects.unscoped("figures of firms that were checked").filter(
            enterprise_id__in=ids[start : start + CHUNK], is_current=True
        )
        found |= {(row.enterprise_id, row.year): row for row in rows}
    return found


def latest_year(model: Any = TaxReturn) -> int | None:
    """The newest year for which any figure is recorded."""
    rows = model.objects.unscoped("only the year is read")
    found: int | None = rows.aggregate(year=Max("year"))["year"]
    return found
