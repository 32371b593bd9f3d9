"""What the route sweep knows about each address. A new route must be entered here.

`PUBLIC` names the routes that may be opened without login, with the reason. `SAMPLES` gives, for
every route with parameters, the parameters of something that belongs to the sweep's own community;
the neighbour community must not be able to open it, unless `shared` says why everybody may.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PUBLIC: dict[str, str] = {
    "accounts:login": "the way in",
    "accounts:logout": "does nothing for those who are out already",
    "api:api-root": "names the API, shows nothing",
    "api:openapi-json": "the description of the API, the same for everybody",
    "web:healthz": "for monitoring: that the process answers",
    "web:readyz": "for monitoring: that database and migrations are there",
    "web:language": "the login page already offers English",
    "web:theme": "the login page already offers light and dark",
    "web:styleguide": "shows components with invented content",
    "web:styleguide_part": "shows components with invented content",
}


@dataclass(frozen=True)
class Sample:
    """How to fill in a route's parameters: `parameters(world)` → keyword arguments."""

    parameters: Callable[[Any], dict[str, Any]]
    shared: str = ""


SAMPLES: dict[str, Sample] = {}
