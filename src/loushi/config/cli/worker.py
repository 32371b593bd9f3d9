"""`loushi worker`: events, notices, clocks and other background work."""

import argparse
import os
import signal
import threading
from types import FrameType

from .terminal import say

NAME = "worker"
HELP = "运行后台任务：通知、时限巡检、导入等"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="处理完眼前到期的任务后退出")
    parser.add_argument("--with-parent", type=int, metavar="进程号", help="随这个进程结束")


def run(options: argparse.Namespace) -> int:
    from loushi.foundation.core import jobs

    if options.once:
        say(f"已处理 {jobs.run_due()} 项。")
        return 0
    if options.with_parent and os.getppid() != options.with_parent:
        return 0  # it ended before this process came to look
    stop = threading.Event()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    jobs.run_worker(stop, watch_parent=bool(options.with_parent))
    return 0
