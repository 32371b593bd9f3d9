"""What the templates of this package are given."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import UNIT
from loushi.registry.buildings.queries import visible_units
from loushi.services.stations import queries
from loushi.services.stations.models import DutyRota, DutyShift, Kind, Tenure
from loushi.services.stations.policy import CHANGE, EXPORT, IMPORT, VIEW
from loushi.services.stations.words import OBSTACLES, fairness, why

COVER = {"weekdays": [0, 1, 2, 3, 4], "starts": time(9), "ends": time(17), "needed": 1}
STATES = {
    DutyRota.State.DRAFT: "new", DutyRota.State.SOLVING: "handling",
    DutyRota.State.SOLVED: "due-soon", DutyRota.State.PUBLISHED: "done",
}  # fmt: skip


def filters_from(query: Mapping[str, str]) -> queries.Filters:
    """The filters of the list."""
    kind, tenure, unit = query.get("kind", ""), query.get("tenure", ""), query.get("unit", "")
    return queries.Filters(
        q=query.get("q", "").replace("\x00", "").strip()[:80],
        kind=kind if kind in Kind.values else "",
        tenure=tenure if tenure in Tenure.values else "",
        unit=int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 12 else None,
    )


def tabs(request: HttpRequest, active: str) -> dict[str, Any]:
    """Stations, rotas, one's own duty."""
    named = [("list", _("服务站点")), ("rotas", _("轮值表")), ("duty", _("我的值守"))]
    if not request.actor.keys(UNIT, VIEW):
        named = named[2:]
    return {
        "tabs": [
            {"label": label, "href": reverse(f"stations:{name}"), "active": name == active}
            for name, label in named
        ]
    }


def list_context(request: HttpRequest, filters: queries.Filters, page: Any) -> dict[str, Any]:
    """The list of stations."""
    asked = request.GET.copy()
    asked["export"] = "xlsx"
    return {
        "page": page,
        "filters": filters,
        "kinds": Kind.choices,
        "tenures": Tenure.choices,
        "units": visible_units(request.actor),
        "may_create": request.actor.has(CHANGE),
        "may_import": request.actor.has(IMPORT),
        "export": f"?{asked.urlencode()}" if request.actor.has(EXPORT) else "",
        "narrowed": filters != queries.Filters(),
        **tabs(request, "list"),
    }


def station_context(page: queries.StationPage) -> dict[str, Any]:
    """Everything of a station's page."""
    row, line = page.row, page.line
    area = "" if row.area is None else f"{row.area.normalize():f}"
    facts = [
        (_("类型"), line.kind_label), (_("地址"), row.address), (_("所在楼宇"), line.building),
        (_("服务电话"), row.phone), (_("场地来源"), line.tenure), (_("面积（㎡）"), area),
        (_("工作日开放时间"), row.workday_hours), (_("休息日开放时间"), row.restday_hours),
        (_("延时服务时间"), row.extended_hours), (_("启用日期"), row.since), (_("备注"), row.note),
    ]  # fmt: skip
    today = page.today
    extended = f"{_('延时')} {today.extended}" if today.extended else ""
    hours = "·".join(filter(None, (today.usual, extended)))
    offered: dict[str, list[str]] = defaultdict(list)
    for one in page.services:
        offered[one.get_category_display()].append(one.name)
    return {
        "page": page, "row": row, "line": line,
        "today": hours or _("今天不开放"),
        "offered": [(label, "、".join(names)) for label, names in offered.items()],
        "queue": page.may_serve and bool(queries.counters(row)),
        "window": page.may_serve and row.slot_minutes is not None,
        "booking": _booking(row),
        "inspection_count": len(page.inspections), "space_count": len(page.spaces),
        "rows": [{"label": label, "value": "" if value is None else value}
                 for label, value in facts if value],
    }  # fmt: skip


def _booking(row: Any) -> str:
    if row.slot_minutes is None:
        return ""
    return _("每 %(minutes)d 分钟一段，每段 %(places)d 个名额，最多提前 %(days)d 天") % {
        "minutes": row.slot_minutes, "places": row.slot_places, "days": row.days_ahead,
    }  # fmt: skip


def initial(page: queries.StationPage) -> dict[str, Any]:
    """A station's form as it stands."""
    names = ("name", "kind", "tenure", "building_id", "address", "phone", "area", "workday_hours",
             "restday_hours", "extended_hours", "slot_minutes", "slot_places", "days_ahead",
             "release_minutes", "since", "note")  # fmt: skip
    found = {name: getattr(page.row, name) for name in names}
    found["services"] = "\n".join(f"{o.get_category_display()} {o.name}" for o in page.services)
    found["spaces"] = "\n".join(
        " ".join(filter(None, (o.name, str(o.area), str(o.seats or ""), o.use)))
        for o in page.spaces
    )
    return found


