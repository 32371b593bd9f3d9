"""Bearer tokens: made, recognised, never stored in the clear."""

import hashlib
import secrets
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from loushi.foundation.core import stamps
from loushi.foundation.core.prepared import Prepared
from loushi.registry.accounts.models import ApiToken, User

PREFIX = "loushi_"
TOUCH_SECONDS = 60


def make() -> tuple[str, str, str]:
    """A new token: (the token itself, its digest, a hint that tells tokens apart)."""
    text = PREFIX + secrets.token_urlsafe(32)
    return text, digest(text), f"…{text[-4:]}"


def digest(text: str) -> str:
    """What is stored: 256 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def _of_digest(digest: str) -> QuerySet[Any]:
    return (
        ApiToken.objects.unscoped("a bearer token names its own person")
        .select_related("user")
        .annotate(stamps=RawSQL(stamps.NUMBERS[connection.vendor], []))
        .filter(digest=digest, revoked_at__isnull=True, user__is_active=True)
        .order_by("pk")[:1]
    )


_tokens: Prepared[Any] = Prepared(_of_digest)


def owner(text: str) -> User | None:
    """The active person behind a token that is neither revoked nor expired; notes its use."""
    if not text.startswith(PREFIX):
        return None
    token = next(iter(_tokens(digest(text))), None)
    now = timezone.now()
    if token is None or (token.expires_at is not None and token.expires_at <= now):
        return None
    stamps.begin(stamps.parsed(token.stamps))  # in the same query; the middleware ends them
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() >= TOUCH_SECONDS:
        ApiToken.objects.unscoped("a token notes its use").filter(pk=token.pk).update(
            last_used_at=now
        )
    return token.user
