"""What each server process loads: the application, bound to its parent and to nothing else.

Ctrl-C reaches every process of the terminal's group, and a process of granian 2.8 that is told
twice to end (by the terminal and by its parent) may hang until it is killed: only the parent tells
it. A parent that was killed outright tells nobody, so the kernel does (Linux): it kills the
orphans at once. Asked politely one of them may hang in the middle of a request, and with it the
write lock of SQLite; what it had not answered yet nobody was promised.
"""

import ctypes
import os
import signal
import sys
from typing import Any

PARENT_DEATH_SIGNAL = sys.platform == "linux"
_PR_SET_PDEATHSIG = 1


def __getattr__(name: str) -> Any:
    """`application`, made when the server asks for it."""
    if name != "application":
        raise AttributeError(name)
    os.setsid()
    if PARENT_DEATH_SIGNAL:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    from loushi.config.wsgi import application

    return application
