"""From a file to a table: xlsx, csv, csv.gz, geojson. Nothing is trusted: sizes are checked first.

A reader gives rows with the numbers that the person sees in the file (a heading in row 3 makes the
first row of data row 4). The heading is found by what the importer knows; a comment row below it
(our templates have one, its first cell begins with #) is skipped.
"""

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import python_calamine
from django.conf import settings
from django.utils.translation import gettext as _

from .columns import IGNORED, normalise
from .parsers import Cell, is_blank, plain

MAX_ROWS = 300_000
MAX_COLUMNS = 200
MAX_CELLS = 12_000_000
MAX_CELL_CHARACTERS = 200_000
HEADER_WITHIN = 20
GEOMETRY = "geometry"


class UnreadableFile(ValueError):
    """The file cannot be read; the text says why and what to do."""


@dataclass(frozen=True)
class Limits:
    """How large a file may be: bytes on disk, bytes unpacked, rows of data."""

    size: int
    unpacked: int
    rows: int = MAX_ROWS

    @classmethod
    def from_settings(cls) -> "Limits":
        size = int(settings.IMPORT_LIMIT_BYTES)
        return cls(size, size * 6, int(getattr(settings, "IMPORT_LIMIT_ROWS", MAX_ROWS)))


@dataclass(frozen=True)
class Table:
    """A file that was read: the heading, and the rows below it with their numbers in the file."""

    header: list[str]
    header_row: int
    rows: list[tuple[int, list[Cell]]]
    kind: str
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    encoding: str = ""
    remarks: tuple[str, ...] = ()
    """What the person should know about how the file was read (macros, merged cells, formulas)."""


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


# ---- heading ------------------------------------------------------------------------------------
def find_header(rows: Sequence[Sequence[Cell]], known: frozenset[str]) -> int:
    """The position of the heading among the first rows: the one with most known headings, the
    first of equals; with none known, the first row that has text in at least half of the columns
    that are used at all."""
    best, best_score = -1, 0
    used = max((sum(not is_blank(cell) for cell in row) for row in rows), default=0)
    for position, row in enumerate(rows[:HEADER_WITHIN]):
        score = sum(1 for cell in row if isinstance(cell, str) and normalise(cell) in known)
        if score > best_score:
            best, best_score = position, score
    if best >= 0:
        return best
    for position, row in enumerate(rows[:HEADER_WITHIN]):
        texts = [cell for cell in row if not is_blank(cell)]
        if texts and len(texts) * 2 >= used and not any(map(_is_value, texts)):
            return position
    return -1


def _is_value(cell: Cell) -> bool:
    """Whether a cell is a number or a day rather than a heading."""
    return not isinstance(cell, str) or cell.strip()[:1].isdecimal()


def _tabled(
    rows: Sequence[list[Cell]], known: frozenset[str], limits: Limits, **about: Any
) -> Table:
    at = find_header(rows[: HEADER_WITHIN * 2], known)
    if at < 0:
        raise UnreadableFile(
            _("前 %(rows)d 行里找不到表头。请下载模板，对照列名后再导入。")
            % {"rows": HEADER_WITHIN}
        )
    header = [plain(cell).strip() for cell in rows[at]]
    while header and not header[-1]:
        header.pop()
    width = len(header)
    body: list[tuple[int, list[Cell]]] = []
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        cells = row[:width] if len(row) >= width else [*row, *[None] * (width - len(row))]
        if all(is_blank(cell) for cell in cells):
            continue
        if not body and number == at + 2 and _is_comment(cells):
            continue
        body.append((number, cells))
    if len(body) > limits.rows:
        raise UnreadableFile(
            _("共 %(rows)d 行，一次最多 %(limit)d 行。请分成几个文件导入。")
            % {"rows": len(body), "limit": limits.rows}
        )
    if not body:
        raise UnreadableFile(_("表头下面没有数据。请填好后再导入。"))
    return Table(header, at + 1, body, **about)


def _is_comment(cells: Sequence[Cell]) -> bool:
    first = next((cell for cell in cells if not is_blank(cell)), None)
    return isinstance(first, str) and first.lstrip().startswith(("#", "＃", "填写说明"))


