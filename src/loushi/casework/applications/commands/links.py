"""The applicant's own link: progress, corrections and rating without an account.

It is printed on the receipt at the window. The token follows from the row's seed and the server's
secret, so that neither the database nor a backup holds a link that works.

It runs as long as the application and `LOUSHI_LINK_DAYS` more: long enough to rate it and to ask
for a review of what was decided (60 days, 行政复议法 section 20), not for whoever finds the receipt
years later.
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import ngettext

from loushi.casework.applications.models import Application
from loushi.foundation.core.errors import Gone, NotVisible

WHY = "whoever holds the link of an application may follow it"
SALT = "loushi.applications.link"


def new_seed() -> str:
    return secrets.token_hex(16)


def token_of(row: Application) -> str:
    """The token of an application that was checked."""
    made = salted_hmac(SALT, f"{row.pk}:{row.seed}", algorithm="sha256").hexdigest()[:32]
    return f"{row.pk}-{made}"


def by_token(token: str) -> Application:
    """The application behind a link; NotVisible where there is none, Gone once it has ended."""
    pk = token.partition("-")[0]
    if not (pk.isascii() and pk.isdigit() and len(pk) < 12):
        raise NotVisible
    rows = Application.objects.unscoped(WHY).select_related("version", "bundle", "unit")
    row = rows.filter(pk=int(pk)).first()
    if row is None or not row.seed or not constant_time_compare(token, token_of(row)):
        raise NotVisible
    if not link_runs(row):
        raise Gone(_ended(settings.LINK_DAYS))
    return row


def link_runs(row: Application) -> bool:
    """Whether the link of an application still opens its page."""
    until = link_until(row)
    return until is None or timezone.now() < until


def link_until(row: Application) -> datetime | None:
    """When the link of an application ends; None while the application runs."""
    return row.ended_at and row.ended_at + timedelta(days=settings.LINK_DAYS)


def _ended(days: int) -> str:
    """Nothing about the application itself: whoever finds an old receipt reads this, too."""
    text = ngettext(
        "这件事办完已满 %(n)d 天，进度链接到期了。要查结果，请打电话给办理的综合服务中心，"
        "或带回执到窗口，报回执上的编号。",
        "这件事办完已满 %(n)d 天，进度链接到期了。要查结果，请打电话给办理的综合服务中心，"
        "或带回执到窗口，报回执上的编号。",
        days,
    )
    return text % {"n": days}
