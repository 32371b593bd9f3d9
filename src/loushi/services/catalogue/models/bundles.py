"""一类事: one form and one progress line over many departments, in versions."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.territory.models import Unit


class ServiceBundle(Scoped):
    """A matter that people apply for once. What it asks and who does what stands in its versions;
    `live` is the number of the published one, 0 before the first."""

    preview_name = _("一类事")

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        WITHDRAWN = "withdrawn", _("已撤下")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = UnitPathField(db_index=True)
    title = models.CharField(_("名称"), max_length=40)
    summary = models.CharField(_("说明"), max_length=500, blank=True, default="")
    founders = models.BooleanField(_("还没有企业的人也能办"), default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    live = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["unit_path", "title", "id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "title"], name="bundle_title_once"),
        ]

    def __str__(self) -> str:
        return self.title


class BundleVersion(Scoped):
    """What a bundle asks and does; `content` as `models/flow.py` says. Published ones are never
    changed, because applications run on them to their end; `revision` grows with each change."""

    class State(models.TextChoices):
        DRAFT = "draft", _("正在设计")
        PUBLISHED = "published", _("现行")
        RETIRED = "retired", _("以前的")

    bundle = models.ForeignKey(
        ServiceBundle, on_delete=models.PROTECT, related_name="versions", db_index=False
    )
    unit_path = UnitPathField(db_index=True)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    content = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    by_name = models.CharField(max_length=80, blank=True, default="")
    changed_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["bundle", "number"], name="bundle_version_once"),
            models.UniqueConstraint(
                fields=["bundle"], condition=models.Q(state="draft"), name="bundle_one_draft"
            ),
            models.UniqueConstraint(
                fields=["bundle"], condition=models.Q(state="published"), name="bundle_one_live"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle_id} v{self.number}"
