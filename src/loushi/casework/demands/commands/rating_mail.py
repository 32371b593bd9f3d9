"""The link by which somebody without an account rates an answer: mailed when the answer is given.

The token is made from the row's seed and the secret key when the mail goes out, so that neither
the outbox nor a backup holds a link that works.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_noop

from loushi.casework.demands.commands import telling
from loushi.casework.demands.models import Demand, RatingLink, State
from loushi.foundation.notices.commands import Phrase, write_to
from loushi.registry.accounts import queries as accounts

LIFETIME = timedelta(days=7)
SUBJECT = "demands.ratinglink"
WHY = "the link of an answer that the worker mails"


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_from(seed: str) -> str:
    """The token of a mailed link: 256 bits that follow from seed and secret key."""
    made = salted_hmac("loushi.demands.rating_link", seed, algorithm="sha256").digest()
    return urlsafe_b64encode(made).decode().rstrip("=")


def offer(demand: Demand, event_id: int) -> None:
    """Writes to the demand's contact, in the transaction of the answer; nothing where no address
    is known, or where it is that of somebody who is told in the application anyway."""
    address = demand.contact_email
    if not address or demand.state != State.RESOLVED:
        return
    known = {accounts.address_of(pk).lower() for pk in telling.firm_people(demand)}
    if address.lower() in known:
        return
    link = _link(demand, address)
    until = timezone.localtime(link.expires_at)
    write_to(
        address=address,
        kind="demand_rate_by_link",
        title=Phrase(gettext_noop("诉求 %(number)s 已有答复，请您评价"), {"number": demand.number}),
        body=Phrase(
            gettext_noop("%(title)s\n点开链接即可评价，不用登录；%(until)s 前有效。"),
            {"title": demand.title, "until": f"{until:%Y-%m-%d %H:%M}"},
        ),
        subject=(SUBJECT, link.pk),
        key=f"rate:{link.pk}:{event_id}",
    )


def _link(demand: Demand, address: str) -> RatingLink:
    """The one unused link of demand and address; its time begins anew with a new answer."""
    expires_at = timezone.now() + LIFETIME
    seed = secrets.token_hex(16)
    link, made = RatingLink.objects.unscoped(WHY).get_or_create(
        demand=demand,
        address=address,
        used_at=None,
        defaults={
            "unit_path": demand.unit_path,
            "seed": seed,
            "digest": digest(token_from(seed)),
            "expires_at": expires_at,
        },
    )
    if not made:
        link.expires_at = expires_at
        link.save(update_fields=["expires_at"])
    return link


def page_of(link_id: int) -> str:
    """The page of a mailed link, asked for when the mail goes out."""
    link = RatingLink.objects.unscoped(WHY).get(pk=link_id)
    token = token_from(link.seed)
    if link.digest != digest(token):  # the secret key was changed meanwhile
        RatingLink.objects.unscoped(WHY).filter(pk=link_id).update(digest=digest(token))
    return reverse("demands:rate_link", args=[token])


def worth_sending(wanted: Mapping[int, Collection[int]]) -> set[tuple[int, int]]:
    """The links by which the answer can still be rated, for each who would be written to."""
    rows = RatingLink.objects.unscoped(WHY).filter(
        pk__in={pk for links in wanted.values() for pk in links},
        used_at=None,
        expires_at__gt=timezone.now(),
        demand__state=State.RESOLVED,
        demand__rated_at=None,
    )
    open_links = set(rows.values_list("pk", flat=True))
    return {(person, pk) for person, links in wanted.items() for pk in links if pk in open_links}
