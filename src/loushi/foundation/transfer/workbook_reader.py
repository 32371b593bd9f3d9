"""Reading xlsx and xlsm: guarded against bombs, and nothing that stands in a cell is lost.

Cells under a merged one get its value; formulas give their last result, and one without a result
(or with an error) is kept as `Broken`, so that its row says so instead of being read as blank.
"""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import python_calamine
from django.utils.translation import gettext as _

from .columns import normalise
from .headings import HEADER_WITHIN, find_header
from .parsers import Broken, Cell, Serial1904, is_blank
from .tables import MAX_CELLS, MAX_COLUMNS, Limits, UnreadableFile

# These begin with a letter, which Python then looks for quickly; what must stand before it follows.
_FAR_COLUMN = re.compile(rb"""r(?<!\wr)\s*=\s*["']([A-Z]{2,3})\d""")
_ROW = re.compile(rb"""row(?<=[<:]row)\b[^>]*?\br\s*=\s*["'](\d+)""")
_CELL_ROW = re.compile(rb"""r(?<!\wr)\s*=\s*["'][A-Z]{1,3}(\d{6,7})["']""")
_FILLED = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br\s*=\s*["']([A-Z]{1,3})(\d+)["'][^>]*(?<!/)>""")
_BROKEN = re.compile(
    rb"""<c\b[^>]*?\br="([A-Z]{1,3}\d+)"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>"""
    rb"""|<c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3}\d+)"[^>]*>"""
    rb"""(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]*)</v>"""
)
_PLACE = re.compile(r"([A-Z]{1,3})(\d+)")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
BLOCK = 4 << 20
SMALL_PART = 8 << 20  # workbook.xml and its relations are a few kilobytes


@dataclass
class Found:
    """What a first look through the workbook's parts says."""

    macros: bool = False
    dates_1904: bool = False
    parts: dict[str, str] = field(default_factory=dict)
    """Sheet name → part."""
    formulas: dict[str, int] = field(default_factory=dict)
    """Part → how many cells are formulas."""
    broken: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    """Part → (row, column) from 0 → the error that the cell shows, '' = no result."""
    blank_rows: bool = False


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def guard(path: Path, limits: Limits) -> Found:
    """Refuses zip bombs, and sheets that claim a far corner: the reader allocates the whole
    rectangle up to the last filled cell, so two cells can ask for hundreds of gigabytes."""
    found = Found()
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > 5_000 or sum(part.file_size for part in parts) > limits.unpacked:
                raise UnreadableFile(
                    _("工作簿解压后太大。请删去图片和多余的工作表，或分成几个文件导入。")
                )
            names = {part.filename.lstrip("/") for part in parts}
            if "EncryptedPackage" in names or "xl/workbook.xml" not in names:
                raise UnreadableFile(_("这不是可以读取的 xlsx 工作簿。请重新另存后再导入。"))
            found.macros = "xl/vbaProject.bin" in names
            _read_plan(archive, found)
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _guard_sheet(archive, part, limits, found)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        with path.open("rb") as file:
            if file.read(8) == bytes.fromhex("D0CF11E0A1B11AE1"):
                raise UnreadableFile(
                    _("工作簿有密码，或是旧版 xls。请去掉密码，另存为 xlsx 后再导入。")
                ) from error
        raise UnreadableFile(_("工作簿已损坏。请重新另存后再导入。")) from error
    return found


def _read_plan(archive: zipfile.ZipFile, found: Found) -> None:
    """Which part holds which sheet, and from which day dates count. Entities are not expanded:
    a document type in these parts is refused."""
    texts = []
    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        try:
            with archive.open(name) as stream:
                text = stream.read(SMALL_PART)
        except KeyError:
            return
        if b"<!DOCTYPE" in text:
            raise UnreadableFile(_("这不是可以读取的 xlsx 工作簿。请重新另存后再导入。"))
        texts.append(text)
    try:
        book, links = map(ElementTree.fromstring, texts)
    except ElementTree.ParseError:
        return  # calamine says what is wrong with it
    properties = book.find(f"{_MAIN}workbookPr")
    found.dates_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
    targets = {
        str(link.get("Id")): str(link.get("Target"))
        for link in links.iter(f"{_PACKAGE}Relationship")
    }
    for sheet in book.iter(f"{_MAIN}sheet"):
        target = targets.get(str(sheet.get(_LINK)), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        found.parts[str(sheet.get("name"))] = part


def _guard_sheet(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, limits: Limits, found: Found
) -> None:
    last_row, last_column, rest = 1, 26, b""
    with archive.open(part) as stream:
        unpacked = 0
        while block := stream.read(BLOCK):
            unpacked += len(block)
            if unpacked > limits.unpacked:  # the directory may lie about the size
                raise UnreadableFile(
                    _("工作簿解压后太大。请删去图片和多余的工作表，或分成几个文件导入。")
                )
            text = rest + block
            last_row = max(last_row, *map(int, _ROW.findall(text)), 1)
            last_row = max(last_row, *map(int, set(_CELL_ROW.findall(text))), 1)
            for letters in set(_FAR_COLUMN.findall(text)):
                last_column = max(last_column, column_number(letters))
            if b"<f" in text or b't="e"' in text:
                _note_formulas(text, part.filename, found)
            cut = max(text.rfind(b"<c "), len(text) - 10_000)
            rest = text[cut:] if cut > 0 else text[-200:]
    if last_column > MAX_COLUMNS or last_row * last_column > MAX_CELLS:
        _guard_filled(archive, part, found)


def _guard_filled(archive: zipfile.ZipFile, part: zipfile.ZipInfo, found: Found) -> None:
    """The same by filled cells only: a million formatted blank rows are no reason to refuse."""
    last_row, last_column, rest = 1, 1, b""
    with archive.open(part) as stream:
        while block := stream.read(BLOCK):
            text = rest + block
            for letters, row in _FILLED.findall(text):
                last_row = max(last_row, int(row))
                last_column = max(last_column, column_number(letters))
            rest = text[-200:]
    if last_column > MAX_COLUMNS or last_row * last_column > MAX_CELLS:
        raise UnreadableFile(
            _(
                "工作表的范围到第 %(row)d 行、第 %(column)d 列，多半是空白区域里留有格式。"
                "请把数据复制到一张新表再导入。"
            )
            % {"row": last_row, "column": last_column}
        )
    found.blank_rows = True


def _note_formulas(text: bytes, part: str, found: Found) -> None:
    found.formulas[part] = found.formulas.get(part, 0) + text.count(b"<f>") + text.count(b"<f ")
    broken = found.broken.setdefault(part, {})
    for without, failed, error in _BROKEN.findall(text):
        place = _PLACE.fullmatch((without or failed).decode())
        if place is not None:
            at = (int(place[2]) - 1, column_number(place[1].encode()) - 1)
            broken[at] = error.decode(errors="replace")


def read_sheet(
    path: Path, known: frozenset[str], sheet: str, limits: Limits
) -> tuple[list[list[Cell]], str, tuple[str, ...], tuple[str, ...]]:
    """(rows, sheet, visible sheets, remarks) of the sheet whose heading is known best.

    Raises UnreadableFile with a sentence.
    """
    found = guard(path, limits)
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
        chosen, rows, merged = _choose_sheet(book, [sheet] if sheet else visible, known)
    except UnreadableFile:
        raise
    except python_calamine.PasswordError as error:
        raise UnreadableFile(_("工作簿有密码。请去掉密码后再导入。")) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableFile(_("工作簿已损坏。请重新另存后再导入。")) from error
    remarks = list(_remarks(found, chosen, len(visible)))
    if filled := _fill_merged(rows, merged):
        remarks.append(_("%(count)d 处合并单元格：值已填到它盖住的每一行。") % {"count": filled})
    _mark_broken(rows, found.broken.get(found.parts.get(chosen, ""), {}))
    if found.dates_1904:
        _mark_serials(rows)
    return rows, chosen, tuple(visible), tuple(remarks)


def _remarks(found: Found, sheet: str, sheets: int) -> list[str]:
    part = found.parts.get(sheet, "")
    said = []
    if sheets > 1:
        said.append(
            _("共 %(count)d 个工作表，读了“%(sheet)s”。") % {"count": sheets, "sheet": sheet}
        )
    if found.macros:
        said.append(_("工作簿含宏；宏没有运行，只读了单元格。"))
    if count := found.formulas.get(part, 0):
        said.append(_("%(count)d 格是公式，按上次算好的结果读。") % {"count": count})
    if broken := len(found.broken.get(part, {})):
        said.append(_("%(count)d 格公式没有结果或出错，用到它的行会退回。") % {"count": broken})
    if found.dates_1904:
        said.append(_("日期按 1904 年起算的工作簿，已换算。"))
    if found.blank_rows:
        said.append(_("数据后面的空白格式行已跳过。"))
    return said


def _choose_sheet(
    book: Any, names: Sequence[str], known: frozenset[str]
) -> tuple[str, list[list[Cell]], Sequence[Any]]:
    """The sheet whose heading is known best; the first of equals."""
    best: tuple[str, list[list[Cell]], Any] = (names[0], [], None)
    best_score = -1
    for name in names[:20]:
        sheet = book.get_sheet_by_name(name)
        rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
        at = find_header(rows[:HEADER_WITHIN], known) if rows else -1
        score = 0
        if at >= 0:
            score = sum(
                1 for cell in rows[at] if isinstance(cell, str) and normalise(cell) in known
            )
        if score > best_score:
            best, best_score = (name, rows, sheet), score
    name, rows, sheet = best
    return name, rows, (sheet.merged_cell_ranges or ()) if sheet is not None else ()


def _fill_merged(rows: list[list[Cell]], ranges: Sequence[Any]) -> int:
    """Gives each row under a merged cell its value; returns how many ranges span rows."""
    count = 0
    for (top, left), (bottom, _right) in ranges:
        if bottom == top or top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        if is_blank(value):
            continue
        count += 1
        for row in rows[top + 1 : bottom + 1]:
            if left < len(row) and is_blank(row[left]):
                row[left] = value
    return count


def _mark_broken(rows: list[list[Cell]], broken: dict[tuple[int, int], str]) -> None:
    for (row, column), error in broken.items():
        if row >= len(rows):
            continue
        cells = rows[row]
        cells += [""] * (column + 1 - len(cells))
        if is_blank(cells[column]):
            cells[column] = Broken(error)


def _mark_serials(rows: list[list[Cell]]) -> None:
    for cells in rows:
        for place, cell in enumerate(cells):
            if type(cell) in (int, float):
                cells[place] = Serial1904(cell)
