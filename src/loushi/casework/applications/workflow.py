"""States and moves: of a step (whoever does it), and of the whole (the applicant, the window).

Who may do what: tests/matrix.csv, reviewed by people. A step belongs to its department, or where it
has none to the service centre's window at the application's unit.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from loushi.casework.applications.models import (
    Application,
    ApplicationEvent,
    ApplicationStep,
)
from loushi.foundation.core.actor import DEPARTMENT, UNIT, Actor
from loushi.foundation.core.scoping import permits
from loushi.foundation.core.units import covers
from loushi.foundation.core.workflow import Move, Workflow, states_of
from loushi.services.catalogue.models.flow import flow_of

S = Application.State
T = ApplicationStep.State
WHY = "what belongs to an application that was fetched under its scope"

RUNNING = states_of(T.OPEN, T.WORKING, T.ASKED)
DOING = states_of(T.OPEN, T.WORKING)
LIVE = states_of(S.HANDLING)
ENDED = states_of(S.FINISHED, S.CLOSED, S.REFUSED, S.WITHDRAWN)
RATABLE = states_of(S.FINISHED, S.REFUSED)
RECORDING = states_of(S.HANDLING, S.FINISHED, S.CLOSED)


def _errand(actor: Actor, row: ApplicationStep) -> Any:
    design = flow_of(row.application.version.content).step(row.code)
    runs = design is not None and design.verb == "errand"
    return None if runs else _("这一步不是线下代跑，不用交给代跑的人。")


STEP_MOVES = (
    Move("start", _l("开始办"), states_of(T.OPEN), T.WORKING, "applications.handle"),
    Move("ask", _l("要求补正"), DOING, T.ASKED, "applications.handle", ("said",)),
    Move("done", _l("办好了"), DOING, T.DONE, "applications.handle", primary=True),
    Move("refuse", _l("不予通过"), DOING, T.REFUSED, "applications.handle", ("said",)),
    Move("assign", _l("交代跑"), DOING, None, "applications.handle", ("agent",), guard=_errand),
)


def _asked(actor: Actor, row: Application) -> Any:
    steps = ApplicationStep.objects.unscoped(WHY).filter(application=row, state=T.ASKED)
    return None if steps.exists() else _("现在没有要补正的。")


def _untouched(actor: Actor, row: Application) -> Any:
    if actor.keys(UNIT, "applications.withdraw"):
        return None
    steps = ApplicationStep.objects.unscoped(WHY).filter(application=row, state=T.DONE)
    if steps.filter(department__isnull=False).exists():
        return _("已有部门办好，不能自己撤回了。要停办请联系综合服务中心。")
    return None


def _rated(actor: Actor, row: Application) -> Any:
    return _("已经评价过了，评价过的不能再改。") if row.rated_at else None


def _recording(actor: Actor, row: Application) -> Any:
    kinds = row.version.content.get("records")
    return None if kinds else _("这件事不用记录。")


MOVES = (
    Move("supply", _l("补正"), LIVE, None, "applications.supply", ("note",), guard=_asked,
         primary=True),
    Move("record", _l("记一条"), RECORDING, None, "applications.record", ("code",),
         guard=_recording),
    Move("unrecord", _l("更正记录"), RECORDING, None, "applications.record", ("record",)),
    Move("withdraw", _l("撤回"), LIVE, S.WITHDRAWN, "applications.withdraw", ("reason",),
         guard=_untouched),
    Move("rate", _l("评价"), RATABLE, None, "applications.rate", ("score", "solved"),
         guard=_rated),
    Move("close_unrated", _l("到期归档"), states_of(S.FINISHED), S.CLOSED, "applications.rate",
         system=True),
)  # fmt: skip


def handles(actor: Actor, row: ApplicationStep, permission: str = "applications.handle") -> bool:
    """Whether this step is the actor's to do."""
    if actor.system:
        return True
    if row.agent_id is not None and row.agent_id == actor.user_id:
        return True  # whoever runs the errand
    if row.department_id is not None:
        return str(row.department_id) in actor.keys(DEPARTMENT, permission)
    return any(covers(path, row.unit_path) for path in actor.keys(UNIT, permission))


def _may_step(actor: Actor, move: Move, row: ApplicationStep) -> bool:
    return handles(actor, row, move.permission)


def _may(actor: Actor, move: Move, row: Application) -> bool:
    return permits(actor, move.permission, row)


def _whole(row: ApplicationStep) -> Mapping[str, Any]:
    return {"row_id": row.application_id}


step_workflow: Workflow[ApplicationStep] = Workflow(
    model=ApplicationStep, history=ApplicationEvent, link="step", states=dict(T.choices),
    moves=STEP_MOVES, groups={"running": RUNNING}, may=_may_step, columns=_whole,
)  # fmt: skip
workflow: Workflow[Application] = Workflow(
    model=Application, history=ApplicationEvent, link="row", states=dict(S.choices), moves=MOVES,
    groups={"live": LIVE, "ended": ENDED}, may=_may,
)  # fmt: skip
LABELS = {move.name: move.label for move in (*MOVES, *STEP_MOVES)}
