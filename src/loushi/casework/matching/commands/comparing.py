"""Comparing 三张清单: proposals out of what is open and what is on offer, each with its reason.

By hand a person compares the newest demands of the own unit with what that person sees on offer;
every night each community is compared whole, by what a clerk of it would see. Comparing itself
holds no transaction: only what was found is written, a batch at a time.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.casework.demands.models import Demand
from loushi.casework.demands.queries import OPEN
from loushi.casework.matching.fitting import Fit, Offered, Want, fits
from loushi.casework.matching.models import Comparison, Match
from loushi.casework.matching.policy import GROUP, KIND_PROPOSALS, VIEW
from loushi.casework.matching.queries.matches import matches
from loushi.foundation.audit.commands import record
from loushi.foundation.core import jobs
from loushi.foundation.core.actor import UNIT, Actor, Grant
from loushi.foundation.core.errors import Denied
from loushi.foundation.core.scoping import path_range
from loushi.foundation.core.units import covers, ids_of
from loushi.foundation.notices.commands import Message, Phrase, notify_many
from loushi.registry.accounts import queries as accounts
from loushi.registry.accounts.models import User
from loushi.registry.territory import queries as territory
from loushi.registry.territory.models import Unit
from loushi.services.catalogue import queries as catalogue

State = Match.State
HOLDS = timedelta(days=30)
LOOKED_AT = 300
BATCH = 100
EACH = 3
WHY = "of demands and offers that were checked"
EYES = frozenset({VIEW, GROUP, "demands.view", "catalogue.view"})
PROPOSED = gettext_noop("夜里比对三张清单，新提出 %(n)d 条供需匹配，请看合不合适")


@cache
def topics() -> dict[str, list[str]]:
    """Words by which people name a kind of resource or a field of services."""
    path = Path(__file__).resolve().parent.parent / "data" / "topics.json"
    found: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def propose_matches(*, actor: Actor) -> int:
    """By hand: proposes for the newest open demands where the actor may, out of what the actor
    sees on offer. What was proposed once is not proposed again: a dismissed match stays dismissed,
    a lapsed one holds anew when it still fits. Returns how many are new or renewed."""
    if not actor.has(GROUP):
        raise Denied
    offers, total = _offers(actor), 0
    rows = _open(actor).order_by("-pk")
    for path in _topmost(actor.keys(UNIT, GROUP)):
        demands = list(rows.filter(path_range("unit_path", path))[:LOOKED_AT])
        found = _compared(demands, offers)
        with transaction.atomic():  # comparing is over: nobody waits for it
            count = _written(demands, found, renew=True)
            _note(actor, path, len(demands), count, by_hand=True)
        total += count
    return total


def compare_unit(*, actor: Actor, unit_id: int) -> int:
    """At night: compares all that is open in a unit with what its own people see on offer, and
    tells those who decide, once a day, how many proposals are new. What nobody decided in its 30
    days stays lapsed until a person looks for it. Returns how many are new; running it again on
    the same day adds nothing."""
    if not actor.system:
        raise Denied
    unit = territory.get_unit(unit_id)
    eyes = Actor(None, actor.name, (Grant("", EYES, UNIT, unit.path),), actor.appointment)
    offers, looked = _offers(eyes), 0
    for demands in _batches(_open(eyes)) if offers else ():
        found = _compared(demands, offers)
        with transaction.atomic():
            _written(demands, found, renew=False)
        looked += len(demands)
        if jobs.stopping():
            return 0  # the next worker begins this unit anew
    since = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    with transaction.atomic():
        rows = Match.objects.unscoped(WHY).filter(path_range("unit_path", unit.path))
        count = rows.filter(proposed_at__gte=since).count()
        if not offers:
            looked = _open(eyes).count()
        _note(actor, unit.path, looked, count, by_hand=False)
        if count:
            _tell(unit, since)
    return count


def _open(actor: Actor) -> QuerySet[Demand]:
    rows = Demand.objects.visible_to(actor, GROUP).filter(state__in=OPEN)
    return rows.select_related("category")


def _topmost(paths: Iterable[str]) -> list[str]:
    """The paths without those that lie below another one."""
    kept: list[str] = []
    for path in sorted(paths):
        if not kept or not covers(kept[-1], path):
            kept.append(path)
    return kept


def _batches(rows: QuerySet[Demand]) -> Iterator[list[Demand]]:
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


def _compared(demands: Iterable[Demand], offers: Sequence[Offered]) -> list[tuple[Demand, Fit]]:
    return [(one, fit) for one in demands for fit in fits(_want(one), offers, topics(), EACH)]


def _written(demands: Sequence[Demand], found: list[tuple[Demand, Fit]], *, renew: bool) -> int:
    """Adds what was never proposed; with `renew` what has lapsed holds anew."""
    today = timezone.localdate()
    now, until = timezone.now(), today + HOLDS
    rows = Match.objects.unscoped(WHY)
    held = {
        (one.demand_id, one.resource_id, one.item_id): one
        for one in rows.filter(demand__in=[d.pk for d in demands])
    }
    made: list[Match] = []
    renewed = 0
    for one, fit in found:
        what, pk = fit.key.split(":")
        resource, item = (int(pk), None) if what == "resource" else (None, int(pk))
        former = held.get((one.pk, resource, item))
        if former is None:
            made.append(
                Match(demand=one, resource_id=resource, item_id=item, score=fit.score,
                      unit_path=one.unit_path, why=_reason(fit)[:300], proposed_at=now,
                      expires_on=until)
            )  # fmt: skip
        elif renew and former.state == State.PROPOSED and former.expires_on < today:
            lapsed = rows.filter(pk=former.pk, state=State.PROPOSED)
            renewed += lapsed.update(expires_on=until, score=fit.score)
    rows.bulk_create(made, ignore_conflicts=True)
    return len(made) + renewed


def _note(actor: Actor, path: str, looked: int, found: int, *, by_hand: bool) -> None:
    """Keeps when a unit was compared; the audit has a line where something was found."""
    Comparison.objects.unscoped(WHY).update_or_create(
        unit_id=ids_of(path)[-1], by_hand=by_hand,
        defaults={"unit_path": path, "at": timezone.now(), "by_name": actor.name[:80],
                  "looked": looked, "found": found},
    )  # fmt: skip
    if found:
        record(actor=actor, action="matching.propose", subject=("matching.match", None, ""),
               after={"new": found}, unit_path=path)  # fmt: skip


def _tell(unit: Unit, since: datetime) -> None:
    """Who decides at the unit: each is told of as many as that person sees."""
    today = timezone.localdate()
    people = accounts.users_with_permission(GROUP, unit_path=unit.path)
    messages = []
    for user in User.objects.filter(pk__in=people).order_by("pk"):
        rows = matches(accounts.actor_for(user, today)).filter(path_range("unit_path", unit.path))
        if count := rows.filter(proposed_at__gte=since, state=State.PROPOSED).count():
            messages.append(
                Message(user.pk, KIND_PROPOSALS, Phrase(PROPOSED, {"n": count}), unit.name,
                        link="/matching/matches/", key=f"proposals:{unit.pk}:{today:%F}")
            )  # fmt: skip
    notify_many(messages)


def _offers(actor: Actor) -> list[Offered]:
    """What the actor sees on offer: resources that run, services of today's menus."""
    lines = catalogue.usable(actor)
    paths = _paths(one.unit_id for one in lines)
    found = [
        Offered(
            f"resource:{one.id}", f"{one.name}。{one.summary}。{one.kind_label}", one.kind,
            paths.get(one.unit_id, ""), frozenset(one.tower_ids),
        )
        for one in lines
    ]  # fmt: skip
    items = catalogue.own_menu(actor)
    places = _paths(one.unit_id for one in items)
    return found + [
        Offered(f"item:{one.id}", f"{one.title}。{one.summary}", "", places.get(one.unit_id, ""))
        for one in items
    ]


def _paths(ids: Iterable[int]) -> dict[int, str]:
    return dict(Unit.objects.filter(pk__in=set(ids)).values_list("pk", "path"))


def _want(one: Demand) -> Want:
    category = f"。{one.category.name}" if one.category else ""
    return Want(one.pk, f"{one.title}。{one.text}{category}", one.unit_path, one.building_id)


def _reason(fit: Fit) -> str:
    """What speaks for it, as one sentence that a person can check."""
    parts: Sequence[str] = [
        _("说到%(words)s，正是这一类") % {"words": _quoted(fit.words)} if fit.words else "",
        _("都提到%(words)s") % {"words": _quoted(fit.phrases)} if fit.phrases else "",
        _("服务这幢楼") if fit.near == "building" else _("服务这个社区"),
    ]
    return "，".join(filter(None, parts))


def _quoted(words: Sequence[str]) -> str:
    return "、".join(f"“{one}”" for one in words)
