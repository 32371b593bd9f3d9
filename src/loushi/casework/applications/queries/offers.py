"""What may be applied for, and who may run errands."""

from django.utils.translation import gettext as _

from loushi.casework.applications.models import Application
from loushi.casework.applications.policy import SUPPLY
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict
from loushi.foundation.core.scoping import fetch
from loushi.registry.accounts import queries as accounts
from loushi.services.catalogue.models import BundleVersion, ServiceBundle
from loushi.services.catalogue.queries import live_version


def published(actor: Actor, bundle_id: int) -> tuple[ServiceBundle, BundleVersion]:
    """A bundle that may be applied for, with the version on which it would run."""
    bundle = fetch(ServiceBundle, actor, bundle_id)
    version = live_version(bundle)
    if bundle.state != ServiceBundle.State.PUBLISHED or version is None:
        raise Conflict(_("“%(title)s”现在不收申请。") % {"title": bundle.title})
    return bundle, version


def runners(row: Application) -> list[tuple[int, str]]:
    """Who may run an errand of an application (that was checked): people of the service centre."""
    ids = accounts.users_with_permission(SUPPLY, unit_path=row.unit_path)
    names = accounts.names_of(ids)
    return [(pk, names[pk]) for pk in ids if pk in names]
