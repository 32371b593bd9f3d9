"""Service centres and 1+X stations: what they are, offer, hold, and how they meet the standard."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel, Scoped, UnitPathField
from loushi.registry.accounts.models import User
from loushi.registry.buildings.models import Building
from loushi.registry.territory.models import Unit


class Kind(models.TextChoices):
    """1+X: one centre, and stations of several kinds."""

    CENTRE = "centre", _("综合服务中心")
    PARTY_MASS = "party_mass", _("党群服务中心")
    RED_COLLAR = "red_collar", _("红领驿站")
    RIDER = "rider", _("骑士加油站")
    OTHER = "other", _("其他服务站点")


class Tenure(models.TextChoices):
    """不求所有、但求所用: how the community came to the place."""

    INTEGRATED = "integrated", _("整合")
    SWAPPED = "swapped", _("置换")
    SHARED = "shared", _("合用")
    OWN = "own", _("自有")


class Station(Scoped):
    """A place where people are served."""

    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = UnitPathField(db_index=True)
    building = models.ForeignKey(
        Building, verbose_name=_("所在楼宇"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    address = models.CharField(_("地址"), max_length=120, blank=True, default="")
    phone = models.CharField(_("服务电话"), max_length=20, blank=True, default="")
    tenure = models.CharField(_("场地来源"), max_length=12, choices=Tenure.choices)
    area = models.DecimalField(
        _("面积（㎡）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    workday_hours = models.CharField(_("工作日开放时间"), max_length=80, blank=True, default="")
    restday_hours = models.CharField(_("休息日开放时间"), max_length=80, blank=True, default="")
    extended_hours = models.CharField(_("延时服务时间"), max_length=80, blank=True, default="")
    slot_minutes = models.PositiveIntegerField(_("预约每段（分钟）"), null=True, blank=True)
    slot_places = models.PositiveIntegerField(_("每段名额"), default=2)
    days_ahead = models.PositiveIntegerField(_("可提前预约（天）"), default=7)
    release_minutes = models.PositiveIntegerField(_("过时不到多久让出名额（分钟）"), default=15)
    since = models.DateField(_("启用日期"))
    until = models.DateField(_("停用日期"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["unit_path", "kind", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="station_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class StationService(Scoped):
    """What a station offers, by the taxonomy 党务 政务 社务 医务 法务."""

    class Category(models.TextChoices):
        PARTY = "party", _("党务")
        GOVERNMENT = "government", _("政务")
        SOCIAL = "social", _("社务")
        MEDICAL = "medical", _("医务")
        LEGAL = "legal", _("法务")

    station = models.ForeignKey(
        Station, on_delete=models.CASCADE, related_name="services", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    category = models.CharField(_("类别"), max_length=12, choices=Category.choices)
    name = models.CharField(_("服务"), max_length=60)

    class Meta(Scoped.Meta):
        ordering = ["category", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "name"], name="station_service_once"),
        ]

    def __str__(self) -> str:
        return self.name


class StationSpace(Scoped):
    """阵地台账: a room of a station, its area and use."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="spaces")
    unit_path = UnitPathField(db_index=True)
    name = models.CharField(_("空间"), max_length=60)
    area = models.DecimalField(_("面积（㎡）"), max_digits=10, decimal_places=2)
    seats = models.PositiveIntegerField(_("座位数"), null=True, blank=True)
    use = models.CharField(_("用途"), max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class StandardItem(PublicModel):
    """An item of the standard ("六有"): data with dates, since the sources name none."""

    code = models.CharField(_("编码"), max_length=20)
    name = models.CharField(_("内容"), max_length=60)
    hint = models.CharField(_("怎么算达标"), max_length=200, blank=True, default="")
    since = models.DateField(_("起用日期"))
    until = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        ordering = ["code", "since", "id"]

    def __str__(self) -> str:
        return self.name


class Inspection(Scoped):
    """达标检查: a day on which somebody went through the standard."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="inspections")
    unit_path = UnitPathField(db_index=True)
    on = models.DateField(_("检查日期"))
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.CharField(_("检查说明"), max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.station_id} {self.on}"


class InspectionResult(Scoped):
    """One item of one inspection; the words are those of the day."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="results")
    unit_path = UnitPathField(db_index=True)
    item = models.ForeignKey(StandardItem, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    met = models.BooleanField(_("达标"))

    class Meta(Scoped.Meta):
        ordering = ["item__code", "id"]

    def __str__(self) -> str:
        return f"{self.name} {self.met}"
