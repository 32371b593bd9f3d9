"""Who listens to which event: event name → dotted paths of listeners. The one list."""

ACCOUNTS = "loushi.registry.accounts.commands"
APPLICATIONS = "loushi.casework.applications.commands"
DEMANDS = "loushi.casework.demands.commands.consequences"
JOINT = "loushi.casework.matching.commands.answering"
COUNCILS = "loushi.casework.demands.commands.councils"

SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    "agenda_scheduled": (f"{COUNCILS}.on_agenda_scheduled",),
    "building_placed": ("loushi.registry.enterprises.commands.follow_building",),
    "calendar_changed": (f"{DEMANDS}.on_calendar_changed", f"{APPLICATIONS}.on_calendar_changed"),
    "enterprise_moved_out": (f"{DEMANDS}.on_enterprise_moved_out",),
    "item_escalated": (f"{COUNCILS}.on_item_escalated", f"{JOINT}.on_item_escalated"),
    "resolution_adopted": (f"{COUNCILS}.on_resolution_adopted",),
    "resolution_reported": (
        f"{COUNCILS}.on_resolution_reported",
        f"{JOINT}.on_resolution_reported",
    ),
    "unit_merged": (
        f"{ACCOUNTS}.end_appointments_of_unit",
        f"{DEMANDS}.on_unit_changed",
    ),
    "unit_split": (
        f"{ACCOUNTS}.end_appointments_of_unit",
        f"{DEMANDS}.on_unit_changed",
    ),
}
