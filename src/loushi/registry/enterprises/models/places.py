"""Where enterprises sit through time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.buildings.models import Building, Space
from loushi.registry.enterprises.models.firms import Enterprise


class Presence(models.TextChoices):
    """Seed documents' tri-state; domain.md E2."""

    HERE_REGISTERED = "here_registered", _("在地在册")
    HERE_ONLY = "here_only", _("在地不在册")
    REGISTERED_ONLY = "registered_only", _("在册不在地")


class Tenancy(Scoped):
    """入驻: an enterprise in a space, or only in a building; `until` is the first day after."""

    index_again = "loushi.registry.enterprises.commands.indexing.index_tenants"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="tenancies")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="tenancies")
    space = models.ForeignKey(
        Space, on_delete=models.PROTECT, null=True, blank=True, related_name="tenancies"
    )
    unit_path = UnitPathField(db_index=True)
    presence = models.CharField(
        _("在地状态"), max_length=16, choices=Presence.choices, default=Presence.HERE_REGISTERED
    )
    area = models.DecimalField(
        _("面积（㎡）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    since = models.DateField(_("入驻日期"), null=True, blank=True)
    until = models.DateField(_("迁出日期"), null=True, blank=True)
    lease_until = models.DateField(_("租约到期"), null=True, blank=True)
    is_main = models.BooleanField(default=True)
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")
    external_id = models.CharField(max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["enterprise_id", "id"]
        indexes = [models.Index(fields=["building", "until"], name="tenancy_building")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True)
                | models.Q(since__isnull=True)
                | models.Q(until__gte=models.F("since")),
                name="tenancy_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} @ {self.building_id}"
