"""People, departments and posts for tests, made through the real commands."""

from datetime import date
from itertools import count

from loushi.foundation.core.actor import Actor, system_actor
from loushi.registry.accounts import commands, queries
from loushi.registry.accounts.models import Department, User
from loushi.registry.territory.models import Unit

PASSWORD = "lou-shi-2026-ok"
SINCE = date(2026, 1, 1)
_numbers = count(1)


def make_user(name: str = "周闻笛", *, username: str = "", **fields: object) -> User:
    """An active person who may log in with PASSWORD at once."""
    number = next(_numbers)
    person = commands.NewPerson(
        username=username or f"person{number}",
        name=name,
        phone=str(fields.get("phone", "")),
        email=str(fields.get("email", "")),
        password=PASSWORD,
        must_change_password=bool(fields.get("must_change_password", False)),
    )
    return commands.create_users(actor=system_actor(), people=[person])[0]


def make_department(unit: Unit, code: str = "", name: str = "区交警大队") -> Department:
    """A department of a district."""
    return commands.create_department(
        actor=system_actor(), code=code or f"D{next(_numbers)}", name=name, unit_id=unit.pk
    )


def make_staff(
    role: str, place: Unit | Department, *, name: str = "林知微", username: str = "",
    since: date = SINCE, until: date | None = None,
) -> User:  # fmt: skip
    """A person who holds one role at a unit or a department."""
    commands.install_roles(actor=system_actor())
    user = make_user(name, username=username)
    make_appointment(user, role, place, since=since, until=until)
    return user


def make_appointment(
    user: User, role: str, place: Unit | Department, *,
    since: date = SINCE, until: date | None = None,
) -> None:  # fmt: skip
    """One more post of a person who is there."""
    is_unit = isinstance(place, Unit)
    commands.appoint(
        actor=system_actor(),
        user_id=user.pk,
        role=role,
        unit_id=place.pk if is_unit else None,
        department_id=None if is_unit else place.pk,
        since=since,
        until=until,
    )


def actor_of(user: User, on: date | None = None) -> Actor:
    """The real Actor of a person on a day (default today)."""
    from django.utils import timezone

    return queries.actor_for(user, on or timezone.localdate())
