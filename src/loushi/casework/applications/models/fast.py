"""绿色通道: a place taken for a time; 线下代跑: who runs an errand for the applicant."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.accounts.models import User
from loushi.registry.territory.models import Unit

from .applications import Application, ApplicationStep


class FastTrack(Scoped):
    """The place and time of an application; `live` ones of one place in `unit`, the community in
    which places are named, never overlap. A refused or withdrawn one gives its place back."""

    preview_name = _("绿色通道")

    application = models.OneToOneField(
        Application, on_delete=models.CASCADE, related_name="fast_track"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = UnitPathField(db_index=False)
    place = models.CharField(_("地点"), max_length=30)
    since = models.DateTimeField(_("开始"))
    until = models.DateTimeField(_("结束"))
    live = models.BooleanField(default=True)

    class Meta(Scoped.Meta):
        ordering = ["since", "id"]
        indexes = [models.Index(fields=["unit", "place", "since"], name="fast_track_place")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("since")), name="fast_track_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.since}"


class AgentErrand(Scoped):
    """One stretch in which a person runs an errand; a hand-over ends it and begins another."""

    preview_name = _("线下代跑")

    step = models.ForeignKey(
        ApplicationStep, on_delete=models.CASCADE, related_name="errands", db_index=False
    )
    unit_path = UnitPathField(db_index=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    why = models.CharField(_("交接说明"), max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["step"], condition=models.Q(until__isnull=True), name="errand_one_runner"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} {self.person_id}"
