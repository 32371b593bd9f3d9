"""属地社区: the residential communities that business communities were taken out of."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import NotVisible, Refused
from loushi.registry.territory import queries
from loushi.registry.territory.models import ResidentialCommunity, Unit, UnitHost
from loushi.registry.territory.policy import require_change


def add_host(*, actor: Actor, unit_id: int, community_id: int, since: date) -> UnitHost:
    """Notes that a unit lies in a residential community from a date on."""
    return add_hosts(actor=actor, hosts=[(unit_id, community_id, since)])[0]


def add_hosts(*, actor: Actor, hosts: Iterable[tuple[int, int, date]]) -> list[UnitHost]:
    """Many at once, all or nothing: (unit id, community id, since)."""
    with transaction.atomic():
        made: list[UnitHost] = []
        units: dict[int, Unit] = {}
        for unit_id, community_id, since in hosts:
            unit = units.setdefault(unit_id, queries.get_unit(unit_id))
            require_change(actor, unit.path)
            if not ResidentialCommunity.objects.filter(pk=community_id).exists():
                raise Refused(_("没有这个属地社区，请重新选择。"), field="community")
            if queries.hosts_of(unit_id, since).filter(community_id=community_id).exists():
                raise Refused(_("这个属地社区已经登记过了。"), field="community")
            made.append(UnitHost(unit=unit, community_id=community_id, since=since))
        UnitHost.objects.bulk_create(made, batch_size=1000)
        record_many(
            actor=actor,
            action="territory.add_host",
            lines=[
                Line(
                    row.unit,
                    after={"community": row.community_id, "since": row.since.isoformat()},
                    unit_path=row.unit.path,
                )
                for row in made
            ],
        )
    return made


def end_host(*, actor: Actor, host_id: int, on: date | None = None) -> UnitHost:
    """Notes that a unit lies in a residential community no longer, from a date on."""
    day = on or timezone.localdate()
    with transaction.atomic():
        row = UnitHost.objects.select_for_update(of=("self",)).select_related("unit")
        host = row.filter(pk=host_id, until__isnull=True).first()
        if host is None:
            raise NotVisible
        require_change(actor, host.unit.path)
        if day <= host.since:
            raise Refused(_("结束日期应晚于 %(since)s。") % {"since": host.since}, field="on")
        host.until = day
        host.save(update_fields=["until"])
        record(
            actor=actor,
            action="territory.end_host",
            subject=host.unit,
            after={"community": host.community_id, "until": day.isoformat()},
            unit_path=host.unit.path,
        )
    return host


def save_residential_communities(
    *, actor: Actor, rows: Iterable[dict[str, Any]]
) -> list[ResidentialCommunity]:
    """Adds residential communities (code, name, subdistrict, source); existing codes are kept."""
    given = {str(row["code"]): row for row in rows}
    with transaction.atomic():
        known = {row.code: row for row in _stored(list(given))}
        new = [ResidentialCommunity(**row) for code, row in given.items() if code not in known]
        ResidentialCommunity.objects.bulk_create(new, batch_size=1000)
        record_many(
            actor=actor,
            action="territory.add_residential_community",
            lines=[Line(row, after={"code": row.code, "name": row.name}) for row in new],
        )
    known |= {row.code: row for row in new}
    return [known[code] for code in given]


def _stored(codes: list[str]) -> Iterable[ResidentialCommunity]:
    for start in range(0, len(codes), 500):
        yield from ResidentialCommunity.objects.filter(code__in=codes[start : start + 500])
