"""Who sees stations, rotas and bookings. A department or a person sees the own shifts without
more; an enterprise's people book at the stations of where it sits, and see the own bookings."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import DEPARTMENT, OwnLeg, UnitLeg, UserLeg, scope
from loushi.foundation.notices.registry import declare_kind
from loushi.registry.enterprises.policy import NearLeg
from loushi.services.stations.models import (
    Booking,
    BookingSlot,
    Counter,
    DutyAway,
    DutyMember,
    DutyRota,
    DutyShift,
    DutySlot,
    DutyTemplate,
    FeedToken,
    Inspection,
    InspectionResult,
    QueueTicket,
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
BOOKINGS = declare("stations.bookings", _("查看站点的预约名单"))
WINDOW = declare("stations.window", _("窗口办理预约：登记到场、未到、代为预约"))
BOOK = declare("stations.book", _("预约站点服务、取消自己的预约"))

KIND_ROTA = declare_kind("stations.rota", _("轮值安排和换班"), permission=DUTY)
KIND_BOOKING = declare_kind("stations.booking", _("预约：候补转为预约、被取消"), permission=BOOK)
KIND_CALL = declare_kind(
    "stations.booking_call", _("预约：代为预约的人轮到了，要打电话"), permission=WINDOW
)
KIND_QUEUE = declare_kind("stations.queue", _("叫号：轮到您了"), permission=BOOK)
OWN = frozenset({VIEW, DUTY})
OWN_BOOKING = frozenset({BOOKINGS, BOOK})


scope(Station, view=VIEW, legs=[UnitLeg(), NearLeg()])
scope(BookingSlot, view=BOOKINGS, legs=[UnitLeg()])
scope(Booking, view=BOOKINGS, legs=[UnitLeg(), UserLeg("user_id", OWN_BOOKING)])
scope(Counter, view=VIEW, legs=[UnitLeg()])
scope(QueueTicket, view=BOOKINGS, legs=[UnitLeg(), UserLeg("user_id", OWN_BOOKING)])
for _model in (
    StationService, StationSpace, Inspection, InspectionResult, DutyRota, DutyMember,
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
