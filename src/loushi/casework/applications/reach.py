"""What a department may read of an application: what its own steps need, and nothing else."""

from loushi.casework.applications.models import Application, ApplicationStep
from loushi.foundation.core.actor import DEPARTMENT, Actor
from loushi.services.catalogue.models.flow import Flow, Step, flow_of

WHY = "steps of an application that was read under its scope"


def own_steps(actor: Actor, row: Application, flow: Flow | None = None) -> list[Step]:
    """The steps of this application that the actor's departments do."""
    flow = flow or flow_of(row.version.content)
    own = [int(key) for key in actor.keys(DEPARTMENT, "applications.view")]
    if row.held_steps is not None:
        codes = {one.code for one in row.held_steps if one.department_id in own}
    else:
        rows = ApplicationStep.objects.unscoped(WHY).filter(application=row, department_id__in=own)
        codes = set(rows.values_list("code", flat=True))
    return [one for one in flow.steps if one.code in codes]


def needed_materials(actor: Actor, row: Application) -> frozenset[str]:
    """The codes of the materials that the actor's own steps need."""
    return frozenset(code for step in own_steps(actor, row) for code in step.materials)
