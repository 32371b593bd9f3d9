"""Who sees which applications, and of each how much.

The service centre sees those of its unit, an enterprise its own, and whoever handed one in without
a role that one. A department sees applications with a step of its own: of the answers and materials
only what its steps need (`reach.py`), the contact while one of its steps runs.
"""

from django.utils.translation import gettext_lazy as _

from loushi.casework.applications.models import (
    AgentErrand,
    Application,
    ApplicationClock,
    ApplicationEvent,
    ApplicationMaterial,
    ApplicationPause,
    ApplicationRating,
    ApplicationRecord,
    ApplicationStep,
    FastTrack,
)
from loushi.casework.applications.reach import needed_materials
from loushi.foundation.core.actor import DEPARTMENT, ENTERPRISE, UNIT, Actor
from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import LinkLeg, OwnLeg, UnitLeg, UserLeg, covering, scope
from loushi.foundation.core.stamps import watch
from loushi.foundation.files.registry import register as register_files
from loushi.foundation.notices.registry import declare_kind
from loushi.registry.accounts.models import Department
from loushi.registry.enterprises.models import Enterprise

VIEW = declare("applications.view", _("查看一类事申请"))
APPLY = declare("applications.apply", _("为本企业申请一类事"))
REGISTER = declare("applications.register", _("在窗口替人申请一类事"))
HANDLE = declare("applications.handle", _("办理一类事的步骤"))
HEAD = declare("applications.head", _("接收本部门步骤临期和超时的提醒"))
SUPPLY = declare("applications.supply", _("补正一类事申请"))
RECORD = declare("applications.record", _("记录一类事办理中的数量和情况"))
WITHDRAW = declare("applications.withdraw", _("撤回一类事申请"))
RATE = declare("applications.rate", _("评价一类事"))
EXPORT = declare("applications.export", _("导出一类事申请"))

SUBMITTERS = frozenset({VIEW, SUPPLY, RECORD, WITHDRAW, RATE})

KIND_STEP = declare_kind("applications.step", _("一类事有步骤到我单位"), permission=HANDLE)
KIND_CLOCK = declare_kind("applications.clock", _("一类事步骤的时限提醒"), permission=HANDLE)
KIND_ASKED = declare_kind("applications.asked", _("申请的一类事要我补正"), permission=APPLY)
KIND_NEWS = declare_kind("applications.news", _("申请的一类事有进展"), permission=APPLY)

scope(
    Application,
    view=VIEW,
    legs=[
        UnitLeg(),
        OwnLeg(ENTERPRISE, "enterprise_id"),
        UserLeg("submitter_id", SUBMITTERS),
        LinkLeg(DEPARTMENT, ApplicationStep, row="application_id", key="department_id",
                held="held_steps"),
    ],
)  # fmt: skip
scope(ApplicationStep, view=VIEW, legs=[UnitLeg(), OwnLeg(DEPARTMENT, "department_id")])
# What hangs on an application is reached through it; on its own only by unit.
for _model in (
    ApplicationClock, ApplicationEvent, ApplicationMaterial, ApplicationPause, ApplicationRating,
    ApplicationRecord, FastTrack, AgentErrand,
):  # fmt: skip
    scope(_model, view=VIEW, legs=[UnitLeg()])

watch("applications", Application, ApplicationStep, Department, Enterprise)


def sees_whole(actor: Actor, row: Application) -> bool:
    """Whether the actor reads everything of it: not only as a department with a step."""
    return any(getattr(one, "kind", "") != DEPARTMENT for one in covering(actor, VIEW, row))


def is_staff(actor: Actor) -> bool:
    """Whether the desk's pages are the actor's."""
    return bool(actor.keys(UNIT, VIEW) or actor.keys(DEPARTMENT, VIEW)) or actor.see_all


def own_departments(actor: Actor, permission: str = VIEW) -> frozenset[int]:
    return frozenset(int(key) for key in actor.keys(DEPARTMENT, permission))


def may_read_material(actor: Actor, material_id: int, internal: bool) -> bool:
    """For whoever sees the application whole, and for departments whose step needs it."""
    why = "who may read it is asked right after"
    row = ApplicationMaterial.objects.unscoped(why).filter(pk=material_id).first()
    if row is None:
        return False
    found = Application.objects.visible_to(actor).filter(pk=row.application_id).first()
    if found is None:
        return False
    return sees_whole(actor, found) or row.code in needed_materials(actor, found)


register_files("applications.applicationmaterial", may_read_material)
