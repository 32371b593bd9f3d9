"""A vote is opened under a quorum, and members cast their votes."""

import secrets
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, Refused
from loushi.foundation.core.scoping import fetch, permits
from loushi.foundation.notices.commands import Phrase, notify
from loushi.services.governance.counting import count, least
from loushi.services.governance.models import (
    AgendaItem,
    Ballot,
    Choice,
    CouncilMeeting,
    CouncilSeat,
    RollEntry,
    Share,
)
from loushi.services.governance.policy import CONVENE, KIND_MEETING
from loushi.services.governance.queries.rules import Elector, Held, electors, rule_of, told

WHY = "rows of a vote whose item was fetched"
LEAST_BALLOTS = 5
"""Fewer secret ballots would show by their result who cast which."""
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
VOTING = gettext_noop("请表决：%(title)s")


def open_vote(
    *, actor: Actor, item_id: int, secret: bool = False, recused: Mapping[int, str] | None = None
) -> AgendaItem:
    """Opens the vote on an item of a running meeting: writes down who has a vote by the rule of
    the day and who must stay out (`recused`: further seats and why)."""
    with transaction.atomic():
        row = fetch(
            AgendaItem, actor, item_id, permission=CONVENE, lock=True,
            related=("meeting", "body", "enterprise", "manager"),
        )  # fmt: skip
        meeting = row.meeting
        if meeting is None or meeting.state != CouncilMeeting.State.OPEN:
            raise Conflict(_("会议没有在开，不能表决。请先开会。"))
        if row.state != AgendaItem.State.SCHEDULED:
            raise Conflict(_("这个议题已经表决或正在表决。"))
        rule = rule_of(row.body, row.matter, timezone.localtime(meeting.starts_at).date())
        roll = [
            Elector(one.seat, one.present, one.why or (recused or {}).get(one.seat.pk, ""))
            for one in electors(row, meeting, rule)
        ]
        _check_quorum(rule, roll)
        if secret:
            _check_secret(roll)
        RollEntry.objects.unscoped(WHY).filter(item=row).delete()
        RollEntry.objects.unscoped(WHY).bulk_create(
            RollEntry(item=row, unit_path=row.unit_path, seat=one.seat, name=one.seat.name,
                      weight=one.seat.weight, present=one.present, recused=bool(one.why),
                      why=one.why[:100])
            for one in roll
        )  # fmt: skip
        row.secret, row.rule, row.count = secret, told(rule), {}
        row.state, row.opened_at, row.closed_at = AgendaItem.State.VOTING, timezone.now(), None
        row.save(update_fields=["secret", "rule", "count", "state", "opened_at", "closed_at"])
        record(actor=actor, action="governance.vote_open", subject=row,
               after={"secret": secret, "roll": len(roll)})  # fmt: skip
        users = [one.seat.user_id for one in roll if one.present and not one.why]
        notify(
            user_ids=[user for user in users if user], kind=KIND_MEETING,
            link=f"/governance/items/{row.pk}/", title=Phrase(VOTING, {"title": row.title}),
            key=f"vote:{row.pk}:{row.opened_at.isoformat()}",
        )  # fmt: skip
    return row


def _check_quorum(rule: Held, roll: list[Elector]) -> None:
    if not roll:
        raise Refused(_("按规则没有委员对这类事项有表决权。请先登记委员或调整规则。"))
    found = count(rule.counting, [one.voice for one in roll])
    if found.quorate:
        return
    raise Refused(
        _("到会不足，不能表决：有表决权的 %(all)d 席（表决权 %(weight)d），须%(share)s到会，"
          "即表决权至少 %(least)d；现在到会 %(there)d 席（表决权 %(present)d）。"
          "请等委员到齐或用电话接入，或者改期。")
        % {
            "all": found.entitled.heads, "weight": found.entitled.weight,
            "share": Share(rule.quorum).label, "there": found.present.heads,
            "least": least(rule.quorum, found.entitled.weight), "present": found.present.weight,
        }
    )  # fmt: skip


