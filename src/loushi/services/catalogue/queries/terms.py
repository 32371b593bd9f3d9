"""The words and paths behind the codes that conditions carry."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from loushi.foundation.core.days import running
from loushi.registry.enterprises.models import IndustryCode, TagKind, TagRule
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.conditions import Condition, Known


@dataclass(frozen=True, slots=True)
class Terms:
    """Names of industries, units and tags, and what the engine must know."""

    industries: dict[str, str] = field(default_factory=dict)
    units: dict[int, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    known: Known = field(default_factory=lambda: Known({}))


def terms_of(conditions: Iterable[Condition]) -> Terms:
    """What is needed to read these conditions aloud and to decide them."""
    wanted: dict[str, set[Any]] = {"industry": set(), "place": set(), "tags": set()}
    for one in conditions:
        if one["fact"] in wanted:
            wanted[one["fact"]].update(one["values"])
    codes = {str(code) for code in wanted["industry"]}
    plain = codes | {code[1:] for code in codes}
    names = dict(IndustryCode.objects.filter(code__in=plain).values_list("code", "name"))
    rows = Unit.objects.filter(pk__in=wanted["place"]).values_list("pk", "name", "path")
    units = {pk: (name, path) for pk, name, path in rows}
    rules = TagRule.objects.filter(running(timezone.localdate()), kind_id__in=wanted["tags"])
    return Terms(
        {code: names.get(code) or names.get(code[1:], code) for code in codes},
        {pk: name for pk, (name, _path) in units.items()},
        dict(TagKind.objects.filter(pk__in=wanted["tags"]).values_list("pk", "label")),
        Known(
            {pk: path for pk, (_name, path) in units.items()},
            frozenset(rules.values_list("kind_id", flat=True)),
        ),
    )


def full_codes(codes: Iterable[str]) -> dict[str, str]:
    """Codes of GB/T 4754 that the register knows → the same with their section in front, as
    conditions carry them: "7320" → "M7320", "M" → "M"."""
    rows = IndustryCode.objects.filter(code__in=[str(code) for code in codes])
    return {
        code: code if code[:1].isalpha() else f"{section}{code}"
        for code, section in rows.values_list("code", "section")
    }
