"""Finds PostgreSQL and Chromium, installs them on Debian as root, or says how to."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HINT = "PostgreSQL and Chromium on Debian: apt-get install postgresql chromium fonts-noto-cjk"


class Missing(Exception):
    """A program that is not there and could not be installed; the text says what to do."""


def postgres_folder() -> Path:
    """The folder with initdb and postgres: the newest of Debian's, else from the PATH."""
    found = _find_postgres()
    if found is None:
        _install("PostgreSQL", "postgresql")
        found = _find_postgres()
    if found is None:
        raise Missing("PostgreSQL (initdb, postgres) is missing; apt-get install postgresql")
    return found


def chromium() -> str:
    """The path of the browser, with Chinese fonts on the system."""
    found = _find_chromium()
    if found is None:
        _install("Chromium", "chromium", "fonts-noto-cjk")
        found = _find_chromium()
    if found is None:
        raise Missing("Chromium is missing; apt-get install chromium, or set LOUSHI_CHROMIUM")
    if not _has_chinese_font():
        _install("Chinese fonts", "fonts-noto-cjk")
    return found


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}


def _find_postgres() -> Path | None:
    folders = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if _complete(path)]
    if folders:
        return max(folders, key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    folder = Path(on_path).resolve().parent if on_path else None
    return folder if folder and _complete(folder) else None


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def _find_chromium() -> str | None:
    chosen = os.environ.get("LOUSHI_CHROMIUM")
    if chosen:
        return chosen if os.access(chosen, os.X_OK) else None
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    done = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False)
    return bool(done.stdout.strip())


def _install(what: str, *packages: str) -> None:
    """Installs on Debian as root; elsewhere does nothing, and the caller says what is missing."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"test: {what} not found, installing {' '.join(packages)}", file=sys.stderr, flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-qq", *command], env=environment, check=False)
