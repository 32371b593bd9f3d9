"""How firmly an enterprise stays: a level with a reason, judged by a person on a day."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.core.scoping import fetch
from loushi.registry.enterprises.models import Enterprise, Stability, StabilityLevel
from loushi.registry.enterprises.policy import CHANGE


def judge_stability(
    *, actor: Actor, enterprise_id: int, level: str, reason: str, on: date
) -> Stability:
    """Closes the running judgement on a day and opens another. Refused: no reason, a day in the
    future or before the running judgement, an unknown level, a cancelled enterprise."""
    if not reason.strip():
        raise Refused(_("请写明原因，例如“租约到期前问过别处租金”。"), field="reason")
    if len(reason.strip()) > 200:
        raise Refused(_("原因最多 200 个字。请缩短。"), field="reason")
    if on > timezone.localdate():
        raise Refused(_("日期不能晚于今天。"), field="on")
    if not StabilityLevel.offered().filter(pk=level).exists():
        raise Refused(_("请选择稳定度。"), field="level")
    with transaction.atomic():
        firm = fetch(Enterprise, actor, enterprise_id, permission=CHANGE, lock=True)
        if firm.status == Enterprise.Status.CANCELLED:
            raise Refused(_("这家企业已经注销，不再判断稳定度。"), field="level")
        held = (
            Stability.objects.unscoped("the running judgement of a firm that was checked")
            .filter(enterprise=firm, until__isnull=True)
            .first()
        )
        if held is not None:
            if on < held.since:
                raise Refused(
                    _("现在的判断从 %(day)s 起，新的判断不能早于这一天。")
                    % {"day": held.since.isoformat()},
                    field="on",
                )
            held.until = on
            held.save(update_fields=["until"])
        row = Stability(
            enterprise=firm, unit_path=firm.unit_path, level_id=level, since=on,
            reason=reason.strip(), judged_by=actor.user_id, judged_name=actor.name[:80],
        )  # fmt: skip
        row.save(force_insert=True)
        record(
            actor=actor,
            action="enterprises.stability",
            subject=firm,
            before={"level": held.level_id if held else None},
            after={"level": level, "since": on},
            why=reason.strip(),
        )
    return row
