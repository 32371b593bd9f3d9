"""The audit as a file: streamed csv, or xlsx."""

import csv
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from .queries import Row

# A cell that starts like this is a formula to a spreadsheet; an apostrophe makes it text again.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
CELL_LIMIT = 32_000


def headings() -> list[str]:
    """The column titles of both formats."""
    return [
        _("时间"),
        _("人员"),
        _("任职"),
        _("动作"),
        _("结果"),
        _("对象类型"),
        _("对象编号"),
        _("对象"),
        _("变更前"),
        _("变更后"),
        _("原因"),
        _("请求编号"),
        _("网络地址"),
    ]


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, default=str) if values else ""


def cells(row: Row) -> list[str]:
    """One entry as texts that no spreadsheet takes for a formula."""
    return [
        _safe(text)
        for text in (
            f"{timezone.localtime(row.at):%Y-%m-%d %H:%M:%S}",
            row.actor_name,
            row.actor_appointment,
            f"{row.action_label} ({row.action})" if row.action_label != row.action else row.action,
            row.result_label,
            row.subject_type,
            "" if row.subject_id is None else str(row.subject_id),
            row.subject_label,
            _json({change.key: change.before for change in row.changes}),
            _json({change.key: change.after for change in row.changes}),
            row.why,
            row.request_id,
            row.ip or "",
        )
    ]


def as_csv(rows: Iterable[Row]) -> Iterator[bytes]:
    """The file in pieces, in UTF-8 with a byte order mark, which Excel needs for Chinese."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(headings())
    yield b"\xef\xbb\xbf"
    for row in rows:
        writer.writerow(cells(row))
        if buffer.tell() > 64_000:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def as_xlsx(rows: Iterable[Row]) -> bytes:
    """The workbook, written row by row in constant memory."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "audit.xlsx"
        book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "strings_to_formulas": False}
        )
        sheet = book.add_worksheet(_("留痕"))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 12, 18)
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, headings(), bold)
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(cells(row)):
                sheet.write_string(number, column, text[:CELL_LIMIT])
        book.close()
        return path.read_bytes()
