"""`loushi demo`: builds the fictional district, and tells its accounts.

Delegates to `loushi.demo.commands`: `build(*, seed, today, template, say)`, `is_built() -> bool`
and `accounts() -> list of {username, password, role, unit, name}`.
"""

import argparse
import json
from datetime import date
from typing import Any

from .migrate import bring_up_to_date
from .terminal import Stop, say, table

NAME = "demo"
HELP = "生成虚构的演示城区，或列出演示账号"

TEMPLATES = ("gongshu", "pinghu")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=1, help="随机种子，默认 1")
    parser.add_argument("--today", type=_day, metavar="日期", help="以哪一天为“今天”，默认当天")
    parser.add_argument("--template", choices=TEMPLATES, default="gongshu", help="城区样式")
    parser.add_argument("--if-missing", action="store_true", help="已有演示数据时什么也不做")
    parser.add_argument("--json", action="store_true", help="账号以 JSON 输出")
    parser.add_argument("action", nargs="?", choices=("build", "accounts"), default="build",
                        help="build 生成（默认），accounts 列出账号")  # fmt: skip


def run(options: argparse.Namespace) -> int:
    from django.conf import settings

    if settings.PRODUCTION:
        raise Stop("正式环境（LOUSHI_PRODUCTION=1）不允许使用演示数据。")
    commands = _commands()
    if options.action == "accounts":
        return _show_accounts(as_json=options.json)
    bring_up_to_date()
    if commands.is_built():
        if options.if_missing and commands.accounts():
            return 0
        if options.if_missing:
            raise Stop(
                "数据库里已有数据，但不是完整的演示城区。若是演示数据生成到一半被中断，它缺索引，"
                "不能使用，请换一个空的 LOUSHI_DATA 文件夹或数据库；"
                "若是自己的数据，请设 LOUSHI_DEMO=0。"
            )
        raise Stop("数据库里已有演示城区。要重新生成，请先换一个空的 LOUSHI_DATA 文件夹或数据库。")
    commands.build(seed=options.seed, today=options.today, template=options.template, say=say)
    return 0


def accounts_table() -> str:
    """The demo accounts as a table; empty where there is no demo."""
    from django.conf import settings

    if not settings.DEMO:
        return ""
    try:
        rows = _commands().accounts()
    except Stop:
        return ""
    return table(
        ("角色", "用户名", "密码", "所在单位"),
        [(row["role"], row["username"], row["password"], row["unit"]) for row in rows],
    )


def _show_accounts(*, as_json: bool) -> int:
    rows = _commands().accounts()
    if as_json:
        say(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    if not rows:
        raise Stop("没有演示账号，请先运行 loushi demo。")
    say(accounts_table() or "演示账号只在 LOUSHI_DEMO=1 时显示。")
    return 0


def _commands() -> Any:
    try:
        from loushi.demo import commands
    except ModuleNotFoundError as error:
        raise Stop("这个版本还没有演示城区。") from error
    return commands


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，请写成 2026-11-23。") from None
