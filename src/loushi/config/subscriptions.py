"""Who listens to which event: event name → dotted paths of listeners. The one list."""

ACCOUNTS = "loushi.registry.accounts.commands"
DEMANDS = "loushi.casework.demands.commands.consequences"

SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    "building_placed": ("loushi.registry.enterprises.commands.follow_building",),
    "calendar_changed": (f"{DEMANDS}.on_calendar_changed",),
    "enterprise_moved_out": (f"{DEMANDS}.on_enterprise_moved_out",),
    "unit_merged": (
        f"{ACCOUNTS}.end_appointments_of_unit",
        f"{DEMANDS}.on_unit_changed",
    ),
    "unit_split": (
        f"{ACCOUNTS}.end_appointments_of_unit",
        f"{DEMANDS}.on_unit_changed",
    ),
}
