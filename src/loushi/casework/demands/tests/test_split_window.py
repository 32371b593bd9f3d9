"""Between a split and the job that carries the rows, new demands go to the heir at once."""

from datetime import date

import pytest

from loushi.casework.demands.commands import submit_demand
from loushi.casework.demands.commands.configure import install_default_categories
from loushi.casework.demands.commands.submit import Submission
from loushi.casework.demands.models import DemandCategory
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.testing import at
from loushi.registry.buildings.models import Building
from loushi.registry.territory import commands as territory
from loushi.registry.territory.factories import make_district

pytestmark = pytest.mark.django_db
SYSTEM = system_actor()


def test_a_demand_in_the_window_stands_at_the_heir_of_its_building() -> None:
    with at("2026-10-12 10:20"):
        units = make_district()
        install_default_categories(actor=SYSTEM)
        category = DemandCategory.objects.order_by("-code").first()
        community = units["C1"]
        tower = Building.plain.create(name="单楼", unit=community, unit_path=community.path)
        _east, west = territory.split_unit(
            actor=SYSTEM, unit_id=community.pk, on=date(2026, 10, 12), dissolve=True,
            parts=[territory.Part(code="C3", name="东", children=(units["C1-G1"].pk,)),
                   territory.Part(code="C4", name="西", children=(units["C1-G2"].pk,),
                                  buildings=(tower.pk,))],
        )  # fmt: skip
        demand = submit_demand(
            actor=SYSTEM,
            submission=Submission(text="门禁坏了。", category_id=category.pk, building_id=tower.pk),
        )
        assert (demand.unit_id, demand.unit_path) == (west.pk, west.path)
        territory.run_rewrites()
        demand.refresh_from_db()
        assert (demand.unit_id, demand.unit_path) == (west.pk, west.path)
