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
    sweep_batches,
    upload_batch,
)
from .placing import drop_row, place_row
from .running import ImporterInfo, ImportReport, describe_importers, run_import

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
    "drop_row",
    "export",
    "insert_rows",
    "insert_values",
    "parsers",
    "place_row",
    "provide_units",
    "register",
    "register_exporter",
    "run_import",
    "sweep_batches",
    "update_rows",
    "upload_batch",
]
