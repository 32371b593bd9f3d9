"""For tests: a small district with one demand at any point of its life."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from loushi.casework.demands.commands import Submission, make_move, submit_demand
from loushi.casework.demands.models import Demand, DemandCategory
from loushi.foundation.core.actor import (
    BUILDING,
    DEPARTMENT,
    ENTERPRISE,
    UNIT,
    Actor,
    Grant,
    system_actor,
)
from loushi.foundation.core.clocks import install_default_service_levels
from loushi.foundation.core.testing import remembered
from loushi.registry.accounts.models import Department, User
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.models import Enterprise, Tenancy
from loushi.registry.territory.models import Unit
from loushi.registry.territory.queries import forget_root
from loushi.services.governance.models import Body

WHY = "test data"
CLERK = (
    "demands.view demands.register demands.accept demands.decline demands.ask_info demands.supply "
    "demands.dispatch demands.progress demands.decide_extension demands.escalate demands.close "
    "demands.urge demands.merge demands.split demands.note demands.contact_view demands.export"
)
SECRETARY = (
    "demands.view demands.arbitrate demands.suspend demands.supervise demands.decide_extension "
    "demands.note demands.contact_view demands.export"
)
HANDLER = "demands.view demands.handle demands.progress demands.ask_info demands.note"
CONTACT = (
    "demands.view demands.submit demands.supply demands.rate demands.reopen demands.urge "
    "demands.withdraw"
)


def _grant(role: str, permissions: str, kind: str, key: object) -> Grant:
    return Grant(role, frozenset(permissions.split()), kind, str(key), role)


@dataclass
class World:
    """Two communities, three departments, one enterprise with its tower, and their people."""

    here: Unit
    there: Unit
    tower: Building
    enterprise: Enterprise
    category: DemandCategory
    police: Department
    urban: Department
    housing: Department

    def _person(self, name: str, *grants: Grant) -> Actor:
        user, _new = User.objects.get_or_create(
            username=f"user-{name}", defaults={"name": name, "password": "!"}
        )
        return Actor(user.pk, name, grants, appointment=name)

    def clerk(self, unit: Unit | None = None) -> Actor:
        return self._person("窗口", _grant("window_clerk", CLERK, UNIT, (unit or self.here).path))

    def secretary(self) -> Actor:
        return self._person("书记", _grant("secretary", SECRETARY, UNIT, self.here.path))

    def handler(self, department: Department | None = None) -> Actor:
        place = department or self.police
        return self._person(
            f"经办{place.pk}", _grant("department_handler", HANDLER, DEPARTMENT, place.pk)
        )

    def council(self) -> Actor:
        return self._person("楼委", _grant("council_member", HANDLER, BUILDING, self.tower.pk))

    def contact(self) -> Actor:
        return self._person(
            "陈屿", _grant("enterprise_contact", CONTACT, ENTERPRISE, self.enterprise.pk)
        )

    def employee(self) -> Actor:
        return self._person(
            "职工", _grant("employee", "demands.submit", ENTERPRISE, self.enterprise.pk)
        )

    def body(self, **values: Any) -> Body:
        """A forum of the tower, to which demands may be referred."""
        from loushi.services.governance.commands import create_body, install_kinds

        install_kinds()
        given = {"name": "望澜中心红色物业议事厅", "building_id": self.tower.pk,
                 "since": date(2026, 1, 1)} | values  # fmt: skip
        return create_body(actor=system_actor(), unit_id=self.here.pk, kind="forum", values=given)

    def referred(self, **fields: Any) -> Demand:
        """A demand before the body of its building (make the body first)."""
        demand = self.move(self.submit(**fields), "accept", self.clerk())
        return self.move(demand, "refer", self.clerk())

    def stranger(self) -> Actor:
        return self._person("路人")

    def submit(self, actor: Actor | None = None, **fields: Any) -> Demand:
        given = {
            "text": "桐川路北侧违停堵住卸货口。每天早上七点到八点停满私家车。",
            "category_id": self.category.pk,
            "enterprise_id": self.enterprise.pk,
            "building_id": self.tower.pk,
            **fields,
        }
        return submit_demand(actor=actor or self.contact(), submission=Submission(**given))

    def move(self, demand: Demand, name: str, actor: Actor, **values: Any) -> Demand:
        return make_move(actor=actor, demand_id=demand.pk, move=name, values=values)

    def dispatched(self, **values: Any) -> Demand:
        demand = self.move(self.submit(), "accept", self.clerk())
        return self.move(demand, "dispatch", self.clerk(), lead=self.police.pk, **values)

    def handling(self, **values: Any) -> Demand:
        demand = self.move(self.dispatched(**values), "sign", self.handler())
        return self.move(demand, "start", self.handler())

    def resolved(self) -> Demand:
        return self.move(
            self.handling(), "resolve", self.handler(), verdict="solved", answer="已划定卸货位。"
        )


def _unit(parent: Unit | None, kind: str, code: str, name: str) -> Unit:
    unit = Unit(code=code, name=name, kind=kind, founded_on=date(2022, 6, 28))
    if parent is None:
        unit.prefix = "GS"
    unit.save()
    unit.path = (parent.path if parent else "") + f"{unit.pk:06d}"
    unit.save()
    return unit


@remembered
def make_world() -> World:
    """Builds the rows directly: tests of demands should not depend on the registry's commands."""
    district = _unit(None, "district", "D", "临漕区")
    forget_root()
    here = _unit(district, "community", "A", "望澜商务社区")
    there = _unit(district, "community", "B", "漕汇商务社区")
    install_default_service_levels()
    top = DemandCategory.objects.create(code="30", name="城市管理")
    tower = Building.objects.unscoped(WHY).create(name="望澜中心", unit=here, unit_path=here.path)
    enterprise = Enterprise.objects.unscoped(WHY).create(
        name="云栈智联供应链有限公司", unit=here, unit_path=here.path
    )
    Tenancy.objects.unscoped(WHY).create(enterprise=enterprise, building=tower, unit_path=here.path)
    departments = [
        Department.objects.create(code=f"D{n}", name=name, unit=district)
        for n, name in enumerate(("区交警大队", "区综合行政执法局", "区住建局"))
    ]
    return World(
        here,
        there,
        tower,
        enterprise,
        DemandCategory.objects.create(code="30.01", name="停车秩序", parent=top),
        *departments,
    )
