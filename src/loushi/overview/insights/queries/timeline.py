"""The whole timeline of an enterprise: what each package contributes, merged."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from loushi.foundation.core.actor import Actor
from loushi.registry.enterprises.queries import Card, Moment, enterprise_card

SOURCES = "loushi.config.timeline.TIMELINE"
NAMES = "loushi.config.timeline.KINDS"
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of a timeline, the newest first. `counts`: all kinds in the period, whatever kind
    is chosen; `total`: of what is chosen."""

    card: Card
    moments: tuple[Moment, ...]
    counts: Mapping[str, int]
    total: int
    start: int
    kinds: Mapping[str, Any] = field(default_factory=dict)

    @property
    def after(self) -> str:
        """Where the next page starts, "" on the last one."""
        following = self.start + PAGE_SIZE
        return str(following) if following < self.total else ""

    @property
    def before(self) -> str:
        """Where the page before starts, "" on the first one."""
        return str(max(self.start - PAGE_SIZE, 0)) if self.start else ""


def timeline_of(
    actor: Actor,
    enterprise_id: int,
    *,
    kind: str = "",
    since: date | None = None,
    until: date | None = None,
    start: int = 0,
    size: int | None = PAGE_SIZE,
) -> Timeline:
    """What happened to a visible enterprise from `since` to `until` (both inclusive); NotVisible
    for strangers. `size` None gives all (for the export)."""
    card = enterprise_card(actor, enterprise_id)
    found = [
        moment
        for make in _sources()
        for moment in make(actor, enterprise_id)
        if (since is None or moment.on >= since) and (until is None or moment.on <= until)
    ]
    counts = Counter(moment.kind for moment in found)
    chosen = [moment for moment in found if not kind or moment.kind == kind]
    chosen.sort(key=lambda moment: moment.on, reverse=True)
    page = chosen if size is None else chosen[start : start + size]
    return Timeline(card, tuple(page), counts, len(chosen), start, import_string(NAMES))


def _sources() -> Iterable[Callable[[Actor, int], Iterable[Moment]]]:
    paths: tuple[str, ...] = import_string(getattr(settings, "LOUSHI_TIMELINE", SOURCES))
    return [import_string(path) for path in paths]
