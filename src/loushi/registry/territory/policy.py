"""Units are public; changing the tree needs a grant that covers the place."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.errors import Denied
from loushi.foundation.core.permissions import declare
from loushi.foundation.core.stamps import watch
from loushi.foundation.core.units import covers
from loushi.registry.territory.models import Unit, UnitKind

VIEW = declare("territory.view", _("查看组织与区划"))
CHANGE = declare("territory.change", _("设立、更名、调整、合并、拆分单元"))
IMPORT = declare("territory.import", _("导入单元与属地社区"))

LEVELS = tuple(UnitKind.values)

watch("units", Unit)


def can_change(actor: Actor, path: str) -> bool:
    """Whether one grant at a unit carries the permission and covers the place."""
    return actor.system or any(
        covers(grant.key, path) for grant in actor.holding(CHANGE) if grant.kind == UNIT
    )


def require_change(actor: Actor, *paths: str) -> None:
    """Raises Denied unless every place is covered (only the system may found the root)."""
    if not all(can_change(actor, path) for path in paths):
        raise Denied


def fits_below(kind: str, parent_kind: str | None) -> bool:
    """Whether a unit of this kind may hang under that one; only a district is a root."""
    if parent_kind is None:
        return kind == UnitKind.DISTRICT
    return LEVELS.index(kind) > LEVELS.index(parent_kind)
