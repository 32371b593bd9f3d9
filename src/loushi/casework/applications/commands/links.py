"""The applicant's own link: progress, corrections and rating without an account.

It is printed on the receipt at the window. The token follows from the row's seed and the server's
secret, so that neither the database nor a backup holds a link that works.
"""

import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

from loushi.casework.applications.models import Application
from loushi.foundation.core.errors import NotVisible

WHY = "whoever holds the link of an application may follow it"
SALT = "loushi.applications.link"


def new_seed() -> str:
    return secrets.token_hex(16)


def token_of(row: Application) -> str:
    """The token of an application that was checked."""
    made = salted_hmac(SALT, f"{row.pk}:{row.seed}", algorithm="sha256").hexdigest()[:32]
    return f"{row.pk}-{made}"


def by_token(token: str) -> Application:
    """The application behind a link; NotVisible where there is none."""
    pk = token.partition("-")[0]
    if not (pk.isascii() and pk.isdigit() and len(pk) < 12):
        raise NotVisible
    rows = Application.objects.unscoped(WHY).select_related("version", "bundle", "unit")
    row = rows.filter(pk=int(pk)).first()
    if row is None or not row.seed or not constant_time_compare(token, token_of(row)):
        raise NotVisible
    return row
