"""The board of a unit and the rows behind each figure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET

from loushi.casework.applications.queries import STATE_KINDS, lines_of
from loushi.casework.demands.queries import lines
from loushi.casework.demands.queries.listing import FIELDS, capped_count, row_of
from loushi.foundation.core.errors import Denied, NotVisible
from loushi.overview.insights import queries
from loushi.overview.insights.queries import Period
from loushi.registry.territory.models import Unit

SPANS = (("week", _l("本周")), ("30", _l("近 30 天")), ("quarter", _l("本季")))
WATCH_TITLES = {
    "overdue": (_l("已超时"), "late", _l("超时只计工作时间")),
    "today": (_l("今天到期"), "soon", ""),
    "returned": (_l("被退回"), "", _l("第二次退回后由书记裁定一次，即为终局")),
    "suspended": (_l("挂账"), "held", _l("每件都有复核日")),
}
NOTHING_BEFORE = {
    "demands": _l("上期没有可统计的诉求"), "applications": _l("上期没有可统计的申请"),
}  # fmt: skip
ROWS = 50


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _period(query: Mapping[str, str]) -> tuple[str, Period]:
    """The chosen span: this week, 30 days (default), this quarter, or own dates."""
    today = timezone.localdate()
    since, until = _day(query.get("since", "")), _day(query.get("until", ""))
    if since and until and since <= until:
        return "own", Period(since, until)
    span = query.get("span", "30")
    if span == "week":
        return span, Period(today - timedelta(days=today.weekday()), today)
    if span == "quarter":
        return span, Period(today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1), today)
    return "30", Period(today - timedelta(days=29), today)


def _unit(request: HttpRequest) -> tuple[Unit | None, list[Unit]]:
    """The unit asked for, within the actor's own; departments' people have none."""
    own = queries.board_units(request.actor)
    asked = request.GET.get("unit", "")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise NotVisible
    return queries.board_unit(request.actor, int(asked) if asked else None), own


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """诉求看板: six rates, four watch lists, the parts, topics, tiers."""
    if not request.actor.has("insights.view"):
        raise Denied
    unit, own = _unit(request)
    span, period = _period(request.GET)
    path = unit.path if unit else ""
    kept = {"since": period.since, "until": period.until} | ({"unit": unit.pk} if unit else {})
    context = {
        "unit": unit,
        "own": own,
        "period": period,
        "previous": period.previous,
        "now": timezone.now(),
        "spans": [{"label": label, "code": code, "active": code == span} for code, label in SPANS],
        "span": span,
        "figures": [_figure(value, kept) for value in queries.values(request.actor, period, path)],
        "totals": queries.totals(request.actor, period, path),
        "applications": _applications(request, period, path, kept),
        "watches": [_watch(watch, path) for watch in queries.watch_lists(request.actor, path)],
        "parts": queries.parts(request.actor, unit, period) if unit else [],
        **_below(request, period, path),
    }
    context["top"] = max(
        (max(*part.weekly_received, *part.weekly_resolved) for part in context["parts"]), default=1
    )
    weeks = queries.weeks_of(period)
    context["axis"] = [
        date_format(timezone.localtime(weeks[i]), "MONTH_DAY_FORMAT") for i in (0, 6)
    ]
    return render(request, "insights/board.html", context)


def _applications(
    request: HttpRequest, period: Period, path: str, kept: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The figures of applications, for those who may read applications."""
    figures = queries.APPLICATION_FIGURES
    if not request.actor.has(figures[0].source.permission):
        return []
    found = queries.values(request.actor, period, path, figures)
    return [_figure(value, kept) for value in found]


def _figure(value: queries.Value, kept: Mapping[str, Any]) -> dict[str, Any]:
    """A figure as the component wants it."""
    return {
        "label": value.figure.label,
        "value": f"{value.percent:.1f}" if value.percent is not None else None,
        "part": value.part,
        "whole": value.whole,
        "what": value.figure.what,
        "previous": _previous(value),
        "why": "" if value.figure.moment else _("现在没有在办的"),
        "values": list(value.weeks),
        "href": f"{reverse('insights:rows', args=[value.figure.code])}?{urlencode(kept)}",
    }


