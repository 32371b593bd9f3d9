"""The bulk form gives the rows that the single form gives."""

from datetime import datetime
from typing import Any

from loushi.casework.applications import commands
from loushi.casework.applications.commands.bulk import Happened, History, submit_many
from loushi.casework.applications.factories import DOERS, FOOD, WHY, World
from loushi.casework.applications.models import (
    Application,
    ApplicationClock,
    ApplicationEvent,
    ApplicationMaterial,
    ApplicationPause,
    ApplicationRating,
    ApplicationRecord,
    ApplicationStep,
)
from loushi.foundation.core.testing import at, moment
from loushi.services.catalogue.queries import live_version

LEFT_OUT = {"id", "application_id", "row_id", "step_id", "updated_at", "request_id", "seed"}
START = moment("2026-10-12 10:00")
MOVES = (
    ("2026-10-12 11:00", "s1", "done", "齐了"),
    ("2026-10-13 09:30", "s2", "start", ""),
    ("2026-10-13 10:00", "s4", "ask", "请补平面图"),
    ("2026-10-14 10:00", "", "supply", "已补"),
    ("2026-10-14 11:00", "s2", "done", "执照"),
    ("2026-10-19 11:00", "s4", "done", "合格"),
    ("2026-10-20 11:00", "s3", "done", "许可"),
    ("2026-10-20 15:00", "s5", "done", "已交付"),
)


def single(world: World) -> Application:
    with at(START):
        row = world.submit()
    for when, code, move, said in MOVES:
        with at(when):
            if code:
                world.move(row, code, move, said=said)
            else:
                commands.supply(actor=world.actor("clerk"), application_id=row.pk, note=said)
    clerk = world.actor("clerk")
    with at("2026-10-21 09:00"):
        commands.add_record(actor=clerk, application_id=row.pk, code="r1", amount=120)
    with at("2026-10-21 10:00"):
        commands.rate(actor=system(), application_id=row.pk, values={"score": 4, "solved": "yes"})
    return row


def system() -> Any:
    from loushi.foundation.core.actor import system_actor

    return system_actor("沈观")


def bulk(world: World) -> Application:
    clerk = world.actor("clerk")
    happened = [
        Happened(when_of(when), world.actor(DOERS[code]) if code else clerk, move, code,
                 {"said": said, "note": said})
        for when, code, move, said in MOVES
    ]  # fmt: skip
    happened.append(Happened(when_of("2026-10-21 09:00"), clerk, "record",
                             values={"code": "r1", "amount": 120}))  # fmt: skip
    happened.append(Happened(when_of("2026-10-21 10:00"), system(), "rate",
                             values={"score": 4, "solved": "yes"}))  # fmt: skip
    version = live_version(world.bundle)
    assert version is not None
    request = commands.Request(
        world.bundle.pk, FOOD, unit_id=world.here.pk, applicant="沈观",
        contact_phone="13800001234", channel="window",
    )  # fmt: skip
    history = History(START, clerk, request, world.bundle, version, world.here, None, happened)
    (row,) = submit_many(actor=clerk, histories=[history])
    return row


def when_of(text: str) -> datetime:
    return moment(text)


def snapshot(row: Application) -> dict[str, Any]:
    def plain(rows: Any) -> list[dict[str, Any]]:
        return [{k: v for k, v in one.items() if k not in LEFT_OUT} for one in rows.values()]

    found: dict[str, Any] = {}
    for model, link, order in (
        (Application, "pk", "id"), (ApplicationStep, "application", "position"),
        (ApplicationClock, "step__application", "step__position"),
        (ApplicationPause, "step__application", "id"),
        (ApplicationEvent, "row", "id"), (ApplicationMaterial, "application", "id"),
        (ApplicationRecord, "application", "id"), (ApplicationRating, "application", "id"),
    ):  # fmt: skip
        value = row.pk if link == "pk" else row
        rows = model.objects.unscoped(WHY).filter(**{link: value}).order_by(order)
        found[model.__name__] = plain(rows)
    return found


def test_a_history_replayed_in_bulk_gives_identical_rows(world: World) -> None:
    one = single(world)
    many = bulk(world)
    assert many.pk != one.pk
    assert snapshot(many) == snapshot(one)
