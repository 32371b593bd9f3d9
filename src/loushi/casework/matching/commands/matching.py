"""供需匹配: proposed from what both sides say, confirmed or dismissed by a person."""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.casework.demands.models import Demand
from loushi.casework.demands.queries import OPEN
from loushi.casework.matching.fitting import Fit, Offered, Want, fits
from loushi.casework.matching.models import Match
from loushi.casework.matching.policy import GROUP, KIND_MATCH
from loushi.casework.matching.queries.matches import match_row
from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.scoping import permits
from loushi.foundation.notices.commands import Phrase, notify
from loushi.registry.territory.models import Unit
from loushi.services.catalogue import queries as catalogue

State = Match.State
HOLDS = timedelta(days=30)
LOOKED_AT = 300
EACH = 3
WHY = "of demands and offers that were checked"
FOUND = gettext_noop("您提的“%(title)s”，社区找到可能用得上的：%(offer)s")


@cache
def topics() -> dict[str, list[str]]:
    """Words by which people name a kind of resource or a field of services."""
    path = Path(__file__).resolve().parent.parent / "data" / "topics.json"
    found: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def propose_matches(*, actor: Actor) -> int:
    """Proposes for the newest open demands where the actor may, out of what the actor sees on
    offer. What was proposed once is not proposed again: a dismissed match stays dismissed, a
    lapsed one holds anew when it still fits. Returns how many are new or renewed."""
    if not actor.has(GROUP):
        raise Denied
    offers = _offers(actor)
    rows = Demand.objects.visible_to(actor, GROUP).filter(state__in=OPEN).order_by("-pk")
    demands = list(rows.select_related("category")[:LOOKED_AT])
    fitting = [(one, fit) for one in demands for fit in fits(_want(one), offers, topics(), EACH)]
    now, until = timezone.now(), timezone.localdate() + HOLDS
    made: list[Match] = []
    renewed = 0
    with transaction.atomic():  # comparing is over: nobody waits for it
        held = {
            (one.demand_id, one.resource_id, one.item_id): one
            for one in Match.objects.unscoped(WHY).filter(demand__in=[d.pk for d in demands])
        }
        for one, fit in fitting:
            what, pk = fit.key.split(":")
            resource, item = (int(pk), None) if what == "resource" else (None, int(pk))
            former = held.get((one.pk, resource, item))
            if former is None:
                made.append(
                    Match(demand=one, resource_id=resource, item_id=item, score=fit.score,
                          unit_path=one.unit_path, why=_reason(fit)[:300], proposed_at=now,
                          expires_on=until)
                )  # fmt: skip
            elif former.state == State.PROPOSED and former.expires_on < timezone.localdate(now):
                former.expires_on, former.score = until, fit.score
                former.save(update_fields=["expires_on", "score"])
                renewed += 1
        Match.objects.unscoped(WHY).bulk_create(made, ignore_conflicts=True)
        if made or renewed:
            record(actor=actor, action="matching.propose", subject=("matching.match", None, ""),
                   after={"new": len(made), "renewed": renewed})  # fmt: skip
    return len(made) + renewed


def confirm_match(*, actor: Actor, match_id: int, note: str = "") -> Match:
    """A person says that it fits; the submitter is told of it."""
    return _decided(actor, match_id, State.CONFIRMED, note)


def dismiss_match(*, actor: Actor, match_id: int, note: str = "") -> Match:
    """A person says that it does not fit; it is not proposed again."""
    return _decided(actor, match_id, State.DISMISSED, note)


def _decided(actor: Actor, match_id: int, state: str, note: str) -> Match:
    note = note.strip()
    if len(note) > 200:
        raise Refused(_("最多 %(n)d 字。请写得简短些。") % {"n": 200}, field="note")
    with transaction.atomic():
        row = match_row(actor, match_id)
        if not permits(actor, GROUP, row):
            raise Denied
        locked = Match.objects.unscoped(WHY).select_for_update().get(pk=row.pk)
        if locked.state == state:
            return row
        if locked.state == State.PROPOSED and row.demand.state not in OPEN:
            raise Conflict(_("这件诉求已经办结，不用再匹配。"))
        before = locked.state
        row.state, row.note, row.decided_at = state, note, timezone.now()
        row.decided_by_id, row.decided_by_name = actor.user_id, actor.name[:80]
        row.save(update_fields=["state", "note", "decided_at", "decided_by", "decided_by_name"])
        action = "matching.match_confirm" if state == State.CONFIRMED else "matching.match_dismiss"
        record(actor=actor, action=action, subject=row, unit_path=row.unit_path, why=note,
               before={"state": before}, after={"state": state})  # fmt: skip
        if state == State.CONFIRMED:
            _tell(row)
    return row


def _tell(row: Match) -> None:
    if row.demand.submitter_id is None:
        return
    name = row.resource.name if row.resource else catalogue.item_titles([row.item_id or 0]).get(
        row.item_id or 0, ""
    )  # fmt: skip
    notify(
        user_ids=[row.demand.submitter_id], kind=KIND_MATCH,
        link=f"/demands/mine/{row.demand_id}/",
        title=Phrase(FOUND, {"title": row.demand.title[:30], "offer": name}),
        key=f"match:{row.pk}",
    )  # fmt: skip


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
