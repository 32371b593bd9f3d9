"""企业专员: who is in charge of which enterprise, from when, handed over with a date."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Refused
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.accounts.models import User
from loushi.registry.enterprises.commands.portions import chunks
from loushi.registry.enterprises.models import Enterprise, OfficerPost
from loushi.registry.enterprises.policy import CHANGE

WHY = "officers of enterprises that were checked"
MOST_AT_ONCE = 20_000


def assign_officers(
    *,
    actor: Actor,
    enterprise_ids: Sequence[int],
    user_id: int | None,
    since: date,
    why: str,
) -> int:
    """Gives enterprises to an officer from a day on (None: nobody is in charge any more); those
    that the officer has already stay as they are. Returns how many changed hands.

    Refused: a day in the future or before the present officer began, an inactive person, no
    reason, an enterprise that the actor may not change. All or none.
    """
    if since > timezone.localdate():
        raise Refused(_("交接日期不能晚于今天。"), field="since")
    if not why.strip():
        raise Refused(_("请写明交接原因，例如“网格调整”。"), field="why")
    wanted = sorted(set(enterprise_ids))
    if not wanted:
        raise Refused(_("没有选中企业。请先勾选，或按楼宇、单元筛选。"), field="enterprises")
    if len(wanted) > MOST_AT_ONCE:
        raise Refused(_("一次最多交接 20,000 家企业。请分楼宇或网格办理。"), field="enterprises")
    if user_id is not None and not User.objects.filter(pk=user_id, is_active=True).exists():
        raise Refused(_("所选的企业专员不存在。请重新选择。"), field="user_id")
    with transaction.atomic():
        allowed: dict[int, int | None] = {}
        for chunk in chunks(wanted):
            rows = Enterprise.objects.visible_to(actor, CHANGE).filter(pk__among=chunk)
            rows = rows.exclude(status=Enterprise.Status.CANCELLED).order_by("pk")
            allowed |= {row.pk: row.officer_id for row in rows.select_for_update(of=("self",))}
        if set(wanted) - set(allowed):
            raise Refused(
                _("有企业不存在、已注销，或不在您可更正的范围内。请核对后重试。"),
                field="enterprises",
            )
        changes = {pk: user_id for pk, held in allowed.items() if held != user_id}
        return post_officers(actor=actor, changes=changes, on=since, why=why)


def post_officers(
    *,
    actor: Actor,
    changes: Mapping[int, int | None],
    on: date,
    why: str,
    audited: bool = True,
) -> int:
    """Ends the running posts and begins the new ones, and keeps `Enterprise.officer` the same; the
    caller has checked rights and persons. A post that began on the same day is replaced."""
    made: list[OfficerPost] = []
    ended: list[tuple[int, dict[str, Any]]] = []
    lines: list[Line] = []
    for chunk in chunks(sorted(changes)):
        firms = Enterprise.objects.unscoped(WHY).filter(pk__among=chunk).in_bulk()
        running = OfficerPost.objects.unscoped(WHY).filter(
            enterprise_id__among=chunk, until__isnull=True
        )
        held = {post.enterprise_id: post for post in running}
        for pk in chunk:
            old, user_id = held.get(pk), changes[pk]
            if old is not None:
                if on < old.since:
                    raise Refused(
                        _("现任专员从 %(day)s 起负责，交接日期不能早于这一天。")
                        % {"day": old.since.isoformat()},
                        field="since",
                    )
                ended.append((old.pk, {"until": on}))
            if user_id is not None:
                made.append(
                    OfficerPost(
                        enterprise_id=pk, unit_path=firms[pk].unit_path, user_id=user_id,
                        since=on, why=why[:200],
                    )
                )  # fmt: skip
            before = {"officer_id": old.user_id if old else None}
            lines.append(Line(firms[pk], before, {"officer_id": user_id, "since": on}, why))
    update_rows(OfficerPost, ended)
    insert_rows(made)
    update_rows(Enterprise, [(pk, {"officer_id": user_id}) for pk, user_id in changes.items()])
    if audited:
        record_many(actor=actor, action="enterprises.officer", lines=lines)
    return len(changes)
