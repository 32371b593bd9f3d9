"""Secret calendar addresses: issued once, stored as a digest, revoked at will."""

import hashlib
import secrets

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.core.scoping import fetch
from loushi.services.stations.models import FeedToken, Station


def issue_feed(*, actor: Actor, station_id: int | None = None) -> str:
    """A new secret for the actor's own shifts or a visible station; an older one of the same kind
    stops at once."""
    if actor.user_id is None:
        raise Denied
    with transaction.atomic():
        station = fetch(Station, actor, station_id) if station_id else None
        _running(actor.user_id, station_id).update(revoked_at=timezone.now())
        text = secrets.token_urlsafe(32)
        made = FeedToken.objects.unscoped("the actor's own row").create(
            user_id=actor.user_id, station=station, digest=digest(text)
        )
        record(actor=actor, action="stations.feed", subject=made,
               after={"station": station.name if station else ""},
               unit_path=station.unit_path if station else "")  # fmt: skip
    return text


def revoke_feed(*, actor: Actor, station_id: int | None = None) -> int:
    """Stops the actor's address; returns how many ran."""
    if actor.user_id is None:
        raise Denied
    with transaction.atomic():
        done = _running(actor.user_id, station_id).update(revoked_at=timezone.now())
        if done:
            record(
                actor=actor, action="stations.feed_revoke",
                subject=("stations.feedtoken", None, ""),
                after={"station_id": station_id},
            )  # fmt: skip
    return done


def feed_of(text: str) -> FeedToken | None:
    """The running token behind a secret, of an active person."""
    rows = FeedToken.objects.unscoped("a secret names its own row").select_related(
        "user", "station"
    )
    return rows.filter(digest=digest(text), revoked_at__isnull=True, user__is_active=True).first()


def digest(text: str) -> str:
    """256 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def _running(user_id: int, station_id: int | None) -> QuerySet[FeedToken]:
    rows = FeedToken.objects.unscoped("the actor's own rows")
    rows = rows.filter(user_id=user_id, revoked_at__isnull=True)
    if station_id is None:
        return rows.filter(station__isnull=True)
    return rows.filter(station_id=station_id)
