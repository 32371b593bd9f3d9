"""The work of script/test: parts in order, servers started and stopped, one closing summary."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

import programs
from postgres import PrivateServer

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv" / "bin"
PARTS = ("gates", "sqlite", "postgres", "browser")
QUICK = "not browser and not slow"
TOGETHER = ["--dist", "loadfile"]
"""What a file sets up once is then set up by one process only; a whole run spreads better without,
for its slowest file alone would outlast the rest."""
ALL = "not browser"

GATES = (
    ("ruff check", [BIN / "ruff", "check", "--quiet", "--output-format", "concise", "."]),
    ("ruff format", [BIN / "ruff", "format", "--check", "--output-format", "concise", "."]),
    ("import contracts", [BIN / "lint-imports"]),
    ("mypy", [BIN / "mypy"]),
    ("messages", [ROOT / "script" / "messages", "--check"]),
    ("migrations", [BIN / "python", "-m", "django", "makemigrations", "--check", "--dry-run"]),
)


# The last line of pytest: "12 passed, 1 skipped in 3.4s", with or without its rulers.
CLOSING = re.compile(
    r"^=*\s*((?:no tests ran|\d+ (?:passed|failed|errors?|skipped|deselected)).*?)\s*=*$", re.M
)


class Run:
    """One run: what failed, what was skipped, and the closing lines of pytest."""

    def __init__(self, folder: Path, extra: list[str]) -> None:
        self.folder = folder
        self.extra = extra
        self.failed: list[str] = []
        self.skipped: list[str] = []
        self.summaries: list[str] = []
        self.children: list[subprocess.Popen[str]] = []
        self.server: PrivateServer | None = None

    def gates(self) -> None:
        with ThreadPoolExecutor(max_workers=2) as pool:
            try:
                for name, (code, output), seconds in pool.map(self._gate, GATES):
                    say(f"  {name:18} {'FAILED' if code else 'ok':7} {seconds:5.1f} s")
                    if code:
                        say(output.rstrip())
                        self.failed.append(name)
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                self.stop()
                raise

    def _gate(self, gate: tuple[str, list[Any]]) -> tuple[str, tuple[int, str], float]:
        name, command = gate
        started = time.monotonic()
        done = self._call([str(part) for part in command], show=False)
        return name, done, time.monotonic() - started

    def tests(self, name: str, marks: str, processes: int = 2, **environment: str) -> None:
        command = [
            str(BIN / "python"), "-m", "pytest", "-m", marks, "-n", str(processes),
            "-p", "no:cacheprovider", "--show-capture", "stdout", *self.extra,
        ]  # fmt: skip
        code, output = self._call(command, **environment)
        closing = CLOSING.findall(output)
        self.summaries.append(f"{name}: {closing[-1] if closing else f'pytest ended with {code}'}")
        if code:
            self.failed.append(name)

    def guarded(self, name: str, part: Callable[[], None]) -> None:
        """Runs a part that needs an installed program; missing is a failure in CI only."""
        try:
            part()
        except programs.Missing as missing:
            say(f"test: {missing}")
            (self.failed if programs.in_ci() else self.skipped).append(name)

    def _call(
        self, command: list[str], *, show: bool = True, **environment: str
    ) -> tuple[int, str]:
        """Runs a command in a process group of its own and returns its code and its output."""
        child = subprocess.Popen(
            command, cwd=ROOT, env=clean_environment(self.folder) | environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self.children.append(child)
        lines = []
        assert child.stdout
        for line in child.stdout:
            lines.append(line)
            if show:
                sys.stdout.write(line)
                sys.stdout.flush()
        code = child.wait()
        self.children.remove(child)
        return code, "".join(lines)

    def stop(self) -> None:
        for child in [one for one in self.children if one.poll() is None]:
            os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        if self.server:
            self.server.stop()


def say(text: str) -> None:
    print(text, flush=True)


def clean_environment(folder: Path) -> dict[str, str]:
    """The caller's environment without its Loushi settings: a test run never meets real data."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("LOUSHI_")}
    kept |= {
        "LOUSHI_DATA": str(folder / "data"),
        "LOUSHI_TEST_TEMPLATES": str(folder),
        "LOUSHI_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "loushi.config.settings",
        "TMPDIR": str(folder),
        "PYTHONPATH": "",
        "TZ": "UTC",
    }
    return kept


def heading(text: str) -> None:
    say(f"\n== {text}")


def run_parts(run: Run, parts: list[str], marks: str) -> None:
    if "gates" in parts:
        heading("gates")
        run.gates()
    if "sqlite" in parts:
        heading("tests on SQLite")
        run.tests("SQLite", marks)
    if "postgres" in parts:
        heading("tests on PostgreSQL")
        both = f"{marks} and not one_engine"
        run.guarded("PostgreSQL", lambda: on_postgres(run, "PostgreSQL", both, processes=2))
    if "browser" in parts:
        heading("browser, on SQLite")
        run.guarded("browser", lambda: in_browser(run))


def on_postgres(run: Run, name: str, marks: str, processes: int, **environment: str) -> None:
    if not run.server:  # one for all parts: they share the migrated database
        run.server = PrivateServer().__enter__()
    run.tests(name, marks, processes, LOUSHI_DATABASE_URL=run.server.url(), **environment)


def in_browser(run: Run) -> None:
    browser = programs.chromium()
    run.tests("browser on SQLite", "browser", processes=2, LOUSHI_CHROMIUM=browser)
    heading("browser, on PostgreSQL")
    marks = "browser and not one_engine"
    on_postgres(run, "browser on PostgreSQL", marks, processes=2, LOUSHI_CHROMIUM=browser)


def main(arguments: list[str]) -> int:
    extra: list[str] = []
    if "--" in arguments:
        cut = arguments.index("--")
        arguments, extra = arguments[:cut], arguments[cut + 1 :]
    parts, marks = list(arguments) or list(PARTS), ALL
    if parts == ["fast"]:
        parts, marks, extra = ["gates", "sqlite"], QUICK, TOGETHER + extra
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        say(f"test: unknown part '{unknown[0]}'; use: script/test [fast | {' | '.join(PARTS)}]")
        return 2

    def interrupted(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="loushi-test-"))
    folder.chmod(0o755)  # PostgreSQL's account must be able to look in when TMPDIR points here
    run = Run(folder, extra)
    try:
        run_parts(run, parts, marks)
    except KeyboardInterrupt:
        say("\ntest: interrupted")
        return 130
    finally:
        run.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return report(run, time.monotonic() - started)


def report(run: Run, seconds: float) -> int:
    say("")
    if run.skipped:
        say(f"skipped, program missing: {', '.join(run.skipped)} ({programs.HINT})")
    say(f"{'FAILED: ' + ', '.join(run.failed) if run.failed else 'all good'} ({seconds:.0f} s)")
    for line in run.summaries:
        say(f"=== {line} ===")
    return int(bool(run.failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
