"""A backup brings everything back, and a damaged or foreign one changes nothing."""

import io
import tarfile
from pathlib import Path

import pytest
from django.conf import settings as live
from django.core.management import call_command
from django.db import connection

from loushi.config import cli
from loushi.foundation.core.models import CalendarDay

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def saved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A backup of one row and one attachment."""
    CalendarDay.objects.create(date="2026-10-10", is_workday=True, name="国庆调休")
    attachment = Path(live.MEDIA_ROOT) / "ab" / "照片.jpg"
    attachment.parent.mkdir(parents=True)
    attachment.write_bytes(b"picture")
    target = tmp_path / "loushi.tar"
    assert cli.main(["backup", str(target)]) == 0
    return target


@pytest.fixture(autouse=True)
def own_folder(settings: object, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def tables_for_the_next_test() -> object:
    yield
    connection.close()
    call_command("migrate", verbosity=0)


def picture() -> Path:
    return Path(live.MEDIA_ROOT) / "ab" / "照片.jpg"


def test_a_backup_restores_rows_and_files(saved: Path) -> None:
    CalendarDay.objects.all().delete()
    picture().write_bytes(b"spoilt")
    assert cli.main(["restore", "--force", str(saved)]) == 0
    assert CalendarDay.objects.get().name == "国庆调休"
    assert picture().read_bytes() == b"picture"


def test_restore_refuses_a_target_with_data(
    saved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture().write_bytes(b"newer")
    assert cli.main(["restore", str(saved)]) == 1
    assert "--force" in capsys.readouterr().err
    assert picture().read_bytes() == b"newer"


def test_a_damaged_backup_changes_nothing(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "damaged.tar"
    with tarfile.open(saved) as old, tarfile.open(damaged, "w") as new:
        for member in old.getmembers():
            content = old.extractfile(member).read()  # type: ignore[union-attr]
            if member.name.startswith("files/"):
                content = content[:-1] + b"?"
            new.addfile(member, io.BytesIO(content))
    CalendarDay.objects.update(name="以后改的")
    assert cli.main(["restore", "--force", str(damaged)]) == 1
    assert "校验和不符" in capsys.readouterr().err
    assert CalendarDay.objects.get().name == "以后改的"
    assert picture().read_bytes() == b"picture"


def test_something_else_is_no_backup(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "letter.tar"
    other.write_text("Dear Sir")
    assert cli.main(["restore", "--force", str(other)]) == 1
    assert "不是完整的楼事备份" in capsys.readouterr().err


def test_a_backup_never_overwrites(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = saved.read_bytes()
    assert cli.main(["backup", str(saved)]) == 1
    assert "已存在" in capsys.readouterr().err
    assert saved.read_bytes() == before
