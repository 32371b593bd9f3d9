"""Who sees common issues and joint meetings.

An issue is seen through its unit and by its lead and co-units; a meeting through its unit and by
the departments that were asked to it. The demands in an issue pass their own scope, always.
"""

from django.utils.translation import gettext_lazy as _

from loushi.casework.demands.models import Demand
from loushi.casework.matching.models import (
    CommonIssue,
    CommonIssueDemand,
    Comparison,
    IssueEvent,
    IssueUnit,
    JointAnswer,
    JointDecision,
    JointMeeting,
    Match,
    MeetingIssue,
    MeetingSeat,
)
from loushi.foundation.core.actor import DEPARTMENT, Actor
from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import LinkLeg, OwnLeg, UnitLeg, scope
from loushi.foundation.core.stamps import watch
from loushi.foundation.files.registry import register as register_files
from loushi.foundation.notices.registry import declare_kind

VIEW = declare("matching.view", _("查看共性问题和对接会"))
GROUP = declare(
    "matching.group", _("建立、合并、拆分、交办共性问题，并入和移出诉求；提出和确认供需匹配")
)
CONVENE = declare("matching.convene", _("安排服务联建对接会，登记到会、记录和决定"))
ANSWER = declare("matching.answer", _("对共性问题统一答复"))
FOLLOW = declare("matching.follow", _("登记对接会决定的进展"))
EXPORT = declare("matching.export", _("导出共性问题"))

KIND_ISSUE = declare_kind("matching.issue", _("共性问题交到我单位、有了答复"), permission=VIEW)
KIND_MEETING = declare_kind("matching.meeting", _("服务联建对接会通知"), permission=VIEW)
KIND_MATCH = declare_kind(
    "matching.match", _("为我的诉求找到了资源或服务"), permission="demands.submit"
)
KIND_PROPOSALS = declare_kind(
    "matching.proposals", _("夜里比对出新的供需匹配"), mail="digest", permission=GROUP
)
KIND_DECISION = declare_kind("matching.decision", _("对接会交给我单位的事"), permission=FOLLOW)

scope(
    CommonIssue,
    view=VIEW,
    legs=[
        UnitLeg(),
        OwnLeg(DEPARTMENT, "lead_id"),
        LinkLeg(DEPARTMENT, IssueUnit, row="issue_id", key="department_id"),
    ],
)
scope(
    JointMeeting,
    view=VIEW,
    legs=[
        UnitLeg(),
        LinkLeg(DEPARTMENT, MeetingSeat, row="meeting_id", key="department_id"),
    ],
)
scope(Match, view=VIEW, legs=[UnitLeg()])
scope(Comparison, view=VIEW, legs=[UnitLeg()])
scope(JointDecision, view=VIEW, legs=[UnitLeg(), OwnLeg(DEPARTMENT, "department_id")])
# What hangs on an issue or a meeting is reached through it; on its own only by unit.
for _model in (CommonIssueDemand, IssueUnit, IssueEvent, JointAnswer, MeetingIssue, MeetingSeat):
    scope(_model, view=VIEW, legs=[UnitLeg()])

watch("matching", CommonIssue, CommonIssueDemand, IssueUnit, JointMeeting, JointDecision)


def may_read_evidence(actor: Actor, answer_id: int, internal: bool) -> bool:
    """The evidence of a joint answer: for whoever sees the issue, or a demand that it answered."""
    why = "who may read it is asked right after"
    row = JointAnswer.objects.unscoped(why).filter(pk=answer_id).first()
    if row is None:
        return False
    if CommonIssue.objects.visible_to(actor).filter(pk=row.issue_id).exists():
        return True
    behind = CommonIssueDemand.objects.unscoped(why).filter(answer=row).values("demand_id")
    return not internal and Demand.objects.visible_to(actor).filter(pk__in=behind).exists()


register_files("matching.jointanswer", may_read_evidence)
