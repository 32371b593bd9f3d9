"""The calendar feed: secret, revocable, and read by a client that people use."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from loushi.registry.accounts.models import User
from loushi.services.stations import commands, queries

SETTINGS = """[general]
status_path = "{folder}/status/"
[pair duty]
a = "there"
b = "here"
collections = null
[storage there]
type = "http"
url = "{address}"
[storage here]
type = "filesystem"
path = "{folder}/calendar/"
fileext = ".ics"
"""


def published(place: Any) -> None:
    commands.solve_now(row=place.rota)
    commands.publish(actor=place.actors["secretary"], rota_id=place.rota.pk)


def secret_of(client: Any, **data: Any) -> str:
    page = client.post("/stations/duty/calendar/", data).content.decode()
    return page.split("/stations/calendar/")[1].split(".ics")[0]


def test_the_own_calendar_holds_the_own_shifts(place: Any, client_of: Any, client: Any) -> None:
    published(place)
    secret = secret_of(client_of("dept0"))
    answer = client.get(f"/stations/calendar/{secret}.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    own = queries.own_shifts(place.actors["dept0"])
    assert {str(one["uid"]) for one in events} == {f"shift-{one.pk}@loushi" for one in own}
    assert {one.decoded("dtstart") for one in events} == {one.slot.starts_at for one in own}


def test_a_swap_raises_the_sequence(place: Any, client_of: Any, client: Any) -> None:
    published(place)
    secret = secret_of(client_of("dept0"))
    shift = queries.own_shifts(place.actors["dept0"])[0]
    commands.hand_over(
        actor=place.actors["dept0"], shift_id=shift.pk, attended=None, handover="钥匙"
    )
    text = client.get(f"/stations/calendar/{secret}.ics").content
    events = {str(one["uid"]): one for one in Calendar.from_ical(text).walk("VEVENT")}
    assert events[f"shift-{shift.pk}@loushi"]["sequence"] == 1
    assert "钥匙" not in text.decode()  # a note is for colleagues, not for whoever has the address


def test_an_address_ends_with_the_next_with_stop_and_with_the_account(
    place: Any, client_of: Any, client: Any
) -> None:
    published(place)
    station = place.stations[0].pk
    first = secret_of(client_of("clerk"), station=station)
    second = secret_of(client_of("clerk"), station=station)
    own = secret_of(client_of("clerk"))
    read = lambda secret: client.get(f"/stations/calendar/{secret}.ics").status_code  # noqa: E731
    assert [read(first), read(second), read(own), read("x" * 43)] == [404, 200, 200, 404]
    client_of("clerk").post("/stations/duty/calendar/", {"station": station, "act": "stop"})
    assert [read(second), read(own)] == [404, 200]
    User.objects.filter(pk=place.users["clerk"].pk).update(is_active=False)
    assert read(own) == 404


def test_a_stations_calendar_is_for_those_who_see_it(place: Any, client_of: Any) -> None:
    data = {"station": place.stations[0].pk}
    assert client_of("neighbour").post("/stations/duty/calendar/", data).status_code == 404
    assert client_of("dept0").post("/stations/duty/calendar/", data).status_code == 404


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_vdirsyncer_reads_and_follows_it(
    place: Any, client_of: Any, live_server: Any, tmp_path: Path
) -> None:
    """A client that people sync their phones with, over HTTP: first all shifts, then a swap."""
    published(place)
    secret = secret_of(client_of("dept0"))
    (tmp_path / "calendar").mkdir()
    address = f"{live_server.url}/stations/calendar/{secret}.ics"
    (tmp_path / "config").write_text(SETTINGS.format(folder=tmp_path, address=address))
    own = queries.own_shifts(place.actors["dept0"])
    assert len(_synced(tmp_path)) == len(own)
    commands.add_away(
        actor=place.actors["secretary"], rota_id=place.rota.pk, member_id=own[0].member_id,
        first=own[0].slot.on, last=own[0].slot.on,
    )  # fmt: skip
    commands.solve_now(row=place.rota)
    assert len(_synced(tmp_path)) == len(own) - 1


def _synced(folder: Path) -> list[Path]:
    program = Path(sys.executable).parent / "vdirsyncer"
    for verb in ("discover", "sync"):
        subprocess.run(
            [program, "-c", folder / "config", verb], check=True, input=b"y\n", timeout=60,
            capture_output=True, env=os.environ | {"NO_PROXY": "*"},
        )  # fmt: skip
    return sorted((folder / "calendar").glob("*.ics"))
