"""`loushi migrate`: brings the database to the shape this version needs."""

import argparse

from .terminal import say

NAME = "migrate"
HELP = "建立或更新数据库表"


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def pending() -> int:
    """How many migrations the database still lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def run(options: argparse.Namespace) -> int:
    from django.core.management import call_command

    from loushi.foundation.core import filling, stamps

    del options
    count = pending()
    if count:
        call_command("migrate", verbosity=0, interactive=False)
        say(f"数据库已更新，执行了 {count} 个迁移。")
    else:
        stamps.install()  # a release may watch more tables without a migration
        say("数据库已是最新，无需更新。")
    if restored := filling.restore_indexes():
        say(f"补回了 {restored} 个缺失的索引：上一次写入大量数据时被中断。")
    return 0
