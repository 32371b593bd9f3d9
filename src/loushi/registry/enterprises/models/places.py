"""Where enterprises sit through time."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.foundation.core.terms import Term
from loushi.registry.buildings.models import Building, Space
from loushi.registry.enterprises.models.firms import Enterprise
from loushi.registry.enterprises.models.presence import Lies, Presence
from loushi.registry.territory.models import Unit


class ChangeReason(Term):
    """Why a place began or ended to be an enterprise's: data, so that a district may add its own.

    `corrected` marks what was never so; the others are events of the real world.
    """

    code = models.CharField(max_length=16, primary_key=True)
    label = models.CharField(_("名称"), max_length=20)
    begins = models.BooleanField(_("可用于开始"), default=True)
    ends = models.BooleanField(_("可用于结束"), default=True)
    order = models.PositiveSmallIntegerField(_("顺序"), default=100)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.label


class Tenancy(Scoped):
    """入驻: an enterprise in a space, or only in a building; `until` is the first day after.

    `sits` says whether it really is there; a row without is kept by the commands while the
    enterprise is registered there and sits elsewhere or nowhere. `presence` is derived from `sits`
    and the registration (`presence_of`): of today, of the last day where the row has ended, of the
    first where it has not begun.
    """

    index_again = "loushi.registry.enterprises.commands.indexing.index_tenants"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="tenancies")
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, related_name="tenancies", db_index=False
    )
    space = models.ForeignKey(
        Space, on_delete=models.PROTECT, null=True, blank=True, related_name="tenancies"
    )
    unit_path = UnitPathField(db_index=True)
    sits = models.BooleanField(_("实际在此办公"), default=True)
    presence = models.CharField(
        _("在地状态"), max_length=16, choices=Presence.choices, default=Presence.UNKNOWN
    )
    area = models.DecimalField(
        _("面积（㎡）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    since = models.DateField(_("入驻日期"), null=True, blank=True)
    until = models.DateField(_("迁出日期"), null=True, blank=True)
    lease_until = models.DateField(_("租约到期"), null=True, blank=True)
    is_main = models.BooleanField(default=True)
    began = models.ForeignKey(
        ChangeReason,
        verbose_name=_("入驻原因"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ended = models.ForeignKey(
        ChangeReason,
        verbose_name=_("迁出原因"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
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


class PlaceFact(Scoped):
    """Where an enterprise is registered, or where it pays tax, from a day to a day.

    Facts of one kind follow each other without overlap; a gap exists only after 注销. A change
    closes the running fact and opens another; a correction of history withdraws what was wrong
    (`withdrawn_at`) and marks what stands in its place as `corrected`. Rows are never rewritten.
    """

    class Kind(models.TextChoices):
        REGISTRATION = "registration", _("注册地")
        TAX = "tax", _("纳税地")

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="facts")
    unit_path = UnitPathField(db_index=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    lies = models.CharField(max_length=8, choices=Lies.choices, default=Lies.UNKNOWN)
    address = models.CharField(_("地址"), max_length=200, blank=True, default="")
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="facts"
    )
    space = models.ForeignKey(
        Space, on_delete=models.PROTECT, null=True, blank=True, related_name="facts"
    )
    within = models.ForeignKey(
        Unit,
        verbose_name=_("所属单元"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="facts",
    )
    since = models.DateField(_("自"), null=True, blank=True)
    until = models.DateField(_("至"), null=True, blank=True)
    reason = models.ForeignKey(ChangeReason, on_delete=models.PROTECT, related_name="+")
    ended = models.ForeignKey(
        ChangeReason, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.BigIntegerField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["enterprise_id", "kind", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind"],
                condition=models.Q(until__isnull=True, withdrawn_at__isnull=True),
                name="fact_runs_once",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True)
                | models.Q(since__isnull=True)
                | models.Q(until__gt=models.F("since")),
                name="fact_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.kind} {self.lies}"
