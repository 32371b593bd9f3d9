"""Keeping the retention list: signs appear and go, people note outcomes or put things off."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.casework.visits.models import RetentionAlert
from loushi.casework.visits.policy import RECORD, SIGN_RIGHTS, alerts_for
from loushi.casework.visits.queries.retention import AlertLine
from loushi.casework.visits.queries.signs import SIGNS, thresholds_on
from loushi.foundation.audit.commands import record, record_look
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, NotVisible, Refused
from loushi.foundation.core.scoping import fetch
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.enterprises.models import Enterprise

WHY = "the retention list is kept for the whole register"
State = RetentionAlert.State
CHUNK = 2_000


def look_for_signs(*, on: date | None = None) -> int:
    """Brings the list up to date; returns how many alerts changed. Running it again changes none.

    A new sign opens an alert; one that is gone closes it; a handled or snoozed one opens again
    when its mark changes (the sign returned) or the day until which it was put off has come.
    """
    today = on or timezone.localdate()
    changed = 0
    for code, threshold in thresholds_on(today).items():
        with transaction.atomic():
            changed += _look(code, threshold, today)
    return changed


def handle_alert(*, actor: Actor, alert_id: int, outcome: str) -> RetentionAlert:
    """Notes what came of it; the alert leaves the list until its sign returns."""
    if not outcome.strip():
        raise Refused(_("请写明处理结果，例如“已谈妥续租两年”。"), field="outcome")
    if len(outcome.strip()) > 200:
        raise Refused(_("处理结果最多 200 个字。请缩短。"), field="outcome")
    return _decide(actor, alert_id, State.HANDLED, outcome.strip(), None)


def snooze_alert(*, actor: Actor, alert_id: int, until: date | None, why: str) -> RetentionAlert:
    """Puts an alert off until a day after today, with a reason."""
    today = timezone.localdate()
    if until is None:
        raise Refused(_("请填暂缓到哪一天。"), field="until")
    if until <= today:
        raise Refused(_("暂缓到的日期要晚于今天。"), field="until")
    if (until - today).days > 366:
        raise Refused(_("最多暂缓一年。"), field="until")
    if not why.strip():
        raise Refused(_("请写明为什么暂缓，例如“业主月底答复”。"), field="outcome")
    if len(why.strip()) > 200:
        raise Refused(_("暂缓的原因最多 200 个字。请缩短。"), field="outcome")
    return _decide(actor, alert_id, State.SNOOZED, why.strip(), until)


def reopen_alert(*, actor: Actor, alert_id: int) -> RetentionAlert:
    """Puts a handled or snoozed alert back on the list; what was noted stays in the audit."""
    return _decide(actor, alert_id, State.OPEN, "", None)


def note_look(*, actor: Actor, lines: Sequence[AlertLine]) -> None:
    """Records that somebody saw at which firms a tax band fell; nothing where no line says so."""
    shown = [line for line in lines if line.sign in SIGN_RIGHTS]
    if not shown or actor.system:
        return
    one = shown[0]
    alone = len(shown) == 1
    record_look(
        actor=actor,
        subject=("tax.taxreturn", one.enterprise_id if alone else None, one.name if alone else ""),
        purpose=_("安商稳商名单"),
        fields=["falling", _("%(count)d 家") % {"count": len(shown)}],
        unit_path=max(
            (grant.key for grant in actor.holding(SIGN_RIGHTS[one.sign])), key=len, default=""
        ),
    )  # fmt: skip


def _decide(
    actor: Actor, alert_id: int, state: str, outcome: str, until: date | None
) -> RetentionAlert:
    with transaction.atomic():
        if not alerts_for(actor).filter(pk=alert_id).exists():
            raise NotVisible
        row = fetch(RetentionAlert, actor, alert_id, permission=RECORD, lock=True)
        if row.gone_on is not None:
            raise Conflict(_("这条信号已经消失，不用再处理。"))
        if row.state == State.HANDLED and state != State.OPEN:
            raise Conflict(
                _("%(who)s 已经处理：%(outcome)s。要改，请先重新打开。")
                % {"who": row.decided_name, "outcome": row.outcome}
            )
        if row.state == state == State.OPEN:
            raise Conflict(_("这条信号已经在名单上。"))
        before = {"state": row.state, "outcome": row.outcome, "until": row.snoozed_until}
        row.state, row.outcome, row.snoozed_until = state, outcome, until
        row.decided_at, row.decided_by = timezone.now(), actor.user_id
        row.decided_name = actor.name[:80]
        row.save()
        record(
            actor=actor, action=f"visits.retention_{state}", subject=row, before=before,
            after={"state": state, "outcome": outcome, "until": until}, why=outcome,
        )  # fmt: skip
    return row


def _look(code: str, threshold: int, today: date) -> int:
    found = {one.enterprise_id: one for one in SIGNS[code].find(threshold, today)}
    rows = RetentionAlert.objects.unscoped(WHY).filter(sign=code, gone_on__isnull=True)
    held = {row.enterprise_id: row for row in rows}
    changes: list[tuple[int, dict[str, Any]]] = []
    for pk, row in held.items():
        one = found.get(pk)
        if one is None:
            changes.append((row.pk, {"state": State.GONE, "gone_on": today}))
            continue
        due = row.state == State.SNOOZED and (row.snoozed_until or today) <= today
        values: dict[str, Any] = {}
        if row.numbers != one.numbers:
            values["numbers"] = one.numbers
        if due or (row.mark != one.mark and row.state != State.OPEN):
            values |= {"state": State.OPEN, "snoozed_until": None, "since": today}
        if row.mark != one.mark:
            values["mark"] = one.mark
        if values:
            changes.append((row.pk, values))
    fresh = sorted(set(found) - set(held))
    paths: dict[int, str] = {}
    for start in range(0, len(fresh), CHUNK):
        firms = Enterprise.objects.unscoped(WHY).filter(pk__in=fresh[start : start + CHUNK])
        paths |= dict(firms.values_list("pk", "unit_path"))
    insert_rows(
        [
            RetentionAlert(
                enterprise_id=pk, unit_path=paths[pk], sign=code, numbers=found[pk].numbers,
                mark=found[pk].mark, since=today,
            )
            for pk in fresh
        ]
    )  # fmt: skip
    update_rows(RetentionAlert, changes)
    return len(changes) + len(fresh)
