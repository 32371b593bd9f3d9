"""What the templates of this package are given."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.web.templatetags.loushi import thousands
from loushi.registry.accounts.queries import departments
from loushi.registry.buildings.queries import unit_choices, visible_units
from loushi.registry.enterprises.queries import tag_choices
from loushi.services.catalogue import queries
from loushi.services.catalogue.conditions import every
from loushi.services.catalogue.forms import initial_conditions
from loushi.services.catalogue.models import Declaration, Policy
from loushi.services.catalogue.policy import CHANGE, EXPORT, IMPORT, OWN
from loushi.services.catalogue.words import (
    GROUP_KINDS,
    GROUP_MEANINGS,
    GROUP_NAMES,
    condition_words,
    reasons,
    short,
)
from loushi.services.catalogue.workflow import AGAIN, next_states

State = Policy.State
STATE_KINDS = {State.DRAFT: "new", State.PUBLISHED: "done", State.WITHDRAWN: "closed"}
STEP_KINDS = {
    "interested": "new", "declared": "handling", "granted": "done", "refused": "returned",
    "dropped": "closed",
}  # fmt: skip
STANDS = ("open", "valid", "ended")


def number(text: str | None) -> int:
    """A number from an address; 0 for none."""
    good = text is not None and text.isascii() and text.isdigit() and len(text) < 12
    return int(text) if good and text else 0


def filters_from(query: Mapping[str, str]) -> queries.Filters:
    """The filters of the list."""
    stand, state = query.get("stand", ""), query.get("state", "")
    return queries.Filters(
        q=query.get("q", "").replace("\x00", "").strip()[:80],
        stand=stand if stand in STANDS else "", state=state if state in State.values else "",
    )  # fmt: skip


def match_filters(query: Mapping[str, str]) -> queries.MatchFilters:
    """The filters of the matched firms."""
    group = query.get("group", "met")
    return queries.MatchFilters(
        group if group in queries.GROUPS else "met", number(query.get("unit")) or None
    )


def list_context(request: HttpRequest, filters: queries.Filters, page: Any) -> dict[str, Any]:
    """The list of policies."""
    return {
        "page": page, "filters": filters,
        "rows": [{"row": row, "window": window(row), "kind": STATE_KINDS[State(row.state)]}
                 for row in page.rows],
        "stands": [("open", _("可申报")), ("valid", _("有效")), ("ended", _("已失效"))],
        "states": State.choices, "may_create": request.actor.has(CHANGE),
        "may_import": request.actor.has(IMPORT), "export": _export(request),
        "narrowed": filters != queries.Filters(), "tabs": desk_tabs("list"),
    }  # fmt: skip


def desk_tabs(active: str) -> list[dict[str, Any]]:
    """Policies, the service list, bundles and resources."""
    named = [("list", _("惠企政策")), ("items", _("服务清单")), ("bundles", _("一类事")),
             ("resources", _("社区所能"))]  # fmt: skip
    return [
        {"label": label, "href": reverse(f"catalogue:{name}"), "active": name == active}
        for name, label in named
    ]


def policy_context(page: queries.PolicyPage) -> dict[str, Any]:
    """A policy's page."""
    row = page.row
    facts = [
        (_("发布部门"), row.issuer), (_("文号"), row.number), (_("适用范围"), row.unit.name),
        (_("本区受理部门"), row.department.name if row.department else ""),
        (_("有效期"), period(row.since, row.until)), (_("申报时间"), window(row)),
        (_("咨询电话"), row.contact), (_("来源"), row.source),
    ]  # fmt: skip
    return {
        "page": page, "row": row, "kind": STATE_KINDS[State(row.state)],
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "asks": asks(row), "materials": row.materials.splitlines(),
        "declared": [{"row": one, "kind": STEP_KINDS[one.state]} for one in page.declarations],
        "declared_count": page.line.declared, "version_count": len(page.versions),
        "publishable": page.may_change and row.state != State.PUBLISHED,
        "withdrawable": page.may_change and row.state == State.PUBLISHED,
    }  # fmt: skip


def declaration_facts(row: Declaration) -> list[dict[str, Any]]:
    """What is known of a declaration, in the order in which it came to be."""
    facts = [
        (_("按第几版"), _("第 %(n)d 版") % {"n": row.version}),
        (_("有意日期"), row.began_on.isoformat()),
        (_("申报日期"), row.declared_on.isoformat() if row.declared_on else ""),
        (_("结果日期"), row.decided_on.isoformat() if row.decided_on else ""),
        (_("兑现金额（元）"), thousands(row.amount) if row.amount is not None else ""),
        (_("支持内容"), row.policy.benefits), (_("咨询电话"), row.policy.contact),
    ]  # fmt: skip
    return [{"label": label, "value": value} for label, value in facts if value]


def asks(row: Policy) -> list[dict[str, Any]]:
    """The conditions as words: the two groups."""
    terms = queries.terms_of(every(row.conditions))
    titles = {"all": _("必须全部满足"), "any": _("另须满足任意一项")}
    return [
        {"title": title, "lines": [condition_words(one, terms) for one in row.conditions[group]]}
        for group, title in titles.items()
        if row.conditions.get(group)
    ]


