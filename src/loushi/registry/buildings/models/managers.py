"""Property managers and their people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped
from loushi.registry.accounts.models import Role, User


class PropertyManager(Scoped):
    """物业公司."""

    name = models.CharField(_("名称"), max_length=100, unique=True)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True, default="")
    phone = models.CharField(_("电话"), max_length=20, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class PropertyManagerMember(Scoped):
    """A person of a property manager; covers the buildings it manages."""

    manager = models.ForeignKey(PropertyManager, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="manager_memberships")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="manager_memberships")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["manager_id", "since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="manager_member_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manager_id} {self.user_id}"
