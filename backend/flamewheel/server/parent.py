# SPDX-License-Identifier: GPL-3.0-or-later
"""The process ends when the one that started it ends, however that one ends.

The parent holds the other end of standard input.  It never writes; when it ends, even by SIGKILL
or a crash, the system closes its end and reading here returns.  Where a fork of the parent still
holds that end open, the change of the parent's id tells (POSIX; on Windows the id never changes,
and handles are not inherited by accident).

Linux's PR_SET_PDEATHSIG is not used: it fires when the *thread* that started the process ends,
and in Blender that is a worker thread.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
import time
from collections.abc import Callable

STANDARD_INPUT = 0
POLL_SECONDS = 0.5
GRACE_SECONDS = 2.0
"""What a running request gets to end in, before the process ends without it."""


def has_watching_parent() -> bool:
    """Is standard input a pipe, so that somebody holds its other end?

    A terminal, /dev/null and a file are no parent: then the server runs until it is interrupted.
    """
    try:
        mode = os.fstat(STANDARD_INPUT).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def end_with_parent(stop: Callable[[], None]) -> None:
    """Call `stop` when the parent ends; after GRACE_SECONDS end the process, whatever it does."""
    ended = threading.Event()
    first = os.getppid()

    def wait_for_end_of_input() -> None:
        try:
            while os.read(STANDARD_INPUT, 4096):
                pass
        except OSError:
            pass
        ended.set()

    def watch() -> None:
        while not ended.wait(POLL_SECONDS):
            if sys.platform != "win32" and os.getppid() != first:
                break
        stop()
        _end_after_grace()  # even where the server's loop no longer turns

    for work in (wait_for_end_of_input, watch):
        threading.Thread(target=work, name=f"flamewheel-{work.__name__}", daemon=True).start()


def end_soon() -> None:
    """End the process after GRACE_SECONDS unless it has ended by itself."""
    threading.Thread(target=_end_after_grace, name="flamewheel-end", daemon=True).start()


def _end_after_grace() -> None:
    time.sleep(GRACE_SECONDS)
    os._exit(1)
