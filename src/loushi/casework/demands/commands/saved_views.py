"""A person's own saved filters."""

from django.db import transaction
from django.utils.translation import gettext as _

from loushi.casework.demands.models import SavedView
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied, Refused
from loushi.foundation.core.scoping import fetch

MOST = 20


def save_view(*, actor: Actor, name: str, query: str) -> SavedView:
    """Keeps a filter under a name; the same name again replaces it."""
    if actor.user_id is None:
        raise Denied
    with transaction.atomic():
        own = SavedView.objects.visible_to(actor)
        if not own.filter(name=name).exists() and own.count() >= MOST:
            raise Refused(_("最多保存 %(n)d 个视图，请先删除不用的。") % {"n": MOST}, field="name")
        view, _new = own.update_or_create(
            user_id=actor.user_id, name=name.strip(), defaults={"query": query.lstrip("?")}
        )
    return view


def remove_view(*, actor: Actor, pk: int) -> str:
    """Removes one's own view; returns its name."""
    with transaction.atomic():
        view = fetch(SavedView, actor, pk, lock=True)
        view.delete()
    return view.name