# ---- xlsx ---------------------------------------------------------------------------------------
_FAR_COLUMN = re.compile(rb"""\br\s*=\s*["']([A-Z]{2,3})\d""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br\s*=\s*["'](\d+)""")
_CELL_ROW = re.compile(rb"""\br\s*=\s*["'][A-Z]{1,3}(\d{6,7})["']""")


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _guard_workbook(path: Path, limits: Limits) -> None:
    """Refuses zip bombs, and sheets that claim a far corner: the reader allocates the whole
    rectangle up to the last cell, so two cells can ask for hundreds of gigabytes."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > 5_000 or sum(part.file_size for part in parts) > limits.unpacked:
                raise UnreadableFile(
                    _("工作簿解压后太大。请删去图片和多余的工作表，或分成几个文件导入。")
                )
            names = {part.filename for part in parts}
            if "EncryptedPackage" in names or "xl/workbook.xml" not in {
                name.lstrip("/") for name in names
            }:
                raise UnreadableFile(_("这不是可以读取的 xlsx 工作簿。请重新另存后再导入。"))
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _guard_sheet(archive, part, limits)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        with path.open("rb") as file:
            if file.read(8) == bytes.fromhex("D0CF11E0A1B11AE1"):
                raise UnreadableFile(
                    _("工作簿有密码，或是旧版 xls。请去掉密码，另存为 xlsx 后再导入。")
                ) from error
        raise UnreadableFile(_("工作簿已损坏。请重新另存后再导入。")) from error


def _guard_sheet(archive: zipfile.ZipFile, part: zipfile.ZipInfo, limits: Limits) -> None:
    last_row, last_column, rest = 1, 26, b""
    with archive.open(part) as stream:
        unpacked = 0
        while block := stream.read(4 << 20):
            unpacked += len(block)
            if unpacked > limits.unpacked:  # the directory may lie about the size
                raise UnreadableFile(
                    _("工作簿解压后太大。请删去图片和多余的工作表，或分成几个文件导入。")
                )
            text = rest + block
            last_row = max(last_row, *map(int, _ROW.findall(text)), 1)
            last_row = max(last_row, *map(int, set(_CELL_ROW.findall(text))), 1)
            for letters in set(_FAR_COLUMN.findall(text)):
                last_column = max(last_column, _column_number(letters))
            rest = text[-200:]
    if last_column > MAX_COLUMNS or last_row * last_column > MAX_CELLS:
        raise UnreadableFile(
            _(
                "工作表的范围到第 %(row)d 行、第 %(column)d 列，多半是空白区域里留有格式。"
                "请把数据复制到一张新表再导入。"
            )
            % {"row": last_row, "column": last_column}
        )


def _read_xlsx(path: Path, known: frozenset[str], sheet: str, limits: Limits) -> Table:
    _guard_workbook(path, limits)
    try:
        book = python_calamine.load_workbook(str(path))
        visible = [
            item.name
            for item in book.sheets_metadata
            if item.visible == python_calamine.SheetVisibleEnum.Visible
            and item.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        if sheet and sheet not in visible:
            raise UnreadableFile(
                _("工作簿里没有“%(sheet)s”这张表。有的是：%(all)s。")
                % {"sheet": sheet, "all": "、".join(visible)}
            )
        if not visible:
            raise UnreadableFile(_("工作簿里没有可见的工作表。"))
        chosen, rows = _choose_sheet(book, [sheet] if sheet else visible, known)
    except UnreadableFile:
        raise
    except python_calamine.PasswordError as error:
        raise UnreadableFile(_("工作簿有密码。请去掉密码后再导入。")) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableFile(_("工作簿已损坏。请重新另存后再导入。")) from error
    return _tabled(rows, known, limits, kind="xlsx", sheet=chosen, sheets=tuple(visible))


def _choose_sheet(
    book: Any, names: Sequence[str], known: frozenset[str]
) -> tuple[str, list[list[Cell]]]:
    """The sheet whose heading is known best; the first of equals."""
    best_name, best_rows, best_score = names[0], [], -1
    for name in names[:20]:
        rows: list[list[Cell]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        at = find_header(rows[:HEADER_WITHIN], known) if rows else -1
        score = 0
        if at >= 0:
            score = sum(
                1 for cell in rows[at] if isinstance(cell, str) and normalise(cell) in known
            )
        if score > best_score:
            best_name, best_rows, best_score = name, rows, score
    return best_name, best_rows


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
    return _tabled(rows, known, limits, kind=kind, encoding=encoding)


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
