"""Statistical disclosure control: pure functions, no models. The model of the attacker and the
proof are docs/adr/0010-tax-compartment.md; the attacker of the tests is written independently."""

from loushi.registry.tax.disclosure.checking import Finding, Past, check
from loushi.registry.tax.disclosure.cube import Cell, Interval, Key, Member, build, counted, shown

__all__ = [
    "Cell",
    "Finding",
    "Interval",
    "Key",
    "Member",
    "Past",
    "build",
    "check",
    "counted",
    "shown",
]
