"""Numbers of the visiting rules, as data with dates."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel


class VisitRule(PublicModel):
    """From a day on: one number that a rule of visits or sweeps uses, and where it comes from."""

    class Code(models.TextChoices):
        QUIET_DAYS = "quiet_days", _("无事不扰：几天内不由第二支队伍再去")
        EDIT_HOURS = "edit_hours", _("本人可以更正或撤回走访的小时数")
        UNVISITED_DAYS = "unvisited_days", _("多少天没有联系算久未走访")
        LEASE_DAYS = "lease_days", _("租约剩多少天要问续租")
        PLAN_SIZE = "plan_size", _("一天建议走几家")
        STAFF_PERCENT = "staff_percent", _("员工数变化超过百分之几要说明")
        AREA_PERCENT = "area_percent", _("租用面积超出房间百分之几要说明")

    code = models.CharField(_("规则"), max_length=20, choices=Code.choices)
    value = models.PositiveIntegerField(_("数值"))
    valid_from = models.DateField(_("起用日期"))
    source = models.CharField(_("依据"), max_length=200, blank=True, default="")

    class Meta:
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="visit_rule_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.value} {self.valid_from}"
