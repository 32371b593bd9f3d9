"""What an entry holds, and that the bulk form writes the same rows."""

from datetime import UTC, datetime

import pytest

from loushi.foundation.audit.commands import Line, changed, record, record_look, record_many
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.logs import request_id
from loushi.foundation.core.testing import at, make_actor

SUBJECT = ("demands.demand", 12, "GS-2026-000012")
PATH = "000001000007"


def only() -> Entry:
    return Entry.objects.unscoped("test").get()


def test_changed_keeps_only_what_differs_and_hides_secrets() -> None:
    before, after = changed(
        {"state": "new", "title": "门禁", "password": "old", "gone": 1},
        {"state": "accepted", "title": "门禁", "password": "new", "lead": 3},
    )
    assert before == {"state": "new", "password": "***", "gone": 1}
    assert after == {"state": "accepted", "password": "***", "lead": 3}


def test_a_key_that_appears_with_an_empty_value_is_a_change() -> None:
    assert changed({}, {"note": None}) == ({}, {"note": None})


@pytest.mark.django_db
def test_record_keeps_who_what_when_why_and_request() -> None:
    token = request_id.set("req-7")
    try:
        with at("2026-10-12 10:20") as now:
            record(
                actor=make_actor(7, "周闻笛"),
                action="demands.accept",
                subject=SUBJECT,
                before={"state": "submitted"},
                after={"state": "accepted"},
                why="材料齐全",
                unit_path=PATH,
                ip="192.0.2.7",
            )
    finally:
        request_id.reset(token)
    row = only()
    assert (row.actor_id, row.actor_name, row.actor_appointment) == (7, "周闻笛", "周闻笛")
    assert (row.at, row.action, row.result) == (now, "demands.accept", "done")
    assert (row.subject_type, row.subject_id, row.subject_label) == SUBJECT
    assert (row.before, row.after) == ({"state": "submitted"}, {"state": "accepted"})
    assert (row.why, row.request_id, row.unit_path, row.ip) == (
        "材料齐全",
        "req-7",
        PATH,
        "192.0.2.7",
    )


@pytest.mark.django_db
def test_a_row_gives_its_own_type_label_and_path() -> None:
    first = record(actor=make_actor(), action="a.b", subject=SUBJECT, unit_path=PATH)
    row = record(actor=make_actor(), action="a.c", subject=first)
    assert (row.subject_type, row.subject_id) == ("audit.entry", first.pk)
    assert (row.subject_label, row.unit_path) == (str(first), PATH)


@pytest.mark.django_db
def test_values_that_json_does_not_know_are_stored() -> None:
    record(
        actor=make_actor(),
        action="a.b",
        subject=SUBJECT,
        after={"due": datetime(2026, 10, 12, 2, 20, tzinfo=UTC)},
    )
    assert only().after == {"due": "2026-10-12T02:20:00Z"}


@pytest.mark.django_db
def test_bulk_and_single_write_the_same_rows() -> None:
    actor, other = make_actor(7, "周闻笛"), make_actor(8, "何青禾")
    with at("2026-10-12 10:20"):
        record(actor=actor, action="x.y", subject=SUBJECT, after={"a": 1}, unit_path=PATH)
        record(actor=other, action="x.z", subject=SUBJECT, why="因", unit_path=PATH)
        count = record_many(
            actor=actor,
            action="x.y",
            lines=[
                Line(SUBJECT, after={"a": 1}, unit_path=PATH),
                Line(SUBJECT, why="因", unit_path=PATH, action="x.z", actor=other),
            ],
        )
    assert count == 2
    rows = [
        {key: value for key, value in row.items() if key != "id"}
        for row in Entry.objects.unscoped("test").order_by("pk").values()
    ]
    assert rows[:2] == rows[2:]


@pytest.mark.django_db
@pytest.mark.django_db
def test_a_look_says_what_was_shown_and_what_for() -> None:
    record_look(
        actor=make_actor(), subject=SUBJECT, purpose="回访", fields=["phone"], unit_path=PATH
    )
    row = only()
    assert (row.action, row.why, row.after) == ("demands.look", "回访", {"fields": ["phone"]})
