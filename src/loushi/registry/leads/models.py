"""What is stored of 招商: leads, their history, viewings, quotes, posts and referrals."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.foundation.core.workflow import HistoryFields
from loushi.registry.accounts.models import User
from loushi.registry.buildings.models import Building, Space
from loushi.registry.enterprises.models import Enterprise, IndustryCode
from loushi.registry.territory.models import Unit


class Stage(models.TextChoices):
    """The funnel, in its order; the last two end it."""

    CLUE = "clue", _("线索")
    TALK = "talk", _("洽谈")
    VIEWING = "viewing", _("看房")
    QUOTED = "quoted", _("报价")
    SIGNED = "signed", _("签约")
    MOVED_IN = "moved_in", _("入驻")
    LOST = "lost", _("流失")


class Source(models.TextChoices):
    """Where a lead comes from."""

    REFERRAL = "referral", _("招商联络站引荐")
    VISIT = "visit", _("走访发现")
    CALL = "call", _("来电来访")
    FAIR = "fair", _("展会推介")
    ONLINE = "online", _("网络平台")
    TENANT = "tenant", _("在地企业介绍")
    OTHER = "other", _("其他")


class LostReason(models.TextChoices):
    """Why a lead was lost."""

    PRICE = "price", _("租金超出预算")
    AREA = "area", _("没有合适面积")
    PLACE = "place", _("选了别处")
    POLICY = "policy", _("政策或资质不符")
    CANCELLED = "cancelled", _("对方取消计划")
    SILENT = "silent", _("长期联系不上")
    OTHER = "other", _("其他")


class ReferralPost(Scoped):
    """招商联络站: a residence's owners' committee, a chamber …, whose people refer firms."""

    name = models.CharField(_("名称"), max_length=60)
    address = models.CharField(_("地址"), max_length=120, blank=True, default="")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit_path = UnitPathField(db_index=True)
    since = models.DateField(_("设立日期"))
    until = models.DateField(_("撤销日期"), null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["unit_path", "name", "id"]

    def __str__(self) -> str:
        return self.name


class ReferralMember(Scoped):
    """A person of a post; `until` is the last day."""

    post = models.ForeignKey(ReferralPost, on_delete=models.CASCADE, related_name="members")
    unit_path = UnitPathField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["post_id", "since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "user"], condition=models.Q(until__isnull=True),
                name="referral_member_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.post_id} {self.user_id}"


class InvestmentLead(Scoped):
    """招商线索: a firm that may move in. What is blank becomes mandatory stage by stage."""

    company = models.CharField(_("企业名称"), max_length=120)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True, default="")
    industry = models.ForeignKey(
        IndustryCode, verbose_name=_("行业"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    contact_name = models.CharField(_("联系人"), max_length=40, blank=True, default="")
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True, default="")
    area_min = models.DecimalField(
        _("面积不小于（㎡）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    area_max = models.DecimalField(
        _("面积不大于（㎡）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    budget = models.DecimalField(
        _("预算（元/㎡·天）"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    use = models.CharField(_("用途"), max_length=20, blank=True, default="")
    needed_by = models.DateField(_("希望入驻日期"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=10, choices=Source.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit_path = UnitPathField(db_index=True)
    officer = models.ForeignKey(
        User, verbose_name=_("招商联络员"), on_delete=models.SET_NULL, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    state = models.CharField(max_length=10, choices=Stage.choices, default=Stage.CLUE)
    space = models.ForeignKey(
        Space, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lease_since = models.DateField(_("起租日期"), null=True, blank=True)
    lease_until = models.DateField(_("租约到期"), null=True, blank=True)
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lost_reason = models.CharField(
        _("流失原因"), max_length=10, choices=LostReason.choices, blank=True, default=""
    )
    note = models.CharField(_("备注"), max_length=300, blank=True, default="")
    stage_since = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.BigIntegerField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "unit_path", "id"], name="lead_state_path")]

    def __str__(self) -> str:
        return self.company


class LeadEvent(HistoryFields, Scoped):
    """One step of a lead."""

    row = models.ForeignKey(InvestmentLead, on_delete=models.CASCADE, related_name="events")
    unit_path = UnitPathField(db_index=True)

    class Meta(Scoped.Meta):
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.row_id} {self.move}"


class LeadViewing(Scoped):
    """看房: which room was shown on which day."""

    lead = models.ForeignKey(InvestmentLead, on_delete=models.CASCADE, related_name="viewings")
    unit_path = UnitPathField(db_index=True)
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("看房日期"))
    note = models.CharField(_("反馈"), max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.on}"


class LeadQuote(Scoped):
    """报价: what was asked for a room."""

    lead = models.ForeignKey(InvestmentLead, on_delete=models.CASCADE, related_name="quotes")
    unit_path = UnitPathField(db_index=True)
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("报价日期"))
    price = models.DecimalField(_("报价（元/㎡·天）"), max_digits=8, decimal_places=2)
    note = models.CharField(_("条件"), max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.price}"


class Referral(Scoped):
    """引荐: who referred a lead. The referrer sees the fate of the own ones and nothing else."""

    lead = models.OneToOneField(InvestmentLead, on_delete=models.CASCADE, related_name="referral")
    post = models.ForeignKey(ReferralPost, on_delete=models.PROTECT, related_name="referrals")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(_("引荐说明"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.post_id} → {self.lead_id}"
