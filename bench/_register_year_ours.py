"""The Django side of the bench of a year: builds the district, lives it, checks the register."""

import json
from datetime import UTC, datetime, time
from pathlib import Path
from random import Random

SEED = 5


def run(template: str, steps: str, folder: str, answer: str) -> None:
    """Everything in one process; writes what happened and what is wrong as JSON."""
    import django

    django.setup()
    from loushi.demo import commands
    from loushi.demo.tests import test_year
    from loushi.foundation.core.testing import at
    from loushi.registry.enterprises import commands as enterprises
    from loushi.registry.enterprises.models import Enterprise
    from loushi.registry.enterprises.queries.checking import Tally, check_register
    from loushi.registry.enterprises.tests import year

    with at(datetime.combine(year.FIRST_DAY, time(1), tzinfo=UTC)):
        commands.build(seed=SEED, today=year.FIRST_DAY, template=template)
    own = [test_year.sweep, test_year.sweep, test_year.sweep, test_year.split_unit]
    year.STEPS += own
    world = year.live(year.World(Random(SEED), Path(folder)), steps=int(steps))
    looked = Tally()
    with at(datetime.combine(world.today, time(5), tzinfo=UTC)):
        enterprises.turn_of_day()
        breaches = [str(breach) for breach in check_register(tally=looked)]
    told = {
        "happened": sum(world.done.values()),
        "refused": sum(world.refused.values()),
        "enterprises": Enterprise.objects.unscoped("the bench").count(),
        "steps": dict(sorted(world.done.items())),
        "looked": dict(sorted(looked.items())),
        "breaches": breaches,
    }
    Path(answer).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
