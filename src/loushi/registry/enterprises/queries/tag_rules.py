"""The dated rules by which tags are set: what they say, in words and as values of a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.days import running
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.foundation.lists.registry import Beside
from loushi.registry.enterprises.models import Enterprise, IndustryCode, TagKind, TagRule
from loushi.registry.enterprises.policy import LISTS


@dataclass(frozen=True, slots=True)
class Ruling:
    """One rule of a tag through time."""

    text: str
    since: date
    until: date | None
    source: str
    runs: bool


def rules_beside(codes: Sequence[str]) -> Mapping[str, Beside]:
    """Today's rule of each tag, for the list of words."""
    rows = TagRule.objects.filter(running(timezone.localdate()), kind_id__in=list(codes))
    texts = {row.kind_id: words_of(row.conditions, _industries([row])) for row in rows}
    return {
        code: Beside(
            texts.get(code) or _("由人工打标"),
            reverse("enterprises:tag_rule", args=[code]),
            _("改规则"),
        )
        for code in codes
    }


def tag_rules(actor: Actor, code: str) -> tuple[str, list[Ruling], dict[str, Any]]:
    """(label, rules with the latest first, today's conditions) of a tag. Denied or NotVisible."""
    if not actor.has(LISTS):
        raise Denied
    kind = TagKind.objects.filter(pk=code).first()
    if kind is None:
        raise NotVisible
    rows = list(TagRule.objects.filter(kind=kind).order_by("-since", "-pk"))
    names, today = _industries(rows), timezone.localdate()
    rulings = [
        Ruling(
            words_of(row.conditions, names), row.since, row.until, row.source,
            row.since <= today and (row.until is None or row.until > today),
        )
        for row in rows
    ]  # fmt: skip
    latest: list[dict[str, Any]] = next((row.conditions for row in rows if row.until is None), [])
    return kind.label, rulings, {one["what"]: one["value"] for one in latest}


def words_of(conditions: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    """The conditions of a rule as a sentence; all of them must hold."""
    said = []
    for one in conditions:
        what, value = one["what"], one["value"]
        if what == "industry":
            listed = "、".join(f"{code} {names[code]}" if code in names else code for code in value)
            said.append(_("行业：%(list)s") % {"list": listed})
        elif what == "age_days_at_most":
            said.append(_("成立不超过 %(n)d 天") % {"n": value})
        elif what == "staff_at_least":
            said.append(_("员工不少于 %(n)d 人") % {"n": value})
        else:
            kinds = Enterprise.Size if what == "size" else Enterprise.BusinessKind
            labels = dict(kinds.choices)
            said.append("、".join(str(labels.get(code, code)) for code in value))
    return _("；").join(said)


def _industries(rows: Sequence[TagRule]) -> dict[str, str]:
    codes = {
        code for row in rows for one in row.conditions if one["what"] == "industry"
        for code in one["value"]
    }  # fmt: skip
    return dict(IndustryCode.objects.filter(code__in=codes).values_list("code", "name"))
