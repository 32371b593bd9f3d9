"""`loushi import` and `loushi export`: the same engine as the pages, for whole files."""

import argparse
from pathlib import Path

from .terminal import Stop, say


class Import:
    NAME = "import"
    HELP = "导入文件（xlsx、csv、csv.gz、geojson）"

    @staticmethod
    def arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("kind", metavar="种类", help="如 buildings、enterprises")
        parser.add_argument("file", metavar="文件", type=Path)
        parser.add_argument("--unit", default="", help="数据归属的单位（编码）")
        parser.add_argument("--tz", default="", help="文件中时间的时区，默认 Asia/Shanghai")
        parser.add_argument("--source", default="", help="来源名，与外部编号一起识别同一条数据")
        parser.add_argument("--map", action="append", default=[], metavar="列名=字段",
                            help="指定列与字段的对应，可重复")  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="只校验和比对，不写入")
        parser.add_argument("--partial", action="store_true", help="有错误的行退回，其余照常导入")
        parser.add_argument("--report", type=Path, metavar="文件", help="退回行连同错误写入此文件")
        parser.add_argument("--as", dest="username", default="", help="以哪个用户的名义")

    @staticmethod
    def run(options: argparse.Namespace) -> int:
        from loushi.foundation.transfer import commands

        if not options.file.is_file():
            raise Stop(f"找不到文件 {options.file}。")
        return commands.run_import(options, say)


class Export:
    NAME = "export"
    HELP = "导出为文件（xlsx、csv）"

    @staticmethod
    def arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("kind", metavar="种类")
        parser.add_argument("file", metavar="文件", type=Path)
        parser.add_argument("--as", dest="username", default="", help="以哪个用户的权限")

    @staticmethod
    def run(options: argparse.Namespace) -> int:
        from loushi.foundation.transfer import commands

        if not options.file.parent.is_dir():
            raise Stop(f"文件夹 {options.file.parent} 不存在。")
        return commands.run_export(options, say)
