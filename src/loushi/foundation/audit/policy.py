"""Who may read the audit: the audit administrator, at or below the unit of the grant."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import UnitLeg, scope

from .models import Entry

VIEW = declare("audit.view", _("查看留痕"))
EXPORT = declare("audit.export", _("导出留痕"))

scope(Entry, view=VIEW, legs=[UnitLeg("unit_path")])
