"""The chain notices a change, an insertion and a removal; late transactions are not left out."""

import threading

import pytest
from django.db import connection, transaction

from loushi.foundation.audit import seals
from loushi.foundation.audit.maintenance import maintenance
from loushi.foundation.audit.models import Entry, Seal

from .test_queries import write


def change(sql: str) -> None:
    """As somebody who owns the database would: past the triggers."""
    with maintenance(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_a_round_seals_what_the_round_before_marked() -> None:
    write(3)
    assert seals.seal() == 0
    write(2)
    assert seals.seal() == 3
    assert seals.seal() == 2
    assert seals.seal() == 0
    chain = seals.verify()
    assert (chain.sealed, chain.broken) == (5, ())
    assert chain.digest == Seal.objects.latest("last_id").digest
    assert seals.verify(newest=1).broken == ()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE audit_entry SET why = '别的原因' WHERE id = {middle}",
        "UPDATE audit_entry SET actor_id = 99 WHERE id = {middle}",
        "DELETE FROM audit_entry WHERE id = {middle}",
        "UPDATE audit_seal SET digest = 'forged' WHERE last_id = {last}",
    ],
)
def test_tampering_breaks_the_chain(attack: str) -> None:
    pks = write(3)
    seals.seal()
    seals.seal()
    assert seals.verify().broken == ()
    change(attack.format(middle=pks[1], last=pks[2]))
    assert seals.verify().broken == (f"1–{pks[2]}",)
    assert seals.verify(newest=1).broken == (f"1–{pks[2]}",)


@pytest.mark.django_db(transaction=True)
def test_long_queues_are_sealed_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "ROWS_PER_SEAL", 4)
    write(10)
    assert [seals.seal() for _round in range(5)] == [0, 4, 4, 2, 0]
    assert seals.verify().broken == ()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_an_entry_committed_late_is_inside_its_seal() -> None:
    wrote, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            write(1)
            wrote.set()
            go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(20)
    write(1)
    assert seals.seal() == 0  # marks past the entry that is not committed yet
    assert seals.seal() == 0  # and waits while its transaction runs
    go_on.set()
    thread.join()
    assert seals.seal() == 2
    assert Entry.objects.unscoped("test").count() == 2
    assert seals.verify().broken == ()


@pytest.mark.django_db(transaction=True)
def test_the_protection_is_noticed_when_it_is_off() -> None:
    assert seals.protected()
    with maintenance():
        assert not seals.protected()
    assert seals.protected()
