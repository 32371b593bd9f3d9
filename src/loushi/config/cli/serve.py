"""`loushi serve`: the web server (granian, WSGI) and, on request, a worker beside it.

One blocking thread per process: the measured best rate and tail for this application; more
processes, not threads, use more cores (docs/adr).
"""

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from . import demo
from .migrate import pending
from .terminal import Stop, complain, say

NAME = "serve"
HELP = "启动网页服务"

PORTS_TRIED = 50


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认 127.0.0.1")
    parser.add_argument("--port", type=int, help="端口，默认取环境变量 PORT，再默认 8000")
    parser.add_argument("--next-free-port", action="store_true", help="端口被占用时顺延")
    parser.add_argument("--workers", type=int, default=2, help="进程数，默认 2")
    parser.add_argument("--with-worker", action="store_true", help="同时运行后台任务进程")
    parser.add_argument("--accounts", action="store_true", help="启动后列出演示账号（仅演示环境）")


def run(options: argparse.Namespace) -> int:
    from django.conf import settings

    if options.workers < 1:
        raise Stop("--workers 至少为 1。", 2)
    missing = pending()
    if missing:
        raise Stop(f"数据库还有 {missing} 个迁移没有执行，请先运行 loushi migrate。")
    wanted = settings.PORT if options.port is None else options.port
    port = _choose_port(options.host, wanted, search=options.next_free_port)
    if port != wanted:
        complain(f"端口 {wanted} 已被占用，改用 {port}。")
    # The server's processes read the settings anew and must know the same port.
    os.environ["PORT"] = str(port)

    # whitenoise looks into it at the start and complains where there is none.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    companion = Companion() if options.with_worker else None
    threading.Thread(
        target=_announce, args=(options.host, port, options.accounts), daemon=True
    ).start()
    try:
        _serve(options.host, port, options.workers)
    finally:
        if companion:
            companion.stop()
    return 0


def _serve(host: str, port: int, workers: int) -> None:
    from django.db import connections
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    connections.close_all()
    Granian(
        "loushi.config.cli.process:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=15,
    ).serve()


def _choose_port(host: str, wanted: int, *, search: bool) -> int:
    if not 0 < wanted < 65536:
        raise Stop(f"端口必须在 1 到 65535 之间，不能是 {wanted}。", 2)
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)) if search else (wanted,):
        with contextlib.closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise Stop(f"端口 {wanted} 已被占用，请用 --port 或环境变量 PORT 换一个端口。")


def _announce(host: str, port: int, accounts: bool) -> None:
    """Says where to go, but only once a page really answers."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
    for _attempt in range(600):
        with contextlib.suppress(OSError, URLError):
            urlopen(f"http://{shown}:{port}/healthz", timeout=5).close()
            break
        time.sleep(0.1)
    say()
    say(f"  楼事已启动：http://{shown}:{port}/    （按 Ctrl-C 停止）")
    if accounts:
        text = demo.accounts_table()
        if text:
            say()
            say(text)
    say()


class Companion:
    """The worker process beside the server: started again if it ends, stopped with the server."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches the server, which then stops the worker in order.
        # --with-parent: a server killed outright must not leave its worker behind.
        return subprocess.Popen(
            [sys.executable, "-m", "loushi", "worker", "--with-parent", str(os.getpid())],
            start_new_session=True,
        )

    def _watch(self) -> None:
        while not self._stopping.is_set():
            code = self._process.wait()
            if self._stopping.wait(2):
                return
            complain(f"后台任务进程已退出（代码 {code}），正在重新启动。")
            self._process = self._start()
