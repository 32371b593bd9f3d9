"""Who looks after an enterprise, what it is marked as, how firmly it stays: all with dates."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel, Scoped, UnitPathField
from loushi.foundation.core.terms import Term
from loushi.registry.accounts.models import User
from loushi.registry.enterprises.models.firms import Enterprise


class OfficerPost(Scoped):
    """企业专员 of an enterprise from a day to a day (`until` is the first day after)."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="posts")
    unit_path = UnitPathField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="officer_posts")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    why = models.CharField(_("原因"), max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["enterprise_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=models.Q(until__isnull=True),
                name="officer_runs_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.user_id}"


class TagKind(Term):
    """A mark that enterprises may carry; 1+4 产业 and others (domain.md row 53). Data."""

    class Group(models.TextChoices):
        CLUSTER = "cluster", _("1+4 产业")
        WEIGHT = "weight", _("重点")
        STAGE = "stage", _("成长")
        OTHER = "other", _("其他")

    code = models.CharField(max_length=20, primary_key=True)
    label = models.CharField(_("名称"), max_length=20, unique=True)
    group = models.CharField(_("类别"), max_length=8, choices=Group.choices, default=Group.OTHER)
    meaning = models.CharField(_("口径"), max_length=200, blank=True, default="")
    order = models.PositiveSmallIntegerField(_("顺序"), default=100)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.label


class TagRule(PublicModel):
    """By which rule a tag is set, from a day to a day: thresholds change, the past keeps its own.

    `conditions`: a list of {"what", "value"}, all of which must hold; the kinds of condition are
    those of `commands.tagging.CONDITIONS`.
    """

    kind = models.ForeignKey(TagKind, on_delete=models.CASCADE, related_name="rules")
    conditions = models.JSONField(default=list)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    source = models.CharField(_("依据"), max_length=120, blank=True, default="")

    class Meta:
        ordering = ["kind_id", "since"]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.since}"


class EnterpriseTag(Scoped):
    """A tag on an enterprise from a day to a day; `by_rule` ones are kept by the nightly job."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="tags")
    unit_path = UnitPathField(db_index=True)
    kind = models.ForeignKey(TagKind, on_delete=models.PROTECT, related_name="tags", db_index=False)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")
    by_rule = models.BooleanField(default=False)

    class Meta(Scoped.Meta):
        ordering = ["enterprise_id", "id"]
        indexes = [models.Index(fields=["kind", "until"], name="tag_kind_until")]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind"],
                condition=models.Q(until__isnull=True),
                name="tag_runs_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.kind_id}"


class StabilityLevel(Term):
    """A level of 五色 stability (静安寺街道, domain.md C2): data with its meaning."""

    class Tone(models.TextChoices):
        GREEN = "green", _("绿")
        BLUE = "blue", _("蓝")
        YELLOW = "yellow", _("黄")
        ORANGE = "orange", _("橙")
        RED = "red", _("红")

    code = models.CharField(max_length=12, primary_key=True)
    label = models.CharField(_("名称"), max_length=20, unique=True)
    tone = models.CharField(_("颜色"), max_length=8, choices=Tone.choices)
    meaning = models.CharField(_("含义"), max_length=200, blank=True, default="")
    order = models.PositiveSmallIntegerField(_("顺序"), default=100)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.label


class Stability(Scoped):
    """How firmly an enterprise stays, as somebody judged on a day, and why."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="stability")
    unit_path = UnitPathField(db_index=True)
    level = models.ForeignKey(StabilityLevel, on_delete=models.PROTECT, related_name="judgements")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=200)
    judged_by = models.BigIntegerField(null=True, blank=True)
    judged_name = models.CharField(max_length=80, blank=True, default="")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["enterprise_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=models.Q(until__isnull=True),
                name="stability_runs_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.level_id}"
