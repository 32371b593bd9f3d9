"""Roles are data: the shipped list, brought up to date."""

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from loushi.foundation.audit.commands import Line, record_many
from loushi.foundation.core.actor import Actor
from loushi.registry.accounts.models import Role

FILE = Path(__file__).resolve().parent.parent / "roles.json"
FIELDS = ("name", "name_en", "kind", "levels", "permissions", "template")


def shipped() -> list[dict[str, Any]]:
    """The shipped roles as they stand in roles.json."""
    rows: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["roles"]
    return rows


def role_sets() -> list[dict[str, Any]]:
    """Named sets of roles of one building's team (双长四员, 一长六员)."""
    rows: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["sets"]
    return rows


def install_roles(*, actor: Actor) -> list[Role]:
    """Makes the shipped roles exist and gives them the shipped permissions; own roles stay."""
    with transaction.atomic():
        known = {row.code: row for row in Role.objects.select_for_update()}
        lines: list[Line] = []
        for row in shipped():
            role = known.get(row["code"]) or Role(code=row["code"])
            before = {field: getattr(role, field) for field in FIELDS}
            after = {field: row[field] for field in FIELDS}
            if role.pk is not None and before == after:
                continue
            for field, value in after.items():
                setattr(role, field, value)
            role.save()
            lines.append(Line(role, before, after))
        record_many(actor=actor, action="accounts.install_roles", lines=lines)
    return list(Role.objects.order_by("pk"))
