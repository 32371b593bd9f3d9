"""Sealing the audit every ten minutes."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.jobs import periodic

from . import seals


@periodic(name="audit.seal", every=600, label=_("封存操作留痕"))
def seal() -> int:
    return seals.seal()
