"""Leads of every stage, two referral posts, and one tower's cluster."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from loushi.demo import names
from loushi.demo.firms import credit_code
from loushi.demo.places import Places, Template
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.days import day_begins
from loushi.foundation.core.errors import Refused
from loushi.foundation.notices.models import Notice
from loushi.registry.accounts.models import User
from loushi.registry.accounts.queries import actor_for
from loushi.registry.enterprises.models import IndustryCode
from loushi.registry.leads import commands, queries
from loushi.registry.leads.models import InvestmentLead, LostReason, Source
from loushi.registry.leads.policy import KIND_REFERRAL

STEPS = ("talk", "view", "quote", "sign", "move_in")
A_COMMUNITY = 14
MOST_COMMUNITIES = 3
REFERRED = 4
WAITING = 3  # notices that nobody has read yet


def write(
    actor: Actor, rng: Random, shape: Template, places: Places, today: date,
    say: Callable[[str], None],
) -> None:  # fmt: skip
    """Leads of the first communities; the referrer's own among them."""
    number = 700_000
    made = 0
    for n, unit in enumerate(places.communities[:MOST_COMMUNITIES], 1):
        liaison = actor_for(User.objects.get(username=f"liaison{n}"), today)
        post = commands.create_post(
            actor=actor, unit_id=unit.pk, name=f"{names.person(rng)[0]}家园业委会", since=today
        )
        referrer = User.objects.get(username=f"referral{n}")
        commands.add_referrer(actor=actor, post_id=post.pk, username=referrer.username, since=today)
        for index in range(A_COMMUNITY):
            number += 1
            lead = _lead(rng, shape, number, liaison, referrer, unit.pk, index, today)
            _walk(rng, shape, number, liaison, lead, index % 7, today)
            made += 1
        for nth in range(shape.landed if n == 1 else 0):
            number += 1
            lead = _lead(rng, shape, number, liaison, referrer, unit.pk, 0, today)
            since = today - timedelta(days=30 + nth * 640 // shape.landed)
            _walk(rng, shape, number, liaison, lead, len(STEPS), today, since)
            made += 1
    _put_aside(today)
    say(f"  招商线索 {made}")


def _put_aside(today: date) -> None:
    """What referrers were told long ago is read and mailed; the newest few wait."""
    rows = Notice.objects.unscoped("the demo's history of notices").filter(kind=KIND_REFERRAL)
    newest = set(rows.order_by("-pk").values_list("pk", flat=True)[:WAITING])
    then = day_begins(today)
    rows.exclude(pk__in=newest).update(read_at=then, planned_at=then)


def _lead(
    rng: Random, shape: Template, number: int, liaison: Actor, referrer: User, unit_id: int,
    index: int, today: date,
) -> InvestmentLead:  # fmt: skip
    company = names.firm(rng, shape.district[:-1], number)[0]
    contact, phone = names.person(rng), f"196{number:08d}"
    if index < REFERRED:
        return commands.refer(
            actor=actor_for(referrer, today), company=company, contact_name=contact,
            contact_phone=phone, words="业主的朋友，想找办公室",
        ).lead  # fmt: skip
    sources = [one for one in Source.values if one != Source.REFERRAL]
    values: dict[str, Any] = {
        "company": company, "source": rng.choice(sources), "contact_name": contact,
        "contact_phone": phone, "note": "",
    }  # fmt: skip
    return commands.create_lead(actor=liaison, unit_id=unit_id, values=values)


def _walk(
    rng: Random, shape: Template, number: int, liaison: Actor, lead: InvestmentLead, steps: int,
    today: date, since: date | None = None,
) -> None:  # fmt: skip
    """As far as its number says; six steps and more: lost on the way."""
    given: dict[str, Any] = {}
    for name in STEPS[: min(steps, len(STEPS))]:
        if name == "talk":
            # Health is the cluster's own trade: who lands elsewhere is of another.
            section = rng.choice(("I", "J", "L", "M") if steps >= len(STEPS) else "IJLMQ")
            if not IndustryCode.objects.filter(pk=section).exists():
                break  # a database without the code table
            given = {"industry_id": section}
        elif name == "view":
            rooms = queries.room_choices(liaison, lead)
            if not rooms:
                break
            given = {
                "area_min": Decimal(100 if since is None else 40), "use": "办公",
                "space_id": rng.choice(rooms)[0], "words": "朝南，企业满意",
            }  # fmt: skip
        elif name == "quote":
            given = {"price": Decimal(rng.randrange(22, 55)) / 10, "words": "免租两个月"}
        elif name == "sign":
            given = {
                "credit_code": credit_code(shape, number, "company"),
                "lease_since": since or today - timedelta(days=3),
                "lease_until": today + timedelta(days=1095),
            }  # fmt: skip
        else:
            given = {}
        try:
            lead = commands.make_move(actor=liaison, lead_id=lead.pk, move=name, values=given)
        except Refused:  # the room was let meanwhile
            break
    if steps == len(STEPS) + 1 and lead.state != "moved_in":
        reason = rng.choice(LostReason.values[:3])
        commands.make_move(
            actor=liaison, lead_id=lead.pk, move="lose", values={"lost_reason": reason}
        )
