"""The router of demands and what every endpoint can answer."""

from typing import Any

from ninja import Router

from loushi.casework.demands.api.schemas import Problem

router = Router(tags=["demands"])


def answers(status: int, schema: Any, *refusals: int) -> dict[int, Any]:
    """The answers of one endpoint for the OpenAPI document: its own, 401, 429 and the refusals."""
    return {status: schema} | dict.fromkeys(sorted({401, *refusals}), Problem)
