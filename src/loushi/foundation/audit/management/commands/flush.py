"""`flush` empties every table, so it opens the append-only ones for its own duration."""

from typing import Any

from django.core.management.commands import flush

from loushi.foundation.audit.maintenance import maintenance


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        with maintenance(options["database"]):
            super().handle(**options)
