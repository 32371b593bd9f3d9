"""Totals of what was applied for and of what was recorded, with the rows behind them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Avg, Count, Q, QuerySet, Sum

from loushi.casework.applications.models import Application, ApplicationRecord
from loushi.casework.applications.queries.listing import applications
from loushi.foundation.core.actor import Actor
from loushi.services.catalogue.models import ServiceBundle

WHY = "records of applications that were read under their scope"
S = Application.State
MOST = 500


@dataclass(frozen=True, slots=True)
class RecordSum:
    """One kind of record: how many rows, and their sum where they are numbers."""

    label: str
    measure: str
    rows: int
    amount: int | None


@dataclass(frozen=True, slots=True)
class Total:
    """One bundle's figures; every one of them is a count of rows that the actor may open."""

    bundle_id: int
    bundle: str
    applications: int
    handling: int
    finished: int
    refused: int
    late: int
    score: float | None
    sums: tuple[RecordSum, ...]


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record with the application behind it."""

    id: int
    application_id: int
    number: str
    title: str
    label: str
    amount: int | None
    measure: str
    text: str
    at: datetime
    by: str


def totals(actor: Actor) -> list[Total]:
    """Per bundle, over the applications that the actor sees: two queries."""
    rows = applications(actor).order_by().values("bundle_id").annotate(
        n=Count("pk"), handling=Count("pk", filter=Q(state=S.HANDLING)),
        finished=Count("pk", filter=Q(state__in=[S.FINISHED, S.CLOSED])),
        refused=Count("pk", filter=Q(state=S.REFUSED)),
        late=Count("pk", filter=Q(is_late=True)), score=Avg("score"),
    )  # fmt: skip
    found = {one["bundle_id"]: one for one in rows}
    names = ServiceBundle.objects.unscoped("names of what the actor sees").filter(pk__in=found)
    sums = _sums(actor)
    return [
        Total(
            pk, title, found[pk]["n"], found[pk]["handling"], found[pk]["finished"],
            found[pk]["refused"], found[pk]["late"], found[pk]["score"], tuple(sums.get(pk, ())),
        )
        for pk, title in names.order_by("title", "pk").values_list("pk", "title")
    ]  # fmt: skip


def _sums(actor: Actor) -> dict[int, list[RecordSum]]:
    found: dict[int, list[RecordSum]] = {}
    rows = (
        _records(actor)
        .order_by("application__bundle_id", "label", "measure")
        .values_list("application__bundle_id", "label", "measure")
    )
    for bundle, label, measure, number, amount in rows.annotate(n=Count("pk"), sum=Sum("amount")):
        found.setdefault(bundle, []).append(RecordSum(label, measure, number, amount))
    return found


def _records(actor: Actor) -> QuerySet[ApplicationRecord]:
    seen = Application.objects.visible_to(actor).order_by()
    rows = ApplicationRecord.objects.unscoped(WHY).filter(withdrawn_at=None)
    return rows.filter(application__in=seen.values("pk"))


def record_lines(actor: Actor, *, bundle: int | None = None, label: str = "") -> list[RecordLine]:
    """The rows behind a total, the latest first."""
    rows = _records(actor).select_related("application")
    if bundle:
        rows = rows.filter(application__bundle_id=bundle)
    if label:
        rows = rows.filter(label=label)
    return [_line(one) for one in rows.order_by("-at", "-pk")[:MOST]]


def lines_for_file(actor: Actor) -> Iterable[RecordLine]:
    """For a file."""
    rows = _records(actor).select_related("application").order_by("pk")
    return map(_line, rows.iterator(500))


def _line(one: ApplicationRecord) -> RecordLine:
    return RecordLine(
        one.pk, one.application_id, one.application.number, one.application.title, one.label,
        one.amount, one.measure, one.text, one.at, one.by_name,
    )  # fmt: skip
