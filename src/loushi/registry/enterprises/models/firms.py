"""Enterprises, the industries they work in, their contacts and members."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel, Scoped, UnitPathField
from loushi.registry.accounts.models import Role, User
from loushi.registry.enterprises.models.presence import Lies
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


class Enterprise(Scoped):
    """An enterprise or 个体工商户. `unit`/`unit_path` is its home (main tenancy) of today.

    `registered_address`, `registered_lies`, `tax_address`, `tax_lies` and `officer` are copies of
    the facts and the post that run today (`PlaceFact`, `OfficerPost`), kept for speed by the
    commands that write those; `loushi check register` compares them.
    """

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
    registered_lies = models.CharField(
        _("注册地"), max_length=8, choices=Lies.choices, blank=True, default=""
    )
    tax_address = models.CharField(_("纳税地址"), max_length=200, blank=True, default="")
    tax_lies = models.CharField(
        _("纳税地"), max_length=8, choices=Lies.choices, blank=True, default=""
    )
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
        at_home = models.Q(
            tenancies__building_id=building_id,
            tenancies__is_main=True,
            tenancies__until__isnull=True,
        )
        homes = cls.objects.unscoped("a split moves every home").filter(at_home)
        return models.Q(pk__in=homes.order_by().values("pk"))


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
