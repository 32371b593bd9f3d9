"""Demands 诉求 and all that belongs to one: parts, clocks, pauses, history, ratings."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.models import ClockFields
from loushi.foundation.core.names import spoken
from loushi.foundation.core.rating import RatedFields, score_range
from loushi.foundation.core.scoping import PublicModel, Scoped, UnitPathField
from loushi.foundation.core.workflow import HistoryFields
from loushi.registry.accounts.models import Department, User
from loushi.registry.buildings.models import Building, ReferenceSystem, Space
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit
from loushi.services.governance.models import AgendaItem


class State(models.TextChoices):
    SUBMITTED = "submitted", _("待受理")
    ACCEPTED = "accepted", _("待交办")
    NEED_INFO = "need_info", _("待补充")
    DISPATCHED = "dispatched", _("待签收")
    SIGNED = "signed", _("已签收")
    HANDLING = "handling", _("办理中")
    RETURNED = "returned", _("已退回")
    ARBITRATION = "arbitration", _("待裁定")
    SUSPENDED = "suspended", _("挂账")
    RESOLVED = "resolved", _("待评价")
    CLOSED = "closed", _("已办结")
    DECLINED = "declined", _("不予受理")
    WITHDRAWN = "withdrawn", _("已撤回")
    MERGED = "merged", _("已并入")
    SPLIT = "split", _("已拆分")


class Side(models.TextChoices):
    ENTERPRISE = "enterprise", _("企业所需")
    EMPLOYEE = "employee", _("职工所盼")
    PUBLIC = "public", _("公共")


class Urgency(models.TextChoices):
    NORMAL = "normal", _("一般")
    URGENT = "urgent", _("紧急")
    CRITICAL = "critical", _("特急")


class Tier(models.TextChoices):
    """Seed S3: 一般问题不出楼宇; then community, sub-district, district."""

    BUILDING = "building", _("楼宇")
    COMMUNITY = "community", _("社区")
    SUBDISTRICT = "subdistrict", _("街道")
    DISTRICT = "district", _("区级")


class Channel(models.TextChoices):
    ONLINE = "online", _("企业手机端")
    WINDOW = "window", _("窗口")
    VISIT = "visit", _("走访")
    PHONE = "phone", _("电话")
    GROUP = "group", _("群消息")
    IMPORT = "import", _("导入")
    API = "api", _("接口")


class Verdict(models.TextChoices):
    SOLVED = "solved", _("已解决")
    EXPLAINED = "explained", _("已解释说明")
    UNSOLVABLE = "unsolvable", _("暂无法解决")


class DemandCategory(PublicModel):
    """Two levels; the top level is 五进楼宇 (S0): 党群 经济 民生 城管 综治. Editable data."""

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, blank=True, default="")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language; records keep `name`."""
        return spoken(self.name, self.name_en)


