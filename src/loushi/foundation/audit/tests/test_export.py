"""The files that an auditor takes away."""

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest

from loushi.foundation.audit import export, queries

from .test_queries import WHOLE_YEAR, auditor, write


def rows() -> list[queries.Row]:
    return list(queries.exported(auditor(), WHOLE_YEAR))


@pytest.mark.django_db
def test_csv_has_a_mark_for_excel_and_one_line_per_entry() -> None:
    write(3, after={"state": "accepted"})
    data = b"".join(export.as_csv(rows()))
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(StringIO(data.decode("utf-8-sig"))))
    assert len(lines) == 4
    assert lines[1][0] == "2026-10-12 10:20:00"
    assert '"accepted"' in lines[1][9]


@pytest.mark.django_db
def test_nothing_becomes_a_formula() -> None:
    write(why="=HYPERLINK(1)", subject=("x.y", 1, "@cmd"))
    lines = list(csv.reader(StringIO(b"".join(export.as_csv(rows())).decode("utf-8-sig"))))
    assert lines[1][10] == "'=HYPERLINK(1)"
    assert lines[1][7] == "'@cmd"


@pytest.mark.django_db
def test_xlsx_opens_and_holds_the_same_rows() -> None:
    write(2)
    book = openpyxl.load_workbook(BytesIO(export.as_xlsx(rows())))
    assert book.active is not None
    assert book.active.max_row == 3
    assert book.active["B2"].value == "周闻笛"
    book.close()
