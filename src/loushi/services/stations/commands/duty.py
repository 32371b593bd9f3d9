"""One's own duty: attendance and handover, swaps. Nobody has to check in."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Denied, NotVisible, Refused
from loushi.foundation.core.scoping import fetch, permits
from loushi.foundation.notices.commands import Phrase, notify
from loushi.services.stations.models import DutyMember, DutyRota, DutyShift, SwapRequest
from loushi.services.stations.policy import DUTY, KIND_ROTA, ROTA
from loushi.services.stations.queries import Partner, partner, problem_of
from loushi.services.stations.queries.rotas import WHY
from loushi.services.stations.words import OBSTACLES, fairness

from .solving import people_of


def hand_over(
    *, actor: Actor, shift_id: int, attended: bool | None, person: str = "", handover: str = ""
) -> DutyShift:
    """Who stood there and what the next one must know; `attended` None leaves it open."""
    with transaction.atomic():
        row = _own(actor, shift_id)
        row.attended, row.person = attended, person.strip()[:40]
        row.handover = handover.strip()[:500]
        row.version += 1
        row.save(update_fields=["attended", "person", "handover", "version"])
        record(actor=actor, action="stations.handover", subject=row,
               after={"attended": attended, "handover": bool(row.handover)})  # fmt: skip
    return row


def ask_swap(
    *, actor: Actor, shift_id: int, taker_id: int, back_id: int | None = None, words: str = ""
) -> SwapRequest:
    """Asks another member to take a shift, for one of theirs or for nothing; Refused says which
    rule a swap would break."""
    with transaction.atomic():
        row = _own(actor, shift_id)
        if row.attended is not None:
            raise Refused(_("这一班已登记到岗情况，不能再换。"))
        taker, back = _sides(row, taker_id, back_id)
        _check(row, taker, back)
        rows = SwapRequest.objects.unscoped(WHY)
        if rows.filter(shift=row, state=SwapRequest.State.ASKED).exists():
            raise Refused(_("这一班已经在等对方答复。"))
        made = rows.create(
            shift=row, back=back, unit_path=row.unit_path, giver=row.member, taker=taker,
            taker_department_id=taker.department_id, taker_user_id=taker.user_id,
            words=words.strip()[:200],
        )  # fmt: skip
        record(actor=actor, action="stations.swap_ask", subject=row, after={"taker": taker.name})
        notify(
            user_ids=people_of([taker]), kind=KIND_ROTA, link="/stations/duty/",
            title=Phrase(ASKED, {"who": row.member.name}), key=f"swap:{made.pk}:asked",
        )  # fmt: skip
    return made


def answer_swap(*, actor: Actor, swap_id: int, agree: bool) -> SwapRequest:
    """The other side's answer. An agreed swap is checked again and done at once."""
    with transaction.atomic():
        rows = SwapRequest.objects.visible_to(actor, DUTY).select_for_update(of=("self",))
        swap = rows.filter(pk=swap_id).first()
        if swap is None:
            raise NotVisible
        if swap.state != SwapRequest.State.ASKED:
            raise Conflict(_("这个换班请求已经有结果了。"))
        if agree:
            _check(swap.shift, swap.taker, swap.back)
            _give(swap.shift, swap.taker)
            if swap.back is not None:
                _give(swap.back, swap.giver)
        swap.state = SwapRequest.State.AGREED if agree else SwapRequest.State.DECLINED
        swap.save(update_fields=["state"])
        record(actor=actor, action="stations.swap_answer", subject=swap,
               after={"state": swap.state}, unit_path=swap.unit_path)  # fmt: skip
        title = Phrase(AGREED if agree else DECLINED, {"who": swap.taker.name})
        notify(
            user_ids=people_of([swap.giver]), kind=KIND_ROTA, link="/stations/duty/",
            title=title, key=f"swap:{swap.pk}:{swap.state}",
        )  # fmt: skip
    return swap


ASKED = gettext_noop("%(who)s 请您换班")
AGREED = gettext_noop("%(who)s 同意换班，已生效")
DECLINED = gettext_noop("%(who)s 不能换班")


def _own(actor: Actor, shift_id: int) -> DutyShift:
    """An own published shift, or one of a rota that the actor plans; locked with its rota."""
    row = fetch(DutyShift, actor, shift_id, lock=True, related=("slot", "member"))
    if not row.published:
        raise NotVisible
    if not (permits(actor, DUTY, row) or permits(actor, ROTA, row)):
        raise Denied
    DutyRota.objects.unscoped(WHY).select_for_update().get(pk=row.slot.rota_id)
    return row


def _sides(
    row: DutyShift, taker_id: int, back_id: int | None
) -> tuple[DutyMember, DutyShift | None]:
    members = DutyMember.objects.unscoped(WHY).filter(rota=row.slot.rota_id)
    taker = members.exclude(pk=row.member_id).filter(pk=taker_id).first()
    if taker is None:
        raise Refused(_("请从名单里选择换给谁。"), field="taker_id")
    if back_id is None:
        return taker, None
    shifts = DutyShift.objects.unscoped(WHY).filter(member=taker, attended__isnull=True)
    back = shifts.filter(pk=back_id).select_related("slot").first()
    if back is None:
        raise Refused(_("对方没有这一班。请重新选择。"), field="back_id")
    return taker, back


def _check(row: DutyShift, taker: DutyMember, back: DutyShift | None) -> None:
    found: Partner = partner(problem_of(row.slot.rota), row, taker, back)
    if not found.allowed:
        reasons = [str(OBSTACLES[one]) for one in found.against]
        if found.spread > 1:
            reasons.append(fairness(found.spread))
        raise Refused(
            _("不能换给“%(who)s”：%(why)s。") % {"who": taker.name, "why": "；".join(reasons)},
            field="taker_id",
        )


def _give(shift: DutyShift, member: DutyMember) -> None:
    shift.member, shift.department_id = member, member.department_id
    shift.user_id = member.user_id
    shift.version += 1
    shift.save(update_fields=["member", "department", "user", "version"])
