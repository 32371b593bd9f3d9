"""Who acts: a person with dated grants.

An Actor holds dated grants (role, scope), never separate sets of roles and units: a decision about
a row uses only grants that cover that row, so that two roles at two units never multiply.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

UNIT = "unit"
DEPARTMENT = "department"
ENTERPRISE = "enterprise"
BUILDING = "building"
MANAGER = "manager"
KINDS = frozenset({UNIT, DEPARTMENT, ENTERPRISE, BUILDING, MANAGER})


@dataclass(frozen=True, slots=True)
class Grant:
    """One role at one place: `kind` says what `key` is (a unit path, or an id as text)."""

    role: str
    permissions: frozenset[str]
    kind: str
    key: str
    label: str = ""
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of grant {self.kind!r}")
        if not self.key:
            raise ValueError("a grant needs a key; an empty one would cover everything")

    def runs(self, on: date) -> bool:
        """Whether the grant is in force on a day; `until` is the last day, inclusive."""
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system) at the moment of acting.

    `appointment` is the text snapshot that audit and history keep ("望澜商务社区 窗口").
    `see_all` is the expiring, audited support mode: it widens reading, never acting.
    `system` marks jobs and imports by the machine: all permissions, no person.
    """

    user_id: int | None
    name: str
    grants: tuple[Grant, ...] = ()
    appointment: str = ""
    see_all: bool = False
    system: bool = False
    via: str = field(default="", compare=False)

    def holding(self, permission: str) -> tuple[Grant, ...]:
        """The grants that carry a permission."""
        return tuple(grant for grant in self.grants if permission in grant.permissions)

    def has(self, permission: str) -> bool:
        """Whether any grant carries the permission, wherever (for navigation, not for rows)."""
        return self.system or any(permission in grant.permissions for grant in self.grants)

    def keys(self, kind: str, permission: str | None = None) -> frozenset[str]:
        """The keys of the grants of one kind, optionally only those with a permission."""
        return frozenset(
            grant.key
            for grant in self.grants
            if grant.kind == kind and (permission is None or permission in grant.permissions)
        )

    def has_role(self, role: str) -> bool:
        return any(grant.role == role for grant in self.grants)

    @property
    def is_authenticated(self) -> bool:
        return self.system or self.user_id is not None


ANONYMOUS = Actor(user_id=None, name="")


def system_actor(name: str = "系统") -> Actor:
    """The actor of jobs, imports by the operator, and the demo."""
    return Actor(user_id=None, name=name, appointment=name, system=True)


def in_force(grants: Iterable[Grant], on: date) -> tuple[Grant, ...]:
    """Only the grants that run on a day."""
    return tuple(grant for grant in grants if grant.runs(on))
