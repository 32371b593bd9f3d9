"""Who may see batches: whoever may import that kind of row in the batch's unit, its uploader, and
holders of transfer.view (auditors)."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import UnitLeg, UserLeg, scope

from .models import ImportBatch, ImportRow, ImportTrail, UnplacedRow

VIEW = declare("transfer.view", _("查看导入批次"))
OWN = frozenset({VIEW})

scope(
    ImportBatch,
    view=VIEW,
    legs=[UnitLeg("unit_path"), UserLeg("created_by_id", OWN)],
)
scope(ImportRow, view=VIEW, legs=[UnitLeg("unit_path")])
scope(ImportTrail, view=VIEW, legs=[UnitLeg("unit_path")])
scope(
    UnplacedRow,
    view=VIEW,
    legs=[UnitLeg("unit_path"), UserLeg("created_by_id", OWN)],
)
