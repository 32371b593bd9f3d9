"""Sweeps 扫楼: a campaign, its rooms, and every result that was written at a door."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.accounts.models import User
from loushi.registry.buildings.models import Building, Space
from loushi.registry.territory.models import Unit


class SweepCampaign(Scoped):
    """A sweep of chosen buildings; its list of rooms is fixed when it is made."""

    class State(models.TextChoices):
        RUNNING = "running", _("进行中")
        CLOSED = "closed", _("已结束")

    name = models.CharField(_("名称"), max_length=60)
    unit = models.ForeignKey(
        Unit, verbose_name=_("范围"), on_delete=models.PROTECT, related_name="sweeps"
    )
    unit_path = UnitPathField(db_index=True)
    starts_on = models.DateField(_("开始"))
    due_on = models.DateField(_("截止"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    note = models.CharField(_("说明"), max_length=300, blank=True, default="")
    created_by = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=80, blank=True, default="")
    closing_note = models.CharField(max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("starts_on")),
                name="sweep_runs_forward",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Outcome(models.TextChoices):
    CONFIRMED = "confirmed", _("无变化")
    CORRECTED = "corrected", _("有更正")
    VACANT = "vacant", _("空置")
    ABSENT = "absent", _("没有人")
    REFUSED = "refused", _("拒访")


REACHED = (Outcome.CONFIRMED, Outcome.CORRECTED, Outcome.VACANT)
"""Outcomes after which one knows who is in the room; the others belong on the revisit list."""


class SweepTask(Scoped):
    """One room of a campaign. `unit_path` is the room's, so that its micro-grid finds it.

    `base` is what the register said when the list was made; `outcome` the newest result ('' =
    nobody was there yet), `version` grows with each result.
    """

    campaign = models.ForeignKey(
        SweepCampaign, on_delete=models.CASCADE, related_name="tasks", db_index=False
    )
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="sweep_tasks")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="sweep_tasks")
    unit = models.ForeignKey(
        Unit,
        verbose_name=_("责任片区、微网格"),
        on_delete=models.PROTECT,
        related_name="sweep_tasks",
    )
    unit_path = UnitPathField()
    floor = models.SmallIntegerField(null=True, blank=True)
    number = models.CharField(max_length=30)
    base = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default="")
    is_added = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True, default="")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="swept_rooms"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        ordering = ["campaign_id", "building_id", "-floor", "number", "id"]
        indexes = [
            models.Index(fields=["campaign", "building", "outcome"], name="sweep_task_building"),
            models.Index(fields=["unit_path", "campaign"], name="sweep_task_path"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "space"], name="sweep_task_once")
        ]

    def __str__(self) -> str:
        return self.number


class SweepResult(Scoped):
    """What one person found at one door. Append-only; `changes` is what the register became."""

    task = models.ForeignKey(SweepTask, on_delete=models.CASCADE, related_name="results")
    unit_path = UnitPathField(db_index=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="sweep_results"
    )
    by_name = models.CharField(max_length=80)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    note = models.CharField(max_length=300, blank=True, default="")
    notes = models.JSONField(default=dict)
    changes = models.JSONField(default=list)

    class Meta(Scoped.Meta):
        ordering = ["task_id", "-id"]

    def __str__(self) -> str:
        return f"{self.task_id} {self.outcome}"
