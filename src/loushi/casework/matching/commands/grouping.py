"""Which demands are together: into an issue, out of it, apart, and two issues into one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loushi.casework.demands.commands.joining import JOINED, PARTED, note_joint
from loushi.casework.demands.models import Demand, State
from loushi.casework.demands.queries import OPEN
from loushi.casework.matching.models import (
    CommonIssue,
    CommonIssueDemand,
    IssueEvent,
    JointMeeting,
    MeetingIssue,
)
from loushi.casework.matching.policy import GROUP
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.idempotency import once
from loushi.foundation.core.scoping import fetch
from loushi.foundation.core.units import covers
from loushi.foundation.core.workflow import Move

from .issues import WHY, create_issue, perform

MOST = 200


def add_demands(
    *, actor: Actor, issue_id: int, demand_ids: Sequence[int], why: str = "", key: str = ""
) -> CommonIssue:
    """并入: open demands that the actor sees, of the issue's own unit, all or none. Each is told
    to its submitter and stays its own case."""

    def create() -> int:
        found = perform(
            actor, issue_id, "add", {"demands": list(demand_ids)},
            lambda row, _step, _given: _joined(actor, row, demand_ids, why), why=why[:200],
        )  # fmt: skip
        return int(found.event.pk)

    with transaction.atomic():
        fetch(CommonIssue, actor, issue_id)
        payload = {"issue": issue_id, "demands": sorted(demand_ids)}
        once(actor=actor, command="matching.add", key=key, payload=payload, create=create)
    return CommonIssue.objects.unscoped(WHY).get(pk=issue_id)


def _joined(actor: Actor, row: CommonIssue, ids: Sequence[int], why: str) -> dict[str, Any]:
    demands = _demands(actor, ids)
    _check(actor, row, demands)
    now = timezone.now()
    CommonIssueDemand.objects.unscoped(WHY).bulk_create(
        CommonIssueDemand(issue=row, demand=one, unit_path=row.unit_path, added_at=now,
                          added_by=actor.name[:80], why=why.strip()[:200])
        for one in demands
    )  # fmt: skip
    note_joint(actor=actor, demands=demands, move=JOINED, issue=row.number)
    return {"demands": [one.pk for one in demands], "numbers": [one.number for one in demands]}


def _demands(actor: Actor, ids: Sequence[int]) -> list[Demand]:
    """The demands of these ids, locked; Refused when one is missing or out of sight."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise Refused(_("请勾选要办的诉求。"), field="demands")
    if len(wanted) > MOST:
        raise Refused(_("一次最多 %(n)d 件，请分几次办。") % {"n": MOST}, field="demands")
    rows = Demand.objects.visible_to(actor).filter(pk__in=wanted)
    found = {row.pk: row for row in rows.select_for_update(of=("self",)).order_by("pk")}
    if len(found) < len(wanted):
        raise Refused(
            _("有诉求没有找到，或不在您的管辖范围内。请刷新后重新勾选。"), field="demands"
        )
    return [found[pk] for pk in wanted]


def _check(actor: Actor, row: CommonIssue, demands: Sequence[Demand]) -> None:
    for one in demands:
        if one.state not in OPEN:
            raise Refused(
                _("%(number)s 现在是“%(state)s”，不在办理中，不用并入。")
                % {"number": one.number, "state": State(one.state).label}, field="demands",
            )  # fmt: skip
        if not covers(row.unit_path, one.unit_path):
            raise Refused(
                _("%(number)s 不在“%(unit)s”范围内。跨社区的共性问题请由上一级建立。")
                % {"number": one.number, "unit": row.unit.name}, field="demands",
            )  # fmt: skip
    held = CommonIssueDemand.objects.unscoped("a demand is in one live issue at a time")
    taken = held.filter(demand__in=[one.pk for one in demands], is_live=True)
    first = taken.select_related("issue", "demand").order_by("pk").first()
    if first is None:
        return
    seen = CommonIssue.objects.visible_to(actor).filter(pk=first.issue_id).exists()
    where = first.issue.number if seen else _("另一个共性问题")
    raise Refused(
        _("%(number)s 已在%(where)s里，先移出或把两个共性问题合并。")
        % {"number": first.demand.number, "where": where}, field="demands",
    )  # fmt: skip


