"""`loushi serve` for real: it answers, and one Ctrl-C ends all of its processes in order."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from loushi.config.cli.process import PARENT_DEATH_SIGNAL
from tests.architecture import tree

pytestmark = pytest.mark.slow

PATIENCE_SECONDS = 60


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("LOUSHI_")}
    kept |= {"LOUSHI_DATA": str(tmp_path), "PORT": str(port), "LOUSHI_LOG_LEVEL": "WARNING"}
    template = Path(os.environ.get("LOUSHI_TEST_TEMPLATES", ""), "loushi_migrated")
    if template.is_file():
        shutil.copy(template, tmp_path / "loushi.sqlite3")
    subprocess.run([sys.executable, "-m", "loushi", "migrate"], env=kept, check=True)
    return kept


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "loushi", "serve", "--with-worker"],
        env=environment, start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        answer(environment["PORT"])
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=PATIENCE_SECONDS)


def answer(port: str) -> int:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            return urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).status
        time.sleep(0.1)
    pytest.fail("the server did not answer")


def silent(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) != 0


def wait_until(truth: object) -> bool:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if truth():  # type: ignore[operator]
            return True
        time.sleep(0.1)
    return False


def test_ctrl_c_ends_everything_and_says_where_it_was(
    server: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    os.killpg(server.pid, signal.SIGINT)  # what a terminal does
    out, _ = server.communicate(timeout=2 * PATIENCE_SECONDS)
    assert server.returncode == 0, out
    assert f"http://127.0.0.1:{environment['PORT']}/" in out
    assert "Traceback" not in out
    assert "refused to gracefully stop" not in out
    assert silent(environment["PORT"])


@pytest.mark.skipif(not PARENT_DEATH_SIGNAL, reason="Linux only")
def test_a_killed_server_leaves_nobody_on_its_port(
    server: subprocess.Popen[str], environment: dict[str, str]
) -> None:
    server.kill()
    server.wait()
    assert wait_until(lambda: silent(environment["PORT"]))


def test_every_variable_is_described_for_operators() -> None:
    text = (tree.ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    config = tree.SOURCE / "config"
    read = {
        name
        for path in (config / "settings.py", config / "environment.py")
        for name in re.findall(r"\"(LOUSHI_[A-Z_]+)\"", path.read_text(encoding="utf-8"))
    }
    described = set(re.findall(r"LOUSHI_[A-Z_]+", text))
    described |= {f"LOUSHI_SMTP{part}" for part in re.findall(r"`(_[A-Z]+)`", text)}
    assert not read - described, f"add to docs/operations.md: {sorted(read - described)}"
