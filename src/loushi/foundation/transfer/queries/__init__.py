"""Reading batches, staged rows, the queue of unplaced rows, and workbooks for download."""

from .batches import (
    batch,
    batches,
    columns_of,
    guesses,
    is_open,
    object_ids,
    remembered_mapping,
    rows_of,
    waiting,
    waiting_row,
)
from .preview import (
    Page,
    Preview,
    batch_summary,
    labels,
    numbers,
    outcome_of,
    page_of,
    preview,
    shown_cells,
)

__all__ = [
    "Page",
    "Preview",
    "batch",
    "batch_summary",
    "batches",
    "columns_of",
    "guesses",
    "is_open",
    "labels",
    "numbers",
    "object_ids",
    "outcome_of",
    "page_of",
    "preview",
    "remembered_mapping",
    "rows_of",
    "shown_cells",
    "waiting",
    "waiting_row",
]
