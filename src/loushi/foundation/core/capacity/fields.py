"""Abstract bases of a package's two tables: times with places, and who has them."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class BookingState(models.TextChoices):
    """The life of a booking."""

    BOOKED = "booked", _("已预约")
    WAITING = "waiting", _("候补中")
    ARRIVED = "arrived", _("已到场")
    SERVED = "served", _("已办完")
    CANCELLED = "cancelled", _("已取消")
    MISSED = "missed", _("未到")
    LAPSED = "lapsed", _("未轮到")


class SlotFields(models.Model):
    """A time with places. `taken` and `turns` are the engine's; the subclass says whose it is."""

    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    places = models.PositiveIntegerField(_("名额"))
    taken = models.PositiveIntegerField(default=0)
    turns = models.PositiveIntegerField(default=0)
    release_minutes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(taken__lte=F("places")), name="%(class)s_never_over"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="%(class)s_runs_forward"
            ),
        ]


class BookingFields(models.Model):
    """A booking; the subclass adds the foreign key `slot`. `turn` is the order of asking."""

    holder = models.CharField(max_length=80)
    units = models.PositiveIntegerField(default=1)
    state = models.CharField(_("状态"), max_length=10, choices=BookingState.choices)
    turn = models.PositiveIntegerField()
    held_since = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["slot", "turn"], name="%(class)s_turn_once"),
        ]
        indexes = [models.Index(fields=["holder", "state"], name="%(class)s_holder")]
