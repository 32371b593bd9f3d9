"""企业服务清单: what enterprises can have done, in a guide catalogue and in community menus.

Both are dated: `since` is the first day of a row, `until` the first day on which it no longer
holds. Nothing is rewritten, so that a menu can be read as it was on any day.
"""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.foundation.core.terms import Term
from loushi.registry.accounts.models import Department
from loushi.registry.territory.models import Unit

from .bundles import ServiceBundle


class ItemField(Term):
    """五位一体: 党务 政务 社务 医务 法务 (S3)."""

    code = models.CharField(max_length=20, primary_key=True)
    label = models.CharField(_("名称"), max_length=20, unique=True)
    meaning = models.CharField(_("含义"), max_length=200, blank=True, default="")
    order = models.PositiveSmallIntegerField(_("顺序"), default=100)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.label


class ItemSide(Term):
    """三侧: who gives the service: government, society or the market."""

    code = models.CharField(max_length=20, primary_key=True)
    label = models.CharField(_("名称"), max_length=20, unique=True)
    meaning = models.CharField(_("含义"), max_length=200, blank=True, default="")
    order = models.PositiveSmallIntegerField(_("顺序"), default=100)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.label


class ServiceItem(Scoped):
    """A service, known by its unit and code; what it says stands in its versions. One of a unit
    above the communities belongs to the guide catalogue, which communities take over."""

    preview_name = _("服务事项")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = UnitPathField(db_index=True)
    code = models.CharField(_("事项编码"), max_length=20)

    class Meta(Scoped.Meta):
        ordering = ["unit_path", "code"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "code"], name="service_item_once"),
        ]

    def __str__(self) -> str:
        return self.code


class ItemVersion(Scoped):
    """What an item says from a day on; never rewritten. `offered` is False from the day on which it
    was taken off. A version that was put right on its own first day ends on that day."""

    item = models.ForeignKey(
        ServiceItem, on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    number = models.PositiveIntegerField()
    since = models.DateField(_("起用日期"))
    until = models.DateField(_("停用日期"), null=True, blank=True)
    offered = models.BooleanField(default=True)
    title = models.CharField(_("事项名称"), max_length=80)
    summary = models.CharField(_("能办什么"), max_length=300, blank=True, default="")
    field = models.ForeignKey(
        ItemField, verbose_name=_("五位一体"), on_delete=models.PROTECT, related_name="+"
    )
    side = models.ForeignKey(
        ItemSide, verbose_name=_("三侧"), on_delete=models.PROTECT, related_name="+"
    )
    value_added = models.BooleanField(_("增值化服务"), default=False)
    one_matter = models.BooleanField(_("“一类事”"), default=False)
    bundle = models.ForeignKey(
        ServiceBundle, verbose_name=_("由哪件“一类事”办理"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+",
    )  # fmt: skip
    office = models.CharField(_("责任部门"), max_length=60, blank=True, default="")
    department = models.ForeignKey(
        Department, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    contact = models.CharField(_("联系方式"), max_length=60, blank=True, default="")
    conditions = models.CharField(_("办理条件"), max_length=1000, blank=True, default="")
    materials = models.CharField(_("所需材料"), max_length=2000, blank=True, default="")
    steps = models.CharField(_("怎么办"), max_length=2000, blank=True, default="")
    fees = models.CharField(_("收费"), max_length=120, blank=True, default="")
    limit = models.CharField(_("办理时限"), max_length=120, blank=True, default="")
    hours = models.CharField(_("办理时间"), max_length=120, blank=True, default="")
    channels = models.CharField(_("办理渠道"), max_length=120, blank=True, default="")
    source = models.CharField(_("依据"), max_length=200, blank=True, default="")
    why = models.CharField(_("修改说明"), max_length=200, blank=True, default="")
    by_name = models.CharField(max_length=80, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["item_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="item_version_once"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="item_version_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class MenuEntry(Scoped):
    """That a community offers an item of the guide from a day on, with its own hours, channels and
    contact where they differ ('' = as the guide says). Each change is a row of its own."""

    unit_path_stays = True  # a menu ends with its community: the heir has one of its own
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="entries")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = UnitPathField(db_index=True)
    since = models.DateField(_("起用日期"))
    until = models.DateField(_("停用日期"), null=True, blank=True)
    hours = models.CharField(_("办理时间"), max_length=120, blank=True, default="")
    channels = models.CharField(_("办理渠道"), max_length=120, blank=True, default="")
    contact = models.CharField(_("联系方式"), max_length=60, blank=True, default="")
    note = models.CharField(_("本社区说明"), max_length=300, blank=True, default="")
    by_name = models.CharField(max_length=80, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["unit_path", "item_id", "-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "unit"], condition=Q(until__isnull=True), name="menu_entry_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="menu_entry_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.item_id}"
