"""Files that go out: xlsx, csv, geojson, in constant memory, under the reader's permission.

The caller passes rows that are already scoped and filtered; the engine masks hidden columns and
says on a second sheet what the file is: as-of, range, source, filters, who exported it.
"""

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import xlsxwriter
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused

from .workbooks import _sheet_name

KINDS = ("xlsx", "csv", "geojson")
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
}
CHUNK = 2_000
SHEET_ROWS = 1_000_000
_FORMULA = re.compile(r"^[=+\-@\t\r]")


@dataclass(frozen=True)
class ExportColumn:
    """One column: `value` is a callable of the row; without it the attribute (or dict key, dotted
    path allowed) `name` is taken."""

    name: str
    label: Any
    value: Callable[[Any], Any] | None = None
    width: int = 14

    def of(self, row: Any) -> Any:
        """The column's value in a row."""
        if self.value is not None:
            return self.value(row)
        if isinstance(row, Mapping):
            return row.get(self.name)
        found = row
        for part in self.name.split("."):
            found = getattr(found, part, None)
        return found


class Exporter:
    """What a package declares about one kind of file."""

    name: ClassVar[str]
    label: ClassVar[Any]
    columns: ClassVar[Sequence[ExportColumn]] = ()
    geometry: ClassVar[str] = ""
    """The attribute that holds a GeoJSON geometry; '' refuses geojson."""
    permission: ClassVar[str] = ""

    @classmethod
    def rows_for(cls, actor: Actor) -> Iterable[Any]:
        """The rows for `loushi export`. Raises Denied without the exporter's permission."""
        if cls.permission and not actor.has(cls.permission):
            raise Denied
        return cls.rows(actor)

    @classmethod
    def rows(cls, actor: Actor) -> Iterable[Any]:
        """All rows that the actor may see; from the package's queries, asked by `rows_for`."""
        raise Refused(_("“%(label)s”不能在命令行导出。") % {"label": str(cls.label)})


@dataclass(frozen=True)
class ExportFile:
    """A finished file, deleted when it is closed."""

    stream: Any
    name: str
    content_type: str
    rows: int

    def response(self) -> FileResponse:
        """The file as a download."""
        answer = FileResponse(
            self.stream, as_attachment=True, filename=self.name, content_type=self.content_type
        )
        answer["Cache-Control"] = "private, no-store"
        answer["X-Content-Type-Options"] = "nosniff"
        return answer

    def save(self, target: Path) -> None:
        """Writes the file to a path."""
        with target.open("wb") as out:
            while block := self.stream.read(1 << 20):
                out.write(block)
        self.stream.close()


def export(
    exporter: type[Exporter],
    rows: Iterable[Any],
    *,
    actor: Actor,
    kind: str = "xlsx",
    scope: Any = "",
    source: Any = "",
    filters: Mapping[Any, Any] | None = None,
    hidden: frozenset[str] | Callable[[Any], frozenset[str]] = frozenset(),
    as_of: datetime | None = None,
    title: Any = "",
) -> ExportFile:
    """Writes rows as a file; `hidden` names masked columns, for all rows or for each.

    A queryset is read in chunks. Raises Refused for an unknown kind.
    """
    if kind not in KINDS or (kind == "geojson" and not exporter.geometry):
        raise Refused(_("不能导出为这种格式。请选择 xlsx 或 csv。"), field="kind")
    moment = timezone.localtime(as_of or timezone.now())
    name = f"{title or exporter.label}_{moment:%Y%m%d_%H%M}.{kind}"
    about = _about(exporter, actor, moment, scope, source, filters or {}, title)
    table = _Masked(exporter.columns, _stream(rows), hidden)
    stream = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - the response closes it
    if kind == "xlsx":
        _write_xlsx(stream, exporter, table, about)
    elif kind == "csv":
        _write_csv(stream, exporter, table)
    else:
        _write_geojson(stream, exporter, table, about)
    stream.seek(0)
    return ExportFile(stream, name, CONTENT_TYPES[kind], table.count)


def _stream(rows: Iterable[Any]) -> Iterator[Any]:
    return rows.iterator(chunk_size=CHUNK) if isinstance(rows, QuerySet) else iter(rows)


