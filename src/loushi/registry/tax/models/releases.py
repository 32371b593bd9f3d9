"""Frozen cubes: what everybody else sees. A release is never changed, only followed by another."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.buildings.models import Building
from loushi.registry.tax.models.figures import TaxReturn


class Measure(models.TextChoices):
    """What a cell sums: the tax of all its firms, or of the key taxpayers among them."""

    TAX = "tax", _("税收")
    KEY = "key", _("其中重点税源")


MEASURES: tuple[str, ...] = tuple(Measure.values)


class CellState(models.TextChoices):
    """Why a cell shows an interval or nothing."""

    SHOWN = "shown", _("已发布")
    FEW = "few", _("不足三家")
    DOMINATED = "dominated", _("一户或两户占比过高")
    COMPLEMENTARY = "complementary", _("为保护其他格而不发布")
    EMPTY = "empty", _("没有企业")


class Release(Scoped):
    """One publication: a number, the years it covers, who published it and when."""

    unit_path = UnitPathField(db_index=True)
    number = models.PositiveIntegerField(unique=True)
    years = models.JSONField(default=list)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    source = models.CharField(_("来源"), max_length=200, blank=True, default="")
    digest = models.CharField(max_length=64)
    """SHA-256 of what the preview showed: publishing something else is refused."""
    counts = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.BigIntegerField(null=True, blank=True)
    publisher = models.CharField(max_length=80, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"R{self.number}"


class ReleaseCell(Scoped):
    """One cell: unit or tower × section × year × measure. Bounds in yuan, null where suppressed.

    The names are those of the day; `section` '' is all sections. Nothing else is stored of the
    firms behind it: no sum, no count of key taxpayers but as an interval.
    """

    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, related_name="cells", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    unit_id = models.BigIntegerField()
    unit_name = models.CharField(max_length=80)
    unit_kind = models.CharField(max_length=12)
    building = models.ForeignKey(
        Building, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    section = models.CharField(max_length=1, blank=True, default="")
    year = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=4, choices=Measure.choices)
    state = models.CharField(max_length=14, choices=CellState.choices)
    low = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    high = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    firms_low = models.PositiveIntegerField(null=True, blank=True)
    firms_high = models.PositiveIntegerField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["release_id", "year", "unit_path", "section", "id"]
        indexes = [
            models.Index(fields=["release", "measure", "year", "unit_id"], name="cell_release"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_name} {self.section} {self.year} {self.measure}"


class ReleaseMember(Scoped):
    """Which version of which return stood in which place in a release: what the check of later
    releases needs to know of earlier ones. Seen by the one role that sees figures."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="members")
    tax_return = models.ForeignKey(TaxReturn, on_delete=models.PROTECT, related_name="+")
    unit_path = UnitPathField(db_index=True)
    place = UnitPathField()
    section = models.CharField(max_length=1, blank=True, default="")
    building_id = models.BigIntegerField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.release_id} {self.tax_return_id}"
