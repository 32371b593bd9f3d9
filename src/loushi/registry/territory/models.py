"""Units of the tree, their dated placements, successions, hosts and boundaries."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel, UnitPathField


class UnitKind(models.TextChoices):
    DISTRICT = "district", _("区")
    SUBDISTRICT = "subdistrict", _("街道")
    COMMUNITY = "community", _("商务社区")
    GRID = "grid", _("片区")
    MICRO_GRID = "micro_grid", _("微网格")


class Unit(PublicModel):
    """A unit's permanent identity; public administrative fact. `path` is today's, for rights.

    Where the unit hangs in the tree on a date stands in UnitPlacement.
    """

    code = models.CharField(_("编码"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("层级"), max_length=12, choices=UnitKind.choices)
    path = UnitPathField(_("今日路径"), db_index=True)
    prefix = models.CharField(_("诉求编号前缀"), max_length=4, blank=True, default="")
    feature = models.CharField(_("特色"), max_length=60, blank=True, default="")
    founded_on = models.DateField(_("成立日期"))
    dissolved_on = models.DateField(_("撤销日期"), null=True, blank=True)
    source = models.CharField(_("依据"), max_length=200, blank=True, default="")

    class Meta:
        ordering = ["path", "id"]
        indexes = [models.Index(fields=["kind", "path"], name="unit_kind_path")]

    def __str__(self) -> str:
        return self.name


class UnitName(PublicModel):
    """A unit's dated names: the one with the latest `since` holds. `Unit.name` is today's."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="names", db_index=False)
    name = models.CharField(max_length=60)
    since = models.DateField()

    class Meta:
        ordering = ["unit_id", "since"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "since"], name="unit_name_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.since}"


class UnitPlacement(PublicModel):
    """Where a unit hangs from `since` to `until` (exclusive; None = open)."""

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="placements", db_index=False
    )
    parent = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="child_placements"
    )
    path = UnitPathField(db_index=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["unit_id", "since"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gt=models.F("since")),
                name="placement_runs_forward",
            ),
            models.UniqueConstraint(fields=["unit", "since"], name="placement_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.path} {self.since}–{self.until or ''}"


class UnitSuccession(PublicModel):
    """Who inherits on a merge or split; `building_id` narrows the heirship to one building.

    The main heir of a dissolved unit inherits everything that no building assigns.
    """

    class Kind(models.TextChoices):
        MERGE = "merge", _("合并")
        SPLIT = "split", _("拆分")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successions")
    heir = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="inheritances")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    on = models.DateField()
    building_id = models.BigIntegerField(null=True, blank=True)
    is_main = models.BooleanField(default=False)
    effective_at = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["on", "id"]

    def __str__(self) -> str:
        return f"{self.unit_id} → {self.heir_id} {self.on}"


class ResidentialCommunity(PublicModel):
    """属地社区: a traditional residential community (12-digit statutory code where known)."""

    code = models.CharField(_("区划代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    subdistrict = models.CharField(_("所属街道"), max_length=60, blank=True, default="")
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class UnitHost(PublicModel):
    """Which residential communities a business community was taken out of, dated."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="hosts", db_index=False)
    community = models.ForeignKey(
        ResidentialCommunity, on_delete=models.PROTECT, related_name="hosted_units"
    )
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "community", "since"], name="host_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} ⊂ {self.community_id}"


class Boundary(PublicModel):
    """A unit's dated outline as GeoJSON with its reference system."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="boundaries")
    geometry = models.JSONField()
    crs = models.CharField(max_length=12, default="CGCS2000")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.unit_id} {self.since}"


class PathRewrite(PublicModel):
    """A resumable job: rows of all scoped models at or below `old_path` move to `new_path`.

    `heir` says that the unit's own rows change owner (merge, split), not only place; with
    `building_id` only the rows that hang on this building move. Deeper paths go first.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rewrites")
    heir = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="inheriting_rewrites"
    )
    succession = models.OneToOneField(
        UnitSuccession, on_delete=models.PROTECT, null=True, blank=True, related_name="rewrite"
    )
    old_path = UnitPathField()
    new_path = UnitPathField()
    building_id = models.BigIntegerField(null=True, blank=True)
    on = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    progress = models.JSONField(default=dict)

    class Meta:
        ordering = ["on", "id"]
        indexes = [
            models.Index(
                fields=["on"], name="path_rewrite_open", condition=models.Q(done_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.old_path} → {self.new_path} {self.on}"
