"""A code stands for a building, an entrance or a room, for as long as it is on a door."""

from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.buildings.models import Building, Space


class PlaceCode(Scoped):
    """One printed code. `code` is "<building>-<eight random characters>" and is never used again;
    a revoked one leads nowhere. Neither `space` nor `entrance`: the whole building."""

    building = models.ForeignKey(
        Building, verbose_name=_("楼宇"), on_delete=models.CASCADE, related_name="place_codes"
    )
    space = models.ForeignKey(
        Space, on_delete=models.CASCADE, null=True, blank=True, related_name="place_codes"
    )
    entrance = models.CharField(_("入口"), max_length=20, blank=True, default="")
    unit_path = UnitPathField(db_index=True)
    code = models.CharField(max_length=30, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=80)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=80, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["building_id", "id"]
        constraints = [
            models.UniqueConstraint(
                "building",
                Coalesce("space", 0),
                "entrance",
                condition=models.Q(revoked_at__isnull=True),
                name="place_code_one_in_force",
            )
        ]

    def __str__(self) -> str:
        return self.code


class PublicCard(Scoped):
    """What anybody may read who scans a code of the building, beyond its name and address."""

    building = models.OneToOneField(Building, on_delete=models.CASCADE, related_name="public_card")
    unit_path = UnitPathField(db_index=True)
    shows_phone = models.BooleanField(_("公开物业公司的电话"), default=False)

    class Meta(Scoped.Meta):
        ordering = ["building_id"]

    def __str__(self) -> str:
        return str(self.building_id)
