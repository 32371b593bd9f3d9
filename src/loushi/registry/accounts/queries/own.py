"""What belongs to the acting person: devices and tokens."""

from django.db.models import QuerySet

from loushi.foundation.core.actor import Actor
from loushi.registry.accounts.models import ApiToken, UserSession


def sessions_of(actor: Actor) -> QuerySet[UserSession]:
    """The own logins that still run, last seen first."""
    rows = UserSession.objects.visible_to(actor).filter(user_id=actor.user_id or 0)
    return rows.filter(ended_at__isnull=True)


def tokens_of(actor: Actor) -> QuerySet[ApiToken]:
    """The own tokens that are not revoked, newest first."""
    rows = ApiToken.objects.visible_to(actor).filter(user_id=actor.user_id or 0)
    return rows.filter(revoked_at__isnull=True)
