"""A bundle of two departments and the window, the people around it, and applications."""

from dataclasses import dataclass, field
from typing import Any

from loushi.casework.applications import commands
from loushi.casework.applications.models import Application, ApplicationStep
from loushi.foundation.core.actor import Actor, system_actor
from loushi.foundation.core.testing import remembered
from loushi.registry.accounts.factories import actor_of, make_department, make_staff, make_user
from loushi.registry.accounts.models import Department, User
from loushi.registry.enterprises.factories import make_enterprise, make_member
from loushi.registry.enterprises.models import Enterprise
from loushi.registry.territory.factories import make_district
from loushi.registry.territory.models import Unit
from loushi.services.catalogue import commands as catalogue
from loushi.services.catalogue.models import ServiceBundle

WHY = "test"
FOOD = {"f1": "一碗面馆", "f2": "餐饮", "f3": 80}
OFFICE = {"f1": "木纹工作室", "f2": "办公", "f3": 80}


@dataclass
class World:
    """开店: s1 收件 (window) → s2 执照 (market) → s3 食品许可 (market, for food); after s1
    also s4 消防 (fire, for food); at the end s5 发放 (window)."""

    units: dict[str, Unit]
    market: Department
    fire: Department
    bundle: ServiceBundle
    firm: Enterprise
    users: dict[str, User] = field(default_factory=dict)

    @property
    def here(self) -> Unit:
        return self.units["C1"]

    def actor(self, name: str) -> Actor:
        return actor_of(self.users[name])

    def submit(self, answers: Any = None, key: str = "", **more: Any) -> Application:
        """A founder's application at the window, all papers there."""
        given = {"unit_id": self.here.pk, "applicant": "沈观", "contact_phone": "13800001234",
                 "channel": "window", "papers": ("m1", "m2", "m3")} | more  # fmt: skip
        request = commands.Request(self.bundle.pk, answers or FOOD, **given)
        return commands.submit_application(actor=self.actor("clerk"), request=request, key=key)

    def of_firm(self, answers: Any = None, who: str = "boss") -> Application:
        """The enterprise's own application."""
        request = commands.Request(
            self.bundle.pk, answers or FOOD, enterprise_id=self.firm.pk, papers=("m1", "m2", "m3")
        )
        return commands.submit_application(actor=self.actor(who), request=request)

    def move(self, row: Application, code: str, move: str, who: str = "", said: str = "好") -> Any:
        return commands.move_step(
            actor=self.actor(who or DOERS[code]), application_id=row.pk, code=code, move=move,
            said=said,
        )  # fmt: skip

    def run(self, row: Application, *but: str) -> Application:
        """Does whatever is open, except these steps."""
        while left := [one for one in steps_of(row) if one.state in ("open", "working")
                       and one.code not in but]:  # fmt: skip
            row = self.move(row, left[0].code, "done")
        return row


DOERS = {"s1": "clerk", "s2": "market", "s3": "market", "s4": "fire", "s5": "clerk"}


def steps_of(row: Application) -> list[ApplicationStep]:
    rows = ApplicationStep.objects.unscoped(WHY).filter(application=row)
    return list(rows.order_by("position"))


def states_of(row: Application) -> dict[str, str]:
    return {one.code: one.state for one in steps_of(row)}


def make_bundle(unit: Unit, market: Department, fire: Department) -> ServiceBundle:
    """The bundle of the World, published."""
    actor = system_actor()
    row = catalogue.create_bundle(
        actor=actor, unit_id=unit.pk, values={"title": "开店", "founders": True}
    )

    def put(part: str, **values: Any) -> None:
        catalogue.put_part(actor=actor, bundle_id=row.pk, part=part, values=values)

    put("field", label="店名", kind="text", required=True)
    put("field", label="业态", kind="choice", options=["餐饮", "办公"], required=True)
    put("field", label="面积", kind="number", required=True)
    for label in ("身份证明", "场所证明", "平面图"):
        put("material", label=label, required=True)
    put("record", label="开业人次", kind="count", measure="人次")
    put("record", label="突发情况", kind="log")
    food = [{"field": "f2", "op": "any", "values": ["餐饮"]}]
    limit = {"limit_kind": "working_days"}
    put("step", title="收件", window=True, limit_amount=1, materials=["m1", "m2"],
        needs=["f1", "f2", "f3"], **limit)  # fmt: skip
    put("step", title="核发执照", department=market.pk, limit_amount=2, after=["s1"],
        materials=["m1"], needs=["f1"], **limit)  # fmt: skip
    put("step", title="食品许可", department=market.pk, limit_amount=5, after=["s2"], when=food,
        materials=["m3"], needs=["f2"], **limit)  # fmt: skip
    put("step", title="消防检查", department=fire.pk, limit_amount=3, after=["s1"], when=food,
        materials=["m3"], needs=["f3"], **limit)  # fmt: skip
    put("step", title="发放", window=True, limit_amount=1, after=["s3", "s4"], closing=True,
        **limit)  # fmt: skip
    return catalogue.publish_bundle(actor=actor, bundle_id=row.pk)


@remembered
def make_world() -> World:
    units = make_district()
    here = units["C1"]
    market = make_department(units["Q"], name="区市场监管局")
    fire = make_department(units["Q"], name="区消防救援大队")
    firm = make_enterprise(here, name="新芽科技")
    world = World(units, market, fire, make_bundle(here, market, fire), firm)
    world.users = {
        "clerk": make_staff("window_clerk", here),
        "secretary": make_staff("community_secretary", here),
        "officer": make_staff("enterprise_officer", here),
        "viewer": make_staff("district_viewer", units["Q"]),
        "neighbour": make_staff("window_clerk", units["C2"]),
        "market": make_staff("department_handler", market),
        "head": make_staff("department_head", market),
        "fire": make_staff("department_handler", fire),
        "other": make_staff("department_handler", make_department(units["Q"], name="区税务局")),
        "boss": make_member(firm, make_user("许念青")).user,
        "employee": make_member(firm, make_user("林溪"), "employee").user,
        "rival": make_member(make_enterprise(here, name="老树贸易"), make_user("陈屿")).user,
        "stranger": make_user("无任职"),
    }  # fmt: skip
    return world