def _previous(value: queries.Value) -> str:
    """The equally long period before; a figure of now has none."""
    if not value.figure.moment:
        return _("现在的数，不分时段")
    if value.previous_percent is None:
        return str(NOTHING_BEFORE[value.figure.source.code])
    return _("上期 %(rate)s%%（%(part)s / %(whole)s）") % {
        "rate": f"{value.previous_percent:.1f}",
        "part": f"{value.previous_part:,}",
        "whole": f"{value.previous_whole:,}",
    }


def _watch(watch: queries.Watch, path: str) -> dict[str, Any]:
    title, tone, aside = WATCH_TITLES[watch.queue]
    query = urlencode({"queue": watch.queue, "unit": path})
    return {
        "title": title,
        "tone": tone,
        "aside": aside,
        "count": watch.count,
        "lines": watch.lines,
        "more": watch.count > len(watch.lines),
        "href": f"{reverse('demands:inbox')}?{query}",
    }


def _below(request: HttpRequest, period: Period, path: str) -> dict[str, Any]:
    """Topics as a tower and the tiers as one bar."""
    base = {"since": period.since, "until": period.until, "unit": path, "queue": ""}
    topics = queries.topics(request.actor, period, path)
    tiers = queries.by_tier(request.actor, period, path)
    resolved = sum(count for _code, _label, count in tiers)
    return {
        "topics": [
            {
                "label": topic.name,
                "value": topic.count,
                "text": "·".join(f"{name} {count}" for name, count in topic.below),
                "href": f"{reverse('demands:inbox')}?{urlencode({**base, 'category': topic.code})}",
            }
            for topic in topics
        ],
        "tiers": [{"label": label, "value": count} for _code, label, count in tiers if count],
        "resolved": resolved,
        "in_building": tiers[0][2],
        "in_building_share": f"{tiers[0][2] / resolved * 100:.1f}" if resolved else None,
    }


@require_GET
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """The rows behind a figure: the whole, or the part that counts, or the rest."""
    if not request.actor.has("insights.view"):
        raise Denied
    unit, _own = _unit(request)
    _span, period = _period(request.GET)
    figure = queries.figure_of(code, queries.BOARD)
    path = unit.path if unit else ""
    whole = queries.behind(request.actor, figure, period, path)
    part = queries.behind(request.actor, figure, period, path, part=True)
    which = request.GET.get("which", "whole")
    sets = {"whole": whole, "part": part, "rest": whole.exclude(pk__in=part.values("pk"))}
    chosen = sets.get(which, whole)
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 18:
        chosen = chosen.filter(pk__lt=int(after))
    found = _found(figure, chosen.order_by("-pk"))
    context = {
        "figure": figure,
        "unit": unit,
        "period": period,
        "now": timezone.now(),
        "which": which if which in sets else "whole",
        "counts": {name: capped_count(rows)[0] for name, rows in sets.items()},
        **_shown(figure, found[:ROWS]),
        "after": found[ROWS - 1].id if len(found) > ROWS else None,
    }
    return render(request, "insights/rows.html", context)


def _found(figure: queries.Figure, rows: Any) -> list[Any]:
    """One page of rows, and one more."""
    if figure.source.code == "demands":
        return [row_of(values) for values in rows.values_list(*FIELDS)[: ROWS + 1]]
    return lines_of(list(rows.select_related("unit", "bundle")[: ROWS + 1]))


def _shown(figure: queries.Figure, found: list[Any]) -> dict[str, Any]:
    """The rows as the template wants them."""
    if figure.source.code == "demands":
        return {"lines": lines(found)}
    return {
        "cases": [
            {"row": one, "kind": "overdue" if one.overdue else STATE_KINDS[one.state],
             "now": "、".join(one.now)}
            for one in found
        ]
    }  # fmt: skip
