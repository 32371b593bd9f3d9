"""Reading people, roles, appointments and departments; building the Actor."""

from .actors import actor_for, appointments_of, running_on
from .directory import (
    address_of,
    department,
    departments,
    departments_by_name,
    heads_of,
    names_of,
    role_by_code,
    roles,
)
from .own import sessions_of, tokens_of
from .people import (
    PersonFilter,
    PersonRow,
    get_user,
    handover_of,
    history_of,
    is_locked,
    people,
    people_at,
    people_below,
    support_accesses,
    usable_supports,
    user_by_login,
    with_posts,
)
from .reach import Superior, superiors, superiors_of, users_with_permission

__all__ = [
    "PersonFilter",
    "PersonRow",
    "Superior",
    "actor_for",
    "address_of",
    "appointments_of",
    "department",
    "departments",
    "departments_by_name",
    "get_user",
    "handover_of",
    "heads_of",
    "history_of",
    "is_locked",
    "names_of",
    "people",
    "people_at",
    "people_below",
    "role_by_code",
    "roles",
    "running_on",
    "sessions_of",
    "superiors",
    "superiors_of",
    "support_accesses",
    "tokens_of",
    "usable_supports",
    "user_by_login",
    "users_with_permission",
    "with_posts",
]
