"""What the enterprise's people see: their own demands in plain words, and what waits for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loushi.casework.demands.models import (
    Assignment,
    Demand,
    DemandClock,
    DemandEvent,
    State,
)
from loushi.casework.demands.queries.lines import Line, lines
from loushi.casework.demands.queries.listing import capped_count, rows_of
from loushi.casework.demands.queries.promises import day_words
from loushi.casework.demands.workflow import ENDED, OPEN
from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.foundation.core.rating import Solved
from loushi.registry.enterprises import queries as enterprises

RATING_DAYS = 7
"""For so many days after the answer people are asked to rate; then the case closes unrated."""
SHOWN = 6
PAGE = 20
WHY = "what belongs to demands that were listed under their scope"
QUIET = ("warned", "due_changed", "note", "sign", "start", "supervise")
WAITING_FOR_FIRM = (State.NEED_INFO, State.RESOLVED)


@dataclass(frozen=True, slots=True)
class FirmLine:
    """One own demand: its clock, the latest news in a sentence, a pill, a short date."""

    id: int
    title: str
    news: str
    kind: str
    words: str
    aside: str
    line: Line
    waits: bool


@dataclass(frozen=True, slots=True)
class FirmHome:
    """The first page. `place` and `officer` are '' where nobody wrote them down."""

    firm_id: int
    firm: str
    place: str
    officer: str
    officer_phone: str
    community: str
    lines: tuple[FirmLine, ...]
    waiting: int
    open: int
    year: int
    total: int


@dataclass(frozen=True, slots=True)
class FirmPage:
    """One keyset page of the own demands; `next` is the cursor of the following one or ''."""

    lines: tuple[FirmLine, ...]
    count: int
    is_capped: bool
    next: str


@dataclass(frozen=True, slots=True)
class FirmPlace:
    """Where an enterprise's people may place a demand: (id, name) pairs of what they occupy."""

    enterprise_id: int
    is_contact: bool
    buildings: tuple[tuple[int, str], ...]
    rooms: Mapping[int, tuple[tuple[int, str], ...]]
    building: int | None
    room: int | None


def mine(actor: Actor) -> QuerySet[Demand]:
    """The demands of the actor's enterprises that the actor may see, and those they made."""
    own = [int(key) for key in actor.keys(ENTERPRISE, "demands.view")]
    where = Q(enterprise_id__in=own)
    if actor.user_id is not None:
        where |= Q(submitter_id=actor.user_id)
    return Demand.objects.visible_to(actor).filter(where)


def home(actor: Actor) -> FirmHome:
    """The enterprise's first page: what waits for the person stands first."""
    firm = enterprises.enterprise_of(actor)
    rows = mine(actor)
    going = list(rows.filter(state__in=[*OPEN, State.RESOLVED]).order_by("-id")[:60])
    going.sort(key=_urgency)
    ids = [row.pk for row in going[:SHOWN]]
    if len(ids) < 3:
        ended = rows.filter(state__in=ENDED).order_by("-id").values_list("pk", flat=True)
        ids += list(ended[: 3 - len(ids)])
    year_ago = timezone.now() - timedelta(days=365)
    place = enterprises.place_of(firm.pk) if firm else None
    officer: Any = firm.officer if firm else None
    return FirmHome(
        firm_id=firm.pk if firm else 0,
        firm=firm.name if firm else "",
        place=place.text if place else "",
        officer=officer.name if officer else "",
        officer_phone=officer.phone if officer else "",
        community=firm.unit.name if firm and firm.unit else "",
        lines=tuple(firm_lines(actor, ids)),
        waiting=sum(row.state in WAITING_FOR_FIRM for row in going),
        open=sum(row.state in OPEN for row in going),
        year=rows.filter(submitted_at__gte=year_ago).count(),
        total=rows.count(),
    )


def _urgency(row: Demand) -> tuple[bool, datetime, int]:
    """Waiting for the person first, then by what is due next."""
    far = timezone.now() + timedelta(days=3650)
    return row.state not in WAITING_FOR_FIRM, row.due_at or far, -row.pk


def own_page(actor: Actor, show: str = "", after: str = "") -> FirmPage:
    """The own demands, newest first. `show`: "open", "waiting", "ended" or '' for all."""
    rows = mine(actor)
    states = {"open": OPEN, "waiting": WAITING_FOR_FIRM, "ended": ENDED}.get(show)
    if states is not None:
        rows = rows.filter(state__in=states)
    count, is_capped = capped_count(rows)
    if after.isascii() and after.isdigit():
        rows = rows.filter(pk__lt=int(after[:18]))
    ids = list(rows.order_by("-id").values_list("pk", flat=True)[: PAGE + 1])
    more = len(ids) > PAGE
    ids = ids[:PAGE]
    return FirmPage(
        tuple(firm_lines(actor, ids)), count, is_capped, str(ids[-1]) if more and ids else ""
    )


