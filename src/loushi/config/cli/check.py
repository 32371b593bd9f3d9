"""`loushi check`: is this installation healthy? One line per matter, exit code 1 on a failure.

`loushi check register`: is the register true to itself? One line per breach, with its rows.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module

from .migrate import pending
from .terminal import say

NAME = "check"
HELP = "检查配置、时钟、数据库、迁移和后台任务；check register 检查登记是否自洽"

SKEW_SECONDS = 5
SEALS_CHECKED = 3
NEXT_YEAR_FROM_MONTH = 11  # the official schedule of a year is published in the November before
LONGEST_WAIT = timedelta(minutes=5)
GOOD, WARN, FAIL = "正常", "注意", "失败"


@dataclass(frozen=True)
class Finding:
    level: str
    subject: str
    text: str


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", choices=["all", "register"], default="all",
        help="register：只检查楼宇、企业和入驻的登记是否自洽",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    if getattr(options, "what", "all") == "register":
        return _register()
    failed = False
    for finding in findings():
        say(f"  {finding.level}  {finding.subject}：{finding.text}")
        failed = failed or finding.level == FAIL
    return int(failed)


def _register() -> int:
    from loushi.registry.enterprises.queries.checking import RULE_NAMES, Tally, check_register

    looked, found = Tally(), Tally()
    for breach in check_register(tally=looked):
        say(f"  {FAIL}  {breach.rule}：{breach}")
        found[breach.rule] += 1
    for rule, (name, things) in RULE_NAMES.items():
        level = FAIL if found[rule] else GOOD
        say(f"  {level}  {name}：核对 {looked[rule]:,} {things}，{found[rule]:,} 处不自洽")
    count = found.total()
    say(f"  {FAIL if count else GOOD}  登记：{f'{count} 处不自洽' if count else '没有发现不自洽'}")
    return int(count > 0)


def findings() -> Iterator[Finding]:
    """Every finding in order; what needs the database comes only if it can be reached."""
    yield from _configuration()
    database = list(_database())
    yield from database
    if any(finding.level == FAIL for finding in database):
        return
    for part in (_clock, _jobs, _audit, _calendar):
        yield from _guarded(part)


def _guarded(part: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    from django.db import DatabaseError

    try:
        yield from part()
    except DatabaseError as error:
        yield Finding(FAIL, "数据库", f"读取失败：{error}")


def _configuration() -> Iterator[Finding]:
    from django.conf import settings
    from django.core import checks

    problems = checks.run_checks(include_deployment_checks=settings.PRODUCTION)
    for problem in problems:
        if not problem.is_silenced():
            level = FAIL if problem.level >= checks.ERROR else WARN
            yield Finding(level, "配置", f"{problem.msg}（{problem.id}）")
    if not any(problem.level >= checks.ERROR for problem in problems):
        mode = "正式" if settings.PRODUCTION else "演示" if settings.DEMO else "开发"
        yield Finding(GOOD, "配置", f"{mode}环境，数据文件夹 {settings.DATA_DIR}")
    if not settings.PRODUCTION and settings.SECRET_KEY == settings.DEFAULT_SECRET_KEY:
        yield Finding(WARN, "配置", "使用默认密钥；对外提供服务前请设置 LOUSHI_SECRET_KEY")


def _database() -> Iterator[Finding]:
    from django.db import DatabaseError, connection

    try:
        connection.ensure_connection()
        missing = pending()
    except DatabaseError as error:
        yield Finding(FAIL, "数据库", f"无法连接：{str(error).strip().splitlines()[0]}")
        return
    version = ".".join(map(str, connection.get_database_version()))
    yield Finding(GOOD, "数据库", f"{connection.display_name} {version}")
    if missing:
        yield Finding(FAIL, "迁移", f"还有 {missing} 个没有执行，请运行 loushi migrate")
    else:
        yield Finding(GOOD, "迁移", "已是最新")
        yield from _indexes()


def _indexes() -> Iterator[Finding]:
    from loushi.foundation.core.filling import missing_indexes

    if missing := missing_indexes():
        yield Finding(FAIL, "索引", f"缺 {len(missing)} 个，查询会很慢，请运行 loushi migrate")


def _clock() -> Iterator[Finding]:
    from django.db import connection

    if connection.vendor != "postgresql":
        yield Finding(GOOD, "时钟", f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        skew = abs((cursor.fetchone()[0] - datetime.now(UTC)).total_seconds())
    level = GOOD if skew <= SKEW_SECONDS else FAIL
    yield Finding(level, "时钟", f"与数据库相差 {skew:.1f} 秒（允许 {SKEW_SECONDS} 秒）")


def _jobs() -> Iterator[Finding]:
    from django.utils import timezone

    from loushi.foundation.core import jobs
    from loushi.foundation.core.apps import load_rooms

    import_module("loushi.foundation.core.housekeeping")
    load_rooms("jobs")
    status = jobs.status()
    if status.alive:
        yield Finding(GOOD, "后台任务进程", f"{status.alive} 个在运行")
    elif status.last_seen:
        seen = timezone.localtime(status.last_seen)
        yield Finding(
            WARN, "后台任务进程", f"自 {seen:%Y-%m-%d %H:%M} 起没有活动，请启动 loushi worker"
        )
    else:
        yield Finding(WARN, "后台任务进程", "从未运行过，请启动 loushi worker")
    for name in status.late:
        yield Finding(WARN, "定时任务", f"{name} 已迟于计划")
    for name, error in status.failing.items():
        yield Finding(WARN, "定时任务", f"{name} 上次失败：{error.strip()}")
    for name, gauge in status.gauges.items():
        overdue = gauge.oldest and timezone.now() - gauge.oldest > LONGEST_WAIT
        text = f"{name} 待处理 {gauge.pending} 条，多次失败后搁置 {gauge.dead} 条"
        yield Finding(WARN if overdue or gauge.dead else GOOD, "任务队列", text)


def _audit() -> Iterator[Finding]:
    from loushi.foundation.audit import seals

    if not seals.protected():
        yield Finding(FAIL, "操作记录", "数据库没有保护它不被改动（触发器缺失或维护未结束）")
    chain = seals.verify(SEALS_CHECKED)
    if chain.broken:
        yield Finding(FAIL, "操作记录", f"与封存时不一致：{'、'.join(chain.broken)}")
    else:
        yield Finding(GOOD, "操作记录", "受保护，最近的封存一致")


def _calendar() -> Iterator[Finding]:
    """Only the years in which due times can fall: this one, and from autumn the next."""
    from django.utils import timezone

    from loushi.foundation.core import holidays
    from loushi.foundation.core.models import CalendarDay

    today = timezone.localdate()
    years = [today.year] + [today.year + 1] * (today.month >= NEXT_YEAR_FROM_MONTH)
    for year in holidays.years_without_official_data(years):
        edited = CalendarDay.objects.filter(date__year=year).exists()
        text = "没有官方调休安排" + ("，只有自行录入的日期" if edited else "，请在公布后导入")
        yield Finding(WARN, f"{year} 年工作日历", text)