def _check_secret(roll: list[Elector]) -> None:
    there = [one.seat for one in roll if one.present and not one.why]
    if len({seat.weight for seat in there}) > 1:
        raise Refused(
            _("委员的表决权数不同，无记名会从票数看出是谁。请用记名表决。"), field="secret"
        )
    if len(there) < LEAST_BALLOTS:
        raise Refused(
            _("到会能表决的只有 %(number)d 席，不足 %(least)d 席不能无记名。请用记名表决。")
            % {"number": len(there), "least": LEAST_BALLOTS},
            field="secret",
        )
    without = [seat.name for seat in there if seat.user_id is None]
    if without:
        raise Refused(
            _("这些委员没有账号，不能自己投票：%(names)s。请先关联账号，或用记名表决。")
            % {"names": "、".join(without)},
            field="secret",
        )


def cast_vote(*, actor: Actor, item_id: int, choice: str, seat_id: int | None = None) -> str:
    """A member's own vote, or an open one that the convener takes down for `seat_id`.

    Returns the receipt of a secret ballot ('' for an open vote): it is shown once and kept with
    nobody's name. The audit says that a member voted, never what.
    """
    if choice not in Choice.values:
        raise Refused(_("请选择赞成、反对或弃权。"), field="choice")
    with transaction.atomic():
        row = fetch(AgendaItem, actor, item_id, lock=True)
        entry = _entry(actor, row, seat_id)
        if row.state != AgendaItem.State.VOTING:
            raise Conflict(_("表决没有在进行，或已经结束，这一票没有记入。"))
        if entry.recused:
            raise Refused(_("这件事涉及 %(name)s 所在的单位，须回避，不能表决。")
                          % {"name": entry.name})  # fmt: skip
        if not entry.present:
            raise Refused(_("会议没有登记 %(name)s 到会，不能表决。请主持人先登记到会。")
                          % {"name": entry.name})  # fmt: skip
        receipt = _secret(row, entry, choice) if row.secret else _open(entry, choice)
        record(actor=actor, action="governance.vote", subject=row,
               after={"member": entry.name} if seat_id and not row.secret else {})  # fmt: skip
    return receipt


def _open(entry: RollEntry, choice: str) -> str:
    """An open vote may be changed until the vote is closed."""
    entry.voted, entry.choice = True, choice
    entry.save(update_fields=["voted", "choice"])
    return ""


def _secret(row: AgendaItem, entry: RollEntry, choice: str) -> str:
    if entry.voted:
        raise Conflict(_("您已经投过票。无记名的票投出后谁也改不了。"))
    entry.voted = True
    entry.save(update_fields=["voted"])
    code = "".join(secrets.choice(ALPHABET) for _n in range(10))
    receipt = f"{code[:5]}-{code[5:]}"
    Ballot.objects.unscoped(WHY).create(item=row, choice=choice, receipt=receipt)
    return receipt


def _entry(actor: Actor, row: AgendaItem, seat_id: int | None) -> RollEntry:
    rows = RollEntry.objects.unscoped(WHY).filter(item=row)
    seats = CouncilSeat.objects.unscoped(WHY).filter(body=row.body_id)
    if seat_id is not None:
        if not permits(actor, CONVENE, row):
            raise Denied
        if row.secret:
            raise Refused(_("无记名投票只能由委员本人投。"))
        seats = seats.filter(pk=seat_id)
    else:
        seats = seats.filter(user_id=actor.user_id or 0)
    today = timezone.localdate()
    mine = list(seats.order_by("-since", "-pk"))
    running = [one for one in mine if one.since <= today and not (one.until and one.until < today)]
    if mine and not running and mine[0].until:
        raise Refused(
            _("%(name)s 的任期已于 %(day)s 结束，不能表决。")
            % {"name": mine[0].name, "day": mine[0].until}
        )
    entry = rows.filter(seat__in=[one.pk for one in running]).first()
    if entry is not None:
        return entry
    if not running and seat_id is None:
        raise Denied
    if row.state == AgendaItem.State.VOTING:
        raise Refused(_("按规则，这一席对这类事项没有表决权。"))
    raise Conflict(_("表决没有在进行，或已经结束，这一票没有记入。"))