def remove_demands(
    *, actor: Actor, issue_id: int, demand_ids: Sequence[int], why: str
) -> CommonIssue:
    """移出: the demands go on by themselves."""

    def apply(row: CommonIssue, _step: Move, _given: Mapping[str, Any]) -> dict[str, Any]:
        return _parted(actor, _members(actor, row, demand_ids), why, row)

    values = {"demands": list(demand_ids), "reason": why.strip()}
    with transaction.atomic():
        return perform(actor, issue_id, "remove", values, apply, why=why.strip()[:200]).row


def undo_add(*, actor: Actor, issue_id: int, event_id: int) -> CommonIssue:
    """撤销并入: takes back one act of adding, as far as its demands are still there."""

    def apply(row: CommonIssue, _step: Move, _given: Mapping[str, Any]) -> dict[str, Any]:
        event = IssueEvent.objects.unscoped(WHY).filter(row=row, pk=event_id, move="add").first()
        ids = event.data.get("demands", []) if event else []
        visible = Demand.objects.visible_to(actor).filter(pk__in=ids)
        rows = CommonIssueDemand.objects.unscoped(WHY).filter(
            issue=row, is_live=True, answer__isnull=True, demand__in=visible.values("pk")
        )
        members = list(rows.select_related("demand").select_for_update(of=("self",)))
        if not members:
            raise Conflict(_("这次并入的诉求已经不在这里，没有什么可撤销。"))
        return _parted(actor, members, _("撤销并入"), row) | {"undone": event_id}

    with transaction.atomic():
        return perform(actor, issue_id, "undo", {}, apply).row


def split_issue(
    *, actor: Actor, issue_id: int, demand_ids: Sequence[int], values: Mapping[str, Any],
    key: str = "",
) -> CommonIssue:  # fmt: skip
    """拆分: some demands become an issue of their own, in the same unit and category."""
    made: list[CommonIssue] = []

    def apply(row: CommonIssue, _step: Move, _given: Mapping[str, Any]) -> dict[str, Any]:
        members = _members(actor, row, demand_ids)
        if row.members.filter(is_live=True).count() == len(members):
            raise Refused(_("至少留一件在原来的共性问题里；要改名请用“更正”。"), field="demands")
        why = _("从 %(number)s 拆分") % {"number": row.number}
        found = _parted(actor, members, why, row, told=False)
        fields = {"name": values.get("name"), "summary": values.get("summary"),
                  "unit_id": row.unit_id, "category_id": row.category_id, "why": why}  # fmt: skip
        part = create_issue(actor=actor, values=fields, demand_ids=list(demand_ids))
        CommonIssue.objects.unscoped(WHY).filter(pk=part.pk).update(split_from=row)
        made.append(part)
        return found | {"to": part.number, "to_id": part.pk}

    def create() -> int:
        given = {"demands": list(demand_ids), "name": values.get("name")}
        perform(actor, issue_id, "split", given, apply)
        return made[0].pk

    with transaction.atomic():
        fetch(CommonIssue, actor, issue_id)
        payload = {**values, "issue": issue_id, "demands": sorted(demand_ids)}
        pk, _new = once(
            actor=actor, command="matching.split", key=key, payload=payload, create=create
        )
    return CommonIssue.objects.unscoped(WHY).get(pk=pk)


def merge_issues(*, actor: Actor, issue_id: int, into_id: int) -> CommonIssue:
    """并入另一个: all demands go over, its coming meetings too; both numbers stay findable."""

    def apply(row: CommonIssue, _step: Move, _given: Mapping[str, Any]) -> dict[str, Any]:
        into = _target(actor, row, into_id)
        members = list(
            CommonIssueDemand.objects.unscoped(WHY)
            .filter(issue=row, is_live=True)
            .select_related("demand")
            .order_by("pk")
        )
        demands = [one.demand for one in members]
        outside = [one for one in demands if not covers(into.unit_path, one.unit_path)]
        if outside:
            raise Refused(
                _("%(into)s 的范围盖不住这里的 %(n)d 件诉求，请反过来并入。")
                % {"into": into.number, "n": len(outside)}, field="into",
            )  # fmt: skip
        why = _("并入 %(number)s") % {"number": into.number}
        _end(actor, members, why)
        _moved(actor, into, demands, _("由 %(number)s 并入") % {"number": row.number})
        _meetings(row, into)
        row.merged_into, row.ended_at = into, timezone.now()
        return {"into": into.number, "into_id": into.pk, "count": len(demands)}

    with transaction.atomic():
        first, second = sorted((issue_id, into_id))
        rows = CommonIssue.objects.visible_to(actor).filter(pk__in=(first, second))
        list(rows.select_for_update(of=("self",)).order_by("pk"))
        outcome = perform(actor, issue_id, "merge", {"into": into_id}, apply)
    into = outcome.row.merged_into
    assert into is not None
    return into


