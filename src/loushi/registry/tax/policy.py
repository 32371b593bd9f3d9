"""Tax is a compartment: figures for one role, bands for few, one frozen cube for the rest."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import UnitLeg, UserLeg, scope
from loushi.registry.tax.models import (
    DayPurpose,
    DistrictTotal,
    OutputRecord,
    Release,
    ReleaseCell,
    ReleaseMember,
    TaxReturn,
)

FIGURES = declare("tax.figures", _("查看企业税收和产值金额（填写用途，逐次留痕）"))
IMPORT = declare("tax.import", _("导入、更正税收和产值"))
RELEASE = declare("tax.release", _("发布税收汇总"))
RULES = declare("tax.rules", _("维护税收档位和重点税源标准"))
BANDS = declare("tax.bands", _("查看企业税收档位（填写用途，逐次留痕）"))
CUBE = declare("tax.cube", _("查看已发布的税收汇总"))
EXPORT = declare("tax.export", _("导出税收台账、档位或汇总（各按自己能看的内容）"))
PURPOSE = declare("tax.purpose", _("填写当日查看税收的用途"))

scope(TaxReturn, view=FIGURES, legs=[UnitLeg()])
scope(OutputRecord, view=FIGURES, legs=[UnitLeg()])
scope(DistrictTotal, view=FIGURES, legs=[UnitLeg()])
scope(Release, view=RELEASE, legs=[UnitLeg()])
scope(ReleaseCell, view=CUBE, legs=[UnitLeg()])
scope(ReleaseMember, view=FIGURES, legs=[UnitLeg()])
scope(DayPurpose, view=PURPOSE, legs=[UserLeg("user_id", frozenset({PURPOSE}))])

SHORTEST_PURPOSE = 4
