"""Who may see and manage people, appointments, sessions and tokens."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import UNIT, Actor
from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import UnitLeg, UserLeg, root_path, scope
from loushi.foundation.core.stamps import watch
from loushi.foundation.core.units import covers
from loushi.registry.accounts.models import (
    ApiToken,
    Appointment,
    Department,
    Role,
    SupportAccess,
    User,
    UserSession,
)
from loushi.registry.territory.models import Unit

VIEW = declare("accounts.view", _("查看人员与任职"))
MANAGE = declare("accounts.manage", _("管理账号：新建、停用、解锁、重设密码"))
APPOINT = declare("accounts.appoint", _("任免：把角色授予人员"))
DEPARTMENTS = declare("accounts.departments", _("维护部门名录"))
SUPPORT = declare("accounts.support", _("批准“全部可见”支持模式"))
OWN = declare("accounts.own", _("查看并结束自己的登录、令牌"))

scope(
    Appointment,
    view=VIEW,
    legs=[UnitLeg("unit_path"), UserLeg("user_id", frozenset({VIEW}))],
)
scope(UserSession, view=OWN, legs=[UserLeg("user_id", frozenset({OWN}))])
scope(ApiToken, view=OWN, legs=[UserLeg("user_id", frozenset({OWN}))])
scope(SupportAccess, view=OWN, legs=[UserLeg("user_id", frozenset({OWN}))])

# Whatever an Actor is made of: a person and an Actor are kept under this stamp alone, so that a
# revocation takes effect with the next request. Other packages add what they contribute.
watch("rights", User, Role, Appointment, Department, Unit)

# No person may combine two of these (三员分立).
SEPARATE_ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})


def can_at(actor: Actor, permission: str, path: str) -> bool:
    """Whether one grant at a unit carries the permission and covers the place `path`."""
    return actor.system or any(
        covers(grant.key, path) for grant in actor.holding(permission) if grant.kind == UNIT
    )


def can_manage(actor: Actor) -> bool:
    """Whether the actor manages accounts: the security administrator, who serves the district."""
    return actor.system or can_at(actor, MANAGE, root_path() or "-")


def can_see_user(actor: Actor, user: User) -> bool:
    """Oneself, anybody for the security administrator, otherwise whoever serves in one's range."""
    if actor.system or actor.user_id == user.pk or can_manage(actor):
        return True
    seen = Appointment.objects.visible_to(actor, VIEW)
    return seen.filter(running_today(), user_id=user.pk).exists()


def running_today() -> Q:
    """The condition "in force today" of appointments."""
    today = timezone.localdate()
    return Q(since__lte=today) & (Q(until__isnull=True) | Q(until__gte=today))
