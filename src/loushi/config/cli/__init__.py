"""The `loushi` command: one small module per subcommand, one clear sentence per mistake.

A subcommand is a module with `NAME`, `HELP`, `arguments(parser)` and `run(options) -> int`. Django
is set up after the options are understood, so that a typing mistake answers at once; modules
import models and packages inside `run` only. Exit codes: 0 done, 1 refused or failed, 2 not
understood.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from . import backup, check, demo, migrate, restore, serve, token, transfer, worker
from .terminal import Parser, Stop, complain

MODULES = (
    serve,
    worker,
    migrate,
    demo,
    transfer.Import,
    transfer.Export,
    token,
    check,
    backup,
    restore,
)


def parser() -> Parser:
    """The whole command line as an argparse tree."""
    top = Parser(prog="loushi", description="楼事：商务社区的开放平台")
    top.add_argument("--version", action="store_true", help="显示版本")
    commands = top.add_subparsers(dest="command", metavar="命令", title="命令")
    for module in MODULES:
        sub = commands.add_parser(module.NAME, help=module.HELP, description=module.HELP)
        module.arguments(sub)
        sub.set_defaults(run=module.run)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loushi.config.settings")
    top = parser()
    options = top.parse_args(arguments)
    if options.version:
        from loushi import __version__

        sys.stdout.write(f"loushi {__version__}\n")
        return 0
    if not options.command:
        top.print_help()
        return 2
    try:
        return _run(options)
    except Stop as stop:
        complain(str(stop))
        return stop.code
    except KeyboardInterrupt:
        complain("已中断。")
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def _run(options: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.db import DatabaseError, OperationalError

    from loushi.foundation.core.errors import LoushiError

    try:
        return options.run(options) or 0
    except LoushiError as refusal:
        raise Stop(str(refusal)) from refusal
    except OperationalError as error:
        raise Stop(f"数据库无法使用：{_first_line(error)}。请检查 LOUSHI_DATABASE_URL。") from error
    except DatabaseError as error:
        if "no such table" in str(error) or "does not exist" in str(error):
            raise Stop("数据库还没有建表，请先运行 loushi migrate。") from error
        raise


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
