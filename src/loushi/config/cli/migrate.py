"""`loushi migrate`: brings the database to the shape this version needs."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

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
    from loushi.foundation.core import filling

    del options
    count = bring_up_to_date()
    say(f"数据库已更新，执行了 {count} 个迁移。" if count else "数据库已是最新，无需更新。")
    if restored := filling.restore_indexes():
        say(f"补回了 {restored} 个缺失的索引：上一次写入大量数据时被中断。")
    return 0


def bring_up_to_date() -> int:
    """Runs the migrations that the database lacks; returns how many there were. The shipped roles
    get what this release gives them (own roles stay), so that a new page is not closed to those for
    whom it was made."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    from loushi.foundation.core import stamps

    count = pending()
    if not count:
        stamps.install()  # a release may watch more tables without a migration
        _roles()
        return 0
    is_new = not MigrationRecorder(connection).applied_migrations()
    with rendering_little() if is_new else nullcontext():
        call_command("migrate", verbosity=0, interactive=False)
    _roles()
    return count


def _roles() -> None:
    from loushi.foundation.core.actor import system_actor
    from loushi.registry.accounts.commands import install_roles

    install_roles(actor=system_actor("系统：升级"))


@contextmanager
def rendering_little() -> Iterator[None]:
    """For a new database: each step of the migrations makes anew only the model that it is about.

    Django makes anew all models that hang together, which with ours are most of them, at each of
    some hundred steps: two thirds of the time in which a database comes into being. Steps that
    write data still get models that all fit together (`is_delayed` says that they must be made
    first). Only steps that change a primary key need more; a test compares the two outcomes.
    """
    from django.db.migrations.state import ProjectState

    def own(state: Any, app_label: str, model_name: str, delay: bool = False) -> set[Any]:
        state.is_delayed = True
        return {(app_label, model_name)}

    usual = ProjectState._find_reload_model  # type: ignore[attr-defined]
    ProjectState._find_reload_model = own  # type: ignore[attr-defined]
    try:
        yield
    finally:
        ProjectState._find_reload_model = usual  # type: ignore[attr-defined]
