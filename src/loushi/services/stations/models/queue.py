"""排队叫号: counters of a station, and the tickets of a day."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.accounts.models import User

from .registry import Station


class Counter(Scoped):
    """A window of a station. `services` are the words of what it does, none means everything; one
    that is no longer open calls nobody."""

    station = models.ForeignKey(
        Station, on_delete=models.CASCADE, related_name="counters", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    name = models.CharField(_("窗口"), max_length=20)
    services = models.JSONField(_("办哪些服务"), default=list)
    order = models.PositiveSmallIntegerField(default=0)
    is_open = models.BooleanField(default=True)

    class Meta(Scoped.Meta):
        ordering = ["station_id", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "name"], name="counter_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class QueueTicket(Scoped):
    """A place in the queue of a day. `since` is when it came into its state; waiting and service
    add up over transfers. `counter` is where it was called, or where it was sent to."""

    preview_name = _("排队号")

    class State(models.TextChoices):
        WAITING = "waiting", _("等候")
        CALLED = "called", _("办理中")
        SERVED = "served", _("已办完")
        MISSED = "missed", _("过号")
        LEFT = "left", _("已取消")

    station = models.ForeignKey(
        Station, on_delete=models.CASCADE, related_name="tickets", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    on = models.DateField(_("日期"))
    number = models.PositiveIntegerField(_("号"))
    service = models.CharField(_("服务"), max_length=60, blank=True, default="")
    on_paper = models.BooleanField(default=True)
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    counter = models.ForeignKey(
        Counter, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    taken_at = models.DateTimeField(default=timezone.now)
    called_at = models.DateTimeField(null=True, blank=True)
    since = models.DateTimeField(default=timezone.now)
    waited = models.PositiveIntegerField(_("等候（秒）"), default=0)
    served = models.PositiveIntegerField(_("办理（秒）"), default=0)
    calls = models.PositiveIntegerField(_("叫号次数"), default=0)
    transfers = models.PositiveIntegerField(_("转窗口次数"), default=0)

    class Meta(Scoped.Meta):
        ordering = ["on", "station_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["station", "on", "number"], name="ticket_number_once"),
            models.UniqueConstraint(
                fields=["station", "on", "user"],
                condition=Q(state__in=["waiting", "called"], user__isnull=False),
                name="ticket_of_one_person",
            ),
            models.UniqueConstraint(
                fields=["counter"], condition=Q(state="called"), name="counter_serves_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number:03}"
