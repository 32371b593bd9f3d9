"""From a file to a table: xlsx, csv, csv.gz, geojson. Nothing is trusted: sizes are checked first.

A reader gives rows with the numbers that the person sees in the file (a heading in row 3 makes the
first row of data row 4). The heading is found by what the importer knows; a comment row below it
(our templates have one, its first cell begins with #) is skipped.
"""

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from .columns import IGNORED, normalise
from .headings import HEADER_WITHIN, find_header, tabled
from .parsers import Cell
from .tables import MAX_COLUMNS, Limits, Table, UnreadableFile
from .workbook_reader import read_sheet

__all__ = ["Limits", "Table", "UnreadableFile", "decode", "find_header", "read", "without_reason"]


MAX_CELL_CHARACTERS = 200_000
GEOMETRY = "geometry"


def read(
    path: Path,
    known: frozenset[str] = frozenset(),
    *,
    name: str = "",
    sheet: str = "",
    limits: Limits | None = None,
) -> Table:
    """Reads a file whose kind is told by its name; `known` are normalised headings.

    Raises UnreadableFile with a sentence for files that are too large, damaged, encrypted, empty,
    or of another kind.
    """
    limits = limits or Limits.from_settings()
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile(_("文件是空的。请检查后重新选择。"))
    if size > limits.size:
        raise UnreadableFile(
            _("文件有 %(size)d MB，最多 %(limit)d MB。请分成几个文件导入。")
            % {"size": -(-size // 2**20), "limit": limits.size // 2**20}
        )
    lower = (name or path.name).casefold()
    for ending, reader in _READERS.items():
        if lower.endswith(ending):
            return reader(path, known, sheet, limits)
    if lower.endswith((".xls", ".et", ".xlsb", ".ods")):
        raise UnreadableFile(_("请用 Excel 或 WPS 另存为 xlsx 格式后再导入。"))
    raise UnreadableFile(_("只能导入 xlsx、csv、csv.gz 和 geojson 文件。"))


# ---- xlsx ---------------------------------------------------------------------------------------
def _read_xlsx(path: Path, known: frozenset[str], sheet: str, limits: Limits) -> Table:
    rows, chosen, visible, remarks = read_sheet(path, known, sheet, limits)
    return tabled(rows, known, limits, kind="xlsx", sheet=chosen, sheets=visible, remarks=remarks)


# ---- csv ----------------------------------------------------------------------------------------
def _unpack(path: Path, limits: Limits) -> bytes:
    """The bytes of a .gz, at most the limit; UnreadableFile for a bomb or a damaged file."""
    try:
        with gzip.open(path) as stream:
            data = stream.read(limits.unpacked + 1)
    except (OSError, EOFError, ValueError) as error:
        raise UnreadableFile(_("压缩文件已损坏。请重新压缩后再导入。")) from error
    if len(data) > limits.unpacked:
        raise UnreadableFile(
            _("解压后超过 %(limit)d MB。请分成几个文件导入。") % {"limit": limits.unpacked // 2**20}
        )
    return data


def decode(data: bytes) -> tuple[str, str]:
    """The text of a csv and its encoding: by its mark, then UTF-8, then GB 18030."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(_("认不出文字编码。请另存为 UTF-8 编码的 csv 后再导入。"))


def sniff_delimiter(text: str) -> str:
    """The character that separates cells: the one that splits the first lines most evenly."""
    best, best_score = ",", (0, 0)
    for delimiter in (",", "\t", ";", "|"):
        sample = io.StringIO(text[:50_000], newline="")
        widths: list[int] = []
        for row in csv.reader(sample, delimiter=delimiter):
            widths.append(len(row))
            if len(widths) == 30:
                break
        if len(widths) > 1 and len(text) > 50_000:
            widths.pop()
        typical = max(set(widths), key=widths.count) if widths else 1
        score = (0, 0) if typical < 2 else (widths.count(typical), typical)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _read_csv_text(data: bytes, known: frozenset[str], limits: Limits, kind: str) -> Table:
    text, encoding = decode(data)
    if "\x00" in text:
        raise UnreadableFile(_("文件里有二进制内容，不是 csv。请从原系统重新导出。"))
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    delimiter = sniff_delimiter(text)
    try:
        rows = _split(text, delimiter, limits, strict=True)
    except _BadQuotes as error:
        if error.unclosed:
            raise
        rows = _split(text, delimiter, limits, strict=False)  # "a"b: odd, but clear
    return tabled(rows, known, limits, kind=kind, encoding=encoding)


class _BadQuotes(UnreadableFile):
    """Quotes in a csv that do not fit; `unclosed` when one swallows the rest of the file."""

    unclosed = False


def _split(text: str, delimiter: str, limits: Limits, *, strict: bool) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict):
            rows.append(row)
            if len(rows) > limits.rows + HEADER_WITHIN * 2:
                raise UnreadableFile(
                    _("超过 %(limit)d 行。请分成几个文件导入。") % {"limit": limits.rows}
                )
            if len(row) > MAX_COLUMNS:
                raise UnreadableFile(
                    _("第 %(row)d 行超过 %(limit)d 列。请检查引号和分隔符。")
                    % {"row": len(rows), "limit": MAX_COLUMNS}
                )
    except csv.Error as error:
        refusal = _BadQuotes(
            _("第 %(row)d 行读不下去，多半是引号没有成对。请检查后再导入。")
            % {"row": len(rows) + 1}
        )
        refusal.unclosed = "expected after" not in str(error)
        raise refusal from error
    return rows


def _read_csv(path: Path, known: frozenset[str], sheet: str, limits: Limits) -> Table:
    return _read_csv_text(path.read_bytes(), known, limits, "csv")


def _read_csv_gz(path: Path, known: frozenset[str], sheet: str, limits: Limits) -> Table:
    return _read_csv_text(_unpack(path, limits), known, limits, "csv.gz")


# ---- geojson ------------------------------------------------------------------------------------
def _read_geojson(path: Path, known: frozenset[str], sheet: str, limits: Limits) -> Table:
    text, encoding = decode(path.read_bytes())
    try:
        collection = json.loads(text, parse_constant=lambda word: None)
        features = collection["features"] if isinstance(collection, dict) else None
    except (ValueError, KeyError, RecursionError) as error:
        raise UnreadableFile(_("不是完整的 GeoJSON 文件。请从原系统重新导出。")) from error
    if not isinstance(features, list) or not all(isinstance(item, dict) for item in features):
        raise UnreadableFile(_("GeoJSON 文件里没有要素（FeatureCollection）。"))
    if not features:
        raise UnreadableFile(_("GeoJSON 文件里一个要素也没有。"))
    if len(features) > limits.rows:
        raise UnreadableFile(
            _("共 %(rows)d 行，一次最多 %(limit)d 行。请分成几个文件导入。")
            % {"rows": len(features), "limit": limits.rows}
        )
    header = list(_property_names(features))
    rows = []
    for number, feature in enumerate(features, start=1):
        properties = feature.get("properties") or {}
        cells: list[Cell] = [_flat(properties.get(key)) for key in header]
        rows.append((number, [*cells, feature.get("geometry")]))
    return Table([*header, GEOMETRY], 0, rows, "geojson", encoding=encoding)


def _property_names(features: Sequence[dict[str, Any]]) -> dict[str, None]:
    names: dict[str, None] = {}
    for feature in features:
        properties = feature.get("properties")
        if isinstance(properties, dict):
            names.update(dict.fromkeys(str(key) for key in properties))
    if len(names) > MAX_COLUMNS:
        raise UnreadableFile(_("要素的属性超过 %(limit)d 种。") % {"limit": MAX_COLUMNS})
    names.pop(GEOMETRY, None)
    return names


def _flat(value: Any) -> Cell:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


_READERS: dict[str, Callable[[Path, frozenset[str], str, Limits], Table]] = {
    ".xlsx": _read_xlsx,
    ".xlsm": _read_xlsx,
    ".csv.gz": _read_csv_gz,
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".geojson": _read_geojson,
    ".json": _read_geojson,
}


def without_reason(table: Table) -> Table:
    """The table without our own 原因 column, so that a corrected return sheet reads as before."""
    keep = [i for i, text in enumerate(table.header) if normalise(text) not in IGNORED]
    if len(keep) == len(table.header):
        return table
    return replace(
        table,
        header=[table.header[i] for i in keep],
        rows=[(number, [cells[i] for i in keep]) for number, cells in table.rows],
    )
