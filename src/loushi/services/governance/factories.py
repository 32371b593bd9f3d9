"""Bodies and running meetings for tests, made through the real commands."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from loushi.foundation.core.actor import Actor, system_actor
from loushi.foundation.core.testing import at, moment
from loushi.registry.accounts.models import User
from loushi.registry.territory.models import Unit
from loushi.services.governance import commands
from loushi.services.governance.models import AgendaItem, Body, CouncilMeeting, CouncilSeat

SINCE = date(2026, 1, 1)
MEETS = moment("2026-12-10 14:00")


def make_body(unit: Unit, name: str = "望澜楼宇治理委员会", *, kind: str = "council",
              **values: Any) -> Body:  # fmt: skip
    """A body of a unit, or of a building of it."""
    return commands.create_body(
        actor=system_actor(), unit_id=unit.pk, kind=kind,
        values={"name": name, "since": SINCE} | values,
    )  # fmt: skip


def make_seats(body: Body, users: Sequence[User], **values: Any) -> list[CouncilSeat]:
    """One member each; the first is the chair."""
    return [
        commands.add_seat(
            actor=system_actor(), body_id=body.pk,
            values={"user_id": user.pk, "side": "firms", "since": SINCE,
                    "post": "member" if n else "chair"} | values,
        )
        for n, user in enumerate(users)
    ]  # fmt: skip


def make_item(body: Body, title: str = "改造一层为青年食堂", **values: Any) -> AgendaItem:
    """A free proposal."""
    return commands.propose(actor=system_actor(), body_id=body.pk, values={"title": title} | values)


def make_meeting(
    body: Body, items: Sequence[AgendaItem], *, starts_at: datetime = MEETS, call: bool = True
) -> CouncilMeeting:
    """A meeting, called in good time."""
    actor = system_actor()
    with at(starts_at - timedelta(days=30)):
        row = commands.create_meeting(
            actor=actor, body_id=body.pk,
            values={"title": "十二月例会", "starts_at": starts_at, "place": "望澜中心 3 楼会议室"},
        )  # fmt: skip
        commands.schedule(actor=actor, meeting_id=row.pk, item_ids=[one.pk for one in items])
        if call:
            commands.call_meeting(actor=actor, meeting_id=row.pk)
    return row


def begin(meeting: CouncilMeeting, there: Mapping[int, str], actor: Actor | None = None) -> None:
    """Opens a called meeting (the clock must stand at it) and writes down who is there."""
    actor = actor or system_actor()
    commands.open_meeting(actor=actor, meeting_id=meeting.pk, chair="周闻笛")
    commands.record_attendance(actor=actor, meeting_id=meeting.pk, members=there)
