"""`loushi worker`: events, notices, clocks and other background work."""

import argparse
import signal
import threading

from .terminal import Stop

NAME = "worker"
HELP = "运行后台任务：通知、时限巡检、导入等"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="处理完眼前到期的任务后退出")


def run(options: argparse.Namespace) -> int:
    try:
        from loushi.foundation.core import jobs
    except ModuleNotFoundError as error:
        raise Stop("这个版本还没有后台任务。") from error

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    jobs.run_worker(stopping, once=options.once)
    return 0
