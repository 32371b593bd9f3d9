"""An application for a bundle, its steps with their clocks and pauses, its history."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.models import ClockFields
from loushi.foundation.core.rating import RatedFields, RatingFields, score_range
from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.foundation.core.workflow import HistoryFields
from loushi.registry.accounts.models import Department, User
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.models import Unit
from loushi.services.catalogue.models import BundleVersion, ServiceBundle


class Application(RatedFields, Scoped):
    """One application. Its number is YL, year and id: unique, gaps allowed, no counter to wait for.
    It runs to its end on the version of the bundle on which it began."""

    preview_name = _("一类事申请")

    class State(models.TextChoices):
        HANDLING = "handling", _("办理中")
        FINISHED = "finished", _("待评价")
        CLOSED = "closed", _("已办结")
        REFUSED = "refused", _("未通过")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Channel(models.TextChoices):
        ONLINE = "online", _("手机")
        WINDOW = "window", _("窗口")
        API = "api", _("接口")

    year = models.PositiveSmallIntegerField()
    bundle = models.ForeignKey(
        ServiceBundle, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    version = models.ForeignKey(BundleVersion, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("办什么"), max_length=80)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit_path = UnitPathField()
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        db_index=False,
    )  # fmt: skip
    applicant = models.CharField(_("申请人"), max_length=80)
    submitter = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    contact_name = models.CharField(_("联系人"), max_length=40, blank=True, default="")
    contact_phone = models.CharField(_("联系电话"), max_length=20, blank=True, default="")
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.ONLINE)
    answers = models.JSONField(default=dict)
    seed = models.CharField(max_length=32, blank=True, default="")
    """With the server's secret the applicant's own link, see `commands/links.py`."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.HANDLING)
    due_at = models.DateTimeField(null=True, blank=True)
    """The next due moment of its running steps."""
    is_late = models.BooleanField(default=False)
    result = models.TextField(_("结果"), blank=True, default="")
    submitted_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    held_steps: "list[ApplicationStep] | None" = None
    """Its steps, where they were read with it (see `queries/reading.py`)."""

    class Meta(Scoped.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["unit_path", "-id"], name="application_path"),
            models.Index(fields=["bundle", "-id"], name="application_bundle"),
            models.Index(fields=["enterprise", "-id"], name="application_enterprise"),
        ]
        constraints = [score_range("application_score_1_to_5")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"YL-{self.year}-{self.pk:06d}"


class ApplicationStep(Scoped):
    """One step that the answers call for; it opens when all it waits for are done."""

    class State(models.TextChoices):
        WAITING = "waiting", _("未到")
        OPEN = "open", _("待办")
        WORKING = "working", _("在办")
        ASKED = "asked", _("待补正")
        DONE = "done", _("已办")
        REFUSED = "refused", _("未通过")
        CANCELLED = "cancelled", _("已取消")

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="steps", db_index=False
    )
    unit_path = UnitPathField()
    code = models.CharField(max_length=12)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=40)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        db_index=False,
    )  # fmt: skip
    """None: the service centre's window itself."""
    agent_id = models.BigIntegerField(null=True, blank=True)
    """Who runs the errand now (see `AgentErrand`); this person may end the step."""
    waits = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    opened_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    is_late = models.BooleanField(default=False)
    handler_name = models.CharField(max_length=80, blank=True, default="")
    said = models.CharField(max_length=1000, blank=True, default="")
    """The result, the reason of a refusal, or what has to be corrected."""

    class Meta(Scoped.Meta):
        ordering = ["application_id", "position"]
        indexes = [
            models.Index(fields=["department", "state", "due_at"], name="application_step_inbox"),
            models.Index(fields=["unit_path", "state", "due_at"], name="application_step_path"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["application", "code"], name="application_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.code}"


class ApplicationClock(ClockFields, Scoped):
    """The clock of a step: it starts when the step opens, and never again."""

    step = models.OneToOneField(ApplicationStep, on_delete=models.CASCADE, related_name="clock")
    unit_path = UnitPathField(db_index=False)

    class Meta(Scoped.Meta):
        indexes = [
            models.Index(
                fields=["next_warning_at"],
                name="application_clock_warning",
                condition=models.Q(stopped_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} {self.due_at}"


class ApplicationPause(Scoped):
    """A stretch in which a step waits for the applicant's correction."""

    step = models.ForeignKey(ApplicationStep, on_delete=models.CASCADE, related_name="pauses")
    unit_path = UnitPathField(db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.step_id} {self.since}"


class ApplicationEvent(HistoryFields, Scoped):
    """One line of the history of an application, or of one of its steps."""

    row = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    step = models.ForeignKey(
        ApplicationStep, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    unit_path = UnitPathField(db_index=False)

    class Meta(Scoped.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["row", "-id"], name="application_event_row")]

    def __str__(self) -> str:
        return f"{self.row_id} {self.move}"


class ApplicationMaterial(Scoped):
    """A material of an application: files of its own, or paper seen at the window. Who reads it
    follows from the steps that need it."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="materials", db_index=False
    )
    unit_path = UnitPathField(db_index=False)
    code = models.CharField(max_length=12)
    label = models.CharField(max_length=40)
    on_paper = models.BooleanField(default=False)

    class Meta(Scoped.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "code"], name="application_material_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.code}"


class ApplicationRecord(Scoped):
    """What is written down while it runs: a number that can be totalled, or a line of a log."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="records", db_index=False
    )
    unit_path = UnitPathField(db_index=False)
    code = models.CharField(max_length=12)
    label = models.CharField(max_length=40)
    measure = models.CharField(max_length=8, blank=True, default="")
    amount = models.PositiveIntegerField(null=True, blank=True)
    text = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    by_name = models.CharField(max_length=80, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["application", "code"], name="application_record_code")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.label}"


class ApplicationRating(RatingFields, Scoped):
    """评价: what the applicant said of it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="ratings")
    unit_path = UnitPathField(db_index=False)

    class Meta(Scoped.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.application_id} {self.score}"
