"""Reading sign-ups: what waits for review, one's own, where a firm may say it belongs."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from loushi.foundation.core.actor import Actor
from loushi.foundation.core.scoping import fetch
from loushi.registry.enterprises.models import SignUp
from loushi.registry.enterprises.policy import can_review
from loushi.registry.territory.models import Unit, UnitKind


@dataclass(frozen=True, slots=True)
class SignUpLine:
    """One sign-up for review; `known_as` is the registered name where the code is known."""

    id: int
    credit_code: str
    enterprise_name: str
    known_as: str
    enterprise_id: int | None
    contact_name: str
    phone: str
    unit: str
    address: str
    state: str
    state_label: str
    reason: str
    created_at: datetime
    decided_at: datetime | None
    may_review: bool


def sign_ups(actor: Actor, state: str = "") -> QuerySet[SignUp]:
    """The sign-ups that the actor may decide about: those that wait by age, decided ones newest
    first."""
    rows = SignUp.objects.visible_to(actor).select_related("unit", "enterprise")
    if state:
        rows = rows.filter(state=state)
    if state in (SignUp.State.APPROVED, SignUp.State.REFUSED):
        return rows.order_by("-decided_at", "-pk")
    return rows.order_by("created_at", "pk")


def sign_up_lines(actor: Actor, state: str = SignUp.State.WAITING) -> list[SignUpLine]:
    """At most 200 sign-ups of one state."""
    return [_line(actor, row) for row in sign_ups(actor, state)[:200]]


def sign_up_line(actor: Actor, sign_up_id: int) -> SignUpLine:
    """One sign-up; NotVisible for strangers."""
    return _line(actor, fetch(SignUp, actor, sign_up_id, related=("unit", "enterprise")))


def waiting_count(actor: Actor) -> int:
    """How many sign-ups wait for the actor."""
    return sign_ups(actor, SignUp.State.WAITING).count()


def own_sign_ups(user_id: int) -> list[SignUp]:
    """A person's own sign-ups, the newest first."""
    return list(
        SignUp.objects.unscoped("a person's own sign-ups")
        .filter(user_id=user_id)
        .select_related("unit")
        .order_by("-pk")
    )


def community_choices() -> list[tuple[int, str]]:
    """(id, name) of the business communities: public fact, for the sign-up form."""
    rows = Unit.objects.filter(kind=UnitKind.COMMUNITY, dissolved_on__isnull=True)
    return list(rows.exclude(path="").order_by("path").values_list("pk", "name"))


def _line(actor: Actor, row: SignUp) -> SignUpLine:
    return SignUpLine(
        id=row.pk,
        credit_code=row.credit_code,
        enterprise_name=row.enterprise_name,
        known_as=row.enterprise.name if row.enterprise else "",
        enterprise_id=row.enterprise_id,
        contact_name=row.contact_name,
        phone=row.phone,
        unit=row.unit.name,
        address=row.address,
        state=row.state,
        state_label=row.get_state_display(),
        reason=row.reason,
        created_at=row.created_at,
        decided_at=row.decided_at,
        may_review=row.state == SignUp.State.WAITING and can_review(actor, row),
    )
