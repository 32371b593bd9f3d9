"""Sign-up requests of enterprises."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.accounts.models import User
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.models.firms import Enterprise
from loushi.registry.territory.models import Unit


class SignUp(Scoped):
    """企业自助注册: waits for approval by the community."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待审核")
        APPROVED = "approved", _("已通过")
        REFUSED = "refused", _("未通过")

    credit_code = models.CharField(_("统一社会信用代码"), max_length=18)
    enterprise_name = models.CharField(_("企业名称"), max_length=120)
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, null=True, blank=True, related_name="sign_ups"
    )
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="sign_ups"
    )
    address = models.CharField(_("所在楼宇和房号"), max_length=120, blank=True, default="")
    contact_name = models.CharField(_("联系人"), max_length=40, blank=True, default="")
    phone = models.CharField(_("电话"), max_length=20, blank=True, default="")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="sign_ups")
    unit_path = UnitPathField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ups")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.BigIntegerField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "credit_code"],
                condition=models.Q(state="waiting"),
                name="sign_up_waits_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_name} {self.state}"
