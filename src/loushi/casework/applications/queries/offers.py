"""What may be applied for."""

from django.utils.translation import gettext as _

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict
from loushi.foundation.core.scoping import fetch
from loushi.services.catalogue.models import BundleVersion, ServiceBundle
from loushi.services.catalogue.queries import live_version


def published(actor: Actor, bundle_id: int) -> tuple[ServiceBundle, BundleVersion]:
    """A bundle that may be applied for, with the version on which it would run."""
    bundle = fetch(ServiceBundle, actor, bundle_id)
    version = live_version(bundle)
    if bundle.state != ServiceBundle.State.PUBLISHED or version is None:
        raise Conflict(_("“%(title)s”现在不收申请。") % {"title": bundle.title})
    return bundle, version
