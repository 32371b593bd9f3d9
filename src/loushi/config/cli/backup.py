"""`loushi backup FILE`: database and attachments of a running installation in one tar."""

import argparse
import io
import json
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from . import archive
from .terminal import Stop, say

NAME = "backup"
HELP = "把数据库和附件备份成一个文件（服务无需停止）"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="文件", type=Path, help="例如 loushi-2026-11-23.tar")


def run(options: argparse.Namespace) -> int:
    target: Path = options.file
    if target.exists():
        raise Stop(f"文件 {target} 已存在，请换一个文件名。")
    if not target.parent.is_dir():
        raise Stop(f"文件夹 {target.parent} 不存在。")
    unfinished = target.with_name(f"{target.name}.partial")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            # The database first: every attachment that it names then still lies in the folder.
            database = _dump(Path(folder))
            files = _write(unfinished, database)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    say(f"备份完成：{target}（附件 {files} 个，{target.stat().st_size / 1e6:.1f} MB）。")
    return 0


def _dump(folder: Path) -> Path:
    from django.db import connection

    copy = folder / archive.DATABASE[connection.vendor]
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(str(connection.settings_dict["NAME"]))) as live:
            write_copy(live, copy)
        return copy
    done = subprocess.run(
        [archive.program("pg_dump"), "--format=custom", "--no-owner", f"--file={copy}"],
        env=archive.postgres_environment(connection.settings_dict),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Stop(f"pg_dump 失败：{done.stderr.strip()}")
    return copy


def write_copy(live: sqlite3.Connection, copy: Path) -> None:
    """A copy of a running SQLite database that holds its rows and nothing else: a copy of its
    pages would take along what was deleted from them (see docs/adr/0016-secret-ballots.md)."""
    live.execute("VACUUM INTO ?", (str(copy),))


def _write(path: Path, database: Path) -> int:
    from django.conf import settings
    from django.db import connection

    from loushi import __version__

    members = {database.name: database}
    root = Path(settings.MEDIA_ROOT)
    for file in sorted(root.rglob("*")) if root.is_dir() else ():
        if file.is_file():
            members[f"{archive.FILES}{file.relative_to(root).as_posix()}"] = file
    sums = {name: archive.checksum(file) for name, file in members.items()}
    manifest = {
        "format": archive.FORMAT,
        "version": __version__,
        "database": connection.vendor,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "checksums": sums,
    }
    path.touch(mode=0o600)
    with tarfile.open(path, "w") as tar:
        body = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        head = tarfile.TarInfo(archive.MANIFEST)
        head.size = len(body)
        tar.addfile(head, io.BytesIO(body))
        for name, file in members.items():
            tar.add(file, arcname=name, recursive=False)
    return len(members) - 1
