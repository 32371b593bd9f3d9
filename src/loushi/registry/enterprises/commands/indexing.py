"""The names and codes of enterprises in the search index."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from loushi.foundation.core.actor import BUILDING, ENTERPRISE
from loushi.foundation.language.commands import Text, index_many
from loushi.foundation.language.queries import participant
from loushi.registry.enterprises.models import Enterprise, EnterpriseAlias, Tenancy
from loushi.registry.enterprises.policy import RUNNING

KIND = "enterprise"
CHUNK = 2_000

_waiting: ContextVar[set[int] | None] = ContextVar("loushi_enterprises_to_index", default=None)


@contextmanager
def indexed_once() -> Iterator[None]:
    """For commands in a row that touch the same enterprises: they go into the index once, at the
    end of the block. Inside the transaction around all of them; an error indexes nothing."""
    ids: set[int] = set()
    token = _waiting.set(ids)
    try:
        yield
    finally:
        _waiting.reset(token)
    index_enterprises(ids)


def index_enterprises(ids: Iterable[int]) -> None:
    """Puts names, short names and credit codes where the search box finds them."""
    wanted = sorted(set(ids))
    waiting = _waiting.get()
    if waiting is not None:
        waiting.update(wanted)
        return
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        places = _places(chunk)
        before = _names_before(chunk)
        rows = Enterprise.objects.unscoped("indexing rows that were written").filter(
            pk__among=chunk
        )
        index_many(
            _text(pk, [name, short, code, *before[pk]], created, path, places[pk])
            for pk, name, short, code, created, path in rows.order_by("pk").values_list(
                "pk", "name", "short_name", "credit_code", "created_at", "unit_path"
            )
        )


def index_new(rows: Mapping[int, Mapping[str, Any]]) -> None:
    """The same for enterprises that were registered a moment ago (id → columns): they sit nowhere
    yet, and never had another name."""
    waiting = _waiting.get()
    if waiting is not None:
        waiting.update(rows)
        return
    index_many(
        _text(
            pk,
            [row["name"], row.get("short_name"), row.get("credit_code")],
            row["created_at"],
            row["unit_path"],
        )
        for pk, row in rows.items()
    )


def _text(
    pk: int,
    words: Sequence[str | None],
    created: datetime,
    path: str,
    places: Sequence[tuple[int, str]] = (),
) -> Text:
    return Text(
        kind=KIND,
        object_id=pk,
        text=" ".join(filter(None, words)),
        at=created,
        unit_path=path,
        paths=[place for _building, place in places],
        participants=(
            participant(ENTERPRISE, pk),
            *(participant(BUILDING, building) for building, _place in places),
        ),
    )


def _names_before(ids: list[int]) -> dict[int, list[str]]:
    """Names and codes of rows that were merged into these."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = EnterpriseAlias.objects.unscoped("indexing rows that were written")
    for pk, name, code in rows.filter(enterprise_id__in=ids).values_list(
        "enterprise_id", "name", "credit_code"
    ):
        found[pk] += [name, code or ""]
    return found


def index_tenants(tenancy_ids: Iterable[int]) -> None:
    """Enterprises whose tenancies moved to another unit."""
    rows = Tenancy.objects.unscoped("indexing rows that were written")
    found = rows.filter(pk__in=list(tenancy_ids)).order_by()
    index_enterprises(found.values_list("enterprise_id", flat=True))


def _places(ids: list[int]) -> dict[int, list[tuple[int, str]]]:
    """Building and unit path of the running tenancies, as in the policy of enterprises."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    rows = Tenancy.objects.unscoped("indexing rows that were written").filter(
        RUNNING, enterprise_id__in=ids
    )
    for enterprise_id, building_id, path in (
        rows.order_by("enterprise_id", "building_id", "unit_path")
        .values_list("enterprise_id", "building_id", "unit_path")
        .distinct()
    ):
        found[enterprise_id].append((building_id, path))
    return found
