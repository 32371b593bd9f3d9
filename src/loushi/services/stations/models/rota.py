"""A duty rota (轮值): who is on it, when they cannot, what must be covered, who stands where."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.accounts.models import Department, User
from loushi.registry.territory.models import Unit

from .registry import Station


class DutyRota(Scoped):
    """A rota of one unit for a span of days; `stands` is what the solver said of it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("编制中")
        SOLVING = "solving", _("正在排班")
        SOLVED = "solved", _("已排班")
        PUBLISHED = "published", _("已发布")

    name = models.CharField(_("名称"), max_length=60)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit_path = UnitPathField(db_index=True)
    first = models.DateField(_("第一天"))
    last = models.DateField(_("最后一天"))
    surge = models.BooleanField(_("应急轮值"), default=False)
    rest_hours = models.PositiveIntegerField(_("两班之间至少休息（小时）"), default=11)
    longest_run = models.PositiveIntegerField(_("最多连续值守（天）"), default=6)
    most = models.PositiveIntegerField(_("每个成员最多（班）"), null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    stands = models.JSONField(default=dict)
    solved_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["-first", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first")), name="rota_runs_forward"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DutyMember(Scoped):
    """A department or a person on a rota."""

    rota = models.ForeignKey(DutyRota, on_delete=models.CASCADE, related_name="members")
    unit_path = UnitPathField(db_index=True)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("成员"), max_length=60)
    skills = models.JSONField(default=list)
    most = models.PositiveIntegerField(_("最多（班）"), null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rota", "department"], name="rota_department_once",
                condition=models.Q(department__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["rota", "user"], name="rota_user_once",
                condition=models.Q(user__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(department__isnull=True, user__isnull=False)
                | models.Q(department__isnull=False, user__isnull=True),
                name="rota_member_is_one",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class DutyAway(Scoped):
    """Days on which a member cannot be on duty; both days included."""

    member = models.ForeignKey(DutyMember, on_delete=models.CASCADE, related_name="away")
    unit_path = UnitPathField(db_index=True)
    first = models.DateField(_("从"))
    last = models.DateField(_("到"))
    why = models.CharField(_("原因"), max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["first", "id"]

    def __str__(self) -> str:
        return f"{self.member_id} {self.first}"


class DutyTemplate(Scoped):
    """What must be covered at a station on which weekdays (0 is Monday)."""

    rota = models.ForeignKey(DutyRota, on_delete=models.CASCADE, related_name="templates")
    unit_path = UnitPathField(db_index=True)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    weekdays = models.JSONField(default=list)
    starts = models.TimeField(_("开始"))
    ends = models.TimeField(_("结束"))
    needed = models.PositiveIntegerField(_("需要"), default=1)
    skill = models.CharField(_("技能"), max_length=20, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["station__name", "starts", "id"]

    def __str__(self) -> str:
        return f"{self.station_id} {self.starts}"


class DutySlot(Scoped):
    """One time at one station that must be covered."""

    rota = models.ForeignKey(
        DutyRota, on_delete=models.CASCADE, related_name="slots", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    needed = models.PositiveIntegerField(default=1)
    skill = models.CharField(max_length=20, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["starts_at", "station__name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rota", "station", "starts_at", "skill"], name="duty_slot_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.starts_at}"


class DutyShift(Scoped):
    """A member in a slot; whose it is stands on the row, for its scope."""

    slot = models.ForeignKey(
        DutySlot, on_delete=models.CASCADE, related_name="shifts", db_index=False
    )
    member = models.ForeignKey(DutyMember, on_delete=models.CASCADE, related_name="shifts")
    unit_path = UnitPathField(db_index=True)
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published = models.BooleanField(default=False)
    attended = models.BooleanField(_("到岗"), null=True, blank=True)
    person = models.CharField(_("值守人"), max_length=40, blank=True, default="")
    handover = models.CharField(_("交接事项"), max_length=500, blank=True, default="")
    version = models.PositiveIntegerField(default=0)

    class Meta(Scoped.Meta):
        ordering = ["slot__starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["slot", "member"], name="duty_shift_once"),
        ]
        indexes = [models.Index(fields=["department", "published"], name="shift_department")]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.member_id}"


class SwapRequest(Scoped):
    """换班: one shift for nothing or for another; applied when the other side agrees."""

    class State(models.TextChoices):
        ASKED = "asked", _("等对方答复")
        AGREED = "agreed", _("已换班")
        DECLINED = "declined", _("对方不换")

    shift = models.ForeignKey(DutyShift, on_delete=models.CASCADE, related_name="swaps")
    back = models.ForeignKey(
        DutyShift, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    unit_path = UnitPathField(db_index=True)
    giver = models.ForeignKey(DutyMember, on_delete=models.CASCADE, related_name="+")
    taker = models.ForeignKey(DutyMember, on_delete=models.CASCADE, related_name="+")
    taker_department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taker_user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    words = models.CharField(_("说明"), max_length=200, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.shift_id} → {self.taker_id}"


class FeedToken(Scoped):
    """A secret address of a calendar: a person's own shifts, or a station's. Only the digest."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    station = models.ForeignKey(
        Station, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.station_id}"
