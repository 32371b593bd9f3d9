"""提交议事: an issue goes before a body as one item, whose resolution answers all its demands."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from loushi.casework.demands.commands import make_move
from loushi.casework.demands.commands.referring import redacted
from loushi.casework.demands.models import Demand
from loushi.casework.matching.models import CommonIssue, CommonIssueDemand
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, LoushiError, Refused
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.workflow import Move
from loushi.services.governance import commands as governance
from loushi.services.governance.models import AgendaItem, Body
from loushi.services.governance.queries import serves

from .assigning import waiting_demands
from .issues import WHY, perform

PENDING = (AgendaItem.State.WAITING, AgendaItem.State.SCHEDULED)


def refer_issue(*, actor: Actor, issue_id: int, body_id: int) -> CommonIssue:
    """One agenda item for all demands that wait for being dispatched; each is referred by its own
    move. Called again, it takes further demands to the same item while that waits."""

    def apply(row: CommonIssue, _step: Move, _given: Mapping[str, Any]) -> dict[str, Any]:
        body = fetch(Body, actor, body_id)
        demands = waiting_demands(row)
        if not demands:
            raise Conflict(_("这里没有等交办的诉求。已经交办的，由主办单位答复或退回。"))
        item = _pending(row, body) or _item(actor, row, body, demands)
        row.item = item
        sent: list[str] = []
        kept: list[str] = []
        for one in demands:
            why = _refer(actor, one, body, item)
            (kept if why else sent).append(f"{one.number}：{why}" if why else one.number)
        if not sent:
            raise Conflict(_("没有一件能提交：%(why)s") % {"why": kept[0]})
        return {"body": body.name, "item": item.pk, "sent": sent, "kept": kept}

    with transaction.atomic():
        return perform(actor, issue_id, "refer", {"body": body_id}, apply).row


def _refer(actor: Actor, demand: Demand, body: Body, item: AgendaItem) -> str:
    """Refers one demand; the reason why not, or ''."""
    if demand.building is None:
        return _("没有登记楼宇")
    if not serves(body, demand.building):
        return _("%(body)s不议%(building)s的事") % {
            "body": body.name, "building": demand.building.name,
        }  # fmt: skip
    try:
        with transaction.atomic():
            make_move(actor=actor, demand_id=demand.pk, move="refer",
                      values={"body": body, "item": item.pk})  # fmt: skip
    except LoushiError as refusal:
        return str(refusal)
    return ""


def _pending(row: CommonIssue, body: Body) -> AgendaItem | None:
    """The item of an earlier call, where it still waits."""
    if row.item is None or row.state != CommonIssue.State.COUNCIL:
        return None
    if row.item.body_id != body.pk:
        raise Refused(
            _("已经提交给“%(body)s”，请仍选它。") % {"body": row.item.body.name}, field="body_id"
        )
    if row.item.state not in PENDING:
        raise Conflict(_("这个议题已经表决，不能再加诉求。"))
    return row.item


def _item(actor: Actor, row: CommonIssue, body: Body, demands: list[Demand]) -> AgendaItem:
    text = row.summary or "\n".join(f"· {redacted(one, one.title)}" for one in demands)
    for one in demands:
        text = redacted(one, text)
    members = CommonIssueDemand.objects.unscoped(WHY).filter(issue=row, is_live=True).count()
    head = _("%(n)d 件同类诉求。") % {"n": members}
    return governance.propose_item(
        actor=actor, body=body, title=row.name, summary=f"{head}\n{text}", reference=row.number
    )
