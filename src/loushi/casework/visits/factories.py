"""For tests: a tower with rooms, firms and the people who visit them, through the real commands."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from loushi.casework.demands.models import DemandCategory
from loushi.casework.visits import commands
from loushi.casework.visits.models import SweepCampaign, SweepTask, Visit
from loushi.foundation.core.actor import Actor, system_actor
from loushi.foundation.core.clocks import install_default_service_levels
from loushi.foundation.core.testing import remembered
from loushi.registry.accounts.factories import actor_of, make_department, make_staff
from loushi.registry.accounts.models import Department, User
from loushi.registry.buildings.commands import save_space
from loushi.registry.buildings.factories import make_building
from loushi.registry.buildings.models import Building, Space
from loushi.registry.enterprises.commands import update_enterprise
from loushi.registry.enterprises.factories import (
    make_contact,
    make_enterprise,
    make_member,
    make_tenancy,
)
from loushi.registry.enterprises.models import Enterprise, Tenancy
from loushi.registry.territory.factories import make_district
from loushi.registry.territory.models import Unit

WHY = "test data"


@dataclass
class World:
    """Two communities; in the first a tower of three floors with two rooms each, four of them let.

    `officer` and `neighbour` are officers of the two communities, `chief` leads a grid.
    """

    units: dict[str, Unit]
    tower: Building
    rooms: dict[str, Space]
    firms: list[Enterprise]
    tenancies: list[Tenancy]
    category: DemandCategory
    department: Department
    officer: User
    secretary: User
    neighbour: User
    handler: User
    people: dict[str, User] = field(default_factory=dict)

    def actor(self, user: User | None = None) -> Actor:
        return actor_of(user or self.officer)

    def visit(self, actor: Actor | None = None, key: str = "", **given: Any) -> Visit:
        """A visit to the first firm, unless told otherwise."""
        values = {
            "enterprise_id": self.firms[0].pk,
            "purpose": "routine",
            "met": "contact",
            "met_name": "许念青",
            **given,
        }
        return commands.record_visit(
            actor=actor or self.actor(), given=commands.VisitInput(**values), key=key
        )

    def sweep(self, **given: Any) -> SweepCampaign:
        values = {
            "name": "秋季扫楼",
            "due_on": timezone.localdate() + timedelta(days=14),
            "building_ids": (self.tower.pk,),
            **given,
        }
        return commands.create_campaign(
            actor=actor_of(self.secretary), given=commands.CampaignInput(**values)
        )

    def task(self, campaign: SweepCampaign, number: str) -> SweepTask:
        return SweepTask.objects.unscoped(WHY).get(campaign=campaign, number=number)

    def contact(self) -> User:
        """The person of the first firm who may rate."""
        if "contact" not in self.people:
            self.people["contact"] = make_member(self.firms[0]).user
        return self.people["contact"]


@remembered
def make_world() -> World:
    units = make_district(communities=2)
    install_default_service_levels()
    tower = make_building(units["C1"], name="望澜中心")
    rooms = {
        number: save_space(
            actor=system_actor(),
            values={
                "building_id": tower.pk,
                "number": number,
                "floor_number": int(number[:-2]),
                "area": 200,
            },
        )
        for number in ("301", "302", "201", "202", "101", "102")
    }
    officer = make_staff("enterprise_officer", units["C1"], name="周闻笛")
    firms, tenancies = [], []
    for index, number in enumerate(("301", "302", "201", "202")):
        firm = make_enterprise(units["C1"], name=f"望澜第{index + 1}科技有限公司", staff_count=20)
        update_enterprise(
            actor=system_actor(), enterprise_id=firm.pk, values={"officer_id": officer.pk}
        )
        make_contact(firm)
        firms.append(firm)
        tenancies.append(make_tenancy(firm, tower, space_id=rooms[number].pk, area=180))
    top = DemandCategory.objects.create(code="90", name="民生保障")
    department = make_department(units["Q"], name="区税务局")
    return World(
        units=units,
        tower=tower,
        rooms=rooms,
        firms=firms,
        tenancies=tenancies,
        category=DemandCategory.objects.create(code="90.01", name="停车充电", parent=top),
        department=department,
        officer=officer,
        secretary=make_staff("community_secretary", units["C1"], name="林知微"),
        neighbour=make_staff("enterprise_officer", units["C2"], name="何远"),
        handler=make_staff("department_handler", department, name="邵衡"),
    )
