"""Who sees bodies and their meetings. A member sees the own body without any role; its chair and
its secretary convene."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loushi.foundation.core.actor import BUILDING, Actor
from loushi.foundation.core.permissions import declare
from loushi.foundation.core.scoping import OwnLeg, UnitLeg, UserLeg, scope
from loushi.foundation.notices.registry import declare_kind
from loushi.services.governance.models import (
    AgendaItem,
    Attendance,
    Ballot,
    Body,
    BodyRule,
    CouncilMeeting,
    CouncilSeat,
    Post,
    Resolution,
    ResolutionTask,
    RollEntry,
)

VIEW = declare("governance.view", _("查看议事组织、会议和决议"))
CHANGE = declare("governance.change", _("登记议事组织、委员和议事规则"))
CONVENE = declare("governance.convene", _("安排会议、登记到会、主持表决、跟进决议"))
PROPOSE = declare("governance.propose", _("提出议题"))
VOTE = declare("governance.vote", _("以委员身份表决"))
EXPORT = declare("governance.export", _("导出议事组织和决议"))

KIND_MEETING = declare_kind("governance.meeting", _("会议通知和表决"), permission=VIEW)
KIND_TASK = declare_kind("governance.task", _("决议交给我的任务"), permission=VIEW)

MEMBER = frozenset({VIEW, PROPOSE, VOTE})
CONVENER = frozenset({CONVENE})
CONVENERS = (Post.CHAIR, Post.SECRETARY)


def serving(on: date) -> Q:
    """Seats whose term covers a day; the last day counts."""
    return Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gte=on))


@dataclass(frozen=True)
class SeatLeg(UserLeg):
    """Rows of the bodies in which the person sits today; `field` is the row's column of the body,
    `posts` narrows to some posts."""

    posts: tuple[str, ...] = ()

    def _bodies(self, users: Iterable[str]) -> Any:
        seats = CouncilSeat.objects.unscoped("one's own seats open the body").filter(
            serving(timezone.localdate()), user_id__in=[int(one) for one in users]
        )
        if self.posts:
            seats = seats.filter(post__in=self.posts)
        return seats.order_by().values("body_id")

    def condition(self, model: type[Model], keys: frozenset[str]) -> Q:
        return Q(**{f"{self.field}__in": self._bodies(keys)})

    def covers(self, grant_key: str, row: Model) -> bool:
        bodies = self._bodies([grant_key]).filter(body_id=getattr(row, self.field))
        return bool(bodies.exists())


def _legs(body: str, building: str = "building_id") -> list[Any]:
    return [
        UnitLeg(),
        OwnLeg(BUILDING, building),
        SeatLeg(body, MEMBER),
        SeatLeg(body, CONVENER, posts=CONVENERS),
    ]


scope(Body, view=VIEW, legs=_legs("pk"))
for _model in (CouncilMeeting, AgendaItem, Resolution):
    scope(_model, view=VIEW, legs=_legs("body_id"))
# What hangs on these is reached through them; on its own only by unit.
for _part in (BodyRule, CouncilSeat, Attendance, RollEntry):
    scope(_part, view=VIEW, legs=[UnitLeg()])
scope(ResolutionTask, view=VIEW, legs=[UnitLeg(), UserLeg("owner_id", frozenset({VIEW}))])
# Nobody reads ballots as rows: only what was published of them, through the item.
scope(Ballot, view=VIEW, legs=[])


def may_look(actor: Actor) -> bool:
    """Whether the lists have anything to say to the actor."""
    return actor.has(VIEW) or actor.see_all or bool(Body.objects.visible_to(actor)[:1].exists())
