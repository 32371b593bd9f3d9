"""Panels that upper packages show on lower pages: page name → dotted paths of callables.

Each takes (actor, object_id) and returns (template name, context) or None when invisible.
"""

DEMANDS = "loushi.casework.demands.views.panels"
ENTERPRISES = "loushi.registry.enterprises.views.panels"

PANELS: dict[str, tuple[str, ...]] = {
    "building": (f"{ENTERPRISES}.building_plan",),
    "building.tabs": (f"{ENTERPRISES}.building_tab",),
    "building.history": (f"{ENTERPRISES}.building_history", f"{DEMANDS}.of_building"),
    "territory.unit": ("loushi.registry.accounts.panels.people_of_unit",),
    "territory.buildings": ("loushi.registry.buildings.queries.buildings_of_unit",),
    "enterprise": (f"{DEMANDS}.of_enterprise",),
    "enterprise.own": (),
}
