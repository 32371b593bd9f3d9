"""Who contributes grants to an Actor besides appointments: dotted paths of callables.

Each takes (user_id: int, on: date) and returns an iterable of core.actor.Grant.
"""

CONTRIBUTORS: tuple[str, ...] = (
    "loushi.registry.buildings.queries.grants_of",
    "loushi.registry.enterprises.queries.grants_of",
)
