"""Rating by a one-time link, without login: only a digest is stored; used or expired is 410."""

import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from loushi.casework.demands.commands.moves import make_move
from loushi.casework.demands.commands.rating_mail import LIFETIME, digest
from loushi.casework.demands.models import Demand, RatingLink
from loushi.foundation.core.actor import Actor, system_actor
from loushi.foundation.core.errors import Gone, NotVisible
from loushi.foundation.core.idempotency import once

WHY = "a rating link is looked up by its digest; whoever holds the token may rate"


def make_rating_link(
    *, actor: Actor, demand: Demand, lifetime: timedelta = LIFETIME, key: str = ""
) -> str:
    """Makes a link token for a demand's submitter; older unused ones made so stop working (the one
    that was mailed does not). The same `key` twice gives the same token: it is not stored, but
    follows from the key."""
    now = timezone.now()
    token = _token_of(actor, demand, key) if key else secrets.token_urlsafe(24)

    def create() -> int:
        RatingLink.objects.unscoped(WHY).filter(
            demand=demand, address="", used_at__isnull=True, expires_at__gt=now
        ).update(expires_at=now)
        made = RatingLink.objects.unscoped(WHY).create(
            demand=demand,
            unit_path=demand.unit_path,
            digest=digest(token),
            expires_at=now + lifetime,
        )
        return made.pk

    with transaction.atomic():
        once(
            actor=actor, command="demands.rating_link", key=key, payload={"demand": demand.pk},
            create=create,
        )  # fmt: skip
    return token


def _token_of(actor: Actor, demand: Demand, key: str) -> str:
    """Nobody without the server's secret can make it from the key."""
    salt = f"{__name__}:{actor.user_id}:{demand.pk}"
    made = salted_hmac(salt, key, algorithm="sha256").digest()
    return urlsafe_b64encode(made).decode().rstrip("=")


def open_rating_link(token: str) -> RatingLink:
    """The link behind a token. Raises NotVisible (unknown) or Gone (used, expired, rated)."""
    link = (
        RatingLink.objects.unscoped(WHY)
        .select_related("demand")
        .filter(digest=digest(token))
        .first()
    )
    if link is None:
        raise NotVisible
    if link.used_at or link.expires_at <= timezone.now() or link.demand.rated_at:
        raise Gone
    return link


def rate_by_link(*, token: str, score: int, solved: str, words: str = "") -> Demand:
    """Rates once with a link's token."""
    with transaction.atomic():
        link = open_rating_link(token)
        used = (
            RatingLink.objects.unscoped(WHY)
            .filter(pk=link.pk, used_at__isnull=True)
            .update(used_at=timezone.now())
        )
        if not used:
            raise Gone
        return make_move(
            actor=system_actor("企业（评价链接）"),
            demand_id=link.demand_id,
            move="rate",
            values={"score": score, "solved": solved, "words": words, "by_link": True},
        )
