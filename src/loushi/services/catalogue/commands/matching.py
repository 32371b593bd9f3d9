"""Matching with what the reader may know, telling firms, and their refusal to be told."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import ENTERPRISE, UNIT, Actor
from loushi.foundation.core.errors import Conflict, Denied
from loushi.foundation.core.scoping import fetch
from loushi.foundation.notices.commands import Message, Phrase, notify_many
from loushi.foundation.transfer.commands import insert_rows
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.enterprises.queries import members_to_notify
from loushi.registry.tax.commands import look_at_newest, look_for_the_firm
from loushi.services.catalogue.conditions import every
from loushi.services.catalogue.models import Policy, PolicyPush, PushRefusal
from loushi.services.catalogue.policy import KIND_POLICY, MATCH, OWN, PUSH
from loushi.services.catalogue.queries import Firm, Terms, own_matches, policies_for, to_push
from loushi.services.catalogue.queries.matching import Matched, matches
from loushi.services.catalogue.queries.policies import current, policy_row

TOLD = gettext_noop("有一项政策可能适合%(firm)s：%(policy)s")
WHY = "firms that were matched under the actor's own scope"


def match_firms(*, actor: Actor, policy_id: int, unit: int | None = None) -> Matched:
    """Which firms a policy is for. Where it asks for tax, the look at the bands is recorded for
    those who may see them; for others the condition stays unknown."""
    policy = policy_row(actor, policy_id)
    if not actor.system and not actor.keys(UNIT, MATCH):
        raise Denied
    spans = look_at_newest(actor=actor, what=policy.title) if _asks_tax(policy) else {}
    return matches(actor, policy, unit=unit, spans=spans)


def match_policies(*, actor: Actor, enterprise_id: int) -> list[tuple[Policy, Firm, Terms]]:
    """Which policies are for a firm, as staff may know it."""
    if not actor.system and not actor.keys(UNIT, MATCH):
        raise Denied
    fetch(Enterprise, actor, enterprise_id)
    spans = {}
    if any(_asks_tax(row) for row in current(actor)):
        spans = look_at_newest(actor=actor, what=_("一家企业"), enterprise_ids=[enterprise_id])
    return policies_for(actor, enterprise_id, spans.get(enterprise_id))


def match_own(*, actor: Actor, enterprise_id: int) -> list[tuple[Policy, Firm, Terms]]:
    """Which policies are for one's own firm, which knows its tax."""
    if str(enterprise_id) not in actor.keys(ENTERPRISE, OWN):
        raise Denied
    span = None
    if any(_asks_tax(row) for row in current(actor)):
        span = look_for_the_firm(
            actor=actor, enterprise_id=enterprise_id, permission=OWN,
            purpose=_("企业本人核对惠企政策条件"),
        )  # fmt: skip
    return own_matches(actor, enterprise_id, span)


def push_policy(*, actor: Actor, policy_id: int) -> int:
    """Tells the firms that qualify as far as the register may tell, each once; who refuses is left
    alone. Returns how many firms were told now."""
    with transaction.atomic():
        row = fetch(Policy, actor, policy_id, lock=True)
        if not actor.system and not actor.keys(UNIT, PUSH):
            raise Denied
        if row.state != Policy.State.PUBLISHED:
            raise Conflict(_("只有已发布的政策才能推送。请先发布。"))
        today = timezone.localdate()
        if (row.until and row.until < today) or (row.closes_on and row.closes_on < today):
            raise Conflict(_("这项政策已经失效或申报已截止，不能再推送。"))
        ids = to_push(actor, row)
        firms = Enterprise.objects.unscoped(WHY).filter(pk__in=ids).order_by("pk")
        found = list(firms)
        insert_rows(
            [
                PolicyPush(policy=row, enterprise=one, unit_path=one.unit_path,
                           at=timezone.now(), by_name=actor.name[:80])
                for one in found
            ]
        )  # fmt: skip
        notify_many(
            Message(
                user_id, KIND_POLICY,
                Phrase(TOLD, {"firm": one.short_name or one.name, "policy": row.title}),
                row.benefits[:200], f"/catalogue/own/{row.pk}/", None,
                f"policy:{row.pk}:{user_id}",
            )
            for one in found
            for user_id in members_to_notify(one.pk, OWN)
        )  # fmt: skip
        if found:
            record(actor=actor, action="catalogue.policy_push", subject=row,
                   after={"firms": len(found)})  # fmt: skip
    return len(found)


def set_pushes(*, actor: Actor, enterprise_id: int, wanted: bool) -> None:
    """The firm's own word whether it wants to be told. Twice is once."""
    if str(enterprise_id) not in actor.keys(ENTERPRISE, OWN):
        raise Denied
    with transaction.atomic():
        firm = fetch(Enterprise, actor, enterprise_id)
        rows = PushRefusal.objects.unscoped("of the actor's own firm")
        held = rows.filter(enterprise=firm).exists()
        if held is not wanted:
            return
        if wanted:
            rows.filter(enterprise=firm).delete()
        else:
            rows.create(enterprise=firm, unit_path=firm.unit_path, user_id=actor.user_id)
        record(actor=actor, action="catalogue.pushes", subject=firm, after={"wanted": wanted})


def _asks_tax(policy: Policy) -> bool:
    return any(one["fact"] == "tax" for one in every(policy.conditions))
