"""Buildings, their floors and rooms, and what was said about the rooms through time."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.buildings.models.managers import PropertyManager
from loushi.registry.territory.models import Unit


class ReferenceSystem(models.TextChoices):
    """Coordinates always carry their system: offsets between these reach hundreds of metres."""

    CGCS2000 = "CGCS2000", "CGCS2000"
    WGS84 = "WGS84", "WGS-84"
    GCJ02 = "GCJ02", "GCJ-02"
    BD09 = "BD09", "BD-09"
    UNKNOWN = "unknown", _("未说明")


class Grade(models.TextChoices):
    """写字楼等级. What counts as which grade is decided by whoever grades (`grade_source`)."""

    SUPER = "super_a", _("超甲级")
    A = "a", _("甲级")
    B = "b", _("乙级")
    C = "c", _("丙级")


class Building(Scoped):
    """楼宇. `unit` is the lowest unit that contains it whole (community, grid or micro-grid)."""

    index_again = "loushi.registry.buildings.commands.indexing.index_again"
    preview_name = _("楼宇")

    code = models.CharField(_("楼宇编码"), max_length=32, null=True, blank=True, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    unit = models.ForeignKey(
        Unit, verbose_name=_("所属单元"), on_delete=models.PROTECT, related_name="buildings"
    )
    unit_path = UnitPathField(db_index=True)
    address = models.CharField(_("地址"), max_length=200, blank=True, default="")
    longitude = models.DecimalField(
        _("经度"), max_digits=10, decimal_places=7, null=True, blank=True
    )
    latitude = models.DecimalField(
        _("纬度"), max_digits=10, decimal_places=7, null=True, blank=True
    )
    crs = models.CharField(
        _("坐标系"), max_length=10, choices=ReferenceSystem.choices, default=ReferenceSystem.UNKNOWN
    )
    outline = models.JSONField(_("轮廓"), null=True, blank=True)
    floors_above = models.PositiveSmallIntegerField(_("地上层数"), null=True, blank=True)
    floors_below = models.PositiveSmallIntegerField(_("地下层数"), null=True, blank=True)
    lettable_area = models.DecimalField(
        _("可租面积（㎡）"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    grade = models.CharField(
        _("等级"), max_length=10, choices=Grade.choices, blank=True, default=""
    )
    grade_source = models.CharField(_("等级依据"), max_length=60, blank=True, default="")
    completed_year = models.PositiveSmallIntegerField(_("交付年份"), null=True, blank=True)
    manager = models.ForeignKey(
        PropertyManager,
        verbose_name=_("物业公司"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="buildings",
    )
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")
    as_of = models.DateField(_("截至"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(Scoped.Meta):
        ordering = ["unit_path", "name", "id"]
        indexes = [models.Index(fields=["unit_path", "id"], name="building_path_id")]

    def __str__(self) -> str:
        return self.name


class Floor(Scoped):
    """A floor; `number` is negative below ground, there is no 0."""

    class Kind(models.TextChoices):
        NORMAL = "normal", _("普通层")
        PLANT = "plant", _("设备层")
        REFUGE = "refuge", _("避难层")
        PARKING = "parking", _("车库")

    building = models.ForeignKey(
        Building, on_delete=models.CASCADE, related_name="floors", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    number = models.SmallIntegerField(_("楼层"))
    label = models.CharField(_("层名"), max_length=10, blank=True, default="")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.NORMAL)
    area = models.DecimalField(
        _("面积（㎡）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    outline = models.JSONField(null=True, blank=True)
    reported_vacancy = models.DecimalField(
        _("上报空置率"), max_digits=5, decimal_places=4, null=True, blank=True
    )  # 0 to 1, as a file gave it; shown only while the floor has no spaces of its own
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["building_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["building", "number"], name="floor_once"),
            models.CheckConstraint(condition=~models.Q(number=0), name="floor_never_zero"),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.number}F"


class Space(Scoped):
    """房源 / 单元: a lettable room or part of a floor. `state` is today's: it follows from what was
    said (`SpaceState`) and from the tenancies, and is renewed every day.

    It stands from `since` (empty: always) until the day before `until`: rooms are split, joined and
    given up. Who reads the rooms of a day asks `buildings.queries.standing`. A number may come back
    once the room that had it is gone.
    """

    index_again = "loushi.registry.buildings.commands.indexing.index_towers"

    class Condition(models.TextChoices):
        BARE = "bare", _("毛坯")
        SIMPLE = "simple", _("简装")
        FITTED = "fitted", _("精装")
        FURNISHED = "furnished", _("精装带家具")

    class State(models.TextChoices):
        LET = "let", _("已租")
        SELF_USED = "self_used", _("自用")
        VACANT = "vacant", _("空置")
        RESERVED = "reserved", _("预留")
        NOT_DELIVERED = "not_delivered", _("未交付")

    building = models.ForeignKey(
        Building, on_delete=models.CASCADE, related_name="spaces", db_index=False
    )
    floor = models.ForeignKey(
        Floor, on_delete=models.PROTECT, null=True, blank=True, related_name="spaces"
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="spaces"
    )
    unit_path = UnitPathField(db_index=True)
    number = models.CharField(_("房号"), max_length=30)
    area = models.DecimalField(
        _("面积（㎡）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    use = models.CharField(_("用途"), max_length=20, blank=True, default="")
    condition = models.CharField(
        _("交付条件"), max_length=10, choices=Condition.choices, blank=True, default=""
    )
    rent = models.DecimalField(
        _("报价（元/㎡·天）"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    state = models.CharField(_("状态"), max_length=14, choices=State.choices, default=State.VACANT)
    since = models.DateField(_("启用日期"), null=True, blank=True)
    until = models.DateField(_("撤销日期"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["building_id", "number"]
        indexes = [models.Index(fields=["building", "number"], name="space_number")]
        constraints = [
            models.UniqueConstraint(
                fields=["building", "number"],
                condition=models.Q(until__isnull=True),
                name="space_once",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True)
                | models.Q(since__isnull=True)
                | models.Q(until__gt=models.F("since")),
                name="space_stands_forward",
            ),
            models.CheckConstraint(
                condition=models.Q(area__isnull=True) | models.Q(area__gte=0),
                name="space_area_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class SpaceState(Scoped):
    """What was said about a space from a day to a day: self-used, reserved, not delivered, or let
    to somebody who is not registered. Where nothing was said, it is let or vacant by its tenancies.

    `until` is the first day after; `since` is empty where the beginning is not known. The
    intervals of one space never overlap (`commands.histories` keeps that).
    """

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="said")
    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="said")
    state = models.CharField(_("状态"), max_length=14, choices=Space.State.choices)
    since = models.DateField(_("开始日期"), null=True, blank=True)
    until = models.DateField(_("结束日期"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["space_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True)
                | models.Q(since__isnull=True)
                | models.Q(until__gt=models.F("since")),
                name="space_state_runs_forward",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="vacant"), name="space_state_never_vacant"
            ),
            models.UniqueConstraint(
                fields=["space"], condition=models.Q(until__isnull=True), name="space_state_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.space_id} {self.state}"


class TotalsMark(Scoped):
    """A building whose kept totals have to be made anew: written in the transaction that changed a
    room or a tenancy, taken away by the job that made them. Only counted, never shown."""

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="marks")

    class Meta(Scoped.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.building_id)
