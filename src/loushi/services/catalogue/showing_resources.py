"""What the templates of resources are given."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.registry.accounts.policy import can_at
from loushi.registry.buildings.queries import buildings_of_unit, choices, unit_choices
from loushi.registry.enterprises.queries import enterprise_by_words
from loushi.services.catalogue import queries
from loushi.services.catalogue.models import Resource, ResourceTimes
from loushi.services.catalogue.policy import BOOK, CHANGE, HOST, OWN
from loushi.services.catalogue.queries.bookings import times_of
from loushi.services.catalogue.showing import desk_tabs, period

State = Resource.State
KINDS = {State.DRAFT: "new", State.PUBLISHED: "done", State.WITHDRAWN: "closed"}
SHOWN = 3
MOST_TOWERS = 2000


def filters_from(query: Mapping[str, str]) -> queries.ResourceFilters:
    """The filters of the list."""
    kind, state = query.get("kind", ""), query.get("state", "")
    return queries.ResourceFilters(
        q=query.get("q", "").replace("\x00", "").strip()[:80],
        kind=kind if kind in dict(queries.kind_choices()) else "",
        state=state if state in State.values else "",
    )


def list_context(
    request: HttpRequest, filters: queries.ResourceFilters, page: Any
) -> dict[str, Any]:  # fmt: skip
    """The list of resources."""
    return {
        "page": page, "filters": filters, "rows": [_line(one) for one in page.rows],
        "kinds": queries.kind_choices(), "states": State.choices,
        "may_create": request.actor.has(CHANGE), "tabs": desk_tabs("resources"),
        "narrowed": filters != queries.ResourceFilters(),
    }  # fmt: skip


def resource_context(actor: Actor, row: Resource) -> dict[str, Any]:
    """One resource."""
    (line,) = queries.lines_of([row])
    may = can_at(actor, CHANGE, row.unit_path)
    times = times_of(row)
    facts = [
        (_("类型"), row.kind.label), (_("所属社区"), row.unit.name), (_("提供方"), row.provider),
        (_("谁来接待"), _receives(row)),
        (_("容量"), capacity(line)), (_("提供时间"), period(row.since, row.until)),
        (_("开放时间"), row.hours), (_("预约"), _booking(times)),
        (_("联系电话"), row.contact), (_("来自"), row.origin_label),
    ]  # fmt: skip
    return {
        "row": row, "kind": KINDS[State(row.state)], "towers": line.towers,
        "tower_count": len(line.towers), "capacity": capacity(line),
        "period": period(row.since, row.until), "may_change": may,
        "may_host": times is not None and can_at(actor, HOST, row.unit_path),
        "may_book": times is not None and actor.has(BOOK) and row.state == State.PUBLISHED,
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "publishable": may and row.state != State.PUBLISHED,
        "withdrawable": may and row.state == State.PUBLISHED,
    }  # fmt: skip


def _receives(row: Resource) -> str:
    """Who of the provider sees who comes, where that is an enterprise."""
    return _("%(firm)s的联系人，在手机上看名单") % {"firm": row.firm.name} if row.firm else ""


def _booking(times: ResourceTimes | None) -> str:
    """In which slots a resource is booked."""
    if times is None:
        return ""
    given = {"minutes": times.minutes, "places": times.places, "days": times.days_ahead}
    return _("每 %(minutes)d 分钟 %(places)d 个名额，可提前 %(days)d 天") % given


def own_context(actor: Actor) -> dict[str, Any]:
    """On the phone, by kind."""
    groups: dict[str, list[Any]] = {}
    for line in queries.usable(actor):
        groups.setdefault(line.kind_label, []).append(_line(line))
    return {
        "groups": [{"label": label, "rows": rows, "count": len(rows)}
                   for label, rows in groups.items()],
        "policies": actor.has(OWN), "provides": queries.provides(actor),
    }  # fmt: skip


def capacity(line: queries.ResourceLine) -> str:
    """ "200 人"."""
    return "" if line.capacity is None else f"{line.capacity:,} {line.measure}".strip()


def _line(line: queries.ResourceLine) -> dict[str, Any]:
    names = "、".join(line.towers[:SHOWN])
    if len(line.towers) > SHOWN:
        names = _("%(names)s等 %(n)d 幢") % {"names": names, "n": len(line.towers)}
    return {
        "row": line, "kind": KINDS[State(line.state)], "capacity": capacity(line),
        "served": names or line.unit, "period": period(line.since, line.until),
    }  # fmt: skip


def form_choices(actor: Actor, row: Resource | None) -> dict[str, Any]:
    """The lists of the form."""
    if row is None:
        towers = choices(actor, limit=MOST_TOWERS)
    else:  # those that are served in front: among hundreds they are what one looks for
        served = set(queries.served_ids(row))
        towers = sorted(buildings_of_unit(actor, row.unit_id), key=lambda one: one[0] not in served)
    return {
        "kinds": queries.kind_choices(), "buildings": towers,
        "units": unit_choices(actor, CHANGE) if row is None else None,
    }  # fmt: skip


def typed(actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, with the enterprise that was named; Refused where there is none of it."""
    found = dict(values)
    words = found.pop("firm", "").strip()
    found["firm_id"] = enterprise_by_words(actor, words) if words else None
    if words and found["firm_id"] is None:
        text = _("没有找到这家企业。请填登记的全称或信用代码；提供方不是企业的留空。")
        raise Refused(text, field="firm")
    return found


def initial(row: Resource) -> dict[str, Any]:
    """A resource's form as it stands."""
    names = ("name", "kind_id", "provider", "summary", "capacity", "measure", "since", "until",
             "hours", "terms", "booking", "contact")  # fmt: skip
    return {name: getattr(row, name) for name in names} | {
        "building_ids": queries.served_ids(row),
        "firm": (row.firm.credit_code or row.firm.name) if row.firm else "",
    }
