"""Background work of this package: the task that solves a rota stands with its command."""

from loushi.services.stations.commands.solving import solve_later

__all__ = ["solve_later"]
