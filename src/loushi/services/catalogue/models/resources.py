"""社区所能: what a community, its buildings or its partners can give. Kinds are data."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.foundation.core.terms import Term
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit


class ResourceKind(Term):
    """A kind of resource: room, expert, fund, training, canteen, shuttle, credit line …"""

    code = models.CharField(max_length=20, primary_key=True)
    label = models.CharField(_("名称"), max_length=20, unique=True)
    meaning = models.CharField(_("含义"), max_length=200, blank=True, default="")
    order = models.PositiveSmallIntegerField(_("顺序"), default=100)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.label


class Resource(Scoped):
    """One resource of a unit. `origin` is what it came from (a resolution), so that it is drafted
    once; `until` is the last day. `firm` is the provider where it is an enterprise of the register:
    its contacts receive who has booked."""

    preview_name = _("社区资源")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        WITHDRAWN = "withdrawn", _("已撤下")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = UnitPathField(db_index=True)
    kind = models.ForeignKey(ResourceKind, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("资源名称"), max_length=80)
    provider = models.CharField(_("提供方"), max_length=80, blank=True, default="")
    firm = models.ForeignKey(
        Enterprise, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    summary = models.CharField(_("内容"), max_length=1000, blank=True, default="")
    capacity = models.PositiveIntegerField(_("容量"), null=True, blank=True)
    measure = models.CharField(_("容量单位"), max_length=12, blank=True, default="")
    terms = models.CharField(_("使用条件"), max_length=500, blank=True, default="")
    hours = models.CharField(_("开放时间"), max_length=120, blank=True, default="")
    booking = models.CharField(_("怎么预约"), max_length=300, blank=True, default="")
    contact = models.CharField(_("联系电话"), max_length=60, blank=True, default="")
    since = models.DateField(_("开始日期"), null=True, blank=True)
    until = models.DateField(_("结束日期"), null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    origin = models.CharField(max_length=60, blank=True, default="")
    origin_label = models.CharField(max_length=120, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["unit_path", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["origin"], condition=~models.Q(origin=""), name="resource_origin_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ResourceArea(Scoped):
    """A tower that a resource serves; without any it serves the whole unit."""

    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, related_name="areas", db_index=False
    )
    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="+")
    unit_path = UnitPathField(db_index=True)

    class Meta(Scoped.Meta):
        ordering = ["resource_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "building"], name="resource_area_once"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.building_id}"
