"""Reading the tree."""

from functools import cache

from loushi.registry.territory.models import Unit


@cache
def _root() -> str:
    return Unit.objects.filter(kind="district").values_list("path", flat=True).first() or ""


def root_path() -> str:
    """The path of the district ('' while there is none)."""
    path = _root()
    if not path:
        _root.cache_clear()
    return path
