"""Conditions and verdicts as sentences."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from loushi.foundation.solvers.eligibility import FAILED, MET, UNKNOWN
from loushi.registry.enterprises.models import Enterprise, Lies
from loushi.registry.tax.queries import money
from loushi.services.catalogue.conditions import Condition, test_of
from loushi.services.catalogue.queries import Firm, Terms

FACT_NAMES: Mapping[str, Any] = {
    "industry": lazy("行业"), "place": lazy("所在地"), "size": lazy("规模"),
    "kind": lazy("主体类型"), "registered": lazy("注册地"), "taxed": lazy("纳税地"),
    "age": lazy("成立年限"), "staff": lazy("员工数"), "tax": lazy("年纳税"),
    "tags": lazy("企业标签"), "asked": lazy("企业自报"),
}  # fmt: skip
GROUP_NAMES: Mapping[str, Any] = {
    "met": lazy("符合"), "asked": lazy("待企业自核"), "unknown": lazy("缺资料"),
    "near": lazy("差一项"), "no": lazy("不符合"),
}  # fmt: skip
GROUP_KINDS = {"met": "done", "asked": "due-soon", "unknown": "paused", "near": "handling",
               "no": "plain"}  # fmt: skip
GROUP_MEANINGS: Mapping[str, Any] = {
    "met": lazy("全部条件都符合"), "asked": lazy("登记的条件都符合，余下的由企业自己核对"),
    "unknown": lazy("没有不符合的，但登记册缺资料"), "near": lazy("只有一项不符合"),
    "no": lazy("两项以上不符合"),
}  # fmt: skip
VERDICT_KINDS = {MET: "done", UNKNOWN: "paused", FAILED: "to-fix"}
VERDICT_NAMES: Mapping[int, Any] = {
    MET: lazy("符合"),
    UNKNOWN: lazy("待核实"),
    FAILED: lazy("不符合"),
}
CODES: Mapping[str, Mapping[str, Any]] = {
    "size": dict(Enterprise.Size.choices), "kind": dict(Enterprise.BusinessKind.choices),
    "registered": dict(Lies.choices), "taxed": dict(Lies.choices),
}  # fmt: skip
SEPARATOR = "、"


def condition_words(condition: Condition, terms: Terms) -> str:
    """What a condition asks for: "规模：小型、微型"."""
    fact = condition["fact"]
    if fact == "asked":
        return str(condition["text"])
    return _("%(fact)s：%(wanted)s") % {
        "fact": FACT_NAMES[fact], "wanted": _wanted(condition, terms),
    }  # fmt: skip


def _wanted(condition: Condition, terms: Terms) -> str:
    fact = condition["fact"]
    if fact in CODES:
        return SEPARATOR.join(str(CODES[fact].get(one, one)) for one in condition["values"])
    if fact == "industry":
        return SEPARATOR.join(terms.industries.get(one, one) for one in condition["values"])
    if fact == "place":
        return SEPARATOR.join(terms.units.get(one, "?") for one in condition["values"])
    if fact == "tags":
        return SEPARATOR.join(terms.tags.get(one, one) for one in condition["values"])
    return _span(fact, condition.get("low"), condition.get("high"))


def _span(fact: str, low: Any, high: Any) -> str:
    if fact == "tax":
        first, last = low and money(low), high and money(high)
    elif fact == "age":
        first, last = (_("%(n)s 年") % {"n": _number(end)} for end in (low, high))
    else:
        first, last = (_("%(n)s 人") % {"n": _number(end)} for end in (low, high))
    if low is None:
        return (_("%(high)s以下") if fact == "tax" else _("不超过 %(high)s")) % {"high": last}
    if high is None:
        return (_("%(low)s以上") if fact == "tax" else _("满 %(low)s")) % {"low": first}
    return _("%(low)s到 %(high)s") % {"low": first, "high": last}


def _number(value: Any) -> str:
    return "" if value is None else f"{value:g}"


def reasons(conditions: list[Condition], firm: Firm, terms: Terms) -> list[dict[str, Any]]:
    """One line for each condition, in order: what is asked, the verdict, why."""
    said = {test: (verdict, value) for test, verdict, value in firm.reasons}
    lines = []
    for one in conditions:
        verdict, value = said[test_of(one, terms.known)]
        lines.append(
            {
                "text": condition_words(one, terms), "verdict": verdict,
                "label": VERDICT_NAMES[verdict], "kind": VERDICT_KINDS[verdict],
                "why": why(one["fact"], verdict, value, firm.asks),
            }
        )  # fmt: skip
    return lines


def why(fact: str, verdict: int, value: Any, asks: frozenset[str]) -> str:
    """What the register says of the firm, or whom to ask."""
    if fact in ("asked", "tax", "tags"):
        return _apart(fact, verdict, asks)
    if value is None:
        return _("登记册里没有%(fact)s，请补登") % {"fact": FACT_NAMES[fact]}
    if verdict == UNKNOWN:
        return _("登记得不够细，请核实")
    if fact in CODES:
        return _("本企业：%(value)s") % {"value": CODES[fact].get(value, value)}
    if fact == "age":
        return _("本企业：已成立 %(n)s 年") % {"n": f"{int(value * 10) / 10:g}"}
    return _("本企业：%(n)d 人") % {"n": value} if fact == "staff" else ""


def _apart(fact: str, verdict: int, asks: frozenset[str]) -> str:
    """Of what the register says nothing of, or nothing that may be told."""
    if fact == "asked":
        return _("登记册没有这项，请企业自己核对")
    if fact == "tags":
        if verdict == MET:
            return ""
        return _("没有这些标签") if verdict == FAILED else _("没有标记，是否具备请核实")
    if verdict != UNKNOWN:
        return ""  # the verdict is all that is told of tax
    return _("纳税情况由企业自己核对") if "tax" in asks else _("没有可比的税收记录")


def short(lines: list[dict[str, Any]]) -> str:
    """What stands in the way, in one sentence for a list; '' when nothing does."""
    parts = []
    for one in lines:
        if one["verdict"] == MET:
            continue
        label = _("不符合") if one["verdict"] == FAILED else _("待核实")
        tail = f"（{one['why']}）" if one["why"] else ""
        parts.append(f"{label} {one['text']}{tail}")
    return "；".join(parts)
