"""The router of visits and what all its operations share."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from ninja import Header, Router

from loushi.casework.visits.api.schemas import VisitProblem

router = Router(tags=["visits"])
Key = Header(
    "",
    alias="Idempotency-Key",
    max_length=80,
    pattern=r"^[\x21-\x7e]*$",
    description="A key of your own (recommended): repeating the request saves once.",
)


def answers(status: int, schema: Any, *refusals: int) -> dict[int, Any]:
    return {status: schema} | dict.fromkeys(sorted({401, *refusals}), VisitProblem)


def aware(at: datetime | None) -> datetime | None:
    return timezone.makeaware(at) if at is not None and timezone.is_naive(at) else at