def dissolve_issue(*, actor: Actor, issue_id: int, why: str) -> CommonIssue:
    """解散: they were not alike after all; each demand goes on by itself."""

    def apply(row: CommonIssue, _step: Move, _given: Mapping[str, Any]) -> dict[str, Any]:
        rows = CommonIssueDemand.objects.unscoped(WHY).filter(issue=row, is_live=True)
        members = list(rows.select_related("demand").order_by("pk"))
        row.ended_at = timezone.now()
        return _parted(actor, members, why, row)

    with transaction.atomic():
        return perform(
            actor, issue_id, "dissolve", {"reason": why.strip()}, apply, why=why.strip()[:200]
        ).row


def _members(actor: Actor, row: CommonIssue, ids: Sequence[int]) -> list[CommonIssueDemand]:
    """Live members among these ids, each visible to the actor."""
    demands = _demands(actor, ids)
    rows = CommonIssueDemand.objects.unscoped(WHY).filter(
        issue=row, is_live=True, demand__in=[one.pk for one in demands]
    )
    found = list(rows.select_related("demand").select_for_update(of=("self",)).order_by("pk"))
    if len(found) < len(demands):
        raise Refused(_("有诉求已经不在这个共性问题里。请刷新后再办。"), field="demands")
    return found


def _parted(
    actor: Actor, members: Sequence[CommonIssueDemand], why: str, row: CommonIssue, *,
    told: bool = True,
) -> dict[str, Any]:  # fmt: skip
    _end(actor, members, why)
    demands = [one.demand for one in members]
    note_joint(actor=actor, demands=demands, move=PARTED, issue=row.number, told=told)
    return {"demands": [one.pk for one in demands], "numbers": [one.number for one in demands]}


def _end(actor: Actor, members: Sequence[CommonIssueDemand], why: str) -> None:
    for one in members:
        one.removed_at, one.removed_by = timezone.now(), actor.name[:80]
        one.removed_why, one.is_live = why.strip()[:200], False
        one.save(update_fields=["removed_at", "removed_by", "removed_why", "is_live"])


def _target(actor: Actor, row: CommonIssue, into_id: int) -> CommonIssue:
    into = CommonIssue.objects.visible_to(actor, GROUP).filter(pk=into_id).first()
    if into is None or into.pk == row.pk:
        raise Refused(_("没有找到要并入的共性问题，请重新选择。"), field="into")
    if into.state not in (CommonIssue.State.OPEN, CommonIssue.State.ASSIGNED):
        raise Refused(
            _("%(number)s 已经是“%(state)s”，不能再并入。")
            % {"number": into.number, "state": into.get_state_display()}, field="into",
        )  # fmt: skip
    return into


def _moved(actor: Actor, into: CommonIssue, demands: Sequence[Demand], why: str) -> None:
    now = timezone.now()
    CommonIssueDemand.objects.unscoped(WHY).bulk_create(
        CommonIssueDemand(issue=into, demand=one, unit_path=into.unit_path, added_at=now,
                          added_by=actor.name[:80], why=why)
        for one in demands
    )  # fmt: skip
    note_joint(actor=actor, demands=demands, move=JOINED, issue=into.number, told=False)
    from loushi.casework.matching.workflow import workflow

    data = {"demands": [one.pk for one in demands], "numbers": [one.number for one in demands]}
    workflow.write(into, "merged", into.state, into.state, actor=actor, note=why, data=data)


def _meetings(row: CommonIssue, into: CommonIssue) -> None:
    """What is on the agenda of a coming meeting is there under the other's name."""
    coming = JointMeeting.objects.unscoped(WHY).filter(
        state__in=[JointMeeting.State.DRAFT, JointMeeting.State.CALLED]
    )
    for one in MeetingIssue.objects.unscoped(WHY).filter(issue=row, meeting__in=coming):
        others = MeetingIssue.objects.unscoped(WHY).filter(meeting=one.meeting_id, issue=into)
        if others.exists():
            one.delete()
        else:
            one.issue = into
            one.save(update_fields=["issue"])


def count_words(count: int) -> str:
    """How many demands, for messages."""
    return ngettext("%(n)d 件诉求", "%(n)d 件诉求", count) % {"n": count}
