"""What a building offers besides rooms: amenities by kind, and public spaces."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped
from loushi.foundation.core.terms import Term
from loushi.registry.buildings.models.places import Building, Floor


class AmenityKind(Term):
    """A kind of amenity: 停车位, 充电桩, 食堂 … Data, because districts count different things."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=20, unique=True)
    measure = models.CharField(_("单位"), max_length=10)
    order = models.PositiveSmallIntegerField(_("顺序"), default=100)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name


class Amenity(Scoped):
    """配套: how many of a kind a building has, where, and when they are open."""

    building = models.ForeignKey(
        Building, on_delete=models.CASCADE, related_name="amenities", db_index=False
    )
    kind = models.ForeignKey(AmenityKind, on_delete=models.PROTECT, related_name="amenities")
    name = models.CharField(_("名称"), max_length=40, blank=True, default="")
    place = models.CharField(_("位置"), max_length=60, blank=True, default="")
    count = models.PositiveIntegerField(_("数量"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("可容纳人数"), null=True, blank=True)
    hours = models.CharField(_("开放时间"), max_length=60, blank=True, default="")
    is_public = models.BooleanField(_("对外开放"), default=False)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["building_id", "kind__order", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["building", "kind", "name"], name="amenity_once"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.kind)


class Venue(Scoped):
    """公共空间: a hall, a lounge, a meeting room that others may use."""

    building = models.ForeignKey(
        Building, on_delete=models.CASCADE, related_name="venues", db_index=False
    )
    floor = models.ForeignKey(
        Floor, on_delete=models.PROTECT, null=True, blank=True, related_name="venues"
    )
    name = models.CharField(_("名称"), max_length=60)
    area = models.DecimalField(
        _("面积（㎡）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    capacity = models.PositiveIntegerField(_("可容纳人数"), null=True, blank=True)
    hours = models.CharField(_("开放时间"), max_length=60, blank=True, default="")
    equipment = models.CharField(_("设备"), max_length=200, blank=True, default="")
    terms = models.CharField(_("使用办法"), max_length=200, blank=True, default="")
    is_open = models.BooleanField(_("现在开放"), default=True)
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["building_id", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["building", "name"], name="venue_once"),
        ]

    def __str__(self) -> str:
        return self.name
