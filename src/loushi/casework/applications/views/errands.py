"""代办 on a station's pages (see config/panels.py): the errands of its service centre, and the ways
to apply or to ask for somebody who stands there."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from loushi.casework.applications.models import ApplicationStep
from loushi.casework.applications.policy import REGISTER, VIEW
from loushi.casework.applications.queries.errands import ErrandLine, errands_at
from loushi.casework.applications.words import STEP_KINDS
from loushi.foundation.core.actor import Actor
from loushi.registry.accounts.policy import can_at

State = ApplicationStep.State
Shown = tuple[str, dict[str, Any]] | None


def of_station(actor: Actor, station_id: int, *, unit_path: str, **given: Any) -> Shown:
    """For the people of the service centre; nobody else sees that there is such a list."""
    if not can_at(actor, VIEW, unit_path):
        return None
    found = errands_at(actor, unit_path)
    groups = [
        (_("待交代跑"), found.open, True), (_("我在跑"), found.mine, True),
        (_("同事在跑"), found.others, True), (_("近 7 天办好"), found.done, False),
    ]  # fmt: skip
    ways = []
    if can_at(actor, REGISTER, unit_path):
        ways.append({"label": _("替人申请一类事"), "href": reverse("applications:register"),
                     "kind": "primary"})  # fmt: skip
    if can_at(actor, "demands.register", unit_path):
        ways.append(
            {"label": _("替人登记诉求"), "href": reverse("demands:register"), "kind": "plain"}
        )
    return "applications/station_panel.html", {
        "groups": [
            {"label": label, "rows": _lines(rows), "count": len(rows), "live": live}
            for label, rows, live in groups if rows
        ],
        "handed": found.handed, "handed_count": len(found.handed), "ways": ways,
    }  # fmt: skip


def _lines(rows: Iterable[ErrandLine]) -> list[dict[str, Any]]:
    return [
        {"row": one, "kind": "overdue" if one.is_late and one.ended_at is None
         else STEP_KINDS[State(one.state)], "state": State(one.state).label,
         "href": reverse("applications:case", args=[one.application])}
        for one in rows
    ]  # fmt: skip
