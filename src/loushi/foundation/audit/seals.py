"""A chain of digests over the audit: whoever changes a sealed entry breaks it.

Sealing never touches or locks an entry, and no business transaction waits for it. Who owns the
database can rewrite the whole chain; keep the newest digest elsewhere (it is in the log, and
`loushi check` prints it) to notice that too.
"""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from .models import Entry, Seal, SealMark

log = logging.getLogger(__name__)

WHY = "the chain covers every entry"
ROWS_PER_SEAL = 20_000
FIELDS = [field.attname for field in Entry._meta.concrete_fields]


@dataclass(frozen=True, slots=True)
class Chain:
    """The outcome of a check: how many entries are sealed, the newest digest, and what broke."""

    sealed: int
    digest: str
    broken: tuple[str, ...]


def _line(row: dict[str, Any]) -> bytes:
    values = {
        key: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for key, value in row.items()
    }
    text = json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return text.encode()


def digest_of(previous: str, rows: Iterable[dict[str, Any]]) -> tuple[str, int]:
    """The digest over the previous one and the rows in order; and how many rows they were."""
    total, count = sha256(previous.encode()), 0
    for row in rows:
        total.update(_line(row) + b"\n")
        count += 1
    return total.hexdigest(), count


def _between(after: int, last: int) -> Iterable[dict[str, Any]]:
    rows: QuerySet[Entry] = Entry.objects.unscoped(WHY).filter(pk__gt=after, pk__lte=last)
    return rows.order_by("pk").values(*FIELDS).iterator(chunk_size=2000)


def _still_running(since: datetime) -> bool:
    """Whether a transaction that began by then is still open (only PostgreSQL has several)."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND xact_start <= %s)",
            [since],
        )
        return bool(cursor.fetchone()[0])


def _database_now() -> datetime:
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
        return now


def seal() -> int:
    """Seals what was marked in the round before and marks the next; returns entries sealed."""
    with transaction.atomic():
        mark = SealMark.objects.select_for_update().order_by("pk").first()
        if mark is not None and _still_running(mark.noted_at):
            return 0
        count = _seal_up_to(mark.last_id) if mark else 0
        done = Seal.objects.aggregate(last=Max("last_id"))["last"] or 0
        SealMark.objects.update_or_create(
            pk=mark.pk if mark else 1,
            defaults={"last_id": _next_end(done), "noted_at": _database_now()},
        )
    return count


def _next_end(done: int) -> int:
    """The last id of the next portion; `done` when nothing has been added."""
    waiting = Entry.objects.unscoped(WHY).filter(pk__gt=done).order_by("pk")
    ids = waiting.values_list("pk", flat=True)
    full = next(iter(ids[ROWS_PER_SEAL - 1 : ROWS_PER_SEAL]), 0)
    return full or waiting.aggregate(last=Max("pk"))["last"] or done


def _seal_up_to(last: int) -> int:
    previous = Seal.objects.order_by("-last_id").first()
    after = previous.last_id if previous else 0
    if last <= after:
        return 0
    digest, count = digest_of(previous.digest if previous else "", _between(after, last))
    if count:
        Seal.objects.create(last_id=last, entries=count, digest=digest)
        log.info("audit sealed up to entry %s: %s", last, digest)
    return count


def verify(newest: int | None = None) -> Chain:
    """Works the chain out again, all of it or only the newest few seals.

    Takes about ten seconds for a million entries; `loushi check` looks at the newest few.
    """
    seals = list(Seal.objects.order_by("-last_id")[: newest + 1 if newest else None])[::-1]
    sealed, broken = 0, []
    before: Seal | None = None
    if newest and len(seals) > newest:
        before = seals.pop(0)
    for row in seals:
        after = before.last_id if before else 0
        digest, count = digest_of(before.digest if before else "", _between(after, row.last_id))
        if digest != row.digest or count != row.entries:
            broken.append(f"{after + 1}–{row.last_id}")
        sealed += row.entries
        before = row
    return Chain(sealed, before.digest if before else "", tuple(broken))


def protected() -> bool:
    """Whether the database's triggers stand and no maintenance was left open."""
    names = {"audit_entry_no_update", "audit_entry_no_delete"}
    sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        names = {"audit_entry_append_only", "audit_entry_no_truncate"}
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        standing = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT COUNT(*) FROM audit_maintenance")
        return names <= standing and cursor.fetchone()[0] == 0
