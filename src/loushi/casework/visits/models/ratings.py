"""Anonymous ratings of visits: who has rated, and what was said, in two tables that never meet.

See docs/adr/0007-ratings-without-a-trace.md before touching anything here.
"""

from django.db import models

from loushi.casework.visits.models.visits import Visit
from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.territory.models import Unit


class RatedVisit(Scoped):
    """A visit that its enterprise has rated. No actor, no time, no id of its own: the key is the
    visit's, so that the order of the rows says nothing about the order of the ratings."""

    visit = models.OneToOneField(
        Visit, on_delete=models.CASCADE, primary_key=True, related_name="rated"
    )
    unit_path = UnitPathField()

    class Meta(Scoped.Meta):
        pass

    def __str__(self) -> str:
        return f"visit {self.visit_id}"


class RatingBatch(Scoped):
    """The tally of five ratings in one unit. There is no row for a single rating.

    Nothing is shown before it is full; `firms` keeps one enterprise from filling a batch alone and
    is emptied when the batch closes.
    """

    SIZE = 5

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rating_batches")
    unit_path = UnitPathField(db_index=True)
    count = models.PositiveSmallIntegerField(default=0)
    helpful = models.PositiveSmallIntegerField(default=0)
    fair = models.PositiveSmallIntegerField(default=0)
    useless = models.PositiveSmallIntegerField(default=0)
    too_often = models.PositiveSmallIntegerField(default=0)
    firms = models.JSONField(default=list)
    is_closed = models.BooleanField(default=False)

    class Meta(Scoped.Meta):
        ordering = ["unit_path", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(count__lte=5), name="rating_batch_of_five"),
            models.CheckConstraint(
                condition=models.Q(
                    count=models.F("helpful") + models.F("fair") + models.F("useless")
                ),
                name="rating_batch_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.count}"
