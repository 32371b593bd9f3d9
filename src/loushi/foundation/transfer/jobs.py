"""Sweeping batches that nobody applied."""

from loushi.foundation.core.jobs import periodic

from .commands import sweep_batches


@periodic(name="transfer.sweep_batches", daily="03:20")
def sweep() -> int:
    """Cancels import batches that were left open for a month, and removes their files."""
    return sweep_batches()
