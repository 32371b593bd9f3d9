"""Resolutions and the tasks that carry them out."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.accounts.models import User
from loushi.registry.buildings.models import Building

from .bodies import Body
from .meetings import AgendaItem


class Resolution(Scoped):
    """决议: what was decided on one item, for or against; reported once those behind it have
    their answer."""

    class State(models.TextChoices):
        RUNNING = "running", _("执行中")
        REPORTED = "reported", _("已答复")

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = UnitPathField(db_index=True)
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    item = models.OneToOneField(AgendaItem, on_delete=models.PROTECT, related_name="resolution")
    year = models.PositiveSmallIntegerField()
    adopted = models.BooleanField(_("通过"))
    text = models.TextField(_("决议内容"))
    adopted_on = models.DateField(_("表决日期"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    verdict = models.CharField(_("办理结果"), max_length=10, blank=True, default="")
    answer = models.TextField(_("答复"), blank=True, default="")
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["-adopted_on", "-id"]
        indexes = [models.Index(fields=["body", "-adopted_on"], name="resolution_body")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return _("决议 %(year)d-%(number)04d") % {"year": self.year, "number": self.pk or 0}


class ResolutionTask(Scoped):
    """One thing to be done for a resolution, by somebody until a day."""

    class State(models.TextChoices):
        OPEN = "open", _("进行中")
        DONE = "done", _("已完成")
        DROPPED = "dropped", _("不再需要")

    resolution = models.ForeignKey(Resolution, on_delete=models.CASCADE, related_name="tasks")
    unit_path = UnitPathField(db_index=True)
    what = models.CharField(_("任务"), max_length=120)
    owner = models.ForeignKey(
        User, verbose_name=_("负责人账号"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    owner_name = models.CharField(_("负责人"), max_length=40)
    due_on = models.DateField(_("完成期限"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    done_on = models.DateField(null=True, blank=True)
    note = models.CharField(_("进展"), max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.what
