"""The Django side of the realdata bench; each function runs in a process of its own."""

import json
import sys
from datetime import date
from pathlib import Path


def _begin() -> None:
    import django

    django.setup()


def prepare() -> None:
    """An empty district to which the files belong."""
    _begin()
    from loushi.casework.demands.commands.configure import install_default_categories
    from loushi.foundation.core.actor import system_actor
    from loushi.foundation.core.clocks.levels import install_default_service_levels
    from loushi.registry.territory import commands as territory
    from loushi.registry.territory.models import UnitKind

    actor = system_actor("压测")
    install_default_categories(actor=actor)
    install_default_service_levels()
    territory.found_units(
        actor=actor,
        units=[territory.NewUnit("Q", "临漕区", UnitKind.DISTRICT, None, date(2010, 1, 1))],
    )


def load(importer: str, file: str, *options: str) -> None:
    """What `loushi import` runs, with its options; prints the report's figures."""
    _begin()
    from loushi.foundation.core.actor import system_actor
    from loushi.foundation.transfer.commands import run_import
    from loushi.registry.territory.models import Unit

    given = dict(zip(options[::2], options[1::2], strict=True))
    unit = Unit.objects.filter(code=given.get("--unit", "")).first()
    report = run_import(
        actor=system_actor("压测"),
        importer=importer,
        path=Path(file),
        unit_path=unit.path if unit else "",
        unit_label=unit.name if unit else "",
        tz=given.get("--tz", ""),
        source=Path(file).parent.name,
        partial=True,
    )
    counts = {name: report.counts.get(name, 0) for name in
              ("new", "changed", "unchanged", "rejected", "unplaced")}  # fmt: skip
    reasons = [f"{outcome} {rows} × {column}: {sentence}"
               for outcome, column, sentence, rows in report.reasons[:6]]  # fmt: skip
    found = {"read": report.rows_read} | counts | {"reasons": "; ".join(reasons)}
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")


def late_flags(answer: str) -> None:
    """Writes {external id: is_late} of all imported demands."""
    _begin()
    from loushi.casework.demands.models import Demand

    rows = Demand.objects.unscoped("the bench compares all").exclude(external_id="")
    flags = dict(rows.filter(source="boston311").values_list("external_id", "is_late"))
    Path(answer).write_text(json.dumps(flags))
