"""Dated rules of the compartment, and the purpose a person gave for the day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel, Scoped
from loushi.registry.accounts.models import User


class TaxRule(PublicModel):
    """Which bands and which threshold hold from a year on; nothing of anybody.

    `edges` are the lower ends of the bands above the first, in yuan, ascending. The threshold of a
    key taxpayer is one of them, so that the flag tells no more than the band does; each band is at
    least two thirds wider than its lower end (see the ADR), so that a band alone leaves a value
    within no less than ±20 %.
    """

    since_year = models.PositiveSmallIntegerField(_("起始年度"), unique=True)
    edges = models.JSONField(_("档位下限（元）"))
    key_threshold = models.PositiveBigIntegerField(_("重点税源标准（元）"))
    source = models.CharField(_("依据"), max_length=120)

    class Meta:
        ordering = ["since_year"]

    def __str__(self) -> str:
        return str(self.since_year)


class DayPurpose(Scoped):
    """What a person looks at tax for today: typed once a day, copied onto every recorded look."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    purpose = models.CharField(_("用途"), max_length=100)

    class Meta(Scoped.Meta):
        ordering = ["-on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "on"], name="purpose_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.on}"
