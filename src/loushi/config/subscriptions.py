"""Who listens to which event: event name → dotted paths of listeners. The one list."""

SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {}
