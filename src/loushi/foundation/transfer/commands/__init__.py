"""Everything that other packages use of the import and export engine."""

from loushi.foundation.core.bulk import insert_rows, insert_values, update_rows
from loushi.foundation.transfer import parsers
from loushi.foundation.transfer.columns import Column
from loushi.foundation.transfer.exporter import ExportColumn, Exporter, ExportFile, export
from loushi.foundation.transfer.importer import ImportContext, Importer
from loushi.foundation.transfer.registry import provide_units, register, register_exporter
from loushi.foundation.transfer.rows import Key, Problem, Row, Stored

from .batches import (
    apply_batch,
    cancel_batch,
    check_batch,
    mend_batches,
    roll_back_batch,
    survey_batch,
    sweep_batches,
    tell_source,
    upload_batch,
)
from .confirming import note_kind, note_row
from .placing import drop_row, place_row
from .running import ImporterInfo, ImportReport, describe_importers, run_import
from .working import do_work

__all__ = [
    "Column",
    "ExportColumn",
    "ExportFile",
    "Exporter",
    "ImportContext",
    "ImportReport",
    "Importer",
    "ImporterInfo",
    "Key",
    "Problem",
    "Row",
    "Stored",
    "apply_batch",
    "cancel_batch",
    "check_batch",
    "describe_importers",
    "do_work",
    "drop_row",
    "export",
    "insert_rows",
    "insert_values",
    "mend_batches",
    "note_kind",
    "note_row",
    "parsers",
    "place_row",
    "provide_units",
    "register",
    "register_exporter",
    "roll_back_batch",
    "run_import",
    "survey_batch",
    "sweep_batches",
    "tell_source",
    "update_rows",
    "upload_batch",
]
