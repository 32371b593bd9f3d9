"""The bulk form gives the rows that the single form gives."""

from datetime import datetime, timedelta
from typing import Any

from loushi.casework.demands.commands.bulk import History, Step, submit_many
from loushi.casework.demands.factories import World
from loushi.casework.demands.models import (
    Assignment,
    Demand,
    DemandClock,
    DemandEvent,
    DemandPause,
    Rating,
)
from loushi.foundation.core.testing import at, moment

LEFT_OUT = {"id", "demand_id", "row_id", "assignment_id", "updated_at", "request_id", "year"}
START = moment("2026-09-29 16:40")


def steps(world: World) -> list[tuple[timedelta, str, Any, dict[str, Any]]]:
    police, urban = world.police, world.urban
    return [
        (timedelta(hours=17), "accept", world.clerk(), {}),
        (
            timedelta(hours=18),
            "dispatch",
            world.clerk(),
            {"lead": police.pk, "co": [urban.pk], "co_limit": ("working_days", 1)},
        ),
        (timedelta(days=9), "sign", world.handler(police), {}),
        (timedelta(days=9, hours=1), "contact", world.handler(police), {"note": "已约勘查"}),
        (timedelta(days=9, hours=2), "start", world.handler(police), {}),
        (timedelta(days=10), "ask_info", world.handler(police), {"note": "请补充车次"}),
        (timedelta(days=11), "supply_info", world.contact(), {"note": "每日三车"}),
        (timedelta(days=12), "answer_part", world.handler(urban), {"note": "已清理"}),
        (timedelta(days=13), "hand_back", world.handler(police), {"reason": "不属职责"}),
        (timedelta(days=14), "dispatch", world.clerk(), {"lead": urban.pk}),
        (timedelta(days=15), "sign", world.handler(urban), {}),
        (
            timedelta(days=16),
            "resolve",
            world.handler(urban),
            {"verdict": "solved", "answer": "已划定"},
        ),
        (timedelta(days=17), "reopen", world.contact(), {"reason": "没有解决"}),
        (timedelta(days=18), "sign", world.handler(urban), {}),
        (
            timedelta(days=20),
            "resolve",
            world.handler(urban),
            {"verdict": "solved", "answer": "加派人手"},
        ),
        (timedelta(days=21), "rate", world.contact(), {"score": 4, "solved": "yes"}),
    ]


def snapshot(demand: Demand) -> dict[str, Any]:
    def plain(rows: Any) -> list[dict[str, Any]]:
        return [{k: v for k, v in row.items() if k not in LEFT_OUT} for row in rows.values()]

    found: dict[str, Any] = {}
    for model, link in (
        (Assignment, "demand"),
        (DemandClock, "demand"),
        (DemandPause, "demand"),
        (Rating, "demand"),
        (DemandEvent, "row"),
    ):
        rows = model.objects.unscoped("test").filter(**{link: demand}).order_by("id")
        found[model.__name__] = plain(rows)
    found["Demand"] = plain(Demand.objects.unscoped("test").filter(pk=demand.pk))
    return found


def single(world: World, when: datetime) -> Demand:
    with at(when):
        demand = world.submit()
    for offset, move, actor, values in steps(world):
        with at(when + offset):
            demand = world.move(demand, move, actor, **values)
    return demand


def test_a_history_replayed_in_bulk_gives_identical_rows(world: World) -> None:
    one = single(world, START)
    fresh = Demand.objects.unscoped("test").get(pk=one.pk)
    new = Demand(
        **{
            name: getattr(fresh, name)
            for name in (
                "prefix", "year", "title", "text", "side", "category", "urgency", "channel",
                "enterprise", "submitter_id", "contact_name", "unit", "unit_path", "building",
                "submitted_at",
            )
        },
        tier="community",
    )  # fmt: skip
    history = History(
        new,
        world.contact(),
        [Step(START + offset, move, actor, values) for offset, move, actor, values in steps(world)],
    )
    (many,) = submit_many(actor=world.clerk(), histories=[history])
    assert many.pk != one.pk
    assert snapshot(many) == snapshot(one)
