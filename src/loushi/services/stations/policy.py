"""Who sees stations and rotas; a department or a person sees the own shifts without more."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import DEPARTMENT, OwnLeg, UnitLeg, UserLeg, scope
from loushi.foundation.notices.registry import declare_kind
from loushi.services.stations.models import (
    DutyAway,
    DutyMember,
    DutyRota,
    DutyShift,
    DutySlot,
    DutyTemplate,
    FeedToken,
    Inspection,
    InspectionResult,
    Station,
    StationService,
    StationSpace,
    SwapRequest,
)

VIEW = declare("stations.view", _("查看服务站点和轮值表"))
CHANGE = declare("stations.change", _("登记服务站点、检查达标"))
ROTA = declare("stations.rota", _("编制和发布轮值表"))
DUTY = declare("stations.duty", _("自己的值守：交接、换班、日历订阅"))
EXPORT = declare("stations.export", _("导出服务站点和轮值表"))
IMPORT = declare("stations.import", _("导入服务站点"))

KIND_ROTA = declare_kind("stations.rota", _("轮值安排和换班"), permission=DUTY)
OWN = frozenset({VIEW, DUTY})

for _model in (
    Station, StationService, StationSpace, Inspection, InspectionResult, DutyRota, DutyMember,
    DutyAway, DutyTemplate, DutySlot,
):  # fmt: skip
    scope(_model, view=VIEW, legs=[UnitLeg()])
scope(
    DutyShift, view=VIEW,
    legs=[UnitLeg(), OwnLeg(DEPARTMENT, "department_id"), UserLeg("user_id", OWN)],
)  # fmt: skip
scope(
    SwapRequest, view=VIEW,
    legs=[UnitLeg(), OwnLeg(DEPARTMENT, "taker_department_id"), UserLeg("taker_user_id", OWN)],
)  # fmt: skip
scope(FeedToken, view=DUTY, legs=[UserLeg("user_id", frozenset({DUTY}))])
