"""Panels that upper packages show on lower pages: page name → dotted paths of callables.

Each takes (actor, object_id) and returns (template name, context) or None when invisible. On a
building's page: "building" fragments, "building.tabs" [label, href, count], "building.figures" one
`<c-figure>` each, "building.colours" further colourings of the stacking plan (documented in
`registry.enterprises.views.colours`), "building.acts" [label, href, icon] beside the title,
"building.facts" rows of its facts, "building.space" fragments and "building.space.facts" rows
[label, value] beside a chosen room (the object is the space).
On a case: "demand.side" fragments (given its `state`), "demand.own" on the submitter's own page;
"demands.acts" [label, href] above the inbox (given its `query`).
"station" fragments on a station's page and at its queue, given its `unit_path`.
"catalogue.item": [label, href, icon, kind] below a service on the phone: the ways to have it
done, the main one first.
"""

DEMANDS = "loushi.casework.demands.views.panels"
MATCHING = "loushi.casework.matching.views.panels"
VISITS = "loushi.casework.visits.views.panels"
ENTERPRISES = "loushi.registry.enterprises.views.panels"
TAX = "loushi.registry.tax.views.panels"

PANELS: dict[str, tuple[str, ...]] = {
    "building": (
        "loushi.registry.enterprises.views.plan.building_plan",
        "loushi.registry.enterprises.views.charts.building_charts",
        f"{TAX}.of_building",
    ),
    "building.tabs": (f"{ENTERPRISES}.building_tab", f"{DEMANDS}.building_tab"),
    "building.figures": (f"{VISITS}.building_figure", f"{DEMANDS}.building_rates"),
    "demand.side": (f"{MATCHING}.of_demand", f"{MATCHING}.matches_of_demand"),
    "demand.own": (f"{MATCHING}.of_own", f"{MATCHING}.matches_of_own"),
    "demands.acts": (f"{MATCHING}.list_act",),
    "governance.tabs": (f"{DEMANDS}.governance_tab",),
    "governance.item": (f"{DEMANDS}.of_item", f"{MATCHING}.of_item"),
    "building.space.facts": ("loushi.registry.buildings.panels.owners_of_space",),
    "buildings.acts": (f"{ENTERPRISES}.list_acts", f"{ENTERPRISES}.calendar_act"),
    "building.history": (
        "loushi.services.governance.views.panels.of_building",
        f"{ENTERPRISES}.building_history",
        f"{DEMANDS}.of_building",
        f"{VISITS}.of_building",
    ),
    "building.acts": ("loushi.casework.codes.views.building_act",),
    "building.colours": (f"{VISITS}.sweep_colours",),
    "catalogue.item": (
        "loushi.casework.applications.views.panels.of_service_item",
        f"{DEMANDS}.of_service_item",
        "loushi.services.stations.views.panels.of_service_item",
    ),
    "station": ("loushi.casework.applications.views.errands.of_station",),
    "territory.unit": ("loushi.registry.accounts.panels.people_of_unit",),
    "territory.buildings": ("loushi.registry.buildings.queries.buildings_of_unit",),
    "enterprise": (
        f"{DEMANDS}.of_enterprise",
        f"{TAX}.of_enterprise",
        "loushi.services.catalogue.views.panels.of_enterprise",
        "loushi.casework.applications.views.panels.of_enterprise",
        f"{VISITS}.of_enterprise",
        "loushi.casework.visits.panels.retention",
        "loushi.overview.insights.views.timeline.of_enterprise",
    ),
    "enterprise.own": (
        "loushi.services.catalogue.views.panels.provided_of_own",
        f"{VISITS}.of_own",
    ),
}
