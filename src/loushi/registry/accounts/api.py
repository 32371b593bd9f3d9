"""/api/v1/accounts: who I am, and the department directory."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema

from loushi.registry.accounts import queries

router = Router(tags=["accounts"])


class GrantOut(Schema):
    """One role at one place; `key` is a unit path or an id, by `kind`."""

    role: str
    kind: str
    key: str
    label: str
    permissions: list[str]
    since: date | None
    until: date | None


class MeOut(Schema):
    """The person behind the token."""

    id: int
    name: str
    appointment: str
    grants: list[GrantOut]


class DepartmentOut(Schema):
    """A directory entry."""

    id: int
    code: str
    name: str
    short_name: str
    phone: str
    duties: str
    unit_id: int


@router.get("/me", response=MeOut, operation_id="me", summary=_("我是谁，能办什么"))
def me(request: HttpRequest) -> Any:
    """The token's person with the grants in force today."""
    actor = request.actor
    grants = [
        {
            "role": grant.role,
            "kind": grant.kind,
            "key": grant.key,
            "label": queries.post_of(grant),
            "permissions": sorted(grant.permissions),
            "since": grant.since,
            "until": grant.until,
        }
        for grant in actor.grants
    ]
    return {
        "id": actor.user_id,
        "name": actor.name,
        "appointment": queries.posts_of(actor),
        "grants": grants,
    }


@router.get(
    "/departments",
    response=list[DepartmentOut],
    operation_id="departments",
    summary=_("部门名录"),
)
def departments(request: HttpRequest) -> Any:
    """The departments in use, by code."""
    return list(queries.departments())
