"""`loushi import` and `loushi export`: the same engine as the pages, for whole files.

Without `--as` the operator of the machine acts, with all permissions, and the record says so.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from .terminal import Stop, complain, say, table

if TYPE_CHECKING:
    from loushi.foundation.core.actor import Actor
    from loushi.foundation.transfer.commands import ImportReport

REASONS_SHOWN = 12
OUTCOMES = (
    ("new", "新增"),
    ("changed", "变更"),
    ("unchanged", "不变"),
    ("rejected", "退回"),
    ("unplaced", "待归位"),
    ("confirm", "请确认"),
)


class Import:
    NAME = "import"
    HELP = "导入文件（xlsx、csv、csv.gz、geojson）"

    @staticmethod
    def arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("kind", metavar="种类", help="如 buildings；list 列出全部种类")
        parser.add_argument("file", metavar="文件", type=Path, nargs="?")
        parser.add_argument("--unit", default="", help="数据归属的单位（编码）")
        parser.add_argument("--tz", default="", help="文件中时间的时区，默认 Asia/Shanghai")
        parser.add_argument("--source", default="", help="来源名，与外部编号一起识别同一条数据")
        parser.add_argument("--sheet", default="", help="工作表名，默认第一张")
        parser.add_argument("--map", action="append", default=[], metavar="列名=字段",
                            help="指定列与字段的对应，可重复")  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="只校验和比对，不写入")
        parser.add_argument("--partial", action="store_true", help="有错误的行退回，其余照常导入")
        parser.add_argument("--note", default="", help="需要确认的行共用的说明，会留痕")
        parser.add_argument("--report", type=Path, metavar="文件", help="退回行连同错误写入此文件")
        parser.add_argument("--as", dest="username", default="", help="以哪个用户的名义")

    @staticmethod
    def run(options: argparse.Namespace) -> int:
        from loushi.foundation.transfer import commands

        known = {info.name: info.label for info in commands.describe_importers()}
        if options.kind == "list":
            say(table(("种类", "名称"), known.items()))
            return 0
        if options.kind not in known:
            raise Stop(f"没有“{options.kind}”这种导入，可选：{'、'.join(known)}。", 2)
        if options.file is None:
            raise Stop("缺少参数：文件。", 2)
        if not options.file.is_file():
            raise Stop(f"找不到文件 {options.file}。")
        path, label = _unit(options.unit)
        report = commands.run_import(
            actor=_actor(options.username),
            importer=options.kind,
            path=options.file,
            unit_path=path,
            unit_label=label,
            tz=options.tz,
            source=options.source,
            mapping=options.map,
            sheet=options.sheet,
            dry_run=options.dry_run,
            partial=options.partial,
            note=options.note,
            report_path=options.report,
        )
        return _tell(report)


class Export:
    NAME = "export"
    HELP = "导出为文件（xlsx、csv、geojson，按扩展名）"

    @staticmethod
    def arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("kind", metavar="种类", help="如 demands；list 列出全部种类")
        parser.add_argument("file", metavar="文件", type=Path, nargs="?")
        parser.add_argument("--as", dest="username", default="", help="以哪个用户的权限")

    @staticmethod
    def run(options: argparse.Namespace) -> int:
        from loushi.foundation.transfer import commands, registry

        known = {exporter.name: exporter for exporter in registry.exporters()}
        if options.kind == "list":
            say(table(("种类", "名称"), [(name, one.label) for name, one in known.items()]))
            return 0
        if options.kind not in known:
            raise Stop(f"没有“{options.kind}”这种导出，可选：{'、'.join(known)}。", 2)
        if options.file is None:
            raise Stop("缺少参数：文件。", 2)
        if not options.file.parent.is_dir():
            raise Stop(f"文件夹 {options.file.parent} 不存在。")
        actor = _actor(options.username)
        exporter = known[options.kind]
        file = commands.export(
            exporter,
            exporter.rows_for(actor),
            actor=actor,
            kind=options.file.suffix.lstrip(".").lower(),
        )
        file.save(options.file)
        say(f"已导出 {file.rows} 行到 {options.file}。")
        return 0


def _actor(username: str) -> "Actor":
    from django.utils import timezone

    from loushi.foundation.core.actor import system_actor
    from loushi.registry.accounts import queries
    from loushi.registry.accounts.models import User

    if not username:
        return system_actor("运维")
    user = User.objects.filter(username=username.strip().lower(), is_active=True).first()
    if user is None:
        raise Stop(f"没有用户名为“{username}”的启用账号。")
    return queries.actor_for(user, timezone.localdate())


def _unit(code: str) -> tuple[str, str]:
    """The path and the name of the unit given by its code."""
    from loushi.registry.territory import queries

    if not code:
        return "", ""
    unit = queries.unit_by_code(code)
    if unit is None:
        raise Stop(f"没有编码为“{code}”的单位。")
    return unit.path, unit.name


def _tell(report: "ImportReport") -> int:
    counts = "，".join(
        f"{label} {report.counts.get(name, 0)}" for name, label in OUTCOMES if name != "confirm"
    )
    if confirms := report.counts.get("confirms"):
        counts += f"，请确认 {confirms}"
    say(f"读取 {report.rows_read} 行：{counts}。")
    if report.unknown_columns:
        say(f"未识别、未导入的列：{'、'.join(report.unknown_columns)}。可用 --map 指定。")
    for outcome, column, sentence, rows in report.reasons[:REASONS_SHOWN]:
        label = dict(OUTCOMES).get(outcome, outcome)
        say(
            f"  {label} {rows} 行  {column}：{sentence}"
            if column
            else f"  {label} {rows} 行  {sentence}"
        )
    if len(report.reasons) > REASONS_SHOWN:
        more = len(report.reasons) - REASONS_SHOWN
        say(f"  另有 {more} 种原因，加 --report 文件 可得到全部退回行。")
    if report.report_path:
        say(f"退回的行连同错误已写入 {report.report_path}。")
    seconds = sum(report.seconds.values())
    if report.dry_run:
        say(f"这是试运行，没有写入（{seconds:.1f} 秒）。")
        return 0
    if not report.applied:
        if report.counts.get("rejected"):
            complain("有退回的行，整个文件没有写入。改正后再导入，或加 --partial 只导入正确的行。")
        if report.counts.get("confirms"):
            complain("有请确认的行，整个文件没有写入。核实后加 --note 说明，再导入一次。")
        return 1
    say(f"已导入，批次 {report.batch_number}（{seconds:.1f} 秒）。")
    return 0