def own_counts(actor: Actor) -> dict[str, int]:
    """How many own demands are open, wait for the person, have ended."""
    rows = mine(actor)
    return {
        "open": rows.filter(state__in=OPEN).count(),
        "waiting": rows.filter(state__in=WAITING_FOR_FIRM).count(),
        "ended": rows.filter(state__in=ENDED).count(),
        "": rows.count(),
    }


def firm_lines(actor: Actor, ids: Sequence[int]) -> list[FirmLine]:
    """The demands of these ids that the actor sees as own ones, in the order given."""
    found = {row.id: row for row in rows_of(mine(actor).filter(pk__in=ids))}
    rows = [found[pk] for pk in ids if pk in found]
    facts = {
        values["id"]: values
        for values in mine(actor)
        .filter(pk__in=ids)
        .annotate(
            resolve_due=Max("clocks__due_at", filter=Q(clocks__kind=DemandClock.Kind.RESOLVE))
        )
        .values(
            "id", "resolved_at", "rated_at", "answer", "closed_at", "updated_at", "resolve_due"
        )
    }  # fmt: skip
    news = _latest(ids)
    late = set(
        Assignment.objects.unscoped(WHY)
        .filter(demand_id__in=ids, is_active=True, due_at__lt=timezone.now())
        .exclude(state=Assignment.State.ANSWERED)
        .values_list("demand_id", flat=True)
    )
    return [
        _firm_line(line, facts[line.row.id], news.get(line.row.id), line.row.id in late)
        for line in lines(rows)
    ]


def _latest(ids: Iterable[int]) -> dict[int, DemandEvent]:
    """The newest public line of each demand's history that is news to the enterprise."""
    newest = (
        DemandEvent.objects.unscoped(WHY)
        .filter(row_id__in=list(ids), is_public=True)
        .exclude(move__in=QUIET)
        .order_by()
        .values("row_id")
        .annotate(last=Max("id"))
        .values("last")
    )
    rows = DemandEvent.objects.unscoped(WHY).filter(pk__in=newest).order_by("id")
    return {row.row_id: row for row in rows}


def _firm_line(
    line: Line, facts: Mapping[str, Any], event: DemandEvent | None, part_late: bool
) -> FirmLine:
    kind, words = _pill(line, facts, part_late)
    return FirmLine(
        id=line.row.id,
        title=line.row.title,
        news=_news(line, facts, event),
        kind=kind,
        words=words,
        aside=_aside(line, facts, event),
        line=line,
        waits=line.row.state in WAITING_FOR_FIRM,
    )


def _pill(line: Line, facts: Mapping[str, Any], part_late: bool) -> tuple[str, str]:
    """(kind, words) from the enterprise's side: what it has to do, else how it stands."""
    state = line.row.state
    fixed = {
        State.SUBMITTED: ("new", _("待受理")),
        State.ACCEPTED: ("handling", _("已受理")),
        State.NEED_INFO: ("paused", _("等您补充")),
        State.RESOLVED: ("done", _("等您评价")),
        State.SUSPENDED: ("paused", _("挂账")),
        State.DECLINED: ("plain", _("不予受理")),
        State.WITHDRAWN: ("plain", _("已撤回")),
        State.MERGED: ("plain", _("已与同类合并办理")),
        State.SPLIT: ("plain", _("已拆成几件办理")),
        State.CLOSED: ("done", _("已办结")),
    }
    if line.kind == "overdue":
        return line.kind, line.words
    if line.kind == "paused":
        return fixed[State(state)]
    if part_late and state in OPEN:
        return "overdue", _("一个单位超时")
    if line.kind == "due-soon":
        return "due-soon", line.words
    if state == State.CLOSED and facts["rated_at"]:
        return "done", _("已评价")
    return fixed.get(State(state), ("handling", _("办理中")))


