"""Rules of counting, as data with dates."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel


class CountingRule(PublicModel):
    """入驻率口径: whether reserved and undelivered space is part of the denominator, from a day on.

    The rule of a day is the one that began last; before the first one both are counted.
    """

    since = models.DateField(_("起用日期"), unique=True)
    reserved = models.BooleanField(_("预留计入分母"), default=True)
    undelivered = models.BooleanField(_("未交付计入分母"), default=True)
    basis = models.CharField(_("依据"), max_length=100, blank=True, default="")

    class Meta:
        ordering = ["since"]

    def __str__(self) -> str:
        return str(self.since)


class TaxTier(PublicModel):
    """税收楼档: 亿元楼 and others by the tax of a year in yuan; dated, as districts move them.

    `until` is the last day. The amount itself lies in the tax compartment, never here.
    """

    name = models.CharField(_("名称"), max_length=20)
    threshold = models.DecimalField(_("年税收不低于（元）"), max_digits=16, decimal_places=2)
    since = models.DateField(_("起用日期"))
    until = models.DateField(_("停用日期"), null=True, blank=True)
    basis = models.CharField(_("依据"), max_length=100, blank=True, default="")

    class Meta:
        ordering = ["-threshold", "since"]
        constraints = [
            models.UniqueConstraint(fields=["name", "since"], name="tax_tier_once"),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="tax_tier_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.name
