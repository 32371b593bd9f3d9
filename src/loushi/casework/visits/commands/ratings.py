"""One anonymous rating of a visit. No audit, no event, no notice, no idempotency key: each of them
would keep who or when (docs/adr/0007-ratings-without-a-trace.md)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from loushi.casework.visits.models import RatedVisit, RatingBatch, Visit
from loushi.casework.visits.policy import OWN
from loushi.foundation.core.actor import ENTERPRISE, Actor
from loushi.foundation.core.errors import Conflict, NotVisible, Refused
from loushi.foundation.core.units import ids_of
from loushi.registry.territory.models import Unit, UnitKind

VERDICTS = ("helpful", "fair", "useless")


@dataclass(frozen=True, slots=True)
class RatingInput:
    """`verdict` is helpful, fair or useless; `too_often` that people come too often."""

    verdict: str
    too_often: bool = False


def rate_visit(*, actor: Actor, visit_id: int, given: RatingInput) -> None:
    """Adds one rating to the open batch of the visit's community; Conflict the second time."""
    if given.verdict not in VERDICTS:
        raise Refused(_("请选一下这次走访有没有帮助。"), field="verdict")
    with transaction.atomic():
        visit = (
            Visit.objects.visible_to(actor, OWN)
            .filter(pk=visit_id, state=Visit.State.RECORDED)
            .first()
        )
        if visit is None or str(visit.enterprise_id) not in actor.keys(ENTERPRISE, OWN):
            raise NotVisible
        try:
            with transaction.atomic():
                RatedVisit.objects.unscoped("that it was rated, nothing else").create(
                    visit=visit, unit_path=visit.unit_path
                )
        except IntegrityError:
            raise Conflict(_("这次走访已经评价过。每次走访评一次。")) from None
        _count(community_of(visit.unit_path), visit.enterprise_id, given)


def community_of(path: str) -> Unit:
    """The community of a place: tallies of anything smaller would point at a person."""
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=ids_of(path))}
    chain = [units[pk] for pk in ids_of(path) if pk in units]
    return next((unit for unit in chain if unit.kind == UnitKind.COMMUNITY), chain[-1])


def _count(unit: Unit, enterprise_id: int, given: RatingInput) -> None:
    """Adds to the first open batch that this firm is not in yet; closes it when it is full."""
    # One lock for the community: two ratings at once must not both be the fifth.
    Unit.objects.select_for_update().filter(pk=unit.pk).first()
    everything = RatingBatch.objects.unscoped("a tally that nobody sees before it is full")
    open_ = everything.filter(unit=unit, is_closed=False).order_by("pk").select_for_update()
    add_to(list(open_), unit, enterprise_id, given).save()


def add_to(
    open_: Sequence[RatingBatch], unit: Unit, enterprise_id: int, given: RatingInput
) -> RatingBatch:
    """The batch, not saved yet, that takes a rating: the first open one without this firm."""
    batch = next((one for one in open_ if enterprise_id not in one.firms), None)
    if batch is None:
        batch = RatingBatch(unit=unit, unit_path=unit.path)
    setattr(batch, given.verdict, getattr(batch, given.verdict) + 1)
    batch.count += 1
    batch.too_often += given.too_often
    batch.firms = sorted([*batch.firms, enterprise_id])
    if batch.count == RatingBatch.SIZE:
        batch.is_closed, batch.firms = True, []
    return batch
