"""What the templates of this package are given. No decisions, no reading of the database."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loushi.registry.buildings.queries import panels_of, visible_units
from loushi.registry.enterprises import queries
from loushi.registry.enterprises.commands import licence_reading_available
from loushi.registry.enterprises.models import Enterprise, Lies, Presence
from loushi.registry.enterprises.policy import CHANGE, EXPORT, IMPORT, REVIEW

COLUMNS: tuple[tuple[str, str, bool], ...] = (
    ("place", "place", True),
    ("presence", "", True),
    ("industry", "", True),
    ("size", "", True),
    ("status", "", True),
    ("officer", "", True),
    ("tags", "", True),
    ("stability", "", False),
    ("tax", "", False),
    ("lease", "", False),
    ("contact", "", False),
    ("staff", "staff", False),
    ("established", "established", False),
    ("code", "", False),
    ("source", "", False),
)
SOON_DAYS = 180
LEASES = (30, 90, 180, 365)
LEVEL_KINDS = {
    "green": "done", "blue": "new", "yellow": "due-soon", "orange": "to-fix", "red": "overdue",
}  # fmt: skip
PRESENCE_PILLS = {
    Presence.HERE_REGISTERED: "done",
    Presence.HERE_ONLY: "handling",
    Presence.REGISTERED_ONLY: "paused",
}


def list_context(
    request: HttpRequest, filters: queries.Filters, page: queries.Page[queries.EnterpriseLine]
) -> dict[str, Any]:
    """The list with its filters and the chosen columns."""
    shown = request.GET.getlist("columns") or [key for key, _sort, on in COLUMNS if on]
    labels = _labels()
    columns: list[dict[str, Any]] = [
        {"key": "name", "label": _("企业"), "sort": "name", "fixed": True}
    ]
    for key, sort, _on in COLUMNS:
        column: dict[str, Any] = {"key": key, "label": labels[key], "shown": key in shown}
        if sort:
            column["sort"] = sort
        if key == "staff":
            column["number"] = True
        columns.append(column)
    counts = queries.presence_counts(request.actor, filters)
    return {
        "page": page,
        "filters": filters,
        "columns": columns,
        "shown": shown,
        "sort": filters.sort,
        "sorted": _sorted(filters.sort),
        "units": visible_units(request.actor),
        "sections": queries.sections(),
        "tags": queries.tag_choices(),
        "levels": queries.levels(),
        "officers": queries.officer_choices(request.actor),
        "lies": Lies.choices,
        "leases": [(days, _("%(days)d 天内") % {"days": days}) for days in LEASES],
        "sizes": Enterprise.Size.choices,
        "statuses": Enterprise.Status.choices,
        "presences": [
            {"code": code, "label": label, "count": counts.get(code, 0)}
            for code, label in Presence.choices
        ],
        "waiting": queries.waiting_count(request.actor) if request.actor.has(REVIEW) else 0,
        "proposals": queries.open_proposals(request.actor),
        "may_create": request.actor.has(CHANGE),
        "may_photograph": request.actor.has(CHANGE) and licence_reading_available(),
        "may_import": request.actor.has(IMPORT),
        "export": _export(request) if request.actor.has(EXPORT) else "",
        "narrowed": filters != queries.Filters(sort=filters.sort),
    }


def page_context(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Everything of an enterprise's page."""
    page = queries.enterprise_page(request.actor, pk)
    marks = queries.marks_of([pk])[pk]
    return {
        "page": page,
        "enterprise": page.enterprise,
        "card": page.card,
        "sub": _sub(page),
        "units": [
            {"label": name, "href": f"{reverse('enterprises:list')}?unit={unit_id}"}
            for unit_id, name in page.units
        ],
        "rows": _facts(page),
        "three": _three(page),
        "marks": marks,
        "level_kind": LEVEL_KINDS.get(marks.level.tone, "plain") if marks.level else "",
        "timeline": [_moment(place) for place in queries.tenancies_of(request.actor, pk)],
        "pill": PRESENCE_PILLS.get(page.card.place.presence, "plain") if page.card.place else "",
        "panels": panels_of(request.actor, "enterprise", pk),
        "today": timezone.localdate(),
    }


