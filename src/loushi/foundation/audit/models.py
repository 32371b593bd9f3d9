"""The append-only record of who did what, when, to what, and why."""

from collections.abc import Iterable
from typing import Any, NoReturn

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel, Scoped, ScopedManager, UnitPathField


class AppendOnly(TypeError):
    """An entry of the audit was to be changed or deleted; that cannot be done, by anybody."""


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise AppendOnly("an audit entry can be neither changed nor deleted")


class EntryQuerySet(models.QuerySet["Entry"]):
    """Reads and inserts; everything that would change a stored entry raises AppendOnly."""

    update = _refuse
    delete = _refuse  # type: ignore[assignment]
    bulk_update = _refuse
    update_or_create = _refuse
    _update = _refuse
    _raw_delete = _refuse

    def bulk_create(
        self, objs: Iterable["Entry"], *args: Any, update_conflicts: bool = False, **kwargs: Any
    ) -> list["Entry"]:
        if update_conflicts:
            _refuse()
        return super().bulk_create(objs, *args, **kwargs)


class EntryManager(ScopedManager["Entry"]):
    """Scoped reading over the append-only queryset."""

    def _everything(self) -> EntryQuerySet:
        return EntryQuerySet(self.model, using=self._db)


class Entry(Scoped):
    """One thing that somebody did (or was refused), or one look at protected data.

    Names and labels are snapshots: the entry stays readable when the person has left and the
    subject is gone. `before` and `after` hold only the keys that changed.
    """

    append_only = True  # an import that is rolled back leaves what was recorded about it
    unit_path_is_fact = True  # the path of its day; an entry never follows a unit that moves

    class Result(models.TextChoices):
        DONE = "done", _("已完成")
        REFUSED = "refused", _("被拒绝")

    unit_path_is_fact = True  # the unit of that day; a change of the tree never rewrites it

    at = models.DateTimeField(_("时间"), default=timezone.now)
    actor_id = models.BigIntegerField(_("人员编号"), null=True, blank=True)
    actor_name = models.CharField(_("人员"), max_length=80)
    actor_appointment = models.CharField(_("任职"), max_length=160, blank=True, default="")
    action = models.CharField(_("动作"), max_length=80)
    result = models.CharField(_("结果"), max_length=10, choices=Result.choices, default=Result.DONE)
    subject_type = models.CharField(_("对象类型"), max_length=60, blank=True, default="")
    subject_id = models.BigIntegerField(_("对象编号"), null=True, blank=True)
    subject_label = models.CharField(_("对象"), max_length=200, blank=True, default="")
    before = models.JSONField(_("变更前"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("变更后"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    why = models.TextField(_("原因"), blank=True, default="")
    request_id = models.CharField(_("请求编号"), max_length=64, blank=True, default="")
    unit_path = UnitPathField(_("所属单位"))
    ip = models.GenericIPAddressField(_("网络地址"), null=True, blank=True)

    plain: models.Manager["Entry"] = EntryQuerySet.as_manager()  # type: ignore[assignment]
    objects: EntryManager = EntryManager()  # type: ignore[assignment]

    class Meta(Scoped.Meta):
        verbose_name = _("留痕")
        indexes = [
            models.Index(fields=["at", "id"], name="audit_entry_at"),
            models.Index(fields=["actor_id", "at"], name="audit_entry_actor"),
            models.Index(fields=["subject_type", "subject_id"], name="audit_entry_subject"),
            models.Index(fields=["unit_path", "at"], name="audit_entry_unit"),
            models.Index(
                fields=["request_id"],
                name="audit_entry_request",
                condition=~models.Q(request_id=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor_name} {self.action} {self.subject_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding or self.pk is not None:
            _refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse()


class Seal(PublicModel):
    """A link of the chain that makes later tampering visible (docs: security, audit).

    `digest` is SHA-256 over the previous seal's digest and every entry with
    `previous.last_id < id <= last_id`; the worker adds a seal every ten minutes. It holds nothing
    of anybody.
    """

    last_id = models.BigIntegerField(unique=True)
    entries = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"…{self.last_id}: {self.digest[:12]}"


class SealMark(PublicModel):
    """Up to where the next seal will reach, noted one round before it is made.

    By then every transaction that could still add an entry below has ended, so a sealed range is
    complete without anybody having waited for it.
    """

    last_id = models.BigIntegerField()
    noted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"…{self.last_id} at {self.noted_at:%F %T}"
