"""预约资源: when a resource can be booked, and who has which time."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.capacity import BookingFields, SlotFields
from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.accounts.models import User

from .resources import Resource


class ResourceTimes(Scoped):
    """The times of a resource that can be booked. Without a row it is used as its text says."""

    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, related_name="times")
    unit_path = UnitPathField(db_index=True)
    minutes = models.PositiveIntegerField(_("每段（分钟）"))
    places = models.PositiveIntegerField(_("每段名额"))
    most = models.PositiveIntegerField(_("一次最多约几个"), default=1)
    days_ahead = models.PositiveIntegerField(_("可提前预约（天）"), default=14)
    release_minutes = models.PositiveIntegerField(_("过时不到多久让出名额（分钟）"), default=15)
    workday_hours = models.CharField(_("工作日开放时间"), max_length=80, blank=True, default="")
    restday_hours = models.CharField(_("休息日开放时间"), max_length=80, blank=True, default="")
    extended_hours = models.CharField(_("延时服务时间"), max_length=80, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["resource_id"]

    def __str__(self) -> str:
        return str(self.resource_id)


class ResourceSlot(SlotFields, Scoped):
    """A time of a resource that somebody has asked for."""

    resource = models.ForeignKey(
        Resource, on_delete=models.CASCADE, related_name="slots", db_index=False
    )
    unit_path = UnitPathField(db_index=True)

    class Meta(SlotFields.Meta, Scoped.Meta):
        abstract = False
        ordering = ["starts_at", "id"]
        constraints = [
            *SlotFields.Meta.constraints,
            models.UniqueConstraint(fields=["resource", "starts_at"], name="resource_slot_once"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.starts_at}"


class ResourceBooking(BookingFields, Scoped):
    """Somebody's places in a slot. `user` is empty where staff booked for a caller."""

    preview_name = _("资源预约")

    slot = models.ForeignKey(
        ResourceSlot, on_delete=models.CASCADE, related_name="bookings", db_index=False
    )
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    unit_path = UnitPathField(db_index=True)
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("电话"), max_length=20, blank=True, default="")
    firm = models.CharField(_("单位"), max_length=80, blank=True, default="")
    note = models.CharField(_("做什么用"), max_length=300, blank=True, default="")

    class Meta(BookingFields.Meta, Scoped.Meta):
        abstract = False
        ordering = ["slot__starts_at", "turn", "id"]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.name}"
