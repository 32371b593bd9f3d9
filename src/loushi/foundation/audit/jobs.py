"""Sealing the audit every ten minutes."""

from loushi.foundation.core.jobs import periodic

from . import seals


@periodic(name="audit.seal", every=600)
def seal() -> int:
    return seals.seal()
