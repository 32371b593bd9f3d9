"""Merging one demand into another and splitting one into several."""

from typing import Any

from django.utils.translation import gettext as _

from loushi.casework.demands.commands.case import WHY, Case
from loushi.casework.demands.commands.effects.centre import end
from loushi.casework.demands.commands.effects.registry import Values, effect
from loushi.casework.demands.commands.submit import title_from
from loushi.casework.demands.models import Demand, State
from loushi.casework.demands.workflow import OPEN, workflow
from loushi.foundation.core.errors import Refused


@effect("merge")
def _merge(case: Case, values: Values) -> dict[str, Any]:
    """Into another open demand that the actor sees; this one's people are told of its answer."""
    into = Demand.objects.visible_to(case.actor).filter(pk=values["into"]).first()
    if into is None or into.pk == case.demand.pk:
        raise Refused(_("没有找到要并入的诉求，请核对编号。"), field="into")
    if into.state not in OPEN:
        raise Refused(
            _("%(number)s 已经不在办理中，不能并入。") % {"number": into.number}, field="into"
        )
    end(case)
    case.demand.merged_into = into
    return {"into": into.number, "into_id": into.pk}


@effect("split")
def _split(case: Case, values: Values) -> dict[str, Any]:
    """Into two to nine demands that keep place, submitter, submission time and accept record."""
    texts = [str(text).strip() for text in values["parts"] if str(text).strip()]
    if not 2 <= len(texts) <= 9:
        raise Refused(_("拆分须写明 2 到 9 件，每件一段。"), field="parts")
    numbers = []
    for text in texts:
        part = Demand.objects.unscoped(WHY).get(pk=case.demand.pk)
        part.pk = None
        part._state.adding = True
        part.text, part.title = text, title_from(text)
        part.split_from = case.demand
        part.state = State.ACCEPTED
        part.external_id = ""
        part.save(force_insert=True)
        numbers.append(part.number)
        workflow.write(
            part,
            "split_off",
            "",
            State.ACCEPTED,
            actor=case.actor,
            data={"from": case.demand.number},
        )
    end(case)
    return {"parts": numbers}
