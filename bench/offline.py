"""500 queued saves of two devices over a line that drops every third request.

A real server on this machine (SQLite); two devices of one officer send their queues as the browser
does: in order, twenty at a time, with a fresh token, again until there is an answer. Of the dropped
requests every other one never reaches the server, of the rest the answer is lost after the server
has worked. `ours` is the number of saves that were lost or doubled; the peer is the same number of
saves over a clean line, `ratio` how many times faster the clean line is (the least possible with a
third dropped is 1.5).
"""

import os
import re
import sqlite3
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import httpx

from bench import harness

SAVES = int(os.environ.get("LOUSHI_BENCH_SAVES", "500"))
BATCH = 20
DEVICES = 2
WHO = "officer1.1"


def run() -> dict[str, Any]:
    with harness.workspace("offline") as folder:
        environment = harness.loushi_environment(
            folder / "data", harness.free_port(), LOUSHI_DEMO="1", LOUSHI_LOG_LEVEL="ERROR"
        )
        harness.loushi("demo", "--template", "pinghu", environment=environment)
        with harness.loushi_server(environment, folder) as server:
            clean = _measure(server.address, folder, "clean")
            broken = _measure(server.address, folder, "broken")
    return {
        "bench": "offline",
        "workload": f"{SAVES} queued visits of {DEVICES} devices, every third request dropped",
        "ours": broken["lost"] + broken["doubled"],
        "peer": clean["lost"] + clean["doubled"],
        "peer_name": "the same saves over a clean line",
        "ratio": round(clean["seconds"] / broken["seconds"], 2),
        "unit": "saves lost or doubled",
        "versions": harness.versions("django", "granian"),
        "rows": [clean, broken],
    }


def _measure(address: str, folder: Path, line: str) -> dict[str, Any]:
    drops = line == "broken"
    devices = [Device(address, f"bench-{line}-{n}", drops) for n in range(DEVICES)]
    queues = [device.queue(SAVES // DEVICES) for device in devices]
    began = time.monotonic()
    threads = [
        threading.Thread(target=device.upload, args=(queue,))
        for device, queue in zip(devices, queues, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - began
    with sqlite3.connect(next((folder / "data").glob("*.sqlite3"))) as base:
        found = [
            text
            for (text,) in base.execute(
                "select note from visits_visit where note like ?", (f"bench-{line}-%",)
            )
        ]
    return {
        "line": line,
        "seconds": round(seconds, 2),
        "requests": sum(device.requests for device in devices),
        "dropped": sum(device.dropped for device in devices),
        "refused": sum(device.refused for device in devices),
        "lost": SAVES - len(set(found)),
        "doubled": len(found) - len(set(found)),
    }


class Device:
    """One phone: a session, a queue, and a line that may drop every third request."""

    planned: ClassVar[list[int]] = []

    def __init__(self, address: str, name: str, drops: bool) -> None:
        self.name, self.drops = name, drops
        self.requests = self.dropped = self.refused = 0
        self.client = httpx.Client(base_url=address, timeout=60, follow_redirects=True)
        page = self.client.get("/login/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        action = re.search(r'<form[^>]*action="([^"]*demo[^"]*)"', page)
        assert token, "no form on the login page"
        assert action, "no one-click entry on the login page"
        headers = {"Referer": address}
        data = {"csrfmiddlewaretoken": token[1], "username": WHO}
        self.client.post(action[1], data=data, headers=headers).raise_for_status()
        self.session = self.client.get("/offline/session/").raise_for_status().json()
        parts = self.client.get("/offline/pack/").raise_for_status().json()["parts"]
        found = [re.fullmatch(r"/visits/record/(\d+)/", a) for p in parts for a in p["addresses"]]
        # Those of the first line: afterwards the plan holds them as visited.
        self.firms = [int(one[1]) for one in found if one] or Device.planned
        Device.planned = self.firms

    def queue(self, count: int) -> list[dict[str, Any]]:
        """Saves as the device keeps them."""
        return [
            {
                "key": uuid.uuid4().hex,
                "user": self.session["user"],
                "kind": "visit",
                "target": self.firms[n % len(self.firms)],
                "payload_version": 1,
                "recorded_at": datetime.now(UTC).isoformat(),
                "fields": [
                    ["purpose", "routine"], ["met", "nobody"], ["note", f"{self.name}-{n}"],
                    ["despite", "企业约好的"],
                ],
                "unchanged": [],
            }
            for n in range(count)
        ]  # fmt: skip

    def upload(self, queue: list[dict[str, Any]]) -> None:
        """Until nothing is left: the head of the queue, again where no answer came."""
        while queue:
            answer = self._send(queue[:BATCH])
            if answer is None:
                continue
            self.refused += sum(one["state"] not in ("done", "already") for one in answer)
            queue = queue[BATCH:]

    def _send(self, items: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
        self.requests += 1
        third = self.drops and self.requests % 3 == 0
        self.dropped += third
        if third and self.requests % 2:
            return None  # never reaches the server
        headers = {"X-CSRFToken": self.session["token"], "Referer": str(self.client.base_url)}
        answer = self.client.post("/offline/sync/", json={"items": items}, headers=headers)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["items"]
        return None if third else found
