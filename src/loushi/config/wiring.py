"""Connects what the foundation leaves open to the packages that know: one list, no logic."""


def connect() -> None:
    """Called once when all packages are loaded."""
    from loushi.foundation.core.scoping import set_root
    from loushi.registry.territory.queries import root_path

    set_root(root_path)
