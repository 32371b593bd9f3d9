"""Tables of the working calendar and the service levels; what they mean: docs/how-to/calendar.md.

Dated rows run from `valid_from` to `valid_to`, both days included; no `valid_to`: until further
notice. Everything here is public: it holds nothing of anybody.
"""

from datetime import date
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.clocks.limits import Limit, LimitKind
from loushi.foundation.core.scoping import PublicModel

STANDARD = "standard"

LIMIT_KINDS = [
    (LimitKind.WORKING_MINUTES.value, _("工作分钟")),
    (LimitKind.WORKING_DAYS.value, _("工作日")),
    (LimitKind.CLOCK_MINUTES.value, _("自然分钟")),
    (LimitKind.CLOCK_HOURS.value, _("自然小时")),
    (LimitKind.STATUTORY_DAYS.value, _("法定工作日（首日不计）")),
]


class CalendarVersion(PublicModel):
    """One row whose token changes with every change of the calendar: caches compare it."""

    token = models.CharField(max_length=32)

    def __str__(self) -> str:
        return self.token

    @classmethod
    def renew(cls) -> None:
        """Makes every process rebuild its calendar; call it in the transaction of a change."""
        cls.objects.update_or_create(pk=1, defaults={"token": uuid4().hex})


class CalendarDay(PublicModel):
    """A local word about one date: it overrides the official arrangement and the weekly hours."""

    date = models.DateField(_("日期"), unique=True)
    is_workday = models.BooleanField(_("上班"))
    name = models.CharField(_("名称"), max_length=40, blank=True, default="")
    source = models.CharField(_("来源"), max_length=120, blank=True, default="")
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    hours = models.JSONField(_("当日作息"), null=True, blank=True)

    class Meta:
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(
                name="calendar_day_off_has_no_hours",
                condition=Q(is_workday=True) | Q(hours__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.name}".rstrip()


class WorkingHours(PublicModel):
    """One opening of one weekday (0 is Monday) of a named calendar; `end` 00:00 is midnight."""

    name = models.CharField(_("作息"), max_length=40, default=STANDARD)
    weekday = models.PositiveSmallIntegerField(_("星期"))
    start = models.TimeField(_("开始"))
    end = models.TimeField(_("结束"))
    valid_from = models.DateField(_("起用日期"))
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        ordering = ["name", "valid_from", "weekday", "start"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "valid_from", "weekday", "start"], name="working_hours_once"
            ),
            models.CheckConstraint(name="working_hours_weekday", condition=Q(weekday__lte=6)),
            models.CheckConstraint(
                name="working_hours_validity",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.weekday} {self.start:%H:%M}–{self.end:%H:%M}"


class CalendarSetting(PublicModel):
    """From a date on: how many minutes a working day of a limit has, and the time zone."""

    valid_from = models.DateField(_("起用日期"), unique=True)
    nominal_minutes = models.PositiveSmallIntegerField(_("一个工作日折合分钟"), default=420)
    tz = models.CharField(_("时区"), max_length=60, default="Asia/Shanghai")

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.CheckConstraint(
                name="calendar_setting_minutes",
                condition=Q(nominal_minutes__gte=1, nominal_minutes__lte=1440),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from:%Y-%m-%d}: {self.nominal_minutes}"


class ServiceLevel(PublicModel):
    """How fast something must be accepted, first contacted and resolved; a blank key means any.

    The most specific row in force wins (`clocks.service_level_for`). No amount: no such limit.
    """

    STEPS: ClassVar[tuple[str, ...]] = ("accept", "contact", "resolve")

    subject = models.CharField(_("对象"), max_length=30, default="demand")
    category_code = models.CharField(_("类别"), max_length=30, blank=True, default="")
    urgency = models.CharField(_("缓急"), max_length=20, blank=True, default="")
    tier = models.CharField(_("层级"), max_length=20, blank=True, default="")
    accept_kind = models.CharField(
        _("受理时限单位"),
        max_length=20,
        choices=LIMIT_KINDS,
        default=LimitKind.WORKING_MINUTES.value,
    )
    accept_amount = models.PositiveIntegerField(_("受理时限"), null=True, blank=True)
    contact_kind = models.CharField(
        _("首次联系时限单位"),
        max_length=20,
        choices=LIMIT_KINDS,
        default=LimitKind.WORKING_DAYS.value,
    )
    contact_amount = models.PositiveIntegerField(_("首次联系时限"), null=True, blank=True)
    resolve_kind = models.CharField(
        _("办结时限单位"), max_length=20, choices=LIMIT_KINDS, default=LimitKind.WORKING_DAYS.value
    )
    resolve_amount = models.PositiveIntegerField(_("办结时限"), null=True, blank=True)
    valid_from = models.DateField(_("起用日期"))
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=200, blank=True, default="")

    class Meta:
        ordering = ["subject", "category_code", "urgency", "tier", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "category_code", "urgency", "tier", "valid_from"],
                name="service_level_once",
            ),
            models.CheckConstraint(
                name="service_level_validity",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="service_level_amounts",
                condition=(Q(accept_amount__isnull=True) | Q(accept_amount__gte=1))
                & (Q(contact_amount__isnull=True) | Q(contact_amount__gte=1))
                & (Q(resolve_amount__isnull=True) | Q(resolve_amount__gte=1)),
            ),
        ]

    def __str__(self) -> str:
        keys = (self.subject, self.category_code, self.urgency, self.tier)
        return " / ".join(key or "*" for key in keys)

    def limit(self, step: str) -> Limit | None:
        """The limit of a step ("accept", "contact" or "resolve"), None where there is none."""
        if step not in self.STEPS:
            raise ValueError(f"a service level has the steps {self.STEPS}, not {step!r}")
        amount = getattr(self, f"{step}_amount")
        return Limit(getattr(self, f"{step}_kind"), amount) if amount else None

    def runs(self, on: date) -> bool:
        """Whether the row is in force on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class ClockFields(models.Model):
    """The columns of a running clock, for a package's own table (a demand's, an application's).

    `due_at`, `next_warning_at` are derived from `started_at`, the limit and the pauses in history;
    a change of calendar recomputes them while `stopped_at` is empty. `is_late`, once set, stays.
    """

    kind = models.CharField(_("时钟"), max_length=20)
    limit_kind = models.CharField(_("时限单位"), max_length=20, choices=LIMIT_KINDS)
    limit_amount = models.PositiveIntegerField(_("时限"))
    started_at = models.DateTimeField(_("起算"))
    due_at = models.DateTimeField(_("到期"))
    stopped_at = models.DateTimeField(_("停止"), null=True, blank=True)
    is_late = models.BooleanField(_("超时"), default=False)
    next_warning_at = models.DateTimeField(_("下次提醒"), null=True, blank=True)
    warned_percent = models.PositiveSmallIntegerField(_("已提醒"), default=0)
    elapsed_minutes = models.FloatField(_("停止时已用分钟"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def limit(self) -> Limit:
        return Limit(LimitKind(self.limit_kind), self.limit_amount)

    @property
    def is_running(self) -> bool:
        return self.stopped_at is None
