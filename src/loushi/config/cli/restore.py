"""`loushi restore FILE`: puts a backup into an empty installation, or over one with --force.

Nothing of the target is touched before the whole archive has been read and every checksum agrees.
"""

import argparse
import json
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from . import archive
from .terminal import Stop, say

NAME = "restore"
HELP = "从备份文件恢复数据库和附件（请先停止服务）"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="文件", type=Path)
    parser.add_argument("--force", action="store_true", help="覆盖目标中已有的数据")


def run(options: argparse.Namespace) -> int:
    from django.conf import settings
    from django.db import connection

    if not options.file.is_file():
        raise Stop(f"找不到备份文件 {options.file}。")
    if not options.force and not _target_is_empty():
        raise Stop("目标数据库或附件文件夹里已有数据。确定要覆盖时，请加 --force。")
    data = Path(settings.DATA_DIR)
    with tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as name:
        folder = Path(name)
        manifest = _unpack(options.file, folder)
        if manifest["database"] != connection.vendor:
            raise Stop(
                f"这份备份来自 {manifest['database']}，当前数据库是 {connection.vendor}，不能混用。"
            )
        _load(folder / archive.DATABASE[connection.vendor])
        _place(folder / "files", Path(settings.MEDIA_ROOT))
    say(f"已恢复 {manifest['created']} 的备份（版本 {manifest['version']}）。")
    say("如果程序版本更新，请接着运行 loushi migrate。")
    return 0


def _target_is_empty() -> bool:
    from django.apps import apps
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.db import connection

    root = Path(settings.MEDIA_ROOT)
    if root.is_dir() and any(file.is_file() for file in root.rglob("*")):
        return False
    tables = set(connection.introspection.table_names())
    if get_user_model()._meta.db_table not in tables:
        return True
    # Reference rows (calendar, roles …) come with the migrations; people and records do not.
    with connection.cursor() as cursor:
        for label in ("accounts.User", "audit.AuditEntry", "territory.Unit"):
            try:
                table = apps.get_model(label)._meta.db_table
            except LookupError:
                continue
            if table in tables:
                cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")
                if cursor.fetchone():
                    return False
    return True


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(file) as tar:
            _extract(tar, folder)
        manifest: dict[str, Any] = json.loads((folder / archive.MANIFEST).read_bytes())
        sums: dict[str, str] = manifest["checksums"]
        made_by = int(manifest["format"])
    except (tarfile.TarError, OSError, KeyError, ValueError) as error:
        raise Stop(f"{file} 不是完整的楼事备份：{error}") from error
    if made_by > archive.FORMAT:
        raise Stop(f"这份备份由更新的版本 {manifest['version']} 生成，请先升级程序。")
    for name, expected in sums.items():
        member = folder / name
        if not member.is_file():
            raise Stop(f"备份不完整：缺少 {name}。目标没有改动。")
        if archive.checksum(member) != expected:
            raise Stop(f"备份已损坏：{name} 的校验和不符。目标没有改动。")
    return manifest


def _extract(tar: tarfile.TarFile, folder: Path) -> None:
    """Plain files below `folder` only (Python before 3.11.4 has no `filter` to see to it)."""
    root = folder.resolve()
    for member in tar:
        target = (root / member.name).resolve()
        stream = tar.extractfile(member) if member.isreg() else None
        if stream is None or root not in target.parents:
            raise tarfile.TarError(f"unexpected member {member.name!r}")
        target.parent.mkdir(parents=True, exist_ok=True)
        with stream, target.open("wb") as copy:
            shutil.copyfileobj(stream, copy)


def _load(dump: Path) -> None:
    from django.db import connection

    connection.close()
    if connection.vendor == "sqlite":
        target = str(connection.settings_dict["NAME"])
        with closing(sqlite3.connect(dump)) as saved, closing(sqlite3.connect(target)) as live:
            saved.backup(live)
            live.execute("PRAGMA journal_mode=WAL")
        return
    done = subprocess.run(
        [
            archive.program("pg_restore"),
            "--clean",
            "--if-exists",
            "--no-owner",
            "--single-transaction",
            "--exit-on-error",
            f"--dbname={connection.settings_dict['NAME']}",
            str(dump),
        ],
        env=archive.postgres_environment(connection.settings_dict),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Stop(f"pg_restore 失败，数据库没有改动：{done.stderr.strip()}")


def _place(source: Path, target: Path) -> None:
    source.mkdir(exist_ok=True)
    if target.is_dir():
        shutil.rmtree(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(source, target)
