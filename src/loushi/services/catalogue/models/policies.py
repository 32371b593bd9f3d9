"""惠企政策: a text with conditions as data, its versions, and what firms do with it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.accounts.models import Department, User
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit


class Policy(Scoped):
    """A policy for enterprises as it stands today; `conditions` as `conditions.py` says. `until`
    and `closes_on` are the last days."""

    preview_name = _("惠企政策")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        WITHDRAWN = "withdrawn", _("已撤下")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = UnitPathField(db_index=True)
    title = models.CharField(_("名称"), max_length=120)
    number = models.CharField(_("文号"), max_length=60, blank=True, default="")
    issuer = models.CharField(_("发布部门"), max_length=60)
    department = models.ForeignKey(
        Department, verbose_name=_("本区受理部门"), on_delete=models.SET_NULL, null=True,
        blank=True, related_name="+",
    )  # fmt: skip
    source = models.CharField(_("来源"), max_length=200, blank=True, default="")
    benefits = models.CharField(_("支持内容"), max_length=1000, blank=True, default="")
    text = models.TextField(_("正文"), max_length=20_000, blank=True, default="")
    materials = models.CharField(_("申报材料"), max_length=2000, blank=True, default="")
    how = models.CharField(_("怎么申报"), max_length=500, blank=True, default="")
    contact = models.CharField(_("咨询电话"), max_length=60, blank=True, default="")
    since = models.DateField(_("生效日期"), null=True, blank=True)
    until = models.DateField(_("失效日期"), null=True, blank=True)
    opens_on = models.DateField(_("申报开始"), null=True, blank=True)
    closes_on = models.DateField(_("申报截止"), null=True, blank=True)
    conditions = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["unit_path", "title", "id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "title"], name="policy_title_once"),
        ]

    def __str__(self) -> str:
        return self.title


class PolicyVersion(Scoped):
    """What a policy said from a moment on; never rewritten."""

    policy = models.ForeignKey(
        Policy, on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    number = models.PositiveIntegerField()
    values = models.JSONField()
    why = models.CharField(_("修改说明"), max_length=200, blank=True, default="")
    by_name = models.CharField(max_length=80, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} v{self.number}"


class PolicyPush(Scoped):
    """That a firm was told of a policy: once, whoever presses again."""

    policy = models.ForeignKey(
        Policy, on_delete=models.CASCADE, related_name="pushes", db_index=False
    )
    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="+")
    unit_path = UnitPathField(db_index=True)
    at = models.DateTimeField(default=timezone.now)
    by_name = models.CharField(max_length=80, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "enterprise"], name="policy_push_once"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.enterprise_id}"


class PushRefusal(Scoped):
    """A firm that wants no further pushes, until it says otherwise."""

    enterprise = models.OneToOneField(Enterprise, on_delete=models.CASCADE, related_name="+")
    unit_path = UnitPathField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return str(self.enterprise_id)


class Declaration(Scoped):
    """申报: how far a firm has come with a policy. One open at a time."""

    preview_name = _("政策申报")

    class State(models.TextChoices):
        INTERESTED = "interested", _("有意申报")
        DECLARED = "declared", _("已申报")
        GRANTED = "granted", _("已兑现")
        REFUSED = "refused", _("未通过")
        DROPPED = "dropped", _("已放弃")

    policy = models.ForeignKey(
        Policy, on_delete=models.PROTECT, related_name="declarations", db_index=False
    )
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    unit_path = UnitPathField(db_index=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.INTERESTED)
    version = models.PositiveIntegerField(_("按第几版"), default=1)
    began_on = models.DateField(_("有意日期"))
    declared_on = models.DateField(_("申报日期"), null=True, blank=True)
    decided_on = models.DateField(_("结果日期"), null=True, blank=True)
    amount = models.DecimalField(
        _("兑现金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    note = models.CharField(_("说明"), max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["-began_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "enterprise"],
                condition=models.Q(state__in=["interested", "declared"]),
                name="declaration_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.enterprise_id} {self.state}"
