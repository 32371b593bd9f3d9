"""One heir's share of a split."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """What one heir takes: an existing unit (`heir_id`), or a new one with code and name.

    `children` are units directly below the divided one; `buildings` those that hang directly on
    it or anywhere below and go to this heir by themselves.
    """

    heir_id: int | None = None
    code: str = ""
    name: str = ""
    prefix: str = ""
    feature: str = ""
    children: tuple[int, ...] = ()
    buildings: tuple[int, ...] = ()
