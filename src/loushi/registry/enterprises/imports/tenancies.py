"""The importer of tenancies."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loushi.foundation.transfer.commands import (
    Column,
    Key,
    Row,
    Stored,
    parsers,
    register,
)
from loushi.registry.enterprises import commands
from loushi.registry.enterprises.commands.tenancies import overlap_sentence
from loushi.registry.enterprises.commands.values import wrong_dates
from loushi.registry.enterprises.imports.located import (
    PRESENCE_WORDS,
    PRESENCES,
    UNIT_ALIASES,
    CreditCode,
    Located,
    building_columns,
    firms_of,
)
from loushi.registry.enterprises.models import Presence, Tenancy
from loushi.registry.enterprises.queries.finding import (
    EnterpriseFinder,
    enterprise_finder,
    overlap,
    stays_of,
)

lazy = gettext_lazy
MUCH = Decimal("0.4")  # an area that changes by a larger share must be confirmed


@register
class TenancyImporter(Located):
    """Tenancies: an enterprise and a building that are registered, a room, dates."""

    name = "tenancies"
    label = lazy("入驻")
    kind = "enterprises.tenancy"
    model = Tenancy
    key = ()
    by_portions = True
    order = 31
    keyless = True
    help = lazy("企业用信用代码或名称、楼宇用编码或名称写明；房号没有登记过的会一并登记。")
    columns = (
        Column("credit_code", lazy("统一社会信用代码"), CreditCode(), field=None,
               aliases=("信用代码", "税号"), example="91350100M000100Y43"),
        Column("enterprise", lazy("企业名称"), parsers.Text(120), field=None,
               aliases=("公司名称", "名称", "企业", "承租人", "租户")),
        Column("enterprise_id", lazy("企业"), derived=True),
        *building_columns(),
        Column("building_id", lazy("楼宇"), derived=True),
        Column("room", lazy("房号"), parsers.Text(30, fold=True), field="space__number",
               aliases=("房间号", "室号", "单元号", "房源"), example="1703"),
        Column("presence", lazy("在地状态"),
               parsers.Choice(dict(PRESENCES), also=PRESENCE_WORDS),
               example="在地在册"),
        Column("area", lazy("面积"), parsers.Number(places=2, minimum=0, unit="㎡"),
               aliases=("租赁面积", "承租面积"), example="700"),
        Column("since", lazy("入驻日期"), parsers.Day(), aliases=("起租日期", "入驻时间"),
               example="2022-03-15"),
        Column("until", lazy("迁出日期"), parsers.Day(), aliases=("退租日期",)),
        Column("lease_until", lazy("租约到期"), parsers.Day(),
               aliases=("租约到期日", "到期日期", "合同到期"), example="2026-12-31"),
        Column("unit", lazy("所属单元"), parsers.Text(60), aliases=UNIT_ALIASES, field=None),
    )  # fmt: skip

    def prepare(self, rows: Sequence[Row]) -> None:
        self.prepare_places(rows)
        self.firms: EnterpriseFinder = enterprise_finder(
            codes={str(row.get("credit_code") or "") for row in rows},
            names={str(row.get("enterprise") or "") for row in rows},
            source=self.context.source,
        )
        self.prepare_claims(self.firms)
        self.prepare_rooms()
        self.stays = stays_of({*self.firms.ids(), *self.firms.by_external.values()})

    def check_row(self, row: Row) -> None:
        code, name = str(row.get("credit_code") or ""), str(row.get("enterprise") or "")
        firms = firms_of(row, self.firms, self.context)
        building = self.building_of(row)
        if building is not None:
            row.values["building_id"] = building.id
            row.unit_path = building.unit_path
        elif not (row.get("building") or row.get("building_code")):
            row.error("building", _("没有写明入驻的楼宇。请填写楼宇编码或名称。"))
        self.check_claim(row, firms, building)
        if len(firms) == 1 and building is not None:
            self._meant(row, (firms[0], building.id, str(row.get("room") or "")))
        self.note_room(row, building, firms[0] if len(firms) == 1 else None, name or code)
        for name, sentence in wrong_dates(row.values).items():
            row.error(name, sentence)

    def check_change(self, row: Row) -> None:
        held = row.stored.values if row.stored else {}
        now = {**held, **row.values}
        for name, sentence in wrong_dates(now).items():
            if not row.unreadable(name):
                row.error(name, sentence)
        old, new = row.changes.get("area", (None, None))
        if old and new is not None and abs(new - old) > old * MUCH:
            shrinks, grows = _("缩小 %(percent)d%%，请说明。"), _("扩大 %(percent)d%%，请说明。")
            percent = round(abs(new - old) / old * 100)
            row.confirm(
                "area",
                (shrinks if new < old else grows) % {"percent": percent},
                kind=_("租赁面积变化超过 40 %"),
            )
        if row.stored is None and now.get("presence") != Presence.REGISTERED_ONLY:
            self._check_stays(row)
            self.ask_shared(row)

    def _meant(self, row: Row, place: tuple[int, int, str]) -> None:
        """A row without days means the stay that runs there."""
        known = self.external_id(row) and self.context.source
        running = [since for since, until in self.stays.get(place, ()) if until is None]
        if running and not known and not row.get("since") and not row.get("until"):
            row.values["since"] = running[-1]

    def _check_stays(self, row: Row) -> None:
        """One firm holds one place once at a time, by the register and by the file."""
        firm, building = row.values["enterprise_id"], row.values["building_id"]
        stay = (row.get("since"), row.get("until"))
        for held in self.stays.get((firm, building, str(row.get("room") or "")), ()):
            if overlap(stay, held):
                row.error("since", overlap_sentence(held[0]))
                return
        guest = self.guests.get(row.number)
        for other in self.in_file[guest.place] if guest else ():
            if other.number < row.number and other.firm == firm and overlap(stay, other.stay):
                row.error(
                    "since",
                    _("与第 %(row)d 行是同一家在同一间，日期重叠。请改正其中一行。")
                    % {"row": other.number},
                )
                return

    def natural_key(self, row: Row) -> Key | None:
        if self.external_id(row) and self.context.source:
            return None
        values = row.values
        if "enterprise_id" not in values or "building_id" not in values:
            return None
        return (
            values["enterprise_id"],
            values["building_id"],
            values.get("room") or "",
            values.get("since"),
        )

    def existing(self, keys: Collection[Key]) -> dict[Key, Stored]:
        found: dict[Key, Stored] = {}
        for row in self._read("enterprise_id", {key[0] for key in keys}):
            held = row.values
            key = (held["enterprise_id"], held["building_id"], held["room"] or "", held["since"])
            if key in keys:
                found[key] = row
        return found

    def apply_new(self, rows: Sequence[Row]) -> None:
        self._write(rows)

    def apply_changed(self, rows: Sequence[Row]) -> None:
        self._write(rows)

    def _write(self, rows: Sequence[Row]) -> None:
        values: list[commands.TenancyValues] = []
        for row in rows:
            merged = {**(row.stored.values if row.stored else {}), **row.values}
            one: dict[str, Any] = {
                "enterprise_id": merged["enterprise_id"],
                "building_id": merged["building_id"],
                "space_number": merged.get("room") or "",
                "since": merged.get("since"),
            }
            one |= {
                name: row.values[name]
                for name in ("presence", "area", "until", "lease_until")
                if name in row.values
            }
            if self.external_id(row) and self.context.source:
                one |= {"source": self.context.source, "external_id": self.external_id(row)[:60]}
            values.append(one)  # type: ignore[arg-type]
        result = commands.upsert_tenancies(
            actor=self.context.actor,
            rows=values,
            why=self.why(),
            permission=self.permission,
        )
        for row, pk in zip(rows, result.ids, strict=True):
            row.object_id = pk
