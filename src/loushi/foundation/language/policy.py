"""Who sees index entries: at or below the unit of a grant that may maintain the index.

People search through `queries.find`, whose range comes from the policy of the indexed model, never
from here; this scope is for the maintenance of the index itself.
"""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import UnitLeg, scope

from .models import IndexEntry

MAINTAIN = declare("language.maintain", _("维护全文索引"))

scope(IndexEntry, view=MAINTAIN, legs=[UnitLeg()])