def _aside(line: Line, facts: Mapping[str, Any], event: DemandEvent | None) -> str:
    """The short date at the right of a line."""
    row = line.row
    if row.state == State.RESOLVED and facts["resolved_at"]:
        until = timezone.localtime(facts["resolved_at"] + timedelta(days=RATING_DAYS))
        return _("%(day)s前可评价") % {"day": day_words(until)}
    if row.state == State.NEED_INFO and event is not None:
        days = (timezone.localdate() - timezone.localtime(event.at).date()).days
        if not days:
            return _("今天问的")
        return ngettext("已等 %(n)d 天", "已等 %(n)d 天", days) % {"n": days}
    if row.state == State.SUSPENDED and row.review_on:
        return _("%(day)s复核") % {"day": day_words(row.review_on)}
    if row.state in OPEN and row.due_at:
        if row.state == State.SUBMITTED:
            return _("应于 %(when)s 受理") % {"when": _when(row.due_at)}
        if facts["resolve_due"]:
            return _("应于 %(when)s 办结") % {"when": _when(facts["resolve_due"])}
    if row.state == State.CLOSED and row.solved:
        return str(dict(Solved.choices).get(row.solved, ""))
    ended = facts["closed_at"] or (facts["updated_at"] if row.state in ENDED else None)
    return day_words(ended) if ended else ""


def _when(at: datetime) -> str:
    return f"{day_words(at)} {timezone.localtime(at):%H:%M}"


def _news(line: Line, facts: Mapping[str, Any], event: DemandEvent | None) -> str:
    """One sentence: the unit's own words where there are some, else what happened last."""
    row = line.row
    if row.state in {State.RESOLVED, State.CLOSED} and facts["answer"]:
        day = timezone.localtime(facts["resolved_at"]) if facts["resolved_at"] else None
        return _("%(unit)s%(day)s答复：%(words)s") % {
            "unit": row.lead or _("社区"),
            "day": f" {day_words(day)}" if day else "",
            "words": shortened(facts["answer"]),
        }
    if event is None:
        return _("已提交，等社区受理。")
    if event.move == "ask_info":
        return _("%(words)s 补上后时钟接着走，不会重新排队。") % {"words": shortened(event.note)}
    if event.note and event.move in {"progress", "contact", "answer_part", "decline", "suspend"}:
        return shortened(event.note)
    return _said(row.lead, event)


def _said(lead: str, event: DemandEvent) -> str:
    unit = lead or _("承办单位")
    sentences = {
        "submit": _("已提交，等社区受理。"),
        "accept": _("社区已受理，正在确定承办单位。"),
        "dispatch": _("已交办%(unit)s。") % {"unit": unit},
        "arbitrate": _("已交办%(unit)s。") % {"unit": unit},
        "transfer": _("已转给%(unit)s办理。") % {"unit": unit},
        "refer": _("已请楼委会商议。"),
        "supply_info": _("您的补充已收到，继续办理。"),
        "hand_back": _("正在重新确定承办单位，您的时钟照常走。"),
        "resume": _("已恢复办理。"),
        "suspend": _("暂时办不了，到复核日再办。"),
        "escalate": _("已提到上一级办理。"),
        "grant_extension": _("办理期限已延长，请看新的到期时间。"),
        "reopen": _("已按您的要求重办。"),
        "urge": _("已替您催办。"),
        "overdue": _("已经超过时限，系统已提醒承办单位和上一级。"),
        "withdraw": _("您已撤回。"),
        "merge": _("与同类诉求合并办理，结果一起通知您。"),
        "split": _("拆成几件分别办理。"),
        "joined": _("与同类诉求一起办理，答复和评价仍按您这一件。"),
        "parted": _("不再与同类诉求一起办理，照常单独办理。"),
        "moved_out": _("社区在确认企业迁出后怎么办。"),
    }
    return str(sentences.get(event.move, _("%(unit)s正在办理。") % {"unit": unit}))


def shortened(text: str, limit: int = 60) -> str:
    """The first `limit` characters of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def place_of(actor: Actor, enterprise_id: int | None = None) -> FirmPlace | None:
    """Where the actor's enterprise sits, for the form; None when the actor submits for nobody."""
    keys = actor.keys(ENTERPRISE, "demands.submit")
    own = [grant.key for grant in actor.grants if grant.kind == ENTERPRISE and grant.key in keys]
    wanted = str(enterprise_id) if enterprise_id else next(iter(own), "")
    if wanted not in own:
        return None
    pk = int(wanted)
    places = enterprises.places_of([pk])[pk]
    rooms: dict[int, list[tuple[int, str]]] = {}
    for place in places:
        held = rooms.setdefault(place.building_id, [])
        if place.space_id is not None:
            held.append((place.space_id, place.space))
    first = places[0] if places else None
    return FirmPlace(
        enterprise_id=pk,
        is_contact=wanted in actor.keys(ENTERPRISE, "demands.view"),
        buildings=tuple({place.building_id: place.building for place in places}.items()),
        rooms={building: tuple(held) for building, held in rooms.items()},
        building=first.building_id if first else None,
        room=first.space_id if first else None,
    )