def _export(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked["export"] = "xlsx"
    return f"?{asked.urlencode()}"


def _sub(page: queries.EnterprisePage) -> str:
    card = page.card
    parts = [card.credit_code, card.place_text, card.industry, card.size]
    if card.officer:
        parts.append(_("专员 %(name)s") % {"name": card.officer})
    return "·".join(filter(None, parts))


def _facts(page: queries.EnterprisePage) -> list[dict[str, Any]]:
    row = page.enterprise
    fill = reverse("enterprises:edit", args=[row.pk]) if page.may_change else ""
    facts = [
        (_("统一社会信用代码"), row.credit_code),
        (_("简称"), row.short_name),
        (_("主体类型"), row.get_business_kind_display()),
        (_("行业"), f"{row.industry.code} {row.industry.name}" if row.industry else ""),
        (_("规模"), row.get_size_display() if row.size else ""),
        (_("经营状态"), row.get_status_display()),
        (_("成立日期"), row.established_on.isoformat() if row.established_on else ""),
        (_("员工数"), row.staff_count),
        (_("所属单元"), page.card.unit),
        (_("企业专员"), page.card.officer),
        (_("来源"), row.source),
    ]
    return [
        {"label": label, "value": "" if value is None else value, "fill": fill}
        for label, value in facts
    ]


def _three(page: queries.EnterprisePage) -> list[dict[str, Any]]:
    """Registered, paying tax, really sitting: what runs today."""
    row = page.enterprise
    sits = "、".join(place.text for place in page.places if place.sits)
    said = (
        (_("注册地"), row.registered_lies, row.registered_address, "registration"),
        (_("纳税地"), row.tax_lies, row.tax_address, "tax"),
    )
    return [
        *(
            {
                "label": label,
                "value": "·".join(filter(None, [str(Lies(lies).label) if lies else "", address])),
                "fill": reverse("enterprises:fact", args=[row.pk, kind]) if page.may_change else "",
            }
            for label, lies, address, kind in said
        ),
        {
            "label": _("实际办公地"),
            "value": sits,
            "fill": reverse("enterprises:move_in", args=[row.pk]) if page.may_change else "",
        },
    ]


def _moment(place: queries.Place) -> dict[str, Any]:
    since = place.since.isoformat() if place.since else _("起始日期未填")
    until = place.until.isoformat() if place.until else _("至今")
    notes = [place.presence_label]
    if place.area is not None:
        notes.append(_("%(area)s ㎡") % {"area": f"{place.area:,.0f}"})
    if place.lease_until and place.until is None:
        notes.append(_("租约至 %(day)s") % {"day": place.lease_until.isoformat()})
        days = place.lease_days or 0
        if days < 0:
            notes.append(_("租约已过期"))
        elif days <= SOON_DAYS:
            notes.append(ngettext("剩 %(days)d 天", "剩 %(days)d 天", days) % {"days": days})
    return {
        "kind": "handling" if place.until is None else "done",
        "when": f"{since} — {until}",
        "title": place.text,
        "text": "·".join(notes),
        "meta": _("主要入驻地") if place.is_main and place.until is None else "",
    }


def _labels() -> dict[str, str]:
    return {
        "place": _("所在"),
        "presence": _("在地状态"),
        "industry": _("行业"),
        "size": _("规模"),
        "status": _("经营状态"),
        "officer": _("企业专员"),
        "tags": _("标签"),
        "stability": _("稳定度"),
        "tax": _("纳税地"),
        "lease": _("租约到期"),
        "contact": _("联系人"),
        "staff": _("员工数"),
        "established": _("成立日期"),
        "code": _("统一社会信用代码"),
        "source": _("来源"),
    }


def _sorted(sort: str) -> str:
    words = {
        "place": _("按所属单元排"),
        "name": _("按名称排"),
        "-name": _("按名称倒排"),
        "newest": _("按登记时间排，新的在上"),
        "established": _("按成立日期排，早的在上"),
        "-established": _("按成立日期排，新的在上"),
        "staff": _("按员工数从少到多排"),
        "-staff": _("按员工数从多到少排"),
    }
    return words.get(sort, words["place"])
