"""A create that is repeated with the same key makes nothing new.

The key row is inserted in the same transaction as the object, so an acknowledged create exists
exactly once however often the client repeats it, and a killed one leaves nothing behind.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from .actor import Actor
from .errors import Conflict
from .models import IdempotencyKey


def fingerprint(payload: Mapping[str, Any]) -> str:
    """A digest of what was asked for; the same key with another digest is a mistake."""
    text = json.dumps(payload, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def used(*, actor: Actor, command: str, key: str) -> int | None:
    """The id that an earlier call with this key made, or None. For queues that send again: what was
    typed may read differently once the first sending has changed the register."""
    row = IdempotencyKey.objects.filter(
        user_id=actor.user_id or 0, command=command, key=key[:80], object_id__isnull=False
    )
    return row.values_list("object_id", flat=True).first() if key else None


def once(
    *, actor: Actor, command: str, key: str, payload: Mapping[str, Any], create: Callable[[], int]
) -> tuple[int, bool]:
    """Runs `create` (returns the new object's id) unless `key` was used; (id, created).

    An empty key means that the caller gave none: `create` simply runs. Raises Conflict when the
    key was used for something else.
    """
    if not key:
        return create(), True
    digest = fingerprint(payload)
    user_id, key = actor.user_id or 0, key[:80]
    with transaction.atomic():
        pk = _claimed(user_id=user_id, command=command, key=key, fingerprint=digest)
        if pk is None:
            row = IdempotencyKey.objects.select_for_update().get(
                user_id=user_id, command=command, key=key
            )
            if row.fingerprint != digest:
                raise Conflict(_("同一个提交编号用在了不同的内容上。请重新打开页面再提交。"))
            if row.object_id is not None:
                return row.object_id, False
            pk = row.pk
        made = create()
        with connection.cursor() as cursor:
            cursor.execute(_FILL, [made, pk])
    return made, True


_TABLE = IdempotencyKey._meta.db_table
_CLAIM = f"""
    INSERT INTO {_TABLE} (user_id, command, key, fingerprint, object_id, created_at)
    VALUES (%s, %s, %s, %s, NULL, %s)
    ON CONFLICT (user_id, command, key) DO NOTHING RETURNING id
"""
_FILL = f"UPDATE {_TABLE} SET object_id = %s WHERE id = %s"


def _claimed(*, user_id: int, command: str, key: str, fingerprint: str) -> int | None:
    """The id of a new key row; None where the key was used before. One that is being used at this
    moment is waited for. Plain SQL: an insert that may fail would need a savepoint."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [user_id, command, key, fingerprint, now])
        found = cursor.fetchone()
    return found[0] if found else None
