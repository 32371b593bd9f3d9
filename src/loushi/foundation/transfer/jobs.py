"""Sweeping batches that nobody applied, and mending half applied ones."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.jobs import TASK, periodic

from .commands import mend_batches, sweep_batches


@periodic(name="transfer.sweep_batches", daily="03:20", label=_("清理过期导入批次"))
def sweep() -> int:
    """Cancels import batches that were left open for a month, and removes their files."""
    return sweep_batches()


@periodic(name="transfer.mend_batches", every=60, lane=TASK, label=_("接续中断的导入"))
def mend() -> int:
    """Takes back files that a killed command line has half applied."""
    return mend_batches()