class Demand(RatedFields, Scoped):
    """One 诉求. Its number is prefix, year and id: unique, gaps allowed, no counter to wait for."""

    index_again = "loushi.casework.demands.commands.telling.index_again"
    preview_name = _("诉求")

    prefix = models.CharField(max_length=4)
    year = models.PositiveSmallIntegerField()
    title = models.CharField(_("标题"), max_length=80)
    text = models.TextField(_("内容"))
    side = models.CharField(_("诉求方"), max_length=10, choices=Side.choices)
    category = models.ForeignKey(
        DemandCategory, verbose_name=_("类别"), on_delete=models.PROTECT, related_name="demands"
    )
    urgency = models.CharField(
        _("紧急程度"), max_length=8, choices=Urgency.choices, default=Urgency.NORMAL
    )
    channel = models.CharField(
        _("来源"), max_length=8, choices=Channel.choices, default=Channel.ONLINE
    )
    state = models.CharField(
        _("状态"), max_length=12, choices=State.choices, default=State.SUBMITTED
    )
    tier = models.CharField(_("层级"), max_length=12, choices=Tier.choices, default=Tier.COMMUNITY)

    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("企业"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="demands",
        db_index=False,
    )
    submitter = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="demands",
        db_index=False,
    )  # fmt: skip
    contact_name = models.CharField(_("联系人"), max_length=40, blank=True, default="")
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True, default="")
    contact_email = models.EmailField(_("联系邮箱"), blank=True, default="")
    hide_name = models.BooleanField(_("对办理单位隐去姓名"), default=False)

    unit = models.ForeignKey(
        Unit, verbose_name=_("所属单元"), on_delete=models.PROTECT, related_name="demands"
    )
    unit_path = UnitPathField()
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="demands",
        db_index=False,
    )  # fmt: skip
    space = models.ForeignKey(
        Space, on_delete=models.PROTECT, null=True, blank=True, related_name="demands"
    )
    place = models.CharField(_("位置说明"), max_length=120, blank=True, default="")
    longitude = models.DecimalField(max_digits=10, decimal_places=7, null=True, blank=True)
    latitude = models.DecimalField(max_digits=10, decimal_places=7, null=True, blank=True)
    crs = models.CharField(
        max_length=10, choices=ReferenceSystem.choices, default=ReferenceSystem.UNKNOWN
    )

    submitted_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    """The next firm-facing due moment while open (accept, then contact/resolve); None if none."""
    is_late = models.BooleanField(default=False)
    """Whether any firm-facing clock ever ran over; lateness stays recorded."""
    review_on = models.DateField(null=True, blank=True)
    """The review date of a suspension 挂账."""

    lead = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="led_demands",
        db_index=False,
    )  # fmt: skip
    clerk_id = models.BigIntegerField(null=True, blank=True)
    hand_backs = models.PositiveSmallIntegerField(default=0)
    is_arbitrated = models.BooleanField(default=False)
    is_supervised = models.BooleanField(default=False)
    urged_at = models.DateTimeField(null=True, blank=True)
    urges = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)
    resume_state = models.CharField(max_length=12, blank=True, default="")

    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True, default="")
    answer = models.TextField(blank=True, default="")

    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    split_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts"
    )
    source = models.CharField(max_length=60, blank=True, default="")
    external_id = models.CharField(max_length=60, blank=True, default="")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(Scoped.Meta):
        indexes = [
            models.Index(fields=["unit_path", "-id"], name="demand_path"),
            models.Index(fields=["state", "unit_path", "due_at"], name="demand_state_path_due"),
            models.Index(fields=["due_at"], name="demand_due"),
            models.Index(fields=["enterprise", "-id"], name="demand_enterprise"),
            models.Index(fields=["submitter", "-id"], name="demand_submitter"),
            models.Index(fields=["building", "state"], name="demand_building"),
            models.Index(fields=["lead", "state", "due_at"], name="demand_lead"),
            models.Index(fields=["unit_path", "submitted_at"], name="demand_path_submitted"),
        ]
        constraints = [
            score_range("demand_score_1_to_5"),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~models.Q(external_id=""),
                name="demand_external_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"{self.prefix}-{self.year}-{self.pk:06d}"


LEADING = ["waiting", "signed", "working", "answered"]
NOT_LEADING = ~models.Q(part="lead", state__in=LEADING)
"""Parts that the demand's own column `lead` does not tell: co-units and former leads. A lead part
in one of the other states belongs to the department in that column."""


class Assignment(Scoped):
    """One unit's part of a demand: the lead or a co-unit, with its own clock.

    `body` says who: a department, or those who settle matters of `building` (its council and its
    property manager); before which body it came says the `Referral`.
    """

    class Part(models.TextChoices):
        LEAD = "lead", _("主办")
        CO = "co", _("协办")

    class Body(models.TextChoices):
        DEPARTMENT = "department", _("部门")
        COUNCIL = "council", _("楼委会")

    class State(models.TextChoices):
        WAITING = "waiting", _("待签收")
        SIGNED = "signed", _("已签收")
        WORKING = "working", _("办理中")
        ANSWERED = "answered", _("已答复")
        HANDED_BACK = "handed_back", _("已退回")
        TRANSFERRED = "transferred", _("已转办")
        CANCELLED = "cancelled", _("已取消")

    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="assignments", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    part = models.CharField(max_length=4, choices=Part.choices)
    body = models.CharField(max_length=10, choices=Body.choices, default=Body.DEPARTMENT)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments",
        db_index=False,
    )  # fmt: skip
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="council_parts",
        db_index=False,
    )  # fmt: skip
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    is_active = models.BooleanField(default=True)
    handler_id = models.BigIntegerField(null=True, blank=True)
    dispatched_at = models.DateTimeField(default=timezone.now)
    signed_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    is_late = models.BooleanField(default=False)
    answer = models.TextField(blank=True, default="")
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        indexes = [
            models.Index(fields=["department", "-demand"], name="assignment_department"),
            models.Index(fields=["building", "-demand"], name="assignment_building"),
            models.Index(
                fields=["department", "demand"],
                name="assignment_not_leading",
                condition=NOT_LEADING,
            ),
            models.Index(fields=["demand", "is_active"], name="assignment_demand"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["demand"],
                condition=models.Q(part="lead", is_active=True),
                name="assignment_one_lead",
            ),
            models.CheckConstraint(
                condition=models.Q(body="department", department__isnull=False)
                | models.Q(body="council", building__isnull=False),
                name="assignment_has_body",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.demand_id} {self.part} {self.department_id or self.building_id}"


class Referral(Scoped):
    """转楼委会: a demand before a body of its building, as an item of that body's agenda."""

    class Outcome(models.TextChoices):
        OPEN = "", _("商议中")
        SOLVED = "solved", _("楼内解决")
        ESCALATED = "escalated", _("提请上级")
        LEFT = "left", _("转出楼宇")
        ENDED = "ended", _("撤回或并案")
        REOPENED = "reopened", _("重办")

    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="referrals", db_index=False
    )
    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="+")
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    unit_path = UnitPathField(db_index=False)
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(
        max_length=10, choices=Outcome.choices, blank=True, default=Outcome.OPEN
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["building", "outcome"], name="referral_building")]
        constraints = [
            models.UniqueConstraint(fields=["demand", "item"], name="referral_once"),
            models.UniqueConstraint(
                fields=["demand"], condition=models.Q(outcome=""), name="referral_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.demand_id} {self.item_id}"


class DemandEvent(HistoryFields, Scoped):
    """One line of a demand's history; `is_public` ones are shown to the enterprise."""

    row = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="events", db_index=False)
    unit_path = UnitPathField(db_index=False)
    assignment = models.ForeignKey(
        Assignment, on_delete=models.SET_NULL, null=True, blank=True, related_name="events"
    )
    is_public = models.BooleanField(default=True)

    class Meta(Scoped.Meta):
        indexes = [models.Index(fields=["row", "-id"], name="demand_event_row")]

    def __str__(self) -> str:
        return f"{self.row_id} {self.move}"


class DemandClock(ClockFields, Scoped):
    """A clock of a demand. Firm-facing: accept, contact, resolve. Unit clocks: one per part."""

    class Kind(models.TextChoices):
        ACCEPT = "accept", _("受理")
        CONTACT = "contact", _("首次联系")
        RESOLVE = "resolve", _("办结")
        UNIT = "unit", _("单位办理")

    kind = models.CharField(_("时钟"), max_length=20, choices=Kind.choices)
    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="clocks", db_index=False
    )
    assignment = models.ForeignKey(
        Assignment, on_delete=models.CASCADE, null=True, blank=True, related_name="clocks"
    )
    unit_path = UnitPathField(db_index=False)

    class Meta(Scoped.Meta):
        indexes = [
            models.Index(fields=["demand", "kind"], name="demand_clock_kind"),
            models.Index(
                fields=["next_warning_at"],
                name="demand_clock_warning",
                condition=models.Q(stopped_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.demand_id} {self.kind}"


class DemandPause(Scoped):
    """A stretch in which all clocks of a demand stand still; replayed when due times are made.

    `assignment` set: only that unit's clock pauses (a co-unit's own request for information).
    """

    class Kind(models.TextChoices):
        INFORMATION = "information", _("等企业补充")
        SUSPENSION = "suspension", _("挂账")
        ANSWERED = "answered", _("已答复、等企业评价")

    demand = models.ForeignKey(
        Demand, on_delete=models.CASCADE, related_name="pauses", db_index=False
    )
    assignment = models.ForeignKey(
        Assignment, on_delete=models.CASCADE, null=True, blank=True, related_name="pauses"
    )
    unit_path = UnitPathField(db_index=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        indexes = [models.Index(fields=["demand", "since"], name="demand_pause_demand")]

    def __str__(self) -> str:
        return f"{self.demand_id} {self.kind}"


class Extension(Scoped):
    """A request for more time: asked for by the lead, granted or refused by the service centre."""

    class State(models.TextChoices):
        ASKED = "asked", _("待批")
        GRANTED = "granted", _("已同意")
        REFUSED = "refused", _("未同意")

    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="extensions")
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="extensions")
    unit_path = UnitPathField(db_index=False)
    limit_kind = models.CharField(max_length=16)
    amount = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.BigIntegerField(null=True, blank=True)
    decision = models.CharField(max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.demand_id} +{self.amount} {self.limit_kind}"


class SavedView(Scoped):
    """A person's named filter of the inbox; lives in the address, kept here."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="demand_views", db_index=False
    )
    name = models.CharField(max_length=30)
    query = models.CharField(max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_view_name")]

    def __str__(self) -> str:
        return self.name
