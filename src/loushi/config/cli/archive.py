"""What `backup` and `restore` share: the layout of an archive and the PostgreSQL programs.

An archive is one uncompressed tar: `manifest.json` first, then `database.sqlite3` or
`database.pgdump` (pg_dump's custom format), then `files/…`, the attachments. The manifest carries
the version, the kind of database and a SHA-256 of every other member.
"""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from .terminal import Stop

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files/"
DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}


def checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def program(name: str) -> str:
    """The newest installed PostgreSQL program of that name (Debian keeps them off the PATH)."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: _major(path), reverse=True
    )
    for folder in folders:
        if os.access(folder / name, os.X_OK):
            return str(folder / name)
    found = shutil.which(name)
    if not found:
        raise Stop(f"找不到 {name}，请先安装 PostgreSQL 客户端（软件包 postgresql-client）。")
    return found


def _major(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0


def postgres_environment(database: dict[str, Any]) -> dict[str, str]:
    """The environment that points libpq at Django's database; the password never is an argument."""
    return os.environ | {
        "PGHOST": str(database.get("HOST") or ""),
        "PGPORT": str(database.get("PORT") or ""),
        "PGUSER": str(database.get("USER") or ""),
        "PGPASSWORD": str(database.get("PASSWORD") or ""),
        "PGDATABASE": str(database["NAME"]),
    }
