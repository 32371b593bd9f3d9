"""A secret ballot leads back to nobody: no role, export, log or dump tells after closing."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from loushi.config.cli.backup import _dump, write_copy
from loushi.foundation.audit.models import Entry
from loushi.foundation.core.errors import Conflict, Refused
from loushi.foundation.core.scoping import scope_of
from loushi.services.governance import commands, queries
from loushi.services.governance.factories import begin
from loushi.services.governance.models import Ballot, CouncilSeat, RollEntry

WHY = "test"
CHOICES = ("for", "against", "for", "abstain", "for", "for", "against")


def start(place: Any, count: int = 7) -> None:
    begin(place.meeting, {seat.pk: "room" for seat in place.seats[:count]})


def cast(place: Any) -> dict[str, tuple[str, str]]:
    """Everybody votes; (choice, receipt) by user name."""
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk, secret=True)
    return {
        user.username: (
            choice,
            commands.cast_vote(
                actor=place.actors[user.username], item_id=place.item.pk, choice=choice
            ),
        )
        for user, choice in zip(place.members, CHOICES, strict=True)
    }


def ballots() -> list[dict[str, Any]]:
    return list(Ballot.objects.unscoped(WHY).values("id", "choice", "receipt"))


def test_the_result_and_the_receipts_are_published(place: Any) -> None:
    start(place)
    given = cast(place)
    before = queries.item_page(place.actors["secretary"], place.item.pk)
    assert before.voted == 7
    assert before.result is None
    assert before.receipts == ()
    assert commands.close_vote(actor=place.actors["secretary"], item_id=place.item.pk).adopted
    page = queries.item_page(place.actors["member2"], place.item.pk)
    assert page.result is not None
    assert (page.result.pro.heads, page.result.contra.heads, page.result.abstain.heads) == (4, 2, 1)
    assert sorted(page.receipts) == sorted((code, choice) for choice, code in given.values())
    assert {one.choice for one in page.roll} == {""}


def test_ballots_hold_no_person_time_or_request() -> None:
    names = {field.attname for field in Ballot._meta.concrete_fields}
    assert names == {"id", "item_id", "choice", "receipt"}
    assert scope_of(Ballot).legs == ()


def test_closing_rewrites_the_ballots_under_new_ids(place: Any) -> None:
    start(place)
    cast(place)
    raw = {one["id"] for one in ballots()}
    commands.close_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    after = ballots()
    assert len(after) == 7
    assert not raw & {one["id"] for one in after}


def test_the_rows_no_longer_lie_in_the_order_of_voting(place: Any, monkeypatch: Any) -> None:
    """The order in which ballots lie in the table is the shuffle's, not the voters'."""
    import secrets

    def turn(_self: Any, rows: list[Any]) -> None:
        rows.reverse()

    monkeypatch.setattr(secrets.SystemRandom, "shuffle", turn)
    start(place)
    given = [code for _choice, code in cast(place).values()]
    commands.close_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    where = "rowid" if connection.vendor == "sqlite" else "ctid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT receipt FROM governance_ballot ORDER BY {where}")
        lying = [row[0] for row in cursor.fetchall()]
    assert set(lying) == set(given)
    assert lying != given


def test_the_audit_says_voted_and_never_what(place: Any) -> None:
    start(place)
    given = cast(place)
    commands.close_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    entries = Entry.objects.unscoped(WHY).filter(action="governance.vote")
    assert entries.count() == 7
    for entry in entries:
        assert entry.after == {}
        assert entry.before == {}
        assert entry.why == ""
    every = str(list(Entry.objects.unscoped(WHY).values()))
    assert not [code for _choice, code in given.values() if code in every]


@pytest.mark.django_db(transaction=True)
def test_nothing_in_a_backup_links_a_ballot_to_a_person(place: Any, tmp_path: Path) -> None:
    """Every row that names a voter is free of receipts and choices, every ballot free of voters,
    and the rows as they were cast are in no byte of the file."""
    start(place)
    given = cast(place)
    raw = [one["id"].hex for one in ballots()]
    commands.close_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    lines, data = dumped(tmp_path)
    codes = [code for _choice, code in given.values()]
    holding = [line for line in lines if any(code in line for code in codes)]
    assert len(holding) == 7
    people = [user.username for user in place.members] + [user.name for user in place.members]
    for line in holding:
        assert not [name for name in people if name in line]
    assert not [one for one in raw if one.encode() in data.replace(b"-", b"")]


def dumped(folder: Path) -> tuple[list[str], bytes]:
    """What `loushi backup` keeps of the database: as lines of SQL, and its raw bytes."""
    if connection.vendor == "sqlite":
        copy = folder / "copy.sqlite3"
        write_copy(connection.connection, copy)
        with closing(sqlite3.connect(copy)) as opened:
            return list(opened.iterdump()), copy.read_bytes()
    file = _dump(folder)
    text = subprocess.run(["pg_restore", "-f", "-", str(file)], capture_output=True, check=True)
    return text.stdout.decode().splitlines(), text.stdout


def test_secret_needs_equal_weights_and_five_members(place: Any) -> None:
    start(place, 4)
    with pytest.raises(Refused, match="只有 4 席，不足 5 席"):
        commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk, secret=True)
    begin_all = {seat.pk: "room" for seat in place.seats}
    commands.record_attendance(
        actor=place.actors["secretary"], meeting_id=place.meeting.pk, members=begin_all
    )
    CouncilSeat.objects.unscoped(WHY).filter(pk=place.seats[0].pk).update(weight=2)
    with pytest.raises(Refused, match="表决权数不同"):
        commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk, secret=True)
    CouncilSeat.objects.unscoped(WHY).filter(pk=place.seats[0].pk).update(weight=1, user=None)
    with pytest.raises(Refused, match="没有账号.*委员1"):
        commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk, secret=True)
    assert not RollEntry.objects.unscoped(WHY).exists()


def test_with_fewer_than_five_ballots_nothing_is_counted(place: Any) -> None:
    start(place)
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk, secret=True)
    for user in place.members[:4]:
        commands.cast_vote(actor=place.actors[user.username], item_id=place.item.pk, choice="for")
    with pytest.raises(Refused, match="只收到 4 张票，不足 5 张"):
        commands.close_vote(actor=place.actors["secretary"], item_id=place.item.pk)
    assert Ballot.objects.unscoped(WHY).count() == 4
    commands.void_vote(actor=place.actors["secretary"], item_id=place.item.pk, why="人不够")
    assert not Ballot.objects.unscoped(WHY).exists()
    assert not RollEntry.objects.unscoped(WHY).exists()


def test_a_secret_ballot_is_cast_once_and_by_nobody_else(place: Any) -> None:
    start(place)
    commands.open_vote(actor=place.actors["secretary"], item_id=place.item.pk, secret=True)
    commands.cast_vote(actor=place.actors["member1"], item_id=place.item.pk, choice="for")
    with pytest.raises(Conflict, match="已经投过票"):
        commands.cast_vote(actor=place.actors["member1"], item_id=place.item.pk, choice="against")
    with pytest.raises(Refused, match="只能由委员本人投"):
        commands.cast_vote(
            actor=place.actors["secretary"], item_id=place.item.pk, choice="for",
            seat_id=place.seats[1].pk,
        )  # fmt: skip
    assert Ballot.objects.unscoped(WHY).count() == 1
