"""A create that is repeated with the same key makes nothing new.

The key row is inserted in the same transaction as the object, so an acknowledged create exists
exactly once however often the client repeats it, and a killed one leaves nothing behind.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from .actor import Actor
from .errors import Conflict
from .models import IdempotencyKey


def fingerprint(payload: Mapping[str, Any]) -> str:
    """A digest of what was asked for; the same key with another digest is a mistake."""
    text = json.dumps(payload, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


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
    mine = {"user_id": actor.user_id or 0, "command": command, "key": key[:80]}
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = IdempotencyKey.objects.create(**mine, fingerprint=digest)
        except IntegrityError:
            row = IdempotencyKey.objects.select_for_update().get(**mine)
            if row.fingerprint != digest:
                raise Conflict(
                    _("同一个提交编号用在了不同的内容上。请重新打开页面再提交。")
                ) from None
            if row.object_id is not None:
                return row.object_id, False
        row.object_id = create()
        row.save(update_fields=["object_id"])
    return row.object_id, True
