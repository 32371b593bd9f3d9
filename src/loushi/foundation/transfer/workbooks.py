"""Workbooks that we write for an import: the template and the return sheet."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from .importer import Importer
from .parsers import plain
from .plan import Plan
from .rows import REJECTED

_INK, _SOFT, _SUNKEN, _RULE = "#1B2326", "#E0EDEC", "#F2EEE5", "#C9C2B2"
ReturnRow = tuple[int, Sequence[Any], Mapping[int, str], str]
"""Row number in the file, its cells, position of a guilty cell → sentence, all sentences."""


def _open(target: Path, **options: Any) -> xlsxwriter.Workbook:
    return xlsxwriter.Workbook(
        str(target),
        {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        | options,
    )


def write_cell(sheet: Any, row: int, column: int, cell: Any, look: Any, dates: Any) -> None:
    """One raw cell, never as a formula or link; numbers stay numbers, days stay days."""
    if cell is None or cell == "":
        sheet.write_blank(row, column, None, look)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, look)
    elif isinstance(cell, int | float) and abs(cell) < 10**15:
        sheet.write_number(row, column, cell, look)
    elif isinstance(cell, datetime | date):
        sheet.write_datetime(row, column, cell, dates)
    else:
        sheet.write_string(row, column, plain(cell)[:32_767], look)


def write_return_sheet(
    target: Path, header: Sequence[str], rows: Iterable[ReturnRow], *, sheet_name: str = ""
) -> int:
    """The rejected rows as the file had them: same columns and order, guilty cells marked, and a
    last column 原因. It can be corrected and imported again as it is. Returns how many rows."""
    book = _open(target, constant_memory=True)
    sheet = book.add_worksheet(_sheet_name(sheet_name))
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": _SOFT})
    text = book.add_format({"valign": "top"})
    day = book.add_format({"valign": "top", "num_format": "yyyy-mm-dd"})
    guilty = book.add_format(
        {"valign": "top", "bold": True, "bg_color": _SUNKEN, "border": 2, "border_color": _INK}
    )
    guilty_day = book.add_format(
        {"bold": True, "bg_color": _SUNKEN, "border": 2, "num_format": "yyyy-mm-dd"}
    )
    why = book.add_format({"valign": "top", "bold": True})
    sheet.set_column(0, max(len(header) - 1, 0), 16)
    sheet.set_column(len(header), len(header), 60)
    sheet.freeze_panes(1, 0)
    for place, heading in enumerate([*header, _("原因")]):
        sheet.write_string(0, place, heading, bold)
    count = 0
    for count, (_number, cells, marks, sentence) in enumerate(rows, start=1):
        for place in range(len(header)):
            cell = cells[place] if place < len(cells) else None
            marked = place in marks
            write_cell(
                sheet, count, place, cell, guilty if marked else text, guilty_day if marked else day
            )
        sheet.write_string(count, len(header), sentence[:32_767], why)
    book.close()
    return count


def _sheet_name(name: str) -> str:
    clean = "".join(char for char in name if char not in "[]:*?/\\").strip("'")[:31]
    return clean or _("退回")


def sentence_of(problems: Sequence[tuple[str, str]]) -> str:
    """(column label, message) pairs as one text: "列：句子" line by line."""
    return "\n".join(
        _("%(column)s：%(message)s") % {"column": label, "message": message} if label else message
        for label, message in problems
    )


def return_sheet_of_plan(target: Path, plan: Plan) -> int:
    """The return sheet of a plan in memory."""

    def rows() -> Iterable[ReturnRow]:
        for row in plan.of(REJECTED):
            wrong = [item for item in row.problems if item.level == "error"]
            marks = {
                place: item.message
                for item in wrong
                if (place := plan.mapping.position(item.column)) is not None
            }
            said = [(plan.label(item.column), item.message) for item in wrong]
            yield row.number, row.cells, marks, sentence_of(said)

    return write_return_sheet(target, plan.table.header, rows(), sheet_name=plan.table.sheet)


def write_template(target: Path, importer: type[Importer]) -> None:
    """The downloadable template: heading, a comment row (begins with #), drop-downs; an example
    and an explanation of every column on further sheets."""
    columns = [column for column in importer.all_columns() if not column.derived]
    book = _open(target)
    must = book.add_format({"bold": True, "bg_color": _SOFT, "border": 1, "border_color": _RULE})
    may = book.add_format({"bold": True, "border": 1, "border_color": _RULE})
    note = book.add_format(
        {"font_color": "#61696B", "italic": True, "text_wrap": True, "valign": "top"}
    )
    sheet = book.add_worksheet(_sheet_name(str(importer.label)))
    lists = book.add_worksheet(_("可选值"))
    sheet.freeze_panes(1, 0)
    sheet.set_row(1, 48)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, max(12, min(28, len(str(column.label)) * 2 + 4)))
        sheet.write_string(0, place, str(column.label), must if column.required else may)
        hint = column.hint
        sheet.write_string(1, place, f"# {hint}" if place == 0 else hint, note)
        choices = [str(choice) for choice in getattr(column.parse, "choices", ())]
        if choices:
            lists.write_column(0, place, [str(column.label), *choices])
            letter = xlsxwriter.utility.xl_col_to_name(place)
            sheet.data_validation(
                2, place, 5_000, place,
                {
                    "validate": "list",
                    "source": f"='{lists.name}'!${letter}$2:${letter}${len(choices) + 1}",
                    "error_title": str(column.label),
                    "error_message": _("请从列表中选择。"),
                    "error_type": "warning",
                },
            )  # fmt: skip
    _write_example(book, columns)
    _write_rules(book, columns)
    lists.hide()
    book.close()


def _write_example(book: xlsxwriter.Workbook, columns: Sequence[Any]) -> None:
    sheet = book.add_worksheet(_("示例"))
    bold = book.add_format({"bold": True, "bottom": 1})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, 16)
        sheet.write_string(0, place, str(column.label), bold)
        example = column.example
        if isinstance(example, int | float) and not isinstance(example, bool):
            sheet.write_number(1, place, example)
        elif example not in ("", None):
            sheet.write_string(1, place, plain(example) if not str(example) else str(example))


def _write_rules(book: xlsxwriter.Workbook, columns: Sequence[Any]) -> None:
    sheet = book.add_worksheet(_("填写说明"))
    bold = book.add_format({"bold": True, "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 1, 18)
    sheet.set_column(2, 2, 60)
    sheet.set_column(3, 3, 40)
    for place, heading in enumerate((_("列"), _("英文列名"), _("怎么填"), _("也认这些列名"))):
        sheet.write_string(0, place, heading, bold)
    for line, column in enumerate(columns, start=1):
        sheet.write_string(line, 0, str(column.label), wrap)
        sheet.write_string(line, 1, column.name, wrap)
        sheet.write_string(line, 2, column.hint, wrap)
        sheet.write_string(line, 3, "、".join(column.aliases), wrap)
    last = len(columns) + 2
    for offset, rule in enumerate(
        (
            _("第 2 行是填写说明，导入时自动跳过；数据从第 3 行写起。"),
            _("表里没有的列保持原样；空白格不清空原值，填 [清空] 才会清掉。"),
            _("列的先后可以改，多出来的列可以不导入。"),
        )
    ):
        sheet.write_string(last + offset, 0, rule)
