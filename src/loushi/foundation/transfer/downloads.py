"""Workbooks for download: templates and return sheets."""

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.http import FileResponse
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible

from . import registry
from .commands.running import ImporterInfo, describe_importers
from .queries import batch, rows_of
from .rows import REJECTED
from .workbooks import (
    ReturnRow,
    sentence_of,
    write_return_sheet,
    write_template,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def importer_info(actor: Actor, importer: str) -> ImporterInfo:
    """One importer that the actor may use; NotVisible otherwise."""
    found = next((item for item in describe_importers(actor) if item.name == importer), None)
    if found is None:
        raise NotVisible
    return found


def template_file(importer: str) -> FileResponse:
    """The template workbook as a download."""
    kind = registry.importer(importer)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        write_template(path, kind)
        return _download(path, _("%(label)s导入模板.xlsx") % {"label": str(kind.label)})


def return_file(actor: Actor, pk: int) -> FileResponse:
    """The rejected rows of a visible batch; NotVisible when there are none."""
    found = batch(actor, pk)
    rows = rows_of(actor, pk, REJECTED)
    if not rows.exists():
        raise NotVisible
    places = {name: found.header.index(heading) for name, heading in found.mapping.items()
              if heading in found.header}  # fmt: skip

    def sheet_rows() -> Iterator[ReturnRow]:
        for row in rows.iterator(chunk_size=1_000):
            wrong = [item for item in row.problems if item["level"] == "error"]
            marks = {
                places[item["column"]]: item["message"]
                for item in wrong
                if item["column"] in places
            }
            said = sentence_of([(item["label"], item["message"]) for item in wrong])
            yield row.row_number, row.cells, marks, said

    stem = found.file_name.rpartition(".")[0] or found.file_name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rejected.xlsx"
        write_return_sheet(path, found.header, sheet_rows(), sheet_name=found.sheet)
        return _download(path, _("%(file)s_退回.xlsx") % {"file": stem})


def _download(path: Path, name: str) -> FileResponse:
    answer = FileResponse(
        io.BytesIO(path.read_bytes()), as_attachment=True, filename=name, content_type=XLSX
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
