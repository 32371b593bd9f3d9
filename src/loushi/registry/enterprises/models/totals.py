"""Kept totals of buildings: how much space was in which state from which day on."""

from django.db import models

from loushi.foundation.core.scoping import Scoped
from loushi.registry.buildings.models import Building


class BuildingTotals(Scoped):
    """Areas (m²) and rooms by state of one building from `on` until its next row.

    Made from rooms, states and tenancies by `commands.totals`; never written by hand. A building
    with a `TotalsMark` is read from the facts instead, so a reader never sees old totals.
    """

    building = models.ForeignKey(
        Building, on_delete=models.CASCADE, related_name="totals", db_index=False
    )
    on = models.DateField()
    let = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    self_used = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    vacant = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    reserved = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    not_delivered = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    rooms_let = models.PositiveIntegerField(default=0)
    rooms_self_used = models.PositiveIntegerField(default=0)
    rooms_vacant = models.PositiveIntegerField(default=0)
    rooms_reserved = models.PositiveIntegerField(default=0)
    rooms_not_delivered = models.PositiveIntegerField(default=0)

    class Meta(Scoped.Meta):
        ordering = ["building_id", "on"]
        constraints = [
            models.UniqueConstraint(fields=["building", "on"], name="building_totals_once"),
        ]

    def __str__(self) -> str:
        return f"{self.building_id} {self.on}"
