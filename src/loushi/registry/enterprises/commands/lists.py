"""The lists that ship with the product (data/lists.json): put back what is missing."""

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.errors import Denied
from loushi.registry.enterprises.models import ChangeReason, StabilityLevel, TagKind, TagRule

TABLE = Path(__file__).resolve().parent.parent / "data" / "lists.json"


def install_lists(*, actor: Actor) -> int:
    """Adds shipped reasons, tags, rules and levels that the database lacks, and leaves those that
    it has as the district changed them; returns how many were added. For the system only."""
    if not actor.system:
        raise Denied
    given: dict[str, list[dict[str, Any]]] = json.loads(TABLE.read_text(encoding="utf-8"))
    added = 0
    with transaction.atomic():
        for model, name in (
            (ChangeReason, "reasons"), (TagKind, "tags"), (StabilityLevel, "levels"),
        ):  # fmt: skip
            held = set(model._default_manager.values_list("pk", flat=True))
            fresh = [model(**row) for row in given[name] if row["code"] not in held]
            model._default_manager.bulk_create(fresh)  # type: ignore[arg-type]
            added += len(fresh)
        ruled = set(TagRule.objects.values_list("kind_id", flat=True))
        rules = [row for row in given["rules"] if row["kind"] not in ruled]
        TagRule.objects.bulk_create(
            [TagRule(kind_id=row["kind"], **{k: v for k, v in row.items() if k != "kind"})
             for row in rules]
        )  # fmt: skip
    return added + len(rules)
