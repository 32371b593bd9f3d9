"""Sweeping uploads that nobody claimed."""

from loushi.foundation.core.jobs import periodic

from .commands import sweep_orphans


@periodic(name="files.sweep_orphans", every=3600)
def sweep() -> int:
    """Deletes uploads of forms that were never submitted."""
    return sweep_orphans()
