"""Attachments of any parent, and uploads that wait for theirs."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import PublicModel


class Visibility(models.TextChoices):
    PARENT = "parent", _("能看到主件的人")
    INTERNAL = "internal", _("仅工作人员")


class Attachment(PublicModel):
    """A file that belongs to a row of another package (`parent_type` as "demands.demand").

    It has no scope of its own: whoever may see it is decided by the parent's package, through the
    callable that it registered. Without a parent it waits: uploaded under a form's token, to be
    claimed when the form is submitted, swept after a day.
    """

    parent_type = models.CharField(max_length=60, blank=True, default="")
    parent_id = models.BigIntegerField(null=True)
    token = models.CharField(max_length=64, blank=True, default="")
    name = models.CharField(max_length=160)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=80, unique=True)
    thumbnail = models.CharField(max_length=80, blank=True, default="")
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    label = models.CharField(max_length=60, blank=True, default="")
    visibility = models.CharField(
        max_length=10, choices=Visibility.choices, default=Visibility.PARENT
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_by_name = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)
    removed_by_name = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        verbose_name = _("附件")
        indexes = [
            models.Index(fields=["parent_type", "parent_id", "id"], name="attachment_parent"),
            models.Index(
                fields=["created_at"], name="attachment_waiting", condition=models.Q(parent_id=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        """Whether it is shown as a picture."""
        return self.content_type.startswith("image/")
