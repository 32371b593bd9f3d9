"""Notices to people, their deliveries outside the application, and what people prefer."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel, Scoped

from .phrases import said

TITLE_LENGTH = 200
OUTSIDER = 0  # the recipient_id of people without an account


class Mode(models.TextChoices):
    """How a kind of notice reaches a person by one channel."""

    NOW = "now", _("立即")
    DIGEST = "digest", _("每日汇总")
    OFF = "off", _("不发送")


class Channel(models.TextChoices):
    """Ways out of the application; inside it every notice always arrives."""

    MAIL = "mail", _("邮件")


class Notice(Scoped):
    """One message to one person; the row itself is the delivery inside the application.

    Sentences of ours are kept as msgid and values (see phrases), so that everybody reads them in
    the own language.

    It is written in the transaction of its cause, and (recipient, key) is unique, so it exists
    exactly once. `planned_at` says when the worker decided about mail; a notice whose subject the
    recipient may no longer see is `withheld_at` that moment and shown to nobody.
    """

    recipient_id = models.BigIntegerField(_("收件人"))
    kind = models.CharField(_("类型"), max_length=60)
    title = models.CharField(_("标题"), max_length=TITLE_LENGTH)
    body = models.TextField(_("正文"), blank=True, default="")
    # What the placeholders of the sentence stand for; null where the text is kept as it is.
    title_values = models.JSONField(null=True, blank=True)
    body_values = models.JSONField(null=True, blank=True)
    # Where a person without an account is written to; recipient_id is 0 then.
    address = models.EmailField(blank=True, default="")
    link = models.CharField(_("链接"), max_length=300, blank=True, default="")
    subject_type = models.CharField(max_length=60, blank=True, default="")
    subject_id = models.BigIntegerField(null=True, blank=True)
    key = models.CharField(max_length=160)
    created_at = models.DateTimeField(_("时间"), default=timezone.now)
    read_at = models.DateTimeField(_("已读时间"), null=True, blank=True)
    planned_at = models.DateTimeField(null=True, blank=True)
    withheld_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        verbose_name = _("消息")
        constraints = [models.UniqueConstraint(fields=["recipient_id", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["recipient_id", "id"], name="notice_recipient"),
            models.Index(
                fields=["recipient_id", "id"],
                name="notice_unread",
                condition=Q(read_at=None, withheld_at=None),
            ),
            models.Index(fields=["id"], name="notice_unplanned", condition=Q(planned_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.title_text} → {self.recipient_id}"

    @property
    def title_text(self) -> str:
        """The title in the active language, on one line."""
        title = " ".join(said(self.title, self.title_values).split())
        return title if len(title) <= TITLE_LENGTH else f"{title[: TITLE_LENGTH - 1]}…"

    @property
    def body_text(self) -> str:
        """The body in the active language."""
        return said(self.body, self.body_values)


class Delivery(Scoped):
    """One mail to one person: about one notice, or the digest of one day.

    A worker claims it for a while (`claim`, `claimed_until`); a claim that ran out is free again,
    so a killed worker loses nothing. The Message-ID depends only on the row, so a mail that is
    sent twice can be recognised as one.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("待发送")
        SENT = "sent", _("已发送")
        FAILED = "failed", _("将重试")
        DEAD = "dead", _("未能送达")
        WITHHELD = "withheld", _("不再发送")

    OPEN = (State.PENDING, State.FAILED)

    recipient_id = models.BigIntegerField(_("收件人"))
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.MAIL)
    notice = models.ForeignKey(
        Notice, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    digest_on = models.DateField(_("汇总日期"), null=True, blank=True)
    urgent = models.BooleanField(_("紧急"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claim = models.CharField(max_length=40, blank=True, default="")
    claimed_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(_("原因"), blank=True, default="")

    class Meta(Scoped.Meta):
        verbose_name = _("投递")
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "channel"],
                name="delivery_once",
                condition=Q(notice__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["recipient_id", "channel", "digest_on"],
                name="digest_once",
                condition=Q(digest_on__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(notice__isnull=False, digest_on=None)
                | Q(notice=None, digest_on__isnull=False),
                name="delivery_notice_or_digest",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                name="delivery_due",
                condition=Q(state__in=["pending", "failed"]),
            ),
            models.Index(fields=["id"], name="delivery_dead", condition=Q(state="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.channel} → {self.recipient_id}: {self.state}"

    @property
    def stable_name(self) -> str:
        """The local part of the Message-ID: the same at every attempt."""
        return f"notice-{self.notice_id}" if self.notice_id else f"digest-{self.pk}"


class DigestItem(Scoped):
    """A notice that goes out with a digest."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="items")
    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="digest_item")
    recipient_id = models.BigIntegerField()

    class Meta(Scoped.Meta):
        pass

    def __str__(self) -> str:
        return f"notice {self.notice_id} in digest {self.delivery_id}"


class Preference(Scoped):
    """A person's times: when the digest goes out, and when no mail shall come.

    Quiet hours may cross midnight; equal or missing ends mean none.
    """

    user_id = models.BigIntegerField(primary_key=True)
    digest_hour = models.PositiveSmallIntegerField(_("汇总时间"), default=9)
    quiet_from = models.TimeField(_("免打扰开始"), null=True, blank=True)
    quiet_until = models.TimeField(_("免打扰结束"), null=True, blank=True)

    class Meta(Scoped.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(digest_hour__lt=24), name="preference_digest_hour")
        ]

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"


class KindPreference(Scoped):
    """A person's choice for one kind by one channel."""

    user_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.MAIL)
    mode = models.CharField(max_length=10, choices=Mode.choices)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "kind", "channel"], name="kind_preference_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind} by {self.channel} {self.mode}"


class KindRule(PublicModel):
    """The platform's rule for a kind, where it differs from what the package declares."""

    kind = models.CharField(max_length=60, primary_key=True)
    urgent = models.BooleanField(_("紧急"), default=False)
    mail = models.CharField(_("邮件"), max_length=10, choices=Mode.choices, default=Mode.NOW)

    def __str__(self) -> str:
        return self.kind
