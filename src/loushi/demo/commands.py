"""`loushi demo`: the fictional district, the same for the same seed and day."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from loushi.casework.demands.commands.configure import install_default_categories
from loushi.casework.demands.models import Assignment, Demand, DemandClock, DemandEvent, Referral
from loushi.casework.visits.models import Finding, Visit
from loushi.demo import (
    bundles,
    cases,
    councils,
    firms,
    joint,
    leads,
    people,
    places,
    policies,
    resources,
    stations,
    taxes,
    towers,
    visits,
)
from loushi.demo.models import DemoDistrict
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.clocks import install_default_service_levels
from loushi.foundation.core.errors import Conflict
from loushi.foundation.core.filling import filling
from loushi.registry.tax.models import ReleaseMember
from loushi.registry.territory.models import Unit
from loushi.services.governance.models import AgendaItem, Attendance, RollEntry

Say = Callable[[str], None]

WRITTEN = (
    AgendaItem, Assignment, Attendance, Demand, DemandClock, DemandEvent, Entry, Finding, Referral,
    ReleaseMember, RollEntry, Visit,
)  # fmt: skip
"""Large tables that are only written while the district is built."""


def is_built() -> bool:
    """Whether the database already holds a district."""
    return Unit.objects.exists()


def accounts() -> list[dict[str, str]]:
    """One account of each role: username, password, role, unit, name ([] without a demo)."""
    row = DemoDistrict.objects.order_by("-pk").first()
    return list(row.accounts) if row else []


def build(
    *,
    seed: int = 1,
    today: date | None = None,
    template: str = "gongshu",
    say: Say = lambda text: None,
    shape: Any = None,
) -> DemoDistrict:
    """Builds the district into an empty database. Raises Conflict where units stand already.

    `today` is the day that the demo takes for now (default: the real one), so that it never ages;
    `shape` replaces the template's size (tests build a small district).
    """
    if is_built():
        raise Conflict("数据库里已有城区，演示数据只能生成在空库里。")
    shape = shape or places.TEMPLATES[template]
    actor = system_actor("演示")
    now = _now(today)
    day = timezone.localtime(now).date()
    rng = Random(seed)
    since = cases.since_of(day)
    with _collecting_rarely(), filling(*WRITTEN):
        with transaction.atomic():
            install_default_service_levels()
            install_default_categories(actor=actor)
            say(f"{shape.district}：{len(shape.communities)} 个社区，{shape.towers} 幢楼")
            made, towers_in = places.found(actor, rng, shape, since)
            staff = people.hire(actor, rng, shape, made, since)
            places.build_towers(actor, rng, shape, made, towers_in, day)
            places.build_spaces(actor, rng, shape, made, day)
            towers.furnish(actor, Random(f"{seed} towers"), made, day)
        with transaction.atomic():
            enterprises = firms.settle(actor, rng, shape, made, staff.officers, day)
            say(f"  企业 {len(enterprises):,}")
            placed = firms.with_homes(enterprises)
            contacts = people.join_enterprises(actor, rng, staff, made, placed, since)
            bodies = councils.found(actor, Random(f"{seed} bodies"), made, staff, day, say)
        with cases.replayed(rng, shape, made, staff, contacts, bodies, now) as portions:
            with transaction.atomic():
                taxes.record(actor, Random(f"{seed} taxes"), placed, day, say)
                leads.write(actor, Random(f"{seed} leads"), shape, made, day, say)
            with transaction.atomic():
                count = cases.write(actor, portions, shape.demands, say)
                say(f"  诉求 {count:,}")
        with transaction.atomic():
            visits.write(actor, Random(f"{seed} visits"), made, staff, now, say)
            councils.meet(actor, Random(f"{seed} meetings"), made, day, say)
            joint.write(actor, made, staff, now, say)
            stations.write(actor, Random(f"{seed} stations"), made, staff, day, say)
            policies.write(actor, Random(f"{seed} policies"), made, day, say)
            resources.write(actor, made, day, say)
            bundles.write(actor, Random(f"{seed} bundles"), made, now, say)
            resources.write_items(actor, made, template, day, say)
            return DemoDistrict.objects.create(
                template=template, seed=seed, today=day, accounts=staff.accounts
            )


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Millions of rows are in the making: looking for rubbish among them costs a seventh."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _now(today: date | None) -> datetime:
    """The real moment, or late in the afternoon of the given day."""
    if today is None:
        return timezone.now() - timedelta(minutes=1)
    return timezone.make_aware(datetime.combine(today, time(16, 30)))
