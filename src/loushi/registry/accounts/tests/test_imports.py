"""People and their posts from one file."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from loushi.foundation.audit.models import Entry
from loushi.foundation.core.actor import system_actor
from loushi.foundation.core.testing import at
from loushi.foundation.transfer.commands import run_import
from loushi.registry.accounts import queries
from loushi.registry.accounts.factories import actor_of, make_department, make_staff
from loushi.registry.accounts.models import Appointment, User
from loushi.registry.territory.factories import make_district
from loushi.registry.territory.models import Unit

pytestmark = pytest.mark.django_db

PEOPLE = """用户名,姓名,手机号,角色,任在单元,任在部门,任职起
zhou.wendi,周闻笛,13800001234,社区书记,C1,,2026-01-01
zhou.wendi,周闻笛,13800001234,企业专员,C2,,2026-01-01
chen.yu,陈屿,,部门经办,,区交警大队,
lin.zhiwei,林知微,,,,,
"""


@pytest.fixture(autouse=True)
def noon():
    with at("2026-10-12 12:00"):
        yield


@pytest.fixture
def units() -> dict[str, Unit]:
    units = make_district()
    make_department(units["Q"])
    make_staff("security_admin", units["Q"], username="security")
    return units


def run(tmp_path: Path, text: str, **more: Any) -> Any:
    file = tmp_path / "people.csv"
    file.write_text(text, encoding="utf-8")
    given = {"unit_path": "", "tz": "", "source": "组织部", "mapping": [], "sheet": "",
             "dry_run": False, "partial": False, "report_path": None}  # fmt: skip
    actor = more.pop("actor", system_actor())
    return run_import(actor=actor, importer="people", path=file, **(given | more))


def test_accounts_and_posts_come_together_and_once(units: dict[str, Unit], tmp_path: Path) -> None:
    assert run(tmp_path, PEOPLE).counts["new"] == 4
    user = User.objects.get(username="zhou.wendi")
    posts = queries.appointments_of(user.pk, date(2026, 10, 12))
    assert [(post.role.code, post.unit_id) for post in posts] == [
        ("community_secretary", units["C1"].pk), ("enterprise_officer", units["C2"].pk)
    ]  # fmt: skip
    assert not user.has_usable_password()
    assert user.must_change_password
    again = run(tmp_path, PEOPLE)
    assert (again.counts["new"], again.counts["changed"]) == (0, 0)
    changed = run(tmp_path, "用户名,手机号\nlin.zhiwei,13900000000\n")
    assert changed.counts["changed"] == 1
    assert User.objects.get(username="lin.zhiwei").phone == "13900000000"


def test_wrong_rows_make_nothing(units: dict[str, Unit], tmp_path: Path) -> None:
    text = (
        "用户名,姓名,角色,任在单元,任在部门\n"
        "张三,张三,窗口,C1,\n"
        "li.si,李四,没有的角色,C1,\n"
        "wang.wu,王五,窗口,没有的单元,\n"
        "zhao.liu,赵六,,C1,\n"
    )
    before = (User.objects.count(), Appointment.plain.count())
    report = run(tmp_path, text)
    assert report.counts["rejected"] == 4
    assert before == (User.objects.count(), Appointment.plain.count())


def test_the_security_administrator_imports_nobody_else(
    units: dict[str, Unit], tmp_path: Path
) -> None:
    security = actor_of(User.objects.get(username="security"))
    assert run(tmp_path, PEOPLE, actor=security).applied
    clerk = actor_of(User.objects.get(username="zhou.wendi"))
    with pytest.raises(Exception, match=r"权限|没有"):
        run(tmp_path, "用户名,姓名\nnew.one,新\n", actor=clerk)
    assert not User.objects.filter(username="new.one").exists()


def test_the_first_administrators_password_comes_from_the_operator_only(
    units: dict[str, Unit], tmp_path: Path
) -> None:
    text = "用户名,姓名,角色,任在单元,初始密码\nan.wen,安闻,安全管理员,Q,{}\n"
    assert run(tmp_path, text.format("short")).counts["rejected"] == 1
    security = actor_of(User.objects.get(username="security"))
    first = "river-Lamp-2026"
    assert run(tmp_path, text.format(first), actor=security).counts["rejected"] == 1
    assert not User.objects.filter(username="an.wen").exists()
    assert run(tmp_path, text.format(first)).applied
    user = User.objects.get(username="an.wen")
    assert user.check_password(first)
    assert user.must_change_password
    dump = str(list(Entry.objects.unscoped("test").values()))
    assert first not in dump
