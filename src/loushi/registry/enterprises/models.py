"""Enterprises, their contacts and members, tenancies, sign-up requests."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel, Scoped, UnitPathField
from loushi.registry.accounts.models import Role, User
from loushi.registry.buildings.models import Building, Space
from loushi.registry.territory.models import Unit


class IndustryCode(PublicModel):
    """GB/T 4754-2017 (levels 1 门类 to 4 小类)."""

    code = models.CharField(max_length=5, primary_key=True)
    level = models.PositiveSmallIntegerField()
    parent = models.CharField(max_length=5, blank=True, default="")
    section = models.CharField(max_length=1, blank=True, default="")
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Presence(models.TextChoices):
    """Seed documents' tri-state; domain.md E2."""

    HERE_REGISTERED = "here_registered", _("在地在册")
    HERE_ONLY = "here_only", _("在地不在册")
    REGISTERED_ONLY = "registered_only", _("在册不在地")


class Enterprise(Scoped):
    """An enterprise or 个体工商户. `unit`/`unit_path` is its home (main tenancy) of today."""

    index_again = "loushi.registry.enterprises.commands.indexing.index_enterprises"
    preview_name = _("企业")

    class BusinessKind(models.TextChoices):
        COMPANY = "company", _("企业")
        INDIVIDUAL = "individual", _("个体工商户")
        BRANCH = "branch", _("分支机构")
        SOCIAL = "social", _("社会组织")
        OTHER = "other", _("其他")

    class Size(models.TextChoices):
        LARGE = "large", _("大型")
        MEDIUM = "medium", _("中型")
        SMALL = "small", _("小型")
        MICRO = "micro", _("微型")

    class Status(models.TextChoices):
        OPERATING = "operating", _("在营")
        SUSPENDED = "suspended", _("停业")
        CANCELLED = "cancelled", _("注销")

    credit_code = models.CharField(
        _("统一社会信用代码"), max_length=18, null=True, blank=True, unique=True
    )
    name = models.CharField(_("企业名称"), max_length=120, db_index=True)
    short_name = models.CharField(_("简称"), max_length=40, blank=True, default="")
    business_kind = models.CharField(
        _("主体类型"), max_length=12, choices=BusinessKind.choices, default=BusinessKind.COMPANY
    )
    industry = models.ForeignKey(
        IndustryCode,
        verbose_name=_("行业"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="enterprises",
    )
    size = models.CharField(_("规模"), max_length=8, choices=Size.choices, blank=True, default="")
    status = models.CharField(
        _("经营状态"), max_length=10, choices=Status.choices, default=Status.OPERATING
    )
    established_on = models.DateField(_("成立日期"), null=True, blank=True)
    registered_address = models.CharField(_("注册地址"), max_length=200, blank=True, default="")
    staff_count = models.PositiveIntegerField(_("员工数"), null=True, blank=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="enterprises"
    )
    unit_path = UnitPathField(db_index=True)
    officer = models.ForeignKey(
        User,
        verbose_name=_("企业专员"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="enterprises_in_charge",
    )
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(Scoped.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["unit_path", "id"], name="enterprise_path_id")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def at_building(cls, building_id: int) -> models.Q:
        """Which enterprises have their home in a building: they follow it when a unit is split."""
        homes = Tenancy.objects.unscoped("a split moves every home").filter(
            building_id=building_id, is_main=True, until__isnull=True
        )
        return models.Q(pk__in=homes.values("enterprise_id"))


class EnterpriseContact(Scoped):
    """企业联系人: personal data, masked by policy."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="contacts")
    unit_path = UnitPathField(db_index=True)
    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("电话"), max_length=20, blank=True, default="")
    title = models.CharField(_("职务"), max_length=40, blank=True, default="")
    is_primary = models.BooleanField(_("主要联系人"), default=False)

    class Meta(Scoped.Meta):
        ordering = ["enterprise_id", "-is_primary", "id"]

    def __str__(self) -> str:
        return self.name


class EnterpriseMembership(Scoped):
    """A user's dated membership of an enterprise (企业联系人 or 职工)."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="memberships")
    unit_path = UnitPathField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="memberships")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["enterprise_id", "since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "user", "role"],
                condition=models.Q(until__isnull=True),
                name="membership_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.user_id}"


class Tenancy(Scoped):
    """入驻: an enterprise in a space, or only in a building; `until` is the first day after."""

    index_again = "loushi.registry.enterprises.commands.indexing.index_tenants"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="tenancies")
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="tenancies")
    space = models.ForeignKey(
        Space, on_delete=models.PROTECT, null=True, blank=True, related_name="tenancies"
    )
    unit_path = UnitPathField(db_index=True)
    presence = models.CharField(
        _("在地状态"), max_length=16, choices=Presence.choices, default=Presence.HERE_REGISTERED
    )
    area = models.DecimalField(
        _("面积（㎡）"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    since = models.DateField(_("入驻日期"), null=True, blank=True)
    until = models.DateField(_("迁出日期"), null=True, blank=True)
    lease_until = models.DateField(_("租约到期"), null=True, blank=True)
    is_main = models.BooleanField(default=True)
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")
    external_id = models.CharField(max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["enterprise_id", "id"]
        indexes = [models.Index(fields=["building", "until"], name="tenancy_building")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True)
                | models.Q(since__isnull=True)
                | models.Q(until__gte=models.F("since")),
                name="tenancy_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} @ {self.building_id}"


class SignUp(Scoped):
    """企业自助注册: waits for approval by the community."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待审核")
        APPROVED = "approved", _("已通过")
        REFUSED = "refused", _("未通过")

    credit_code = models.CharField(_("统一社会信用代码"), max_length=18)
    enterprise_name = models.CharField(_("企业名称"), max_length=120)
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, null=True, blank=True, related_name="sign_ups"
    )
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="sign_ups"
    )
    address = models.CharField(_("所在楼宇和房号"), max_length=120, blank=True, default="")
    contact_name = models.CharField(_("联系人"), max_length=40, blank=True, default="")
    phone = models.CharField(_("电话"), max_length=20, blank=True, default="")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="sign_ups")
    unit_path = UnitPathField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ups")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.BigIntegerField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "credit_code"],
                condition=models.Q(state="waiting"),
                name="sign_up_waits_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_name} {self.state}"