def firms_context(
    request: HttpRequest, matched: Any, filters: queries.MatchFilters, page: Any
) -> dict[str, Any]:
    """The firms of a policy by group."""
    counts, row = matched.counts(), matched.policy
    here = reverse("catalogue:firms", args=[row.pk])
    unit = f"&unit={filters.unit}" if filters.unit else ""
    conditions = every(row.conditions)
    return {
        "row": row, "page": page, "filters": filters, "units": visible_units(request.actor),
        "tabs": [
            {"label": GROUP_NAMES[name], "count": counts[name],
             "href": f"{here}?group={name}{unit}", "active": name == filters.group}
            for name in queries.GROUPS
        ],
        "meaning": GROUP_MEANINGS[filters.group], "undisclosed": _undisclosed(matched),
        "rows": [
            {"row": one, "short": short(reasons(conditions, one.found, matched.terms))}
            for one in page.rows
        ],
        "export": _export(request),
    }  # fmt: skip


def _undisclosed(matched: Any) -> bool:
    asked = any(one["fact"] == "tax" for one in every(matched.policy.conditions))
    return asked and "tax" in matched.asks


def own_context(request: HttpRequest, enterprise_id: int, found: Sequence[Any]) -> dict[str, Any]:
    """The policies of one's own firm, on a phone."""
    held = _held(request.actor, enterprise_id)
    lines = [_own_line(one, held) for one in found]
    fitting = [one for one in lines if one["group"] in ("met", "asked")]
    return {
        "fitting": fitting, "fitting_count": len(fitting),
        "others": [one for one in lines if one["group"] not in ("met", "asked")],
        "refuses": queries.refuses_pushes(enterprise_id),
    }  # fmt: skip


def own_policy_context(
    request: HttpRequest, enterprise_id: int, row: Policy, found: Sequence[Any]
) -> dict[str, Any]:
    """One policy for one's own firm."""
    one = next((one for one in found if one[0].pk == row.pk), None)
    held = _held(request.actor, enterprise_id).get(row.pk)
    line = _own_line(one, {}) if one else None
    names = dict(Declaration.State.choices)
    return {
        "row": row, "line": line, "window": window(row), "asks": asks(row),
        "period": period(row.since, row.until),
        "materials": row.materials.splitlines(), "held": held,
        "held_kind": STEP_KINDS[held.state] if held else "",
        "steps": [(to, names[to]) for to in next_states(held.state, by_firm=True)] if held else [],
        "may_begin": line is not None and (held is None or held.state in AGAIN),
    }  # fmt: skip


def panel_context(found: Sequence[Any]) -> dict[str, Any]:
    """On a firm's page: what fits and what nearly does."""
    lines = [_own_line(one, {}) for one in found]
    shown = [one for one in lines if one["group"] != "no"]
    return {"lines": shown[:8], "count": len(shown), "more": max(0, len(shown) - 8),
            "none": len(lines) - len(shown)}  # fmt: skip


def _own_line(one: Any, held: Mapping[int, Declaration]) -> dict[str, Any]:
    row, firm, terms = one
    lines = reasons(every(row.conditions), firm, terms)
    mine = held.get(row.pk)
    return {
        "row": row, "group": firm.group, "name": GROUP_NAMES[firm.group],
        "kind": GROUP_KINDS[firm.group], "lines": lines, "short": short(lines),
        "window": window(row), "held": mine, "held_kind": STEP_KINDS[mine.state] if mine else "",
    }  # fmt: skip


def _held(actor: Actor, enterprise_id: int) -> dict[int, Declaration]:
    rows = queries.declarations(actor).filter(enterprise_id=enterprise_id)
    return {row.policy_id: row for row in rows.order_by("began_on", "pk")}


def window(row: Any) -> str:
    """When one may declare, as people say it."""
    today = timezone.localdate()
    if row.closes_on and row.closes_on < today:
        return _("%(day)s 已截止") % {"day": _day(row.closes_on)}
    if row.opens_on and row.opens_on > today:
        return _("%(day)s 开始") % {"day": _day(row.opens_on)}
    if row.closes_on:
        return _("%(day)s 截止") % {"day": _day(row.closes_on)}
    return _("常年可报")


def period(first: date | None, last: date | None) -> str:
    """From – to, either may be open."""
    if not first and not last:
        return ""
    if not last:
        return _("%(day)s 起") % {"day": first}
    return _("至 %(day)s") % {"day": last} if not first else f"{first} – {last}"


def _day(day: date) -> str:
    if day.year == timezone.localdate().year:
        return date_format(day, "MONTH_DAY_FORMAT")
    return day.isoformat()


def form_choices(actor: Actor, row: Policy | None) -> dict[str, Any]:
    """The lists of the form."""
    return {
        "units": unit_choices(actor, CHANGE) if row is None else None,
        "departments": [(one.pk, one.name) for one in departments()],
        "tags": tag_choices(), "places": visible_units(actor),
    }  # fmt: skip


def initial(row: Policy) -> dict[str, Any]:
    """A policy's form as it stands."""
    names = (
        "title", "issuer", "department_id", "number", "source", "benefits", "text", "materials",
        "how", "contact", "since", "until", "opens_on", "closes_on", "version",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names} | initial_conditions(row.conditions)


def _export(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked["export"] = "xlsx"
    return f"?{asked.urlencode()}" if request.actor.has(EXPORT) else ""


def may_own(actor: Actor) -> bool:
    """Whether the actor acts for a firm here."""
    return actor.has(OWN)
