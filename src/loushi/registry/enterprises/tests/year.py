"""A generated year of a register: people move, facts change, files come in, units are re-cut.

`STEPS` is the list of what may happen; another package adds its own by `STEPS.append`. Each step
takes the world and may raise a refusal, which must leave nothing behind.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from loushi.foundation.core.actor import Actor, system_actor
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.testing import at
from loushi.foundation.transfer.commands import run_import
from loushi.foundation.transfer.models import ImportBatch
from loushi.foundation.transfer.takeback import take_back
from loushi.registry.accounts.factories import make_user
from loushi.registry.buildings.models import Building, Space
from loushi.registry.enterprises import commands
from loushi.registry.enterprises.factories import valid_code
from loushi.registry.enterprises.imports import EnterpriseImporter
from loushi.registry.enterprises.models import (
    Enterprise,
    EnterpriseMerge,
    StabilityLevel,
    TagKind,
    Tenancy,
)

M = TypeVar("M", bound=Model)
FIRST_DAY = date(2025, 9, 1)
WHY = "a generated year"


@dataclass
class World:
    """What a step works on; `today` moves on, `done` counts what happened and what was refused."""

    rng: Random
    folder: Path
    today: date = FIRST_DAY
    actor: Actor = field(default_factory=system_actor)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    officers: list[int] = field(default_factory=list)
    numbers: int = 0

    def building(self) -> Building:
        return self._one_of(Building.objects.unscoped(WHY))

    def room(self) -> Space:
        return self._one_of(Space.objects.unscoped(WHY))

    def firm(self) -> Enterprise:
        return self._one_of(Enterprise.objects.unscoped(WHY))

    def _one_of(self, rows: QuerySet[M]) -> M:
        """One of the rows; of a large register only its key is read beforehand."""
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        return rows.get(pk=self.rng.choice(keys))

    def stay(self) -> Tenancy:
        rows = Tenancy.objects.unscoped(WHY).filter(until__isnull=True, sits=True)
        if not rows.exists():
            raise Refused("nobody sits anywhere")
        return self._one_of(rows)

    def back(self, days: int = 20) -> date:
        return self.today - timedelta(days=self.rng.randrange(days))

    def number(self) -> int:
        self.numbers += 1
        return self.numbers


def found(world: World) -> None:
    """A new enterprise moves in, with or without saying where it is registered."""
    room = world.room()
    number = world.number()
    firm = commands.register_enterprise(
        actor=world.actor,
        values={
            "name": f"临漕年度{number}科技有限公司",
            "credit_code": valid_code(200_000 + number),
            "unit_id": room.unit_id or room.building.unit_id,
            "registered_address": world.rng.choice(
                ("", "桐川路 3 号", f"临漕区{room.building.name} {room.number} 室",
                 "江北市临浦区望江路 3 号")
            ),
            "tax_lies": world.rng.choice(("", "inside", "outside")),
            "established_on": world.today - timedelta(days=world.rng.randrange(2000)),
            "industry_id": world.rng.choice((None, "65", "86", "51")),
            "size": world.rng.choice(("", "micro", "large")),
        },
    )  # fmt: skip
    values: commands.TenancyValues = {
        "building_id": room.building_id, "space_id": room.pk, "since": world.back(),
        "area": room.area,
    }  # fmt: skip
    if world.rng.random() < 0.7:
        values["presence"] = world.rng.choice(
            ("here_registered", "here_only", "registered_only", "unknown")
        )
    commands.move_in(actor=world.actor, enterprise_id=firm.pk, values=values)


def second_place(world: World) -> None:
    room = world.room()
    commands.move_in(
        actor=world.actor, enterprise_id=world.firm().pk,
        values={"building_id": room.building_id, "space_id": room.pk, "since": world.back(),
                "is_main": world.rng.random() < 0.5, "area": room.area},
    )  # fmt: skip


def come_later(world: World) -> None:
    """Somebody moves in on a day to come: nothing of it counts before."""
    room = world.room()
    commands.move_in(
        actor=world.actor, enterprise_id=world.firm().pk,
        values={"building_id": room.building_id, "space_id": room.pk, "area": room.area,
                "since": world.today + timedelta(days=world.rng.randrange(1, 60))},
    )  # fmt: skip


def leave(world: World) -> None:
    commands.move_out(
        actor=world.actor, tenancy_id=world.stay().pk, on=world.back(), why="租约到期不续"
    )


def move(world: World) -> None:
    room = world.room()
    commands.move(
        actor=world.actor, tenancy_id=world.stay().pk, on=world.back(), why="换租",
        values={"building_id": room.building_id, "space_id": room.pk},
    )  # fmt: skip


def state_fact(world: World) -> None:
    """An event or a correction of registration or tax place, at a building or only in words."""
    lies = world.rng.choice(("inside", "outside", "unknown"))
    values: commands.FactValues = {"lies": lies, "address": f"某路 {world.rng.randrange(9)} 号"}
    if lies == "inside" and world.rng.random() < 0.6:
        room = world.room()
        values |= {"building_id": room.building_id}
        if world.rng.random() < 0.5:
            values |= {"space_id": room.pk}
    commands.record_fact(
        actor=world.actor, enterprise_id=world.firm().pk, values=values,
        kind=world.rng.choice(("registration", "registration", "tax")),
        since=world.back(200),
        reason=world.rng.choice(("moved_in", "moved_out", "changed", "corrected", "corrected")),
    )  # fmt: skip


def find(world: World) -> None:
    """Somebody looks at the place."""
    commands.change_tenancy(
        actor=world.actor, tenancy_id=world.stay().pk, why="现场核对",
        values={"presence": world.rng.choice(("here_registered", "here_only", "registered_only"))},
    )  # fmt: skip


def cancel(world: World) -> None:
    status = world.rng.choice(("cancelled", "suspended", "operating"))
    commands.update_enterprise(
        actor=world.actor, enterprise_id=world.firm().pk, values={"status": status}
    )


def hand_over(world: World) -> None:
    if not world.officers:
        world.officers = [make_user(name).pk for name in ("方既明", "季临川")]
    ids = {world.firm().pk for _number in range(3)}
    commands.assign_officers(
        actor=world.actor, enterprise_ids=sorted(ids), since=world.back(), why="网格调整",
        user_id=world.rng.choice([*world.officers, None]),
    )  # fmt: skip


def tag(world: World) -> None:
    kind = world.rng.choice(list(TagKind.objects.order_by("pk")))
    act = world.rng.choice((commands.set_tag, commands.end_tag))
    act(actor=world.actor, enterprise_ids=[world.firm().pk], kind=kind.pk)


def judge(world: World) -> None:
    level = world.rng.choice(list(StabilityLevel.objects.order_by("pk")))
    commands.judge_stability(
        actor=world.actor, enterprise_id=world.firm().pk, level=level.pk, reason="走访所见",
        on=world.back(),
    )  # fmt: skip


def bring_a_file(world: World) -> None:
    """A list of enterprises: known and new ones, with some of the columns."""
    lines = ["企业名称,信用代码,楼宇,房号,注册地,纳税地"]
    for _number in range(4):
        room, number = world.room(), world.number()
        known = world.firm()
        code = known.credit_code if world.rng.random() < 0.5 else valid_code(400_000 + number)
        name = known.name if code == known.credit_code else f"导入{number}有限公司"
        lies = world.rng.choice(("本区", "区外", "待核", ""))
        lines.append(f"{name},{code},{room.building.name},{room.number},{lies},本区")
    path = world.folder / f"{world.number()}.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    run_import(actor=world.actor, importer="enterprises", path=path, source="年度名单", note="合用")


def take_file_back(world: World) -> None:
    """A file comes in and the whole batch goes back, with what was changed since."""
    bring_a_file(world)
    batch = ImportBatch.objects.unscoped(WHY).order_by("-pk").first()
    if batch is not None and batch.applied_at is not None:
        take_back(batch, EnterpriseImporter)


def merge(world: World) -> None:
    """Somebody had written a firm down a second time, without its code."""
    kept, room = world.firm(), world.room()
    again = commands.register_enterprise(
        actor=world.actor, values={"name": kept.name, "unit_id": kept.unit_id, "staff_count": 9}
    )
    commands.move_in(
        actor=world.actor, enterprise_id=again.pk,
        values={"building_id": room.building_id, "space_id": room.pk, "since": world.back()},
    )  # fmt: skip
    commands.merge_enterprises(
        actor=world.actor, kept_id=kept.pk, former_id=again.pk, why="同一家", take=["staff_count"]
    )


def undo_merge(world: World) -> None:
    rows = EnterpriseMerge.objects.unscoped(WHY).filter(undone_at=None)
    merges = list(rows.filter(merged_at__gte=timezone.now() - timedelta(days=30)).order_by("pk"))
    if not merges:
        raise Refused("nothing to undo")
    commands.undo_merge(actor=world.actor, merge_id=world.rng.choice(merges).pk, confirmed=True)


def re_place(world: World) -> None:
    """A building goes to another unit; whatever hangs on it follows."""
    from loushi.foundation.core.models import Event
    from loushi.registry.buildings.commands import update_building

    tower, other = world.building(), world.building()
    update_building(actor=world.actor, building_id=tower.pk, values={"unit_id": other.unit_id})
    event = Event.objects.filter(name="building_placed").order_by("-pk").first()
    if event is not None:
        commands.follow_building(event.payload)


def split_room(world: World) -> None:
    """A room becomes two, or goes without any in its place; whoever moves in later says so."""
    from loushi.registry.buildings.commands import replace_spaces

    room, number = world.room(), world.number()
    rows = [{"number": f"{room.number}-{number}{side}", "area": 30} for side in "AB"]
    replace_spaces(
        actor=world.actor, building_id=room.building_id, numbers=[room.number],
        rows=rows if world.rng.random() < 0.7 else [], on=world.today, why="房产分割登记",
    )  # fmt: skip


def turn_day(world: World) -> None:
    commands.turn_of_day()
    commands.apply_tag_rules(actor=world.actor)


Step = Callable[[World], None]
STEPS: list[Step] = [
    found, found, second_place, come_later, leave, move, state_fact, state_fact, find, cancel,
    hand_over, tag, judge, bring_a_file, take_file_back, merge, undo_merge, re_place, turn_day,
    split_room,
]  # fmt: skip


def live(world: World, *, steps: int, days: int = 365) -> World:
    """Lets a year pass in so many steps, one after the other, with the clock of each day."""
    for number in range(steps):
        world.today = FIRST_DAY + timedelta(days=number * days // steps)
        step = world.rng.choice(STEPS)
        with at(datetime.combine(world.today, time(4), tzinfo=UTC)):
            commands.turn_of_day()  # the worker, every morning
            try:
                step(world)
            except (Refused, Conflict) as refusal:
                world.refused[f"{step.__name__}: {refusal}"] += 1
            else:
                world.done[step.__name__] += 1
    return world
