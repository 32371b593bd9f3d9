"""安商稳商: why a firm is on the retention list, and what was done about it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel, Scoped, UnitPathField
from loushi.registry.enterprises.models import Enterprise


class RetentionRule(PublicModel):
    """From a day on: the threshold of one sign, and where it comes from."""

    sign = models.CharField(_("信号"), max_length=20)
    value = models.PositiveIntegerField(_("门槛"))
    valid_from = models.DateField(_("起用日期"))
    source = models.CharField(_("依据"), max_length=200, blank=True, default="")

    class Meta:
        ordering = ["sign", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["sign", "valid_from"], name="retention_rule_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.sign} {self.value} {self.valid_from}"


class RetentionAlert(Scoped):
    """One sign at one enterprise, from the day it showed until it is gone.

    `numbers` are what the sentence is made of; `mark` says by what a sign is a new one (a later
    lease end, one more demand): when it changes, a handled or snoozed alert opens again.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待关注")
        SNOOZED = "snoozed", _("暂缓")
        HANDLED = "handled", _("已处理")
        GONE = "gone", _("信号消失")

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.CASCADE, related_name="retention_alerts"
    )
    unit_path = UnitPathField(db_index=True)
    sign = models.CharField(_("信号"), max_length=20)
    numbers = models.JSONField(default=dict)
    mark = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.OPEN)
    since = models.DateField(_("自"))
    gone_on = models.DateField(null=True, blank=True)
    snoozed_until = models.DateField(_("暂缓到"), null=True, blank=True)
    outcome = models.CharField(_("处理结果"), max_length=200, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.BigIntegerField(null=True, blank=True)
    decided_name = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["enterprise_id", "id"]
        indexes = [models.Index(fields=["unit_path", "state"], name="retention_path_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "sign"],
                condition=models.Q(gone_on__isnull=True),
                name="retention_sign_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.sign}"
