"""预约: times at the window of a station, and who comes with what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.capacity import BookingFields, SlotFields
from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.accounts.models import User

from .registry import Station


class BookingSlot(SlotFields, Scoped):
    """A time of a station's day that somebody has asked for."""

    station = models.ForeignKey(
        Station, on_delete=models.CASCADE, related_name="slots", db_index=False
    )
    unit_path = UnitPathField(db_index=True)

    class Meta(SlotFields.Meta, Scoped.Meta):
        abstract = False
        ordering = ["starts_at", "id"]
        constraints = [
            *SlotFields.Meta.constraints,
            models.UniqueConstraint(fields=["station", "starts_at"], name="booking_slot_once"),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.starts_at}"


class Booking(BookingFields, Scoped):
    """Somebody's place in a slot. `user` is empty where the window booked for a caller; the words
    of the service are those of the day."""

    slot = models.ForeignKey(
        BookingSlot, on_delete=models.CASCADE, related_name="bookings", db_index=False
    )
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="+")
    unit_path = UnitPathField(db_index=True)
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("电话"), max_length=20, blank=True, default="")
    firm = models.CharField(_("单位"), max_length=80, blank=True, default="")
    service = models.CharField(_("服务"), max_length=60, blank=True, default="")
    matter = models.CharField(_("办什么事"), max_length=300, blank=True, default="")

    class Meta(BookingFields.Meta, Scoped.Meta):
        abstract = False
        ordering = ["slot__starts_at", "turn", "id"]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.name}"
