"""Panels that upper packages show on lower pages: page name → dotted paths of callables.

Each takes (actor, object_id) and returns (template name, context) or None when invisible.
"""

PANELS: dict[str, tuple[str, ...]] = {}
