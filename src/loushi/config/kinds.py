"""The words for what hangs on an enterprise, for the people who merge two of them.

One list, because a merge moves rows of all packages; a test asks for words of every new one.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

KINDS: dict[str, Any] = {
    "applications.Application": _("一类事申请"),
    "catalogue.Declaration": _("政策申报"),
    "catalogue.PolicyPush": _("政策推送"),
    "catalogue.PushRefusal": _("不愿接收政策推送"),
    "catalogue.Resource": _("它提供的社区资源"),
    "demands.Demand": _("诉求"),
    "enterprises.EnterpriseAlias": _("以前并入的编号"),
    "enterprises.EnterpriseContact": _("联系人"),
    "enterprises.EnterpriseMembership": _("可登录的人"),
    "enterprises.EnterpriseMerge": _("以前的并户"),
    "enterprises.EnterpriseTag": _("标签"),
    "enterprises.OfficerPost": _("企业专员"),
    "enterprises.PlaceFact": _("注册地与纳税地"),
    "enterprises.SignUp": _("自助注册"),
    "enterprises.Stability": _("稳定度判断"),
    "enterprises.Tenancy": _("入驻"),
    "governance.AgendaItem": _("议题"),
    "governance.CouncilSeat": _("议事组织的委员"),
    "leads.InvestmentLead": _("招商线索"),
    "tax.OutputRecord": _("产值"),
    "tax.TaxReturn": _("税收"),
    "visits.PlanStop": _("走访计划"),
    "visits.RetentionAlert": _("安商提醒"),
    "visits.Visit": _("走访"),
}
