"""From a fresh clone to the first page: `script/server` with an empty environment.

The dependencies are downloaded beforehand and timed apart; the run itself installs from those
files only, so the figure does not measure somebody's network. The clone is made by git, so it holds
what was committed.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from bench import harness

MOST_SECONDS = 150
MOST_DEMO_SECONDS = 90


def run() -> dict[str, Any]:
    with harness.workspace("startup") as folder:
        download, megabytes = _download(folder / "wheels")
        clone = folder / "loushi"
        subprocess.run(["git", "clone", "-q", str(harness.ROOT), str(clone)], check=True)
        marks = _start(clone, folder)
    total = marks["first page"]
    rows = [
        {"part": "environment", "seconds": marks["environment"]},
        {"part": "demo district", "seconds": marks["demo"] - marks["environment"]},
        {"part": "server", "seconds": total - marks["demo"]},
        {"part": "downloads (apart)", "seconds": download, "megabytes": megabytes},
    ]
    return {
        "bench": "startup",
        "workload": "script/server on a fresh clone, empty environment, until the first page",
        "ours": round(total, 1),
        "peer": float(MOST_SECONDS),
        "peer_name": f"the limit: {MOST_SECONDS} s, of it {MOST_DEMO_SECONDS} s for the demo",
        "ratio": round(MOST_SECONDS / total, 2),
        "unit": "s",
        "versions": harness.versions("django", "granian"),
        "rows": [
            {
                key: round(value, 1) if isinstance(value, float) else value
                for key, value in one.items()
            }
            for one in rows
        ],
    }


def _download(target: Path) -> tuple[float, float]:
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--require-hashes",
         "--no-cache-dir", "--disable-pip-version-check", "-d", str(target),
         "-r", str(harness.ROOT / "requirements" / "runtime.txt")],
        check=True,
    )  # fmt: skip
    size = sum(file.stat().st_size for file in target.iterdir()) / 1e6
    return time.monotonic() - began, size


def _start(clone: Path, folder: Path) -> dict[str, float]:
    """Seconds after the start at which each part was done."""
    environment = {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "PORT": str(harness.free_port()),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(folder / "wheels"),
        "PIP_CONFIG_FILE": os.devnull,
        "LOUSHI_PYTHON": os.path.realpath(shutil.which("python3") or sys.executable),
    }
    log = folder / "server.log"
    marks: dict[str, float] = {}
    began = time.monotonic()
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [str(clone / "script" / "server")], env=environment, cwd="/", stdout=stream,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        while "first page" not in marks:
            seconds = time.monotonic() - began
            if process.poll() is not None or seconds > 4 * MOST_SECONDS:
                raise RuntimeError(f"script/server did not come up:\n{log.read_text()[-3000:]}")
            if "environment" not in marks and any((clone / ".venv").glob("*.stamp")):
                marks["environment"] = seconds
            if "demo" not in marks and _serving(process.pid):
                marks["demo"] = seconds
            if _answers(log.read_text(errors="replace"), int(environment["PORT"])):
                marks["first page"] = time.monotonic() - began
            time.sleep(0.05)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)
    return marks


def _serving(pid: int) -> bool:
    """Whether the script has come to its last line, which turns it into `loushi serve`."""
    with contextlib.suppress(OSError):
        return b"serve" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return False


def _answers(text: str, port: int) -> bool:
    moved = re.search(r"http://127\.0\.0\.1:(\d+)", text)
    address = f"http://127.0.0.1:{moved[1] if moved else port}/"
    with contextlib.suppress(Exception):
        return httpx.get(address, timeout=5, follow_redirects=True).status_code == 200
    return False
