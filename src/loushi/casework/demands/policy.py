"""Who sees which demands and which of their columns; the moves' rules stand in workflow.py."""

from django.utils.translation import gettext_lazy as _

from loushi.casework.demands.models import (
    NOT_LEADING,
    Assignment,
    Demand,
    DemandCategory,
    DemandClock,
    DemandEvent,
    DemandPause,
    Extension,
    Rating,
    RatingLink,
    Referral,
    SavedView,
)
from loushi.foundation.core.actor import BUILDING, DEPARTMENT, ENTERPRISE, Actor
from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import (
    LinkLeg,
    OwnLeg,
    UnitLeg,
    UserLeg,
    covering,
    scope,
)
from loushi.foundation.core.stamps import watch
from loushi.foundation.files.registry import register as register_files
from loushi.foundation.notices.registry import declare_kind
from loushi.registry.accounts.models import Department
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit

for code, label in {
    "demands.view": _("查看诉求"),
    "demands.submit": _("提交诉求"),
    "demands.register": _("替企业登记诉求"),
    "demands.accept": _("受理"),
    "demands.decline": _("不予受理"),
    "demands.ask_info": _("请企业补充"),
    "demands.supply": _("补充信息"),
    "demands.dispatch": _("交办、转办、转楼委会"),
    "demands.handle": _("签收、办理、退回、办结"),
    "demands.head": _("接收本部门临期和超时的提醒"),
    "demands.progress": _("记录进展"),
    "demands.arbitrate": _("裁定主办单位"),
    "demands.decide_extension": _("批复延期"),
    "demands.suspend": _("挂账与恢复"),
    "demands.escalate": _("提级"),
    "demands.rate": _("评价"),
    "demands.reopen": _("要求重办"),
    "demands.close": _("归档"),
    "demands.urge": _("催办"),
    "demands.supervise": _("督办"),
    "demands.merge": _("并案"),
    "demands.split": _("拆分"),
    "demands.withdraw": _("撤回"),
    "demands.note": _("内部备注"),
    "demands.contact_view": _("查看隐去的联系人"),
    "demands.export": _("导出诉求"),
    "demands.import": _("导入诉求"),
    "demands.configure": _("维护类别与时限"),
}.items():
    declare(code, label)

SUBMITTERS = frozenset(
    {
        "demands.view",
        "demands.supply",
        "demands.rate",
        "demands.reopen",
        "demands.urge",
        "demands.withdraw",
    }
)


def hidden_fields(actor: Actor, row: Demand) -> frozenset[str]:
    """Contact data is for the service centre and the submitter; the name too when asked for."""
    if actor.system or (actor.user_id is not None and actor.user_id == row.submitter_id):
        return frozenset()
    if covering(actor, "demands.contact_view", row):
        return frozenset()
    hidden = {"contact_phone", "contact_email"}
    if row.hide_name:
        hidden |= {"contact_name", "submitter"}
    return frozenset(hidden)


scope(
    Demand,
    view="demands.view",
    legs=[
        UnitLeg(),
        OwnLeg(ENTERPRISE, "enterprise_id"),
        UserLeg("submitter_id", SUBMITTERS),
        OwnLeg(DEPARTMENT, "lead_id"),
        LinkLeg(DEPARTMENT, Assignment, row="demand_id", key="department_id", where=NOT_LEADING),
        LinkLeg(BUILDING, Assignment, row="demand_id", key="building_id"),
    ],
    hidden=hidden_fields,
)


# Rows that hang on a demand are reached through it; on their own only by unit.
for model in (
    Assignment, DemandClock, DemandEvent, DemandPause, Extension, Rating, RatingLink, Referral,
):  # fmt: skip
    scope(model, view="demands.view", legs=[UnitLeg()])
scope(SavedView, view="demands.view", legs=[UserLeg("user_id", frozenset({"demands.view"}))])

# Whatever a list of demands shows, with the names on it; and a person's saved views.
watch("demands", Demand, Assignment, DemandClock, DemandCategory, Referral)
watch("demands", Enterprise, Building, Unit, Department)
watch("demand_views", SavedView)
watch("demand_categories", DemandCategory)

# Kinds of notices: those with a permission go to staff, the others to the enterprise. The
# enterprise chooses once for all progress of its demands.
declare_kind("demand_submitted", _("有新的诉求待受理"), permission="demands.accept")
declare_kind("demand_dispatched", _("诉求交到我单位"), permission="demands.handle")
declare_kind("demand_returned", _("诉求被退回"), permission="demands.dispatch")
declare_kind("demand_clock", _("时限提醒"), permission="demands.handle")
declare_kind("demand_urge", _("企业催办"), permission="demands.handle")
declare_kind("demand_bad_rating", _("企业评价不满意"), permission="demands.dispatch")
declare_kind("demand_review", _("挂账到了复核日"), permission="demands.suspend")
declare_kind("demand_news", _("诉求有新情况"), permission="demands.handle")
for code in ("supply_info", "withdraw", "answer_part", "ask_extension", "supervise"):
    declare_kind(f"demand_{code}", _("诉求有新情况"), group="demand_news")
for code in ("refuse_extension", "moved_out", "inherited"):
    declare_kind(f"demand_{code}", _("诉求有新情况"), group="demand_news")
declare_kind("demand_ask_info", _("请我补充信息"), permission="demands.submit")
declare_kind("demand_resolve", _("诉求有了答复，请我评价"), permission="demands.submit")
declare_kind("demand_rate_by_link", _("一次性评价链接"), group="demand_resolve")
declare_kind("demand_progress", _("我的诉求有进展"), permission="demands.submit")
for code in ("accept", "decline", "dispatch", "suspend", "resume", "escalate", "merge", "joined"):
    declare_kind(f"demand_{code}", _("我的诉求有进展"), group="demand_progress")
declare_kind("demand_grant_extension", _("诉求办理期限延长"), group="demand_progress")


def may_read_files(actor: Actor, demand_id: int, internal: bool) -> bool:
    """Whoever sees the demand reads its files; those for staff only staff (not the enterprise)."""
    row = Demand.objects.visible_to(actor).filter(pk=demand_id).first()
    if row is None or not internal:
        return row is not None
    return any(
        reason != "self" and getattr(reason, "kind", "") != ENTERPRISE
        for reason in covering(actor, "demands.view", row)
    )


register_files("demands.demand", may_read_files)