def rota_context(page: queries.RotaPage) -> dict[str, Any]:
    """The month grid and what the solver said."""
    row, stands = page.row, page.row.stands
    return {
        "page": page,
        "row": row,
        "kind": STATES[DutyRota.State(row.state)],
        "stands": stands,
        "solving": row.state == DutyRota.State.SOLVING,
        "solved": row.state in (DutyRota.State.SOLVED, DutyRota.State.PUBLISHED),
        "publishable": row.state == DutyRota.State.SOLVED,
        "ready": bool(page.loads and page.grid),
        "open": [
            {"station": slot.station.name, "when": _when(slot), "missing": told["missing"],
             "why": why(told)}
            for slot, told in page.open_slots
        ],
        "lines": [
            {"row": one, "days": _weekdays(one.weekdays)} for one in page.templates
        ],
        "numbers": _numbers(stands),
        "open_count": len(page.open_slots),
        "member_count": len(page.loads),
        "days": [
            {"number": day.on.day, "label": _weekdays([day.on.weekday()]), "rest": not day.workday}
            for day in page.days
        ],
    }  # fmt: skip


def members_initial(page: queries.RotaPage) -> dict[str, Any]:
    """The members as ticked boxes."""
    keys = [
        f"d{one.department_id}" if one.department_id else f"u{one.user_id}"
        for one, _load, _year in page.loads
    ]
    skills = sorted({skill for one, _load, _year in page.loads for skill in one.skills})
    skill = skills[0] if skills else ""
    skilled = [
        key for key, (one, _load, _year) in zip(keys, page.loads, strict=True)
        if skill in one.skills
    ]  # fmt: skip
    return {"chosen": keys, "skill": skill, "skilled": skilled}


def duty_context(request: HttpRequest) -> dict[str, Any]:
    """Own shifts, next ones first; what waits for an answer."""
    today = timezone.localdate()
    rows = queries.own_shifts(request.actor)
    ahead = [_line(one) for one in rows if one.slot.on >= today]
    past = [_line(one) for one in reversed(rows) if one.slot.on < today]
    swaps = [
        {"row": one, "mine": _line(one.shift), "back": _line(one.back) if one.back else None}
        for one in queries.pending_swaps(request.actor)
    ]
    return {
        "ahead": ahead,
        "past": past,
        "swaps": swaps,
        "ahead_count": len(ahead),
        "past_count": len(past),
        "swap_count": len(swaps),
        **tabs(request, "duty"),
    }


def handover_initial(row: DutyShift, request: HttpRequest) -> dict[str, Any]:
    """The note as it stands; the acting person is offered as who stood there."""
    attended = {True: "yes", False: "no", None: ""}[row.attended]
    return {
        "attended": attended, "handover": row.handover,
        "person": row.person or request.actor.name,
    }  # fmt: skip


def swap_choices(partners: Sequence[queries.Partner], row: DutyShift) -> dict[str, Any]:
    """Everybody is offered: against a shift of theirs more is possible than as a gift."""
    return {
        "takers": [(one.member.pk, one.member.name) for one in partners],
        "backs": [
            (one.pk, f"{one.member.name}·{_when(one.slot)}·{one.slot.station.name}")
            for one in queries.free_shifts(row)
        ],
    }


def partner_lines(partners: Sequence[queries.Partner]) -> list[dict[str, Any]]:
    """Who could take the shift as it is, and why the others cannot."""
    return [
        {"name": one.member.name, "allowed": one.allowed,
         "why": "；".join([str(OBSTACLES[o]) for o in one.against]
                         + ([fairness(one.spread)] if one.spread > 1 else []))}
        for one in partners
    ]  # fmt: skip


def _line(shift: DutyShift) -> dict[str, Any]:
    return {
        "row": shift, "when": _when(shift.slot), "station": shift.slot.station,
        "again": shift.slot.ends_at > timezone.now() and shift.attended is None,
    }  # fmt: skip


def _when(slot: Any) -> str:
    start, end = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
    day = date_format(slot.on, "MONTH_DAY_FORMAT")
    return f"{day} {_weekdays([slot.on.weekday()])} {start:%H:%M}-{end:%H:%M}"


def _weekdays(days: Sequence[int]) -> str:
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return _("每天") if len(days) == len(names) else "、".join(names[day] for day in days)


def _numbers(stands: Mapping[str, Any]) -> list[str]:
    if not stands:
        return []
    found = [
        _("空缺 %(number)d 个") % {"number": stands["missing"]},
        _("最多与最少相差 %(number)d 班") % {"number": stands["spread"]},
    ]
    if stands["moved"]:
        found.append(_("比上一版变动 %(number)d 班") % {"number": stands["moved"]})
    if stands["proven"]:
        found.append(_("已证明没有更好的排法"))
    else:
        found.append(_("与最优相差不超过 %(number)s%%") % {"number": stands["gap"]})
    return found
