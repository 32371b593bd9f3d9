"""Common issues 共性问题: like demands under one name, and the one answer to all of them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.casework.demands.models import Demand, DemandCategory, Verdict
from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.foundation.core.workflow import HistoryFields
from loushi.registry.accounts.models import Department
from loushi.registry.territory.models import Unit
from loushi.services.governance.models import AgendaItem


class CommonIssue(Scoped):
    """Like demands handled together. Each demand stays its own case with its own clock,
    submitter and rating; only what is common stands here."""

    preview_name = _("共性问题")

    class State(models.TextChoices):
        OPEN = "open", _("汇集中")
        ASSIGNED = "assigned", _("已交办")
        COUNCIL = "council", _("已提交议事")
        ANSWERED = "answered", _("已答复")
        CLOSED = "closed", _("已办结")
        MERGED = "merged", _("已并入")
        DISSOLVED = "dissolved", _("已解散")

    year = models.PositiveSmallIntegerField()
    name = models.CharField(_("名称"), max_length=60)
    summary = models.TextField(_("共同的情况"), blank=True, default="")
    category = models.ForeignKey(
        DemandCategory, verbose_name=_("类别"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = UnitPathField()
    lead = models.ForeignKey(
        Department, verbose_name=_("牵头单位"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    created_by_id = models.BigIntegerField(null=True, blank=True)
    created_by_name = models.CharField(max_length=80, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    split_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts"
    )
    item = models.ForeignKey(
        AgendaItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    """The agenda item of the body that it is before, or last was."""

    class Meta(Scoped.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["unit_path", "-id"], name="issue_path"),
            models.Index(fields=["state", "unit_path"], name="issue_state_path"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"GX-{self.year}-{self.pk or 0:04d}"


class IssueUnit(Scoped):
    """A department that helps with an issue; the lead stands on the issue itself."""

    issue = models.ForeignKey(
        CommonIssue, on_delete=models.CASCADE, related_name="units", db_index=False
    )
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    unit_path = UnitPathField(db_index=True)

    class Meta(Scoped.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "department"], name="issue_unit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.department_id}"


class JointAnswer(Scoped):
    """统一答复: one answer to the demands of an issue, each rated by its own submitter."""

    issue = models.ForeignKey(CommonIssue, on_delete=models.CASCADE, related_name="answers")
    unit_path = UnitPathField(db_index=True)
    verdict = models.CharField(_("办理结果"), max_length=10, choices=Verdict.choices)
    text = models.TextField(_("答复"))
    by = models.CharField(max_length=160)
    """Who answered, as the firm reads it: a department or a body."""
    at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.verdict}"


class CommonIssueDemand(Scoped):
    """That a demand belongs to an issue, from when to when, by whom and why. `is_live` while the
    issue is being handled: a demand is in one such issue at a time."""

    issue = models.ForeignKey(
        CommonIssue, on_delete=models.CASCADE, related_name="members", db_index=False
    )
    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="issue_memberships", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.CharField(max_length=80, blank=True, default="")
    why = models.CharField(_("并入理由"), max_length=200, blank=True, default="")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.CharField(max_length=80, blank=True, default="")
    removed_why = models.CharField(_("移出理由"), max_length=200, blank=True, default="")
    is_live = models.BooleanField(default=True)
    answer = models.ForeignKey(
        JointAnswer, on_delete=models.SET_NULL, null=True, blank=True, related_name="members"
    )
    """The joint answer by which this demand was resolved."""
    left = models.CharField(max_length=200, blank=True, default="")
    """Why the last joint answer did not reach it."""

    class Meta(Scoped.Meta):
        ordering = ["id"]
        indexes = [
            models.Index(fields=["issue", "removed_at"], name="issue_demand_issue"),
            models.Index(fields=["demand", "-id"], name="issue_demand_demand"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["demand"], condition=models.Q(is_live=True), name="issue_demand_one_live"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.demand_id}"


class IssueEvent(HistoryFields, Scoped):
    """One line of an issue's history."""

    row = models.ForeignKey(
        CommonIssue, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    unit_path = UnitPathField(db_index=True)

    class Meta(Scoped.Meta):
        indexes = [models.Index(fields=["row", "-id"], name="issue_event_row")]

    def __str__(self) -> str:
        return f"{self.row_id} {self.move}"
