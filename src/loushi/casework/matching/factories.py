"""For tests: firms in several buildings with like demands, and the people who deal with them."""

from dataclasses import dataclass, field
from typing import Any

from loushi.casework.demands.commands import Submission, make_move, submit_demand
from loushi.casework.demands.factories import World, make_world
from loushi.casework.demands.models import Demand
from loushi.casework.matching.commands import create_issue
from loushi.casework.matching.models import CommonIssue
from loushi.foundation.core.actor import Actor
from loushi.foundation.core.testing import remembered
from loushi.registry.accounts.factories import actor_of, make_staff, make_user
from loushi.registry.accounts.models import Role, User
from loushi.registry.buildings.models import Building
from loushi.registry.enterprises.models import Enterprise, EnterpriseMembership, Tenancy
from loushi.registry.territory.models import Unit

WHY = "test data"
TEXTS = (
    "我们在望澜中心买的办公房想分割转让，房产证一直办不下来。",
    "买下的整层写字楼要分割成两间，房产分割证办不了，窗口说没有先例。",
    "整层分割出售，房产分割后的税怎么交没人说得清。",
    "房产分割测绘报告要两份，办证来回跑了四趟。",
)


@dataclass
class Place:
    """A community, its neighbour, four firms in three buildings of it, and staff by name."""

    world: World
    users: dict[str, User] = field(default_factory=dict)
    firms: list[Enterprise] = field(default_factory=list)
    contacts: list[User] = field(default_factory=list)
    towers: list[Building] = field(default_factory=list)

    @property
    def here(self) -> Unit:
        return self.world.here

    def actor(self, name: str) -> Actor:
        return actor_of(self.users[name])

    def contact(self, number: int) -> Actor:
        return actor_of(self.contacts[number])

    def demand(self, number: int = 0, *, state: str = "accepted", **fields: Any) -> Demand:
        """A demand of the numbered firm: "submitted", "accepted", or "dispatched" to the lead."""
        firm = self.firms[number]
        given = {
            "text": TEXTS[number], "category_id": self.world.category.pk,
            "enterprise_id": firm.pk, "building_id": self.towers[min(number, 2)].pk, **fields,
        }  # fmt: skip
        demand = submit_demand(actor=self.contact(number), submission=Submission(**given))
        clerk = self.actor("clerk")
        if state != "submitted":
            demand = make_move(actor=clerk, demand_id=demand.pk, move="accept")
        if state == "dispatched":
            demand = make_move(actor=clerk, demand_id=demand.pk, move="dispatch",
                               values={"lead": self.world.housing.pk})  # fmt: skip
        return demand

    def demands(self, **fields: Any) -> list[Demand]:
        return [self.demand(number, **fields) for number in range(4)]

    def issue(
        self, demands: list[Demand], name: str = "写字楼分割办证", **values: Any
    ) -> CommonIssue:
        given = {"name": name, "unit_id": self.here.pk, "category_id": self.world.category.pk}
        return create_issue(
            actor=self.actor("clerk"), values=given | values,
            demand_ids=[one.pk for one in demands],
        )  # fmt: skip


@remembered
def make_place() -> Place:
    world = make_world()
    place = Place(world)
    district = Unit.objects.get(kind="district")
    for name, role, where in (
        ("clerk", "window_clerk", world.here), ("secretary", "community_secretary", world.here),
        ("officer", "enterprise_officer", world.here), ("neighbour", "window_clerk", world.there),
        ("district", "district_office", district), ("lead", "department_handler", world.housing),
        ("co", "department_handler", world.urban), ("other", "department_handler", world.police),
    ):  # fmt: skip
        place.users[name] = make_staff(role, where, name=name)
    place.users["stranger"] = make_user("路人")
    contact = Role.objects.get(code="enterprise_contact")
    for number, name in enumerate(("望澜中心", "东清大厦", "坤和国际")):
        place.towers.append(world.tower if not number else _tower(world.here, name))
    for number, name in enumerate(("云栈智联", "澄一医疗", "桐川设计", "望湖贸易")):
        firm = Enterprise.objects.unscoped(WHY).create(
            name=f"{name}有限公司", unit=world.here, unit_path=world.here.path
        )
        tower = place.towers[min(number, 2)]
        path = {"unit_path": world.here.path}
        Tenancy.objects.unscoped(WHY).create(enterprise=firm, building=tower, **path)
        user = make_user(f"联系人{number}")
        EnterpriseMembership.objects.unscoped(WHY).create(
            enterprise=firm, user=user, role=contact, since="2026-01-01", **path,
        )  # fmt: skip
        place.firms.append(firm)
        place.contacts.append(user)
    return place


def _tower(unit: Unit, name: str) -> Building:
    return Building.objects.unscoped(WHY).create(name=name, unit=unit, unit_path=unit.path)


MEETS = "2026-12-05 14:00"


def make_meeting(place: Place, issues: list[CommonIssue], *, call: bool = True) -> Any:
    """A meeting of the community about issues, called where wanted."""
    from loushi.casework.matching.commands import call_meeting, create_meeting
    from loushi.foundation.core.testing import moment

    actor = place.actor("secretary")
    row = create_meeting(
        actor=actor, issue_ids=[one.pk for one in issues],
        values={"kind": "topic", "title": "写字楼分割办证对接会", "starts_at": moment(MEETS),
                "place": "综合服务中心", "convener": "望澜商务社区"},
    )  # fmt: skip
    return call_meeting(actor=actor, meeting_id=row.pk) if call else row