def _about(
    exporter: type[Exporter],
    actor: Actor,
    moment: datetime,
    scope: Any,
    source: Any,
    filters: Mapping[Any, Any],
    title: Any,
) -> list[tuple[str, str]]:
    lines = [
        (_("内容"), str(title or exporter.label)),
        (_("截至"), f"{moment:%Y-%m-%d %H:%M}"),
        (_("范围"), str(scope) or _("本人可见的全部")),
        (_("来源"), str(source) or "楼事"),
        (_("导出人"), " ".join(filter(None, (actor.name, actor.appointment))) or "—"),
    ]
    lines += [
        (_("筛选：%(field)s") % {"field": str(field)}, str(value))
        for field, value in filters.items()
        if str(value)
    ]
    return lines


class _Masked:
    """Rows as lists of values; hidden cells say that they are hidden."""

    def __init__(
        self,
        columns: Sequence[ExportColumn],
        rows: Iterator[Any],
        hidden: frozenset[str] | Callable[[Any], frozenset[str]],
    ) -> None:
        self.columns, self.rows, self.hidden, self.count = columns, rows, hidden, 0

    def __iter__(self) -> Iterator[tuple[Any, list[Any]]]:
        mask = _("（无权查看）")
        for row in self.rows:
            self.count += 1
            masked = self.hidden(row) if callable(self.hidden) else self.hidden
            yield (
                row,
                [
                    mask if masked and column.name in masked else column.of(row)
                    for column in self.columns
                ],
            )


def _local(value: datetime) -> datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def _write_xlsx(
    stream: Any, exporter: type[Exporter], table: _Masked, about: Sequence[tuple[str, str]]
) -> None:
    book = xlsxwriter.Workbook(
        stream,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "remove_timezone": True,
        },
    )
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E0EDEC"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet = _new_sheet(book, exporter, bold, 1)
    info = book.add_worksheet(_("说明"))
    line, sheets = 0, 1
    for _row, values in table:
        line += 1
        if line > SHEET_ROWS:
            sheets += 1
            sheet, line = _new_sheet(book, exporter, bold, sheets), 1
        for place, value in enumerate(values):
            _write_value(sheet, line, place, value, day, moment)
    if line or sheets > 1:
        sheet.autofilter(0, 0, line, max(len(exporter.columns) - 1, 0))
    info.set_column(0, 0, 18)
    info.set_column(1, 1, 60)
    for place, (label, text) in enumerate([*about, (_("行数"), f"{table.count:,}")]):
        info.write_string(place, 0, label, bold)
        info.write_string(place, 1, text)
    book.close()


def _new_sheet(book: xlsxwriter.Workbook, exporter: type[Exporter], bold: Any, number: int) -> Any:
    name = _sheet_name(str(exporter.label))
    sheet = book.add_worksheet(name if number == 1 else f"{name[:28]}{number}")
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(exporter.columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, str(column.label), bold)
    return sheet


def _write_value(sheet: Any, line: int, place: int, value: Any, day: Any, moment: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(line, place, _("是") if value else _("否"))
    elif isinstance(value, int | float | Decimal) and abs(value) < 10**15:
        sheet.write_number(line, place, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(line, place, _local(value).replace(tzinfo=None), moment)
    elif isinstance(value, date):
        sheet.write_datetime(line, place, value, day)
    else:
        sheet.write_string(line, place, str(value)[:32_767])


def csv_text(value: Any) -> str:
    """A value as a csv cell; text that a spreadsheet would run as a formula gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return f"{_local(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, int | float | Decimal | date):
        return str(value)
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def _write_csv(stream: Any, exporter: type[Exporter], table: _Masked) -> None:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([str(column.label) for column in exporter.columns])
    for _row, values in table:
        writer.writerow([csv_text(value) for value in values])
    text.flush()
    text.detach()


def _write_geojson(
    stream: Any, exporter: type[Exporter], table: _Masked, about: Sequence[tuple[str, str]]
) -> None:
    head = json.dumps(dict(about), ensure_ascii=False)
    stream.write(f'{{"type":"FeatureCollection","about":{head},"features":['.encode())
    geometry = ExportColumn(exporter.geometry, "")
    for number, (row, values) in enumerate(table):
        feature = {
            "type": "Feature",
            "properties": {
                column.name: _json(value)
                for column, value in zip(exporter.columns, values, strict=True)
            },
            "geometry": geometry.of(row) or None,
        }
        stream.write(b",\n" if number else b"\n")
        stream.write(json.dumps(feature, ensure_ascii=False).encode())
    stream.write(b"\n]}")


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return _local(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
