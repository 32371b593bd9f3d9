"""What every subcommand shares: saying, stopping, and a parser that answers in Chinese."""

import argparse
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn


class Stop(Exception):
    """Ends the command with one sentence on the error stream and an exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    sys.stderr.write(f"loushi: {text}\n")
    sys.stderr.flush()


def width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A plain table whose columns line up although Chinese characters are two columns wide."""
    lines = [list(map(str, head)), *(list(map(str, row)) for row in rows)]
    widths = [max(width(line[i]) for line in lines) for i in range(len(head))]
    shown = [
        "  ".join(cell + " " * (widths[i] - width(cell)) for i, cell in enumerate(line)).rstrip()
        for line in lines
    ]
    shown.insert(1, "  ".join("─" * size for size in widths))
    return "\n".join(f"  {line}" for line in shown)


# argparse speaks English; these are the sentences a user can meet.
_SENTENCES = (
    (r"argument 命令: invalid choice: '(.*?)'.*", r"没有“\1”这个命令。"),
    (r"argument (\S+): invalid choice: '(.*?)' \(choose from (.*)\)", r"\1 不能是“\2”，可选：\3。"),
    (r"argument (\S+): invalid \S+ value: '(.*?)'", r"\1 的值“\2”无法识别。"),
    (r"argument (\S+): expected one argument", r"\1 后面缺少一个值。"),
    (r"the following arguments are required: (.*)", r"缺少参数：\1。"),
    (r"unrecognized arguments: (.*)", r"不认识的参数：\1。"),
    (r"argument (\S+): (.*)", r"\1：\2"),
)


class Parser(argparse.ArgumentParser):
    """argparse with Chinese headings and Chinese one-sentence errors; no abbreviated options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "allow_abbrev": False, "add_help": False})
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示说明")

    def error(self, message: str) -> NoReturn:
        for pattern, sentence in _SENTENCES:
            if re.fullmatch(pattern, message):
                message = re.sub(pattern, sentence, message)
                break
        complain(message)
        complain(f"用法见 {self.prog} --help")
        raise SystemExit(2)
