"""Who owns a building, who looks after it under which contract, who is responsible for it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.scoping import Scoped, UnitPathField
from loushi.registry.accounts.models import Role, User
from loushi.registry.buildings.models.managers import PropertyManager
from loushi.registry.buildings.models.places import Building, Space


class BuildingRole(Scoped):
    """A person's dated role at one building: 楼长, 物业服务员 …"""

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="roles")
    unit_path = UnitPathField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="building_roles")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="building_roles")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["building_id", "since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="building_role_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building_id} {self.role_id} {self.user_id}"


class Owner(Scoped):
    """产权人. Known by credit code where there is one; persons by name within a building."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("企业")
        PERSON = "person", _("个人")
        STATE = "state", _("国资")
        COLLECTIVE = "collective", _("村集体")
        OTHER = "other", _("其他")

    name = models.CharField(_("产权人"), max_length=100, db_index=True)
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices, default=Kind.COMPANY)
    credit_code = models.CharField(
        _("统一社会信用代码"), max_length=18, null=True, blank=True, unique=True
    )
    contact = models.CharField(_("联系人"), max_length=40, blank=True, default="")
    phone = models.CharField(_("电话"), max_length=20, blank=True, default="")
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Ownership(Scoped):
    """An owner's share of a building, or of one space of it, from a day to a day.

    `share` is between 0 and 1, empty where it is not known; `until` is the first day after. The
    known shares of one thing never add up to more than 1 on any day.
    """

    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="holdings")
    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="ownerships")
    space = models.ForeignKey(
        Space, on_delete=models.CASCADE, null=True, blank=True, related_name="ownerships"
    )
    share = models.DecimalField(_("份额"), max_digits=7, decimal_places=6, null=True, blank=True)
    since = models.DateField(_("开始日期"), null=True, blank=True)
    until = models.DateField(_("结束日期"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["building_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True)
                | models.Q(since__isnull=True)
                | models.Q(until__gt=models.F("since")),
                name="ownership_runs_forward",
            ),
            models.CheckConstraint(
                condition=models.Q(share__isnull=True)
                | (models.Q(share__gt=0) & models.Q(share__lte=1)),
                name="ownership_share_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} @ {self.building_id}"


class ManagerContract(Scoped):
    """物业服务合同: a manager looks after a building from a day to a day (`until` is the last)."""

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="contracts")
    manager = models.ForeignKey(PropertyManager, on_delete=models.PROTECT, related_name="contracts")
    scope = models.CharField(_("服务范围"), max_length=200, blank=True, default="")
    since = models.DateField(_("开始日期"))
    until = models.DateField(_("到期日期"), null=True, blank=True)
    contact = models.CharField(_("项目负责人"), max_length=40, blank=True, default="")
    phone = models.CharField(_("服务电话"), max_length=20, blank=True, default="")
    source = models.CharField(_("来源"), max_length=60, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(Scoped.Meta):
        ordering = ["building_id", "-since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="manager_contract_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manager_id} @ {self.building_id}"
