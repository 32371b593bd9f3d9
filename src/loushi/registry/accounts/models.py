"""Users, departments, roles as data, appointments, sessions, tokens."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.names import spoken
from loushi.foundation.core.scoping import PublicModel, Scoped, UnitPathField
from loushi.registry.territory.models import Unit


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who can log in. Rights come from dated grants only, never from flags here."""

    username = models.CharField(_("用户名"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    phone = models.CharField(_("手机号"), max_length=20, blank=True, default="", db_index=True)
    email = models.EmailField(_("邮箱"), blank=True, default="")
    is_active = models.BooleanField(_("启用"), default=True)
    must_change_password = models.BooleanField(_("首次登录须改密码"), default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    language = models.CharField(max_length=10, blank=True, default="")
    left_on = models.DateField(_("离岗日期"), null=True, blank=True)
    source = models.CharField(max_length=60, blank=True, default="")

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    def __str__(self) -> str:
        return self.name


class Department(PublicModel):
    """部门: a directory entry; which rows it sees follows from participation."""

    code = models.CharField(_("编码"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    short_name = models.CharField(_("简称"), max_length=20, blank=True, default="")
    unit = models.ForeignKey(
        Unit, verbose_name=_("所属层级"), on_delete=models.PROTECT, related_name="departments"
    )
    phone = models.CharField(_("联系电话"), max_length=20, blank=True, default="")
    duties = models.CharField(_("职责"), max_length=200, blank=True, default="")
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.short_name or self.name


class Role(PublicModel):
    """A role as data: a list of permission codes and the kind of place it is held at."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, blank=True, default="")
    kind = models.CharField(max_length=12)  # core.actor.KINDS
    levels = models.JSONField(default=list)  # unit kinds at which it may be held, [] = any
    permissions = models.JSONField(default=list)
    template = models.CharField(max_length=20, blank=True, default="")
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language; records keep `name`."""
        return spoken(self.name, self.name_en)


class Appointment(Scoped):
    """A person holds a role at a unit or department from a day to a day (inclusive)."""

    unit_path_stays = True  # rights never pass to an heir by themselves

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="appointments")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments"
    )
    unit_path = UnitPathField(db_index=True)
    since = models.DateField(_("任职起"))
    until = models.DateField(_("任职止"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["role_id", "since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(unit__isnull=False, department__isnull=True)
                | models.Q(unit__isnull=True, department__isnull=False),
                name="appointment_at_one_place",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="appointment_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role_id}"


class UserSession(Scoped):
    """One login on one device. Ending it deletes the web session of that device at once."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="login_sessions", db_index=False
    )
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=60, blank=True, default="")
    ip = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, blank=True, default="")

    class Meta(Scoped.Meta):
        ordering = ["-last_seen_at", "-id"]
        indexes = [models.Index(fields=["user", "ended_at"], name="session_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.device}"


class ApiToken(Scoped):
    """A bearer token of one person for the API; only its digest is stored."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    label = models.CharField(_("用途"), max_length=60, blank=True, default="")
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.hint}"


class SupportAccess(Scoped):
    """The "see all" mode of one person: granted with a reason, ends by itself, widens reading only.

    It runs while `started_at` is set, `ended_at` is not, and `expires_at` lies ahead.
    """

    strip = "accounts/support_strip.html"  # what every page shows while it runs

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="support_accesses")
    reason = models.CharField(_("事由"), max_length=200)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.expires_at:%F %T}"
