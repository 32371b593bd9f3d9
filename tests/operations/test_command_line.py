"""The `loushi` command answers every mistake with one sentence, and says what it did."""

import subprocess
import sys
from pathlib import Path

import pytest

from loushi import __version__
from loushi.config import cli
from loushi.config.cli import migrate, terminal
from loushi.foundation.audit.models import Entry
from loushi.registry.accounts.models import Role


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = cli.main(arguments)
    except SystemExit as stop:
        code = int(stop.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["flyy"], "没有“flyy”这个命令。"),
        (["serve", "--port", "many"], "--port 的值“many”无法识别。"),
        (["serve", "--port"], "--port 后面缺少一个值。"),
        (["serve", "--colour", "red"], "不认识的参数：--colour red。"),
        (["token"], "缺少参数：用户名。"),
        (["demo", "--template", "mars"], "--template 不能是“mars”，可选："),
        (["demo", "--today", "soon"], "“soon”不是日期，请写成 2026-11-23。"),
    ],
)
def test_a_slip_of_the_keyboard_is_named_in_chinese(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    code, out, err = said(capsys, *arguments)
    assert code == 2
    assert sentence in err
    assert not out
    assert "Traceback" not in err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _err = said(capsys, "--help")
    assert code == 0
    for module in cli.MODULES:
        assert module.NAME in out
        assert module.HELP[:6] in out


def test_without_a_command_it_shows_the_help_and_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _err = said(capsys)
    assert code == 2
    assert "serve" in out


def test_python_m_loushi_is_the_same_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "loushi", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"loushi {__version__}\n"


def test_tables_line_up_under_chinese_headings() -> None:
    lines = terminal.table(("角色", "名"), [("经办人员", "a"), ("b", "c")]).splitlines()
    assert {terminal.width(line[: line.rindex(last)]) for line, last in
            zip(lines, ("名", "──", "a", "c"), strict=True)} == {12}  # fmt: skip


@pytest.mark.django_db
def test_a_token_is_refused_for_an_unknown_name(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "token", "nobody-of-that-name")
    assert code == 1
    assert not out
    assert "nobody-of-that-name" in err


@pytest.mark.django_db
def test_import_names_what_it_knows(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _err = said(capsys, "import", "list")
    assert code == 0
    assert "buildings" in out
    assert said(capsys, "import", "planets", str(tmp_path))[0] == 2
    code, _out, err = said(capsys, "import", "buildings", str(tmp_path / "none.csv"))
    assert code == 1
    assert "找不到文件" in err


@pytest.mark.django_db
def test_export_refuses_a_folder_that_does_not_exist(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _out, err = said(capsys, "export", "buildings", str(tmp_path / "no" / "x.csv"))
    assert code == 1
    assert "不存在" in err


@pytest.mark.django_db
def test_check_reports_the_database_and_the_missing_worker(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _err = said(capsys, "check")
    assert code == 0, out
    assert "已是最新" in out
    assert "请启动 loushi worker" in out
    assert "操作记录" in out


@pytest.mark.django_db
def test_demo_is_refused_in_production(
    capsys: pytest.CaptureFixture[str], settings: object
) -> None:
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    code, _out, err = said(capsys, "demo")
    assert code == 1
    assert "正式环境" in err


def test_a_taken_port_is_named_or_passed_over() -> None:
    import socket

    from loushi.config.cli import serve

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(terminal.Stop, match=str(port)):
            serve._choose_port("127.0.0.1", port, search=False)
        assert serve._choose_port("127.0.0.1", port, search=True) > port


@pytest.mark.django_db
def test_an_upgrade_gives_the_shipped_roles_what_is_new_to_them() -> None:
    Role.objects.create(code="own", name="自设角色", kind="unit", permissions=["demands.view"])
    known = Role.objects.get(code="enterprise_contact")
    shipped = list(known.permissions)
    Role.objects.filter(pk=known.pk).update(permissions=shipped[:-1])
    assert migrate.bring_up_to_date() == 0  # no migration is needed for it
    assert Role.objects.get(code="enterprise_contact").permissions == shipped
    assert Role.objects.get(code="own").permissions == ["demands.view"]
    entries = Entry.objects.unscoped("test").filter(action="accounts.install_roles")
    count = entries.count()
    migrate.bring_up_to_date()
    assert entries.count() == count  # nothing to do, nothing to record
