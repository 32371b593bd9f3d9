"""Bodies that decide in a building or a community: their kinds, members and rules."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel, Scoped, UnitPathField
from loushi.registry.accounts.models import User
from loushi.registry.buildings.models import Building, PropertyManager
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit


class Matter(models.TextChoices):
    """What is decided; each has its own rule."""

    ORDINARY = "ordinary", _("一般事项")
    MAJOR = "major", _("重大事项")
    PERSONNEL = "personnel", _("人事事项")


class Share(models.TextChoices):
    """How much is enough. "以上" includes the number itself, "过半数" does not."""

    OVER_HALF = "over_half", _("过半数")
    TWO_THIRDS = "two_thirds", _("三分之二以上")
    THREE_QUARTERS = "three_quarters", _("四分之三以上")
    ALL = "all", _("一致同意")


class Base(models.TextChoices):
    """Of what the majority is counted."""

    ALL = "all", _("全体有表决权的委员")
    PRESENT = "present", _("到会的有表决权的委员")
    CAST = "cast", _("赞成与反对之和（弃权不计）")


class Side(models.TextChoices):
    """Whom a member speaks for (S3: 社区党组织、楼宇党组织、楼宇业委会、楼宇物业公司)."""

    COMMUNITY = "community", _("社区党组织")
    PARTY = "party", _("楼宇党组织")
    OWNERS = "owners", _("业委会")
    MANAGER = "manager", _("物业")
    FIRMS = "firms", _("企业")
    STAFF = "staff", _("职工")
    OTHER = "other", _("其他")


class Post(models.TextChoices):
    CHAIR = "chair", _("主任")
    VICE = "vice", _("副主任")
    SECRETARY = "secretary", _("秘书")
    MEMBER = "member", _("委员")


class BodyKind(PublicModel):
    """A kind of body; `rules` are what a new body starts with. Editable data."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, blank=True, default="")
    remit = models.CharField(max_length=300, blank=True, default="")
    settles = models.BooleanField(default=False)
    """Whether demands of a building are referred to it."""
    rules = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        english = (get_language() or "").startswith("en")
        return self.name_en if english and self.name_en else self.name


class Body(Scoped):
    """A body of a building, or of all buildings of a unit where `building` is empty."""

    preview_name = _("议事组织")

    name = models.CharField(_("名称"), max_length=60)
    kind = models.ForeignKey(BodyKind, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = UnitPathField(db_index=True)
    building = models.ForeignKey(
        Building, verbose_name=_("所在楼宇"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="bodies",
    )  # fmt: skip
    since = models.DateField(_("成立日期"))
    until = models.DateField(_("撤销日期"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["unit_path", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="body_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class BodyRule(Scoped):
    """How one matter is decided from a day on; the newest that has begun holds."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="rules", db_index=False)
    unit_path = UnitPathField(db_index=True)
    matter = models.CharField(_("事项"), max_length=10, choices=Matter.choices)
    since = models.DateField(_("起用日期"))
    quorum = models.CharField(_("到会"), max_length=16, choices=Share.choices)
    majority = models.CharField(_("通过"), max_length=16, choices=Share.choices)
    base = models.CharField(_("按什么计算"), max_length=8, choices=Base.choices)
    both = models.BooleanField(_("人数和表决权都要达到"), default=False)
    notice_days = models.PositiveSmallIntegerField(_("提前通知（天）"), default=0)
    sides = models.JSONField(_("谁有表决权"), default=list)
    """Sides that vote on this matter; empty = all."""

    class Meta(Scoped.Meta):
        ordering = ["matter", "-since", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["body", "matter", "since"], name="body_rule_once"),
        ]

    def __str__(self) -> str:
        return f"{self.body_id} {self.matter} {self.since}"


class CouncilSeat(Scoped):
    """A member for a term. `enterprise` or `manager` is whom the person works for: a member does
    not vote on a matter of the own firm."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="seats", db_index=False)
    unit_path = UnitPathField(db_index=True)
    user = models.ForeignKey(
        User, verbose_name=_("账号"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    name = models.CharField(_("姓名"), max_length=40)
    side = models.CharField(_("代表"), max_length=10, choices=Side.choices)
    post = models.CharField(_("职务"), max_length=10, choices=Post.choices, default=Post.MEMBER)
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("所在企业"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="council_seats",
    )  # fmt: skip
    manager = models.ForeignKey(
        PropertyManager, verbose_name=_("所在物业公司"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="+",
    )  # fmt: skip
    weight = models.PositiveIntegerField(_("表决权数"), default=1)
    votes = models.BooleanField(_("有表决权"), default=True)
    since = models.DateField(_("任期开始"))
    until = models.DateField(_("任期结束"), null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["body", "since"], name="seat_body")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="seat_term_runs_forward",
            ),
            models.CheckConstraint(condition=models.Q(weight__gte=1), name="seat_weight_positive"),
        ]

    def __str__(self) -> str:
        return self.name
