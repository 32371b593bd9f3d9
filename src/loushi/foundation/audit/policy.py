"""Who may read the audit: the audit administrator, at or below the unit of the grant."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.permissions import declare, declared
from loushi.foundation.core.scoping import UnitLeg, scope

from .models import Entry

VIEW = declare("audit.view", _("查看留痕"))
EXPORT = declare("audit.export", _("导出留痕"))

_names: dict[str, Any] = {}


def name_actions(names: Mapping[str, Any]) -> None:
    """Gives words to actions that are no permissions; called from the wiring."""
    _names.update(names)


def named_actions() -> dict[str, Any]:
    """The words of all actions that have any, permissions included, in order of code."""
    return dict(sorted({**declared(), **_names}.items()))


scope(Entry, view=VIEW, legs=[UnitLeg("unit_path")])
