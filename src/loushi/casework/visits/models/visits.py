"""Visits 走访, what was found, and the plans of a day."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.casework.demands.models import Demand
from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.accounts.models import Department, User
from loushi.registry.buildings.models import Building, Space
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.leads.models import InvestmentLead
from loushi.registry.territory.models import Unit


class Visit(Scoped):
    """One visit to one enterprise, written once. `team` says in whose name: "unit:31" …

    `version` grows with each change: who edits an older one is shown both sides. `met_name` and
    `met_title` are a snapshot, because contacts change. The note stays inside the house.
    """

    index_again = "loushi.casework.visits.commands.indexing.index_again"
    preview_name = _("走访")

    class Purpose(models.TextChoices):
        RETURN = "return", _("回访")
        ROUTINE = "routine", _("日常")
        POLICY = "policy", _("政策")
        LEASE = "lease", _("续租")
        INSPECTION = "inspection", _("检查")

    class Met(models.TextChoices):
        CONTACT = "contact", _("联系人")
        OTHER = "other", _("换一位")
        NOBODY = "nobody", _("没见到")

    class State(models.TextChoices):
        RECORDED = "recorded", _("已记录")
        WITHDRAWN = "withdrawn", _("已撤回")

    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("企业"),
        on_delete=models.PROTECT,
        related_name="visits",
        db_index=False,
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="visits")
    unit_path = UnitPathField()
    building = models.ForeignKey(
        Building,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        db_index=False,
    )
    space = models.ForeignKey(
        Space, on_delete=models.PROTECT, null=True, blank=True, related_name="visits"
    )
    visitor = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="visits", db_index=False
    )
    visitor_name = models.CharField(_("走访人"), max_length=40)
    team = models.CharField(max_length=20)
    team_name = models.CharField(_("队伍"), max_length=80)
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        db_index=False,
    )
    at = models.DateTimeField(_("时间"))
    purpose = models.CharField(_("为什么来"), max_length=10, choices=Purpose.choices)
    met = models.CharField(_("见到谁"), max_length=8, choices=Met.choices)
    met_name = models.CharField(_("姓名"), max_length=40, blank=True, default="")
    met_title = models.CharField(_("职务"), max_length=40, blank=True, default="")
    note = models.TextField(_("备注"), blank=True, default="")
    despite = models.CharField(
        _("近期有人去过，为什么还要去"), max_length=200, blank=True, default=""
    )
    state = models.CharField(
        _("状态"), max_length=10, choices=State.choices, default=State.RECORDED
    )
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["unit_path", "-at"], name="visit_path_at"),
            models.Index(fields=["enterprise", "-at"], name="visit_enterprise_at"),
            models.Index(fields=["visitor", "-at"], name="visit_visitor_at"),
            models.Index(fields=["building", "-at"], name="visit_building_at"),
            models.Index(fields=["department", "-at"], name="visit_department_at"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.at:%F}"


class Finding(Scoped):
    """One thing found on a visit, and what it became in the same transaction.

    A correction keeps in `data` what it was about: field, the value that was seen, the new one,
    the tenancy or contact it concerns; a lead, which firm it is about.
    """

    class Kind(models.TextChoices):
        DEMAND = "demand", _("诉求")
        CORRECTION = "correction", _("更正登记")
        LEAD = "lead", _("招商线索")
        RESOURCE = "resource", _("可用资源")
        POLICY = "policy", _("政策解释")

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="findings")
    unit_path = UnitPathField(db_index=True)
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict)
    demand = models.ForeignKey(
        Demand, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    lead = models.ForeignKey(
        InvestmentLead, on_delete=models.PROTECT, null=True, blank=True, related_name="findings"
    )
    valid_until = models.DateField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["visit_id", "position", "id"]

    def __str__(self) -> str:
        return f"{self.kind} of visit {self.visit_id}"


class VisitChange(Scoped):
    """What was changed of a visit afterwards: both sides, by whom, when, why. Append-only."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="changes")
    unit_path = UnitPathField(db_index=True)
    at = models.DateTimeField(default=timezone.now)
    by_name = models.CharField(max_length=80)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    why = models.CharField(max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["visit_id", "-id"]

    def __str__(self) -> str:
        return f"visit {self.visit_id} {self.at:%F}"


class PlanStop(Scoped):
    """An enterprise in somebody's plan of a day: an officer's, or a department's inspection."""

    class State(models.TextChoices):
        PLANNED = "planned", _("计划")
        DONE = "done", _("已走访")
        DROPPED = "dropped", _("已取消")

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="plan_stops",
        db_index=False,
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="inspections",
        db_index=False,
    )
    team = models.CharField(max_length=20)
    team_name = models.CharField(max_length=80)
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.CASCADE, related_name="plan_stops", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    on = models.DateField(_("日期"))
    position = models.PositiveSmallIntegerField(default=0)
    subject = models.CharField(_("检查事项"), max_length=120, blank=True, default="")
    despite = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    visit = models.ForeignKey(
        Visit, on_delete=models.SET_NULL, null=True, blank=True, related_name="stops"
    )
    is_suggested = models.BooleanField(default=False)

    class Meta(Scoped.Meta):
        ordering = ["on", "position", "id"]
        indexes = [
            models.Index(fields=["user", "on"], name="plan_stop_user_on"),
            models.Index(fields=["department", "on"], name="plan_stop_department"),
            models.Index(fields=["enterprise", "on"], name="plan_stop_enterprise"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "on", "enterprise"],
                condition=models.Q(user__isnull=False, department__isnull=True),
                name="plan_stop_once_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | models.Q(department__isnull=False),
                name="plan_stop_has_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.on}"
