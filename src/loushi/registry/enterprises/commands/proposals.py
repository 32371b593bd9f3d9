"""疑似重复: proposals made anew each night and after imports, decided by people."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from loushi.foundation.audit.commands import record
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.scoping import fetch
from loushi.foundation.language.linkage import Entry, Pair, find_pairs
from loushi.foundation.transfer.commands import insert_rows, update_rows
from loushi.registry.enterprises.models import (
    DuplicateProposal,
    Enterprise,
    EnterpriseContact,
    Tenancy,
)
from loushi.registry.enterprises.policy import MERGE, RUNNING

WHY = "duplicates are looked for in the whole register; who sees a pair is decided by its place"
LEVEL = 6  # characters of one level of a unit path


def refresh_proposals() -> int:
    """Looks for duplicates in the whole register; returns how many proposals are open.

    Pairs that people set apart stay apart; open ones that no longer look alike go.
    """
    paths = _paths()
    pairs = {(pair.first, pair.second): pair for pair in find_pairs(register_entries())}
    with transaction.atomic():
        held = {
            (row.first_id, row.second_id): row
            for row in DuplicateProposal.objects.unscoped(WHY).select_for_update(of=("self",))
        }
        gone = [
            row.pk
            for key, row in held.items()
            if key not in pairs and row.state == DuplicateProposal.State.OPEN
        ]
        DuplicateProposal.objects.unscoped(WHY).filter(pk__in=gone).delete()
        fresh = [_proposal(pair, paths) for key, pair in pairs.items() if key not in held]
        insert_rows(fresh)
        changed = [
            (held[key].pk, {
                "probability": pair.probability, "evidence": _evidence(pair),
                "unit_path": common_path(paths.get(pair.first, ""), paths.get(pair.second, "")),
            })
            for key, pair in pairs.items() if key in held
        ]  # fmt: skip
        update_rows(DuplicateProposal, changed)
        rows = DuplicateProposal.objects.unscoped(WHY)
        return rows.filter(state=DuplicateProposal.State.OPEN).count()


def set_apart(*, actor: Actor, proposal_id: int, why: str) -> DuplicateProposal:
    """Says that two are not one firm; the pair is not proposed again."""
    if not why.strip():
        raise Refused(_("请写明为什么不是同一家，例如“同名不同店”。"), field="why")
    return _decide(actor, proposal_id, DuplicateProposal.State.APART, why.strip())


def reopen_proposal(*, actor: Actor, proposal_id: int) -> DuplicateProposal:
    """Takes back `set_apart`."""
    return _decide(actor, proposal_id, DuplicateProposal.State.OPEN, "")


def register_entries() -> Iterable[Entry]:
    """Every enterprise as the linkage compares it: the address where it sits counts before the
    one where it is registered, because that is what clerks write."""
    phones: dict[int, list[str]] = defaultdict(list)
    contacts = EnterpriseContact.objects.unscoped(WHY).exclude(phone="").order_by("pk")
    for pk, phone in contacts.values_list("enterprise_id", "phone"):
        phones[pk].append(phone)
    stays = Tenancy.objects.unscoped(WHY).filter(RUNNING, sits=True).order_by("pk")
    places = {
        pk: f"{building}{room or ''}"
        for pk, building, room in stays.values_list(
            "enterprise_id", "building__name", "space__number"
        )
    }
    firms = Enterprise.objects.unscoped(WHY).order_by("pk")
    for pk, name, code, address in firms.values_list(
        "pk", "name", "credit_code", "registered_address"
    ):
        yield Entry(pk, name, code or "", tuple(phones[pk]), address or places.get(pk, ""))


def common_path(one: str, other: str) -> str:
    """The path of the lowest unit above both."""
    length = 0
    while length < min(len(one), len(other)) and (
        one[length : length + LEVEL] == other[length : length + LEVEL]
    ):
        length += LEVEL
    return one[:length]


def _decide(actor: Actor, proposal_id: int, state: str, why: str) -> DuplicateProposal:
    with transaction.atomic():
        row = fetch(DuplicateProposal, actor, proposal_id, permission=MERGE, lock=True)
        if row.state == state:
            raise Conflict(_("这一对已经处理过。请刷新页面。"))
        before = row.state
        row.state, row.why, row.decided_by = state, why[:200], actor.user_id
        row.decided_at = timezone.now()
        row.save()
        record(actor=actor, action="enterprises.duplicate", subject=row, why=why,
               before={"state": before}, after={"state": state})  # fmt: skip
    return row


def _proposal(pair: Pair, paths: dict[int, str]) -> DuplicateProposal:
    return DuplicateProposal(
        first_id=pair.first,
        second_id=pair.second,
        unit_path=common_path(paths.get(pair.first, ""), paths.get(pair.second, "")),
        probability=pair.probability,
        evidence=_evidence(pair),
    )


def _evidence(pair: Pair) -> list[dict[str, object]]:
    return [
        {"field": part.field, "verdict": part.verdict, "weight": round(part.weight, 1)}
        for part in pair.evidence
    ]


def _paths() -> dict[int, str]:
    return dict(Enterprise.objects.unscoped(WHY).values_list("pk", "unit_path"))
