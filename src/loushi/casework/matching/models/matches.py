"""供需匹配: what somebody wants, and what the community can give."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.casework.demands.models import Demand
from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.accounts.models import User
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.models import Resource, ServiceItem


class Match(Scoped):
    """A demand (企业所需, 职工所盼) beside a resource or a service (社区所能). Proposed with its
    reason, confirmed or dismissed by a person, once; a proposal lapses after `expires_on`."""

    preview_name = _("供需匹配")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        DISMISSED = "dismissed", _("不合适")

    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="matches", db_index=False
    )
    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    item = models.ForeignKey(
        ServiceItem, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    unit_path = UnitPathField(db_index=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    score = models.FloatField(default=0)
    why = models.CharField(_("理由"), max_length=300)
    proposed_at = models.DateTimeField(default=timezone.now)
    expires_on = models.DateField(_("有效到"))
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_by_name = models.CharField(max_length=80, blank=True, default="")
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "resource"],
                condition=Q(resource__isnull=False),
                name="match_resource_once",
            ),
            models.UniqueConstraint(
                fields=["demand", "item"], condition=Q(item__isnull=False), name="match_item_once"
            ),
            models.CheckConstraint(
                condition=Q(resource__isnull=True) ^ Q(item__isnull=True), name="match_of_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.demand_id} {self.resource_id or self.item_id}"


class Comparison(Scoped):
    """When the lists of a unit were last compared: one row for the nights, one for by hand."""

    preview_name = _("三张清单的比对")

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+", db_index=False)
    unit_path = UnitPathField(db_index=True)
    by_hand = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    by_name = models.CharField(max_length=80, blank=True, default="")
    looked = models.PositiveIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["unit", "by_hand"], name="comparison_of_unit_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit_path} {self.at:%F %R}"
