"""What enterprises are marked as: tags and stability, today and before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import fetch
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseTag,
    OfficerPost,
    Stability,
    StabilityLevel,
    TagKind,
)

WHY = "marks of enterprises that were checked"


@dataclass(frozen=True, slots=True)
class Mark:
    """A tag of an enterprise."""

    code: str
    label: str
    since: date
    until: date | None
    source: str
    by_rule: bool


@dataclass(frozen=True, slots=True)
class Level:
    """A judgement of stability."""

    code: str
    label: str
    tone: str
    meaning: str
    reason: str
    since: date
    until: date | None
    who: str


@dataclass(frozen=True, slots=True)
class Marks:
    """Today's tags and stability of one enterprise."""

    tags: tuple[Mark, ...] = ()
    level: Level | None = None

    @property
    def level_label(self) -> str:
        return self.level.label if self.level else ""


@dataclass(frozen=True, slots=True)
class Post:
    """Who was in charge, from when to when."""

    name: str
    since: date
    until: date | None
    why: str


def marks_of(ids: Sequence[int]) -> dict[int, Marks]:
    """Today's tags and stability of enterprises that the caller has checked; two queries."""
    tags: dict[int, list[Mark]] = {pk: [] for pk in ids}
    rows = EnterpriseTag.objects.unscoped(WHY).filter(enterprise_id__in=ids, until__isnull=True)
    for row in rows.select_related("kind").order_by("kind__order", "pk"):
        tags[row.enterprise_id].append(_mark(row))
    held = Stability.objects.unscoped(WHY).filter(enterprise_id__in=ids, until__isnull=True)
    levels = {row.enterprise_id: _level(row) for row in held.select_related("level")}
    return {pk: Marks(tuple(tags[pk]), levels.get(pk)) for pk in ids}


def marks_through_time(
    actor: Actor, enterprise_id: int
) -> tuple[list[Mark], list[Level], list[Post]]:
    """All tags, judgements and officers of a visible enterprise, the newest first, as far as the
    actor sees them."""
    fetch(Enterprise, actor, enterprise_id)
    tags = EnterpriseTag.objects.visible_to(actor).filter(enterprise_id=enterprise_id)
    levels = Stability.objects.visible_to(actor).filter(enterprise_id=enterprise_id)
    posts = OfficerPost.objects.visible_to(actor).filter(enterprise_id=enterprise_id)
    return (
        [_mark(row) for row in tags.select_related("kind").order_by("-since", "-pk")],
        [_level(row) for row in levels.select_related("level").order_by("-since", "-pk")],
        [
            Post(row.user.name, row.since, row.until, row.why)
            for row in posts.select_related("user").order_by("-since", "-pk")
        ],
    )


def tag_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Tags in use, grouped, for a select."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in TagKind.offered():
        groups.setdefault(str(TagKind.Group(row.group).label), []).append((row.code, row.label))
    return list(groups.items())


def level_choices() -> list[tuple[str, str]]:
    """(code, "label：meaning") of the levels of stability in use."""
    rows = StabilityLevel.offered()
    return [(row.code, f"{row.label}：{row.meaning}") for row in rows]


def levels() -> list[tuple[str, str]]:
    """(code, label) of the levels of stability in use."""
    rows = StabilityLevel.offered()
    return list(rows.values_list("code", "label"))


def _mark(row: EnterpriseTag) -> Mark:
    return Mark(row.kind_id, row.kind.label, row.since, row.until, row.source, row.by_rule)


def _level(row: Stability) -> Level:
    level = row.level
    return Level(
        level.code, level.label, level.tone, level.meaning, row.reason, row.since, row.until,
        row.judged_name,
    )  # fmt: skip
