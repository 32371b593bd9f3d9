"""Cutting long lists of keys into portions that both databases take."""

from collections.abc import Iterable, Sequence
from typing import Any

CHUNK = 2_000


def chunks(ids: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """Portions that stay below the parameter limit of both databases."""
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
