"""Joint meetings 服务联建对接会: agenda, who is there, what is decided and by when."""

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel, Scoped, UnitPathField
from loushi.registry.accounts.models import Department
from loushi.registry.territory.models import Unit

from .issues import CommonIssue


class MeetingKind(PublicModel):
    """联动, 专题 or 驻点破难 (S3). Editable data."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=20)
    name_en = models.CharField(max_length=60, blank=True, default="")
    remit = models.CharField(max_length=200, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        english = (get_language() or "").startswith("en")
        return self.name_en if english and self.name_en else self.name


class JointMeeting(Scoped):
    """A meeting of departments about one or more common issues."""

    preview_name = _("对接会")

    class State(models.TextChoices):
        DRAFT = "draft", _("筹备中")
        CALLED = "called", _("已通知")
        HELD = "held", _("已召开")
        CLOSED = "closed", _("已结束")
        CANCELLED = "cancelled", _("已取消")

    kind = models.ForeignKey(MeetingKind, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = UnitPathField()
    title = models.CharField(_("会议名称"), max_length=80)
    starts_at = models.DateTimeField(_("时间"))
    place = models.CharField(_("地点"), max_length=80)
    convener = models.CharField(_("召集单位"), max_length=60)
    chair = models.CharField(_("主持人"), max_length=40, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    notes = models.TextField(_("会议记录"), blank=True, default="")
    called_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(_("取消原因"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["-starts_at", "-id"]
        indexes = [models.Index(fields=["unit_path", "-starts_at"], name="joint_meeting_path")]

    def __str__(self) -> str:
        return self.title


class MeetingIssue(Scoped):
    """An issue on the agenda."""

    meeting = models.ForeignKey(
        JointMeeting, on_delete=models.CASCADE, related_name="agenda", db_index=False
    )
    issue = models.ForeignKey(CommonIssue, on_delete=models.CASCADE, related_name="meetings")
    unit_path = UnitPathField(db_index=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(Scoped.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "issue"], name="meeting_issue_once"),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.issue_id}"


class MeetingSeat(Scoped):
    """A department at a meeting (lead or co-unit) with the person it sent, or a guest by name."""

    class Part(models.TextChoices):
        LEAD = "lead", _("牵头")
        CO = "co", _("协同")
        GUEST = "guest", _("列席")

    class How(models.TextChoices):
        ROOM = "room", _("到场")
        PHONE = "phone", _("电话")
        EXCUSED = "excused", _("请假")
        ABSENT = "absent", _("缺席")

    meeting = models.ForeignKey(
        JointMeeting, on_delete=models.CASCADE, related_name="seats", db_index=False
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    unit_path = UnitPathField(db_index=True)
    part = models.CharField(max_length=6, choices=Part.choices)
    name = models.CharField(_("参会人"), max_length=40, blank=True, default="")
    organisation = models.CharField(_("单位"), max_length=60, blank=True, default="")
    how = models.CharField(max_length=8, choices=How.choices, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "department"], name="meeting_seat_once"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.department_id)


class JointDecision(Scoped):
    """What a meeting decided: which unit does what until when, and how it went on."""

    class State(models.TextChoices):
        OPEN = "open", _("进行中")
        DONE = "done", _("已完成")
        DROPPED = "dropped", _("不再需要")

    meeting = models.ForeignKey(JointMeeting, on_delete=models.CASCADE, related_name="decisions")
    issue = models.ForeignKey(
        CommonIssue, on_delete=models.CASCADE, null=True, blank=True, related_name="decisions"
    )
    unit_path = UnitPathField()
    text = models.CharField(_("决定"), max_length=300)
    department = models.ForeignKey(
        Department, verbose_name=_("责任单位"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+", db_index=False,
    )  # fmt: skip
    owner = models.CharField(_("责任人"), max_length=40, blank=True, default="")
    due_on = models.DateField(_("完成期限"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    done_on = models.DateField(null=True, blank=True)
    note = models.CharField(_("进展"), max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["unit_path", "state"], name="joint_decision_path"),
            models.Index(fields=["department", "state"], name="joint_decision_department"),
        ]

    def __str__(self) -> str:
        return self.text
