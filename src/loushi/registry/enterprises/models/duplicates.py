"""Rows that may describe one firm, merges of two, and what a merged row was."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.enterprises.models.firms import Enterprise


class DuplicateProposal(Scoped):
    """Two enterprises that are probably one (疑似重复); `first` has the smaller id.

    `unit_path` is the lowest unit that holds both homes: who sees only one of them sees no
    proposal. `evidence`: [{"field", "verdict", "weight"}] of `language.linkage`.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待核对")
        APART = "apart", _("确认不是同一家")

    first = models.ForeignKey(
        Enterprise, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    second = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="+")
    unit_path = UnitPathField(db_index=True)
    probability = models.FloatField(_("可能性"))
    evidence = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    why = models.CharField(_("说明"), max_length=200, blank=True, default="")
    found_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.BigIntegerField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["-probability", "id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="proposal_once"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="proposal_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id} {self.state}"


class EnterpriseMerge(Scoped):
    """并户: everything of one enterprise went to another. The merged row itself is gone from the
    register; `snapshot` holds its columns, so that an undo brings it back with its old number."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="merges")
    unit_path = UnitPathField(db_index=True)
    former_id = models.BigIntegerField()
    former_name = models.CharField(max_length=120)
    snapshot = models.JSONField()
    taken = models.JSONField(default=dict)
    why = models.CharField(_("原因"), max_length=200)
    merged_at = models.DateTimeField(default=timezone.now)
    merged_by = models.BigIntegerField(null=True, blank=True)
    merged_name = models.CharField(max_length=80, blank=True, default="")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.former_name} → {self.enterprise_id}"


class MergeMove(Scoped):
    """One row that a merge moved: its columns before and after, and the whole row as a seal, so
    that an undo knows what was changed since."""

    merge = models.ForeignKey(EnterpriseMerge, on_delete=models.CASCADE, related_name="moves")
    unit_path = UnitPathField(db_index=True)
    model = models.CharField(max_length=80)
    object_id = models.BigIntegerField()
    before = models.JSONField()
    after = models.JSONField()
    seal = models.CharField(max_length=64)

    class Meta(Scoped.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"


class EnterpriseAlias(Scoped):
    """What an enterprise was known by before a merge: number, name and credit code lead to it."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="aliases")
    merge = models.OneToOneField(EnterpriseMerge, on_delete=models.CASCADE, related_name="alias")
    unit_path = UnitPathField(db_index=True)
    former_id = models.BigIntegerField(unique=True)
    name = models.CharField(_("企业名称"), max_length=120)
    credit_code = models.CharField(
        _("统一社会信用代码"), max_length=18, null=True, blank=True, unique=True
    )

    class Meta(Scoped.Meta):
        ordering = ["enterprise_id", "id"]

    def __str__(self) -> str:
        return self.name
