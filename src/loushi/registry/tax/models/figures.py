"""Figures of single firms: one role sees them. A correction adds a version and keeps the old."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.models import Enterprise


class Figure(Scoped):
    """An amount of one firm in one year, in yuan, with where it came from.

    `place` is the unit path of the firm's home on the day of recording: facts keep their leaf unit;
    `unit_path` follows the tree, for rights. The newest version is `is_current`.
    """

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    building = models.ForeignKey(
        Building, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    unit_path = UnitPathField(db_index=True)
    place = UnitPathField()
    section = models.CharField(max_length=1, blank=True, default="")
    year = models.PositiveSmallIntegerField(_("年度"))
    amount = models.DecimalField(_("金额（元）"), max_digits=16, decimal_places=2)
    source = models.CharField(_("来源"), max_length=60)
    batch = models.CharField(_("导入批次"), max_length=40, blank=True, default="")
    version = models.PositiveSmallIntegerField(_("版次"), default=1)
    is_current = models.BooleanField(default=True)
    why = models.CharField(_("更正原因"), max_length=200, blank=True, default="")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.BigIntegerField(null=True, blank=True)

    class Meta(Scoped.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.year} v{self.version}"


class TaxReturn(Figure):
    """税收: what a firm paid in a year."""

    measure: ClassVar[str] = "tax"

    class Meta(Figure.Meta):
        ordering = ["enterprise_id", "year", "-version"]
        indexes = [
            models.Index(fields=["year", "is_current", "unit_path", "id"], name="tax_year_path"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "year"], condition=models.Q(is_current=True),
                name="tax_current_once",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "year", "version"], name="tax_version_once"
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="tax_not_negative"),
        ]  # fmt: skip


class OutputRecord(Figure):
    """产值: what a firm produced or turned over in a year."""

    measure: ClassVar[str] = "output"

    class Meta(Figure.Meta):
        ordering = ["enterprise_id", "year", "-version"]
        indexes = [
            models.Index(fields=["year", "is_current", "unit_path", "id"], name="output_year_path"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "year"], condition=models.Q(is_current=True),
                name="output_current_once",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "year", "version"], name="output_version_once"
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="output_not_negative"),
        ]  # fmt: skip


class DistrictTotal(Scoped):
    """What the tax office publishes of the whole district, firms outside the communities included:
    the denominator of the two shares. Already an aggregate; kept in versions like the figures."""

    unit_path = UnitPathField(db_index=True)
    year = models.PositiveSmallIntegerField(_("年度"))
    tax = models.DecimalField(_("全区税收（元）"), max_digits=18, decimal_places=2)
    key_taxpayers = models.PositiveIntegerField(_("全区重点税源户数"))
    source = models.CharField(_("来源"), max_length=60)
    version = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.BigIntegerField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["-year", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit_path", "year"], condition=models.Q(is_current=True),
                name="district_total_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.year} v{self.version}"
