"""Batches with their staged rows, external keys, and rows that nobody could place."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel, Scoped, UnitPathField


class BatchState(models.TextChoices):
    UPLOADED = "uploaded", _("待对应")
    CHECKED = "checked", _("待应用")
    APPLIED = "applied", _("已应用")
    CANCELLED = "cancelled", _("已取消")
    REFUSED = "refused", _("未应用，有退回")
    UNREADABLE = "unreadable", _("读不出来")
    ROLLED_BACK = "rolled_back", _("已撤回")


class Work(models.TextChoices):
    """What the background does with a batch now; '' = nothing, it waits for a person."""

    READ = "read", _("正在读取")
    CHECK = "check", _("正在核对")
    APPLY = "apply", _("正在应用")
    UNDO = "undo", _("正在还原")
    SURVEY = "survey", _("正在查看能撤回什么")
    ROLL_BACK = "roll_back", _("正在撤回")


class RowOutcome(models.TextChoices):
    NEW = "new", _("新增")
    CHANGED = "changed", _("变更")
    UNCHANGED = "unchanged", _("不变")
    REJECTED = "rejected", _("退回")
    UNPLACED = "unplaced", _("待归位")


class PlaceState(models.TextChoices):
    WAITING = "waiting", _("待归位")
    PLACED = "placed", _("已归位")
    DROPPED = "dropped", _("不再处理")


class ImportBatch(Scoped):
    """One file on its way into the register.

    `told_source`: the person has said where the file comes from. `origins`: heading → how its
    column was found (recognised, remembered, given). `work`, `holder`, `asked`, `done`, `todo`:
    what a worker does now, who holds it, with which wishes, and how far it is. `portions`: how many
    portions are written, each with its trail.
    """

    number = models.CharField(max_length=20, blank=True, default="", editable=False)
    importer = models.CharField(max_length=60)
    permission = models.CharField(max_length=80)
    source = models.CharField(max_length=60, blank=True, default="")
    file_name = models.CharField(max_length=200)
    file_size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    kept_as = models.CharField(max_length=120, blank=True, default="")
    sheet = models.CharField(max_length=120, blank=True, default="")
    header = models.JSONField(default=list)
    header_row = models.PositiveIntegerField(default=1)
    mapping = models.JSONField(default=dict)
    unit_path = UnitPathField()
    unit_label = models.CharField(max_length=120, blank=True, default="")
    zone = models.CharField(max_length=60, default="Asia/Shanghai")
    partial = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=BatchState.choices, default=BatchState.UPLOADED)
    counts = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    digest = models.CharField(max_length=64, blank=True, default="")
    error = models.TextField(blank=True, default="")
    total = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_by_name = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    applied_by_name = models.CharField(max_length=80, blank=True, default="")
    told_source = models.BooleanField(default=False)
    origins = models.JSONField(default=dict)
    remarks = models.JSONField(default=list)
    work = models.CharField(max_length=10, choices=Work.choices, blank=True, default="")
    work_for_id = models.BigIntegerField(null=True)
    holder = models.CharField(max_length=32, blank=True, default="")
    asked = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    todo = models.PositiveIntegerField(default=0)
    portions = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)
    survey = models.JSONField(default=dict)
    rolled_back_at = models.DateTimeField(null=True)
    rolled_back_by_name = models.CharField(max_length=80, blank=True, default="")
    rolled_back_why = models.CharField(max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = _("导入批次")
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=~models.Q(number=""), name="import_batch_number"
            )
        ]
        indexes = [
            models.Index(fields=["unit_path", "id"], name="import_batch_path"),
            models.Index(fields=["importer", "source", "id"], name="import_batch_source"),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"


class ImportRow(Scoped):
    """A staged row that somebody has to look at; unchanged rows are only counted.

    `cells` are the raw cells in the file's order, `diff` is {column: [old, new]} as shown text,
    `problems` a list of {column, label, message, level}; those that somebody must confirm also have
    `kind`, and once confirmed `note`, `by` and `at`. `confirms` counts them, `open` those without a
    note. `moved`: the register changed under the row since it was last shown.
    """

    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    row_number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=RowOutcome.choices)
    key = models.CharField(max_length=200, blank=True, default="")
    object_id = models.BigIntegerField(null=True)
    cells = models.JSONField(default=list)
    diff = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    confirms = models.PositiveSmallIntegerField(default=0)
    open = models.PositiveSmallIntegerField(default=0)
    hinted = models.BooleanField(default=False)
    moved = models.BooleanField(default=False)
    unit_path = UnitPathField()

    class Meta(Scoped.Meta):
        verbose_name = _("导入行")
        constraints = [
            models.UniqueConstraint(fields=["batch", "row_number"], name="import_row_once")
        ]
        indexes = [
            models.Index(fields=["batch", "outcome", "row_number"], name="import_row_outcome")
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.row_number} {self.outcome}"


class ImportTrail(Scoped):
    """What one portion of an import wrote into one table: enough to take it back.

    `created` are ids; `changed` is {id: {field: [before, after]}} with values as JSON keeps them.
    """

    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    portion = models.PositiveIntegerField()
    model = models.CharField(max_length=80)
    created = models.JSONField(default=list)
    changed = models.JSONField(default=dict)
    unit_path = UnitPathField()

    class Meta(Scoped.Meta):
        verbose_name = _("导入痕迹")
        indexes = [models.Index(fields=["batch", "portion"], name="import_trail_batch")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.portion} {self.model}"


class UnplacedRow(Scoped):
    """A right row that belongs to no known unit; it waits here until somebody says where it lies.

    `cells` maps the file's headings to raw cells; `mapping` column names to headings, so that the
    row can go through its importer again.
    """

    batch = models.ForeignKey(ImportBatch, null=True, on_delete=models.SET_NULL, related_name="+")
    importer = models.CharField(max_length=60)
    permission = models.CharField(max_length=80)
    source = models.CharField(max_length=60, blank=True, default="")
    key = models.CharField(max_length=200, blank=True, default="")
    row_number = models.PositiveIntegerField()
    cells = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    zone = models.CharField(max_length=60, default="Asia/Shanghai")
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=PlaceState.choices, default=PlaceState.WAITING)
    unit_path = UnitPathField()
    object_id = models.BigIntegerField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    settled_by_name = models.CharField(max_length=80, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = _("待归位行")
        constraints = [
            models.UniqueConstraint(
                fields=["importer", "source", "key"],
                condition=models.Q(state="waiting") & ~models.Q(key=""),
                name="unplaced_waits_once",
            )
        ]
        indexes = [models.Index(fields=["state", "unit_path", "id"], name="unplaced_waiting")]

    def __str__(self) -> str:
        return f"{self.importer} {self.key}: {self.state}"


class ExternalKey(PublicModel):
    """What a source system calls one of our rows: (source, external id, kind) → object id."""

    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("外部编号")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source", "external_id"], name="external_key_once"
            )
        ]
        indexes = [models.Index(fields=["kind", "object_id"], name="external_key_object")]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id} → {self.kind} {self.object_id}"
