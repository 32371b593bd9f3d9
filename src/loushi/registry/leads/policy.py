"""Who sees and works on leads; a referrer sees the fate of the own referrals and nothing else."""

from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import UnitLeg, UserLeg, scope
from loushi.foundation.notices.registry import declare_kind
from loushi.registry.leads.models import (
    InvestmentLead,
    LeadEvent,
    LeadQuote,
    LeadViewing,
    Referral,
    ReferralMember,
    ReferralPost,
)

VIEW = declare("leads.view", _("查看招商线索"))
CREATE = declare("leads.create", _("登记招商线索"))
WORK = declare("leads.work", _("跟进招商线索：看房、报价、签约、入驻"))
POSTS = declare("leads.posts", _("设立招商联络站、指定联络人"))
EXPORT = declare("leads.export", _("导出招商线索"))
IMPORT = declare("leads.import", _("导入招商线索"))
REFER = declare("leads.refer", _("引荐企业并查看自己引荐的结果（招商联络站）"))

KIND_ASSIGNED = declare_kind("lead_assigned", _("有招商线索交给我"), permission=WORK)
KIND_REFERRAL = declare_kind("referral_stage", _("我引荐的企业有进展"), permission=REFER)

for _model in (InvestmentLead, LeadEvent, LeadViewing, LeadQuote, ReferralPost, ReferralMember):
    scope(_model, view=VIEW, legs=[UnitLeg()])
scope(Referral, view=REFER, legs=[UserLeg("user_id", frozenset({REFER}))])
