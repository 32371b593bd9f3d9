"""Who sees and writes visits and sweeps, and which columns an enterprise does not see.

A visit is seen where the enterprise sits, by the department that paid it, and by the enterprise
itself (`visits.own`), which never sees the note. Ratings are seen as closed batches only.
"""

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from loushi.casework.visits.models import (
    Finding,
    PlanStop,
    RatedVisit,
    RatingBatch,
    RetentionAlert,
    SweepCampaign,
    SweepResult,
    SweepTask,
    Visit,
    VisitChange,
)
from loushi.foundation.core.actor import DEPARTMENT, ENTERPRISE, Actor
from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import UNIT, LinkLeg, OwnLeg, UnitLeg, UserLeg, covering, scope
from loushi.foundation.notices.registry import declare_kind
from loushi.registry.tax.policy import BANDS

VIEW = declare("visits.view", _("查看走访和扫楼"))
RECORD = declare("visits.record", _("排走访计划、记走访"))
SWEEP = declare("visits.sweep", _("扫楼：逐间核对并更正登记"))
CAMPAIGN = declare("visits.campaign", _("发起和结束扫楼"))
INSPECT = declare("visits.inspect", _("安排部门入企检查，避开近期走访"))
EXPORT = declare("visits.export", _("导出走访和扫楼结果"))
CONFIGURE = declare("visits.configure", _("设置走访规则"))
OWN = declare("visits.own", _("查看对本企业的走访并匿名评价（企业的人）"))

# Signs of the retention list that need a further permission at the firm.
SIGN_RIGHTS = {"tax": BANDS}
INSIDE = frozenset({"note", "despite"})


def hidden_fields(actor: Actor, row: models.Model) -> frozenset[str]:
    """Notes and reasons among colleagues are not for the enterprise."""
    inside = covering(actor, VIEW, row)
    return frozenset() if inside else INSIDE


scope(
    Visit,
    view=VIEW,
    legs=[UnitLeg(), OwnLeg(DEPARTMENT, "department_id"), OwnLeg(ENTERPRISE, "enterprise_id")],
    hidden=hidden_fields,
)
scope(
    PlanStop,
    view=VIEW,
    legs=[
        UnitLeg(),
        OwnLeg(DEPARTMENT, "department_id"),
        OwnLeg(ENTERPRISE, "enterprise_id"),
        UserLeg("user_id", frozenset({VIEW, RECORD})),
    ],
)
scope(
    SweepCampaign,
    view=VIEW,
    legs=[UnitLeg(), LinkLeg(UNIT, SweepTask, row="campaign_id", key="unit_path")],
)
# Rows that hang on a visit or a campaign are reached through it; on their own only by unit.
for model in (
    Finding,
    VisitChange,
    SweepTask,
    SweepResult,
    RatedVisit,
    RatingBatch,
    RetentionAlert,
):
    scope(model, view=VIEW, legs=[UnitLeg()])


def alerts_for(actor: Actor, permission: str = VIEW) -> QuerySet[RetentionAlert]:
    """The alerts that the actor may see, or act on: the only way to the rows for a person.

    A sign with a right of its own shows only where the actor holds that right as well.
    """
    rows = RetentionAlert.objects.visible_to(actor, permission)
    for sign, right in SIGN_RIGHTS.items():
        open_to = RetentionAlert.objects.visible_to(actor, right)
        rows = rows.filter(~Q(sign=sign) | Q(pk__in=open_to.order_by().values("pk")))
    return rows


declare_kind("visit_planned", _("近日要来走访"), permission=OWN)
declare_kind("visit_recorded", _("对本企业的走访，可以匿名评价"), permission=OWN)
declare_kind("sweep_assigned", _("有扫楼任务交给我"), permission=SWEEP)
declare_kind("sweep_closed", _("扫楼已结束"), permission=CAMPAIGN)
