"""/api/v1/visits: the day plan, visits, sweeps room by room, the retention list; under the same
policies as the pages.

What a device keeps offline comes from here and goes back here: reads carry `version` and `stamp`,
saves a key of the client, a payload version and what was seen. The order of imports is that of the
addresses: `/{visit_id}` comes last.
"""

from loushi.casework.visits.api import retention, sweeps, visits
from loushi.casework.visits.api.routing import router

__all__ = ["retention", "router", "sweeps", "visits"]
