"""Meetings, what is on their agenda, who was there, and the votes."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.buildings.models import Building, PropertyManager
from loushi.registry.enterprises.models import Enterprise

from .bodies import Body, CouncilSeat, Matter


class Choice(models.TextChoices):
    FOR = "for", _("赞成")
    AGAINST = "against", _("反对")
    ABSTAIN = "abstain", _("弃权")


class CouncilMeeting(Scoped):
    """A meeting of a body; the building is copied from the body, for rights."""

    class State(models.TextChoices):
        DRAFT = "draft", _("筹备中")
        CALLED = "called", _("已通知")
        OPEN = "open", _("开会中")
        CLOSED = "closed", _("已结束")
        CANCELLED = "cancelled", _("已取消")

    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="meetings", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    title = models.CharField(_("会议名称"), max_length=80)
    starts_at = models.DateTimeField(_("时间"))
    place = models.CharField(_("地点"), max_length=80)
    dial_in = models.CharField(_("电话接入"), max_length=80, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    urgent = models.CharField(_("紧急理由"), max_length=200, blank=True, default="")
    """Why the notice may be shorter than the rule says; stands in the minutes."""
    called_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    chair = models.CharField(_("主持人"), max_length=40, blank=True, default="")
    notes = models.TextField(_("会议记录"), blank=True, default="")
    deferred = models.JSONField(default=list)
    """Titles of what was on the agenda and was not voted on."""

    class Meta(Scoped.Meta):
        ordering = ["-starts_at", "-id"]
        indexes = [models.Index(fields=["body", "-starts_at"], name="meeting_body")]

    def __str__(self) -> str:
        return self.title


class AgendaItem(Scoped):
    """议题: a matter for a body, from a referred demand (then a redacted snapshot of it) or a
    free proposal. Without a meeting it waits for one."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待上会")
        SCHEDULED = "scheduled", _("已列入议程")
        VOTING = "voting", _("表决中")
        ADOPTED = "adopted", _("已通过")
        REJECTED = "rejected", _("未通过")
        SETTLED = "settled", _("会外办结")
        ESCALATED = "escalated", _("已提请上级")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Source(models.TextChoices):
        DEMAND = "demand", _("诉求转入")
        PROPOSAL = "proposal", _("委员提议")

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="items", db_index=False)
    unit_path = UnitPathField(db_index=True)
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    meeting = models.ForeignKey(
        CouncilMeeting, on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("议题"), max_length=80)
    summary = models.TextField(_("情况"), blank=True, default="")
    reference = models.CharField(max_length=40, blank=True, default="")
    source = models.CharField(_("来源"), max_length=10, choices=Source.choices)
    proposer = models.CharField(_("提出人"), max_length=80, blank=True, default="")
    matter = models.CharField(
        _("事项"), max_length=10, choices=Matter.choices, default=Matter.ORDINARY
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("涉及的企业"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="agenda_items",
    )  # fmt: skip
    manager = models.ForeignKey(
        PropertyManager, verbose_name=_("涉及的物业公司"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+",
    )  # fmt: skip
    proposed_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(_("结果说明"), max_length=300, blank=True, default="")
    discussion = models.TextField(_("讨论"), blank=True, default="")
    secret = models.BooleanField(_("无记名投票"), default=False)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    rule = models.JSONField(default=dict)
    """The rule by which the vote was held, as it stood when it opened."""
    count = models.JSONField(default=dict)
    """The result as it was counted at closing (see `counting.Count`)."""

    class Meta(Scoped.Meta):
        ordering = ["meeting_id", "position", "id"]
        indexes = [models.Index(fields=["body", "state"], name="item_body_state")]

    def __str__(self) -> str:
        return self.title


class Attendance(Scoped):
    """Who was at a meeting: a member, or a guest by name."""

    class How(models.TextChoices):
        ROOM = "room", _("到场")
        PHONE = "phone", _("电话")
        EXCUSED = "excused", _("请假")
        ABSENT = "absent", _("缺席")

    meeting = models.ForeignKey(
        CouncilMeeting, on_delete=models.CASCADE, related_name="attendance", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    seat = models.ForeignKey(
        CouncilSeat, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("姓名"), max_length=40)
    organisation = models.CharField(_("单位"), max_length=60, blank=True, default="")
    how = models.CharField(max_length=8, choices=How.choices)

    class Meta(Scoped.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "seat"], name="attendance_once"),
        ]

    def __str__(self) -> str:
        return self.name


class RollEntry(Scoped):
    """A member at a vote: what the voice weighs, whether it may and did vote. Of an open vote
    also the choice; of a secret one the choice is in no row that names anybody."""

    item = models.ForeignKey(
        AgendaItem, on_delete=models.CASCADE, related_name="roll", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    seat = models.ForeignKey(CouncilSeat, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    weight = models.PositiveIntegerField()
    present = models.BooleanField()
    recused = models.BooleanField(default=False)
    why = models.CharField(_("回避原因"), max_length=100, blank=True, default="")
    voted = models.BooleanField(default=False)
    choice = models.CharField(max_length=8, choices=Choice.choices, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "seat"], name="roll_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.name}"


class Ballot(Scoped):
    """A secret vote: no person, no time, no request; see docs/adr/0016-secret-ballots.md."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="+")
    choice = models.CharField(max_length=8, choices=Choice.choices)
    receipt = models.CharField(max_length=12)

    class Meta(Scoped.Meta):
        ordering = ["receipt", "id"]

    def __str__(self) -> str:
        return str(self.pk)
