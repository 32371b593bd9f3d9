"""Sweeping uploads that nobody claimed."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.jobs import periodic

from .commands import sweep_orphans


@periodic(name="files.sweep_orphans", every=3600, label=_("清理无主附件"))
def sweep() -> int:
    """Deletes uploads of forms that were never submitted."""
    return sweep_orphans()
