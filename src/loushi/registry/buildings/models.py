"""Buildings, floors, spaces, property managers and who is responsible for a building."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.accounts.models import Role, User
from loushi.registry.territory.models import Unit


class ReferenceSystem(models.TextChoices):
    """Coordinates always carry their system: offsets between these reach hundreds of metres."""

    CGCS2000 = "CGCS2000", "CGCS2000"
    WGS84 = "WGS84", "WGS-84"
    GCJ02 = "GCJ02", "GCJ-02"
    BD09 = "BD09", "BD-09"
    UNKNOWN = "unknown", _("未说明")


class PropertyManager(Scoped):
    """物业公司."""

    name = models.CharField(_("名称"), max_length=100, unique=True)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True, default="")
    phone = models.CharField(_("电话"), max_length=20, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


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
    grade = models.CharField(_("等级"), max_length=10, blank=True, default="")
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

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="floors")
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
    """房源 / 单元: a lettable room or part of a floor."""

    index_again = "loushi.registry.buildings.commands.indexing.index_towers"

    class State(models.TextChoices):
        LET = "let", _("已租")
        SELF_USED = "self_used", _("自用")
        VACANT = "vacant", _("空置")
        RESERVED = "reserved", _("预留")
        NOT_DELIVERED = "not_delivered", _("未交付")

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="spaces")
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
    state = models.CharField(_("状态"), max_length=14, choices=State.choices, default=State.VACANT)
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["building_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["building", "number"], name="space_once"),
            models.CheckConstraint(
                condition=models.Q(area__isnull=True) | models.Q(area__gte=0),
                name="space_area_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class BuildingRole(Scoped):
    """A person's dated role at one building: 楼长, 物业服务员 …"""

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="roles")
    unit_path = UnitPathField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="building_roles")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="building_roles")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["building_id", "since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="building_role_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building_id} {self.role_id} {self.user_id}"


class PropertyManagerMember(Scoped):
    """A person of a property manager; covers the buildings it manages."""

    manager = models.ForeignKey(PropertyManager, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="manager_memberships")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="manager_memberships")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["manager_id", "since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="manager_member_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manager_id} {self.user_id}"
