"""Who may open what: the exact answer of every page to every role, reviewed by people.

`access.csv` has one line for each address and one column for each role of the community C1 (and
for a person without any post): `.` is 200, `-` is 403, `?` is 404, `>` a redirect, other numbers
stand for themselves. Addresses that take no GET are asked by an empty POST, which is undone.

After a change on purpose run the slow test of this file with LOUSHI_WRITE_ACCESS=visits: (the
beginning of the names to write anew, or "all") and read the difference as carefully as code.
"""

import csv
import os
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from .routes import PUBLIC, SAMPLES
from .test_routes import ALL, LEAVING, NO_FILE, address, entered, status_of
from .world import World, build

TABLE = Path(__file__).with_name("access.csv")
MARKS = {200: ".", 403: "-", 404: "?", 302: ">"}
NOBODY = "no_post"
# Pages that anybody with an account may open; their rows pass the scope.
OPEN_TO_ALL = {"home"}
# What a file that does not lie in the data folder answers says nothing about rights.
ROUTES = sorted({route.name: route for route in ALL if route.name not in LEAVING | NO_FILE}.items())


def answer_of(client: Client, path: str) -> str:
    status = status_of(client.get(path))
    if status == 405:
        with transaction.atomic():
            status = status_of(client.post(path))
            transaction.set_rollback(True)
    return MARKS.get(status, str(status))


def said() -> dict[str, dict[str, str]]:
    """The reviewed table: route → role → mark."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row.pop("route"): row for row in rows}


def seen(world: World, wanted: str = "") -> dict[str, dict[str, str]]:
    """What the product answers, for the addresses whose name begins so."""
    asked = [(name, route) for name, route in ROUTES if name.startswith(wanted)]
    found: dict[str, dict[str, str]] = {name: {} for name, _route in asked}
    for role, user in sorted({**world.staff, NOBODY: world.visitor}.items()):
        client = entered(user)
        for name, route in asked:
            found[name][role] = answer_of(client, address(route, world))
    return found


def write(found: dict[str, dict[str, str]]) -> None:
    """Enters these answers into the table; addresses that are gone leave it."""
    known = {name for name, _route in ROUTES}
    rows = {name: marks for name, marks in (said() | found).items() if name in known}
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["route", *next(iter(found.values()))], lineterminator="\n")
        writer.writeheader()
        writer.writerows({"route": name} | rows[name] for name in sorted(rows))


def test_the_table_names_every_route() -> None:
    named, routes = set(said()), {name for name, _route in ROUTES}
    missing = sorted(routes - named)
    assert not missing, f"not in access.csv (see the head of this file): {missing}"
    assert not named - routes, f"gone, take out of access.csv: {sorted(named - routes)}"


def test_the_reviewed_answers_are_calm_and_every_sample_is_real() -> None:
    """No crash for anybody; of each row of the sweep's world some role sees more than a 404."""
    table = said()
    crashes = [name for name, marks in table.items() if any(m[0] == "5" for m in marks.values())]
    assert not crashes
    blind = [
        route.name
        for name, route in ROUTES
        if route.parameters and not SAMPLES[name].shared and set(table[name].values()) == {"?"}
    ]
    assert not blind


def test_a_person_without_a_post_opens_little() -> None:
    """Whoever holds nothing opens the public pages, the own account, and lists that are empty."""
    opened = {name for name, marks in said().items() if marks[NOBODY] == "."} - PUBLIC.keys()
    beyond = sorted(name for name in opened if not name.startswith(("accounts:", "api:")))
    assert set(beyond) == OPEN_TO_ALL


@pytest.mark.slow
@pytest.mark.django_db
def test_every_role_gets_exactly_the_answer_of_the_table() -> None:
    wanted = os.environ.get("LOUSHI_WRITE_ACCESS", "")
    found = seen(build(), "" if wanted == "all" else wanted)
    roles = list(next(iter(found.values())))
    if wanted:
        write(found)
    table = said()
    assert set(next(iter(table.values()))) == set(roles), "a role came or went"
    wrong = [
        f"{name} for {role}: {mark}, reviewed was {table[name][role]}"
        for name, marks in found.items()
        for role, mark in marks.items()
        if name in table and table[name][role] != mark
    ]
    assert not wrong, "\n".join(wrong)
