# SPDX-License-Identifier: GPL-3.0-or-later
"""The backend as a child process: started, greeted, watched, ended.

The child ends by itself when the pipe to its standard input closes, so that no end of Blender,
orderly or not, leaves one behind.  It may be started from any thread.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from ..core.errors import BackendError
from ..core.protocol import PROTOCOL_VERSION, Greeting, from_json

GREETING_SECONDS = 60.0
"""A first start compiles the packages' bytecode, and a virus scanner reads them all: a minute."""
MAX_GREETING_LINES = 64
"""Lines that a Python may print before the greeting (site customisation)."""
MAX_LINE_BYTES = 4096
MAX_CRASHES = 3
CRASH_WINDOW_SECONDS = 300.0
"""More than MAX_CRASHES crashes in this time: starting it again does not help."""
LOG_BYTES = 4 << 20
STOP_SECONDS = 3.0  # the backend itself ends within 2 s
ENDING_SECONDS = 0.5
LOG_TAIL_LINES = 12


def python_in(place: Path) -> Path:
    """The interpreter that a person meant: a Python itself or the folder of an environment.

    Raises BackendError `backend-not-installed` where there is none.
    """
    candidates = [place]
    if place.is_dir():
        names = ("Scripts/python.exe", "python.exe", "bin/python", "bin/python3")
        candidates = [place / name for name in names]
        candidates += [place / ".venv" / name for name in names]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise BackendError(
        "backend-not-installed", f"There is no Python in {place}.",
        "Name a Python with Flamewheel's backend, or press Install Backend.",
    )


class BackendProcess:
    """One backend; it is started again after a crash, but not for ever."""

    def __init__(
        self, command: Sequence[str], log: Path, greeting_seconds: float = GREETING_SECONDS
    ) -> None:
        self.command = tuple(command)
        self.log = log
        self._patience = greeting_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._greeting: Greeting | None = None
        self._crashes: list[float] = []
        self._lock = threading.RLock()

    @property
    def running(self) -> bool:
        """Is the child alive?"""
        return self._child is not None and self._child.poll() is None

    @property
    def greeting(self) -> Greeting | None:
        """Where the running child listens."""
        return self._greeting if self.running else None

    @property
    def starting(self) -> bool:
        """Is the child alive and has not greeted yet?"""
        return self.running and self._greeting is None

    @property
    def stopped(self) -> bool:
        """Is there no child, running or crashed?"""
        return self._child is None

    def has_ended(self) -> bool:
        """Has the child ended by itself?  Waits a moment: its sockets close before it is gone."""
        child = self._child
        with suppress(subprocess.TimeoutExpired):
            return child is None or child.wait(ENDING_SECONDS) is not None
        return False

    def ensure(self) -> Greeting:
        """Where the backend listens; starts it where it is not there or has crashed.

        Raises BackendError `backend-not-installed`, `backend-did-not-start`, `backend-crashed`
        (too often; with the end of the log) or `protocol-mismatch`.
        """
        with self._lock:
            if self.running and self._greeting is not None:
                return self._greeting
            if self._child is not None:
                self._count_crash(self._child.wait())
            self._greeting = self._start()
            return self._greeting

    def stop(self) -> None:
        """End the child: by closing its input, then by asking, then by force."""
        child = self._child
        if child is not None:
            _end(child)  # outside the lock: a start that waits for its greeting gives up on this
        with self._lock:
            if self._child is child:
                self._child = self._greeting = None
            self._crashes.clear()

    def log_tail(self) -> str:
        """The last lines of the log, for a message."""
        try:
            with open(self.log, "rb") as stream:
                stream.seek(max(0, stream.seek(0, os.SEEK_END) - 8192))
                lines = stream.read().decode("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-LOG_TAIL_LINES:])

    def _start(self) -> Greeting:
        self._child = child = self._spawn()
        try:
            return self._read_greeting(child)
        except BackendError:
            self._child = None
            child.terminate()  # it does not know the way to end that a greeting promises
            _end(child)
            raise

    def _spawn(self) -> subprocess.Popen[bytes]:
        try:
            with _opened_log(self.log) as log:
                return subprocess.Popen(
                    self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                    env=backend_environment(), **quiet_child(),
                )
        except FileNotFoundError as missing:
            raise BackendError(
                "backend-not-installed", f"There is no {self.command[0]}.",
                "Press Install Backend, or name another Python in the preferences.",
            ) from missing
        except OSError as failure:
            raise BackendError(
                "backend-did-not-start", f"{self.command[0]} cannot be started: {failure}.",
                "Name another Python in the preferences, or press Install Backend.",
            ) from failure

    def _read_greeting(self, child: subprocess.Popen[bytes]) -> Greeting:
        lines: queue.Queue[bytes] = queue.Queue()
        assert child.stdout is not None
        threading.Thread(
            target=_hand_on, args=(child.stdout, lines), name="flamewheel-greeting", daemon=True
        ).start()
        deadline = time.monotonic() + self._patience
        for _ in range(MAX_GREETING_LINES):
            try:
                line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise self._no_start(f"did not answer within {self._patience:.0f} s") from None
            if not line:
                raise self._no_start(f"ended at once, {_ending(child)}")
            if line.startswith(b"{"):
                return self._checked(line)
        raise self._no_start("printed something else than a greeting")

    def _checked(self, line: bytes) -> Greeting:
        try:
            greeting = from_json(Greeting, line)
        except BackendError as bad:
            raise _mismatch("an unknown protocol") from bad
        if greeting.protocol != PROTOCOL_VERSION:
            raise _mismatch(f"protocol {greeting.protocol}")
        return greeting

    def _no_start(self, what: str) -> BackendError:
        tail = self.log_tail()
        lacks = "No module named" in tail and "flamewheel" in tail.rpartition("No module named")[2]
        if lacks:
            return BackendError(
                "backend-not-installed", f"{self.command[0]} has no Flamewheel backend.",
                "Press Install Backend, or name another Python in the preferences.",
            )
        return BackendError("backend-did-not-start", f"The backend {what}.",
                            f"The end of its log, {self.log}:\n{tail}")

    def _count_crash(self, status: int) -> None:
        now = time.monotonic()
        self._crashes = [at for at in self._crashes if now - at < CRASH_WINDOW_SECONDS] + [now]
        _close_pipes(self._child)
        self._child = self._greeting = None
        if len(self._crashes) > MAX_CRASHES:
            times = len(self._crashes)
            self._crashes.clear()  # whoever asks again after reading this means it
            raise BackendError(
                "backend-crashed", f"The backend crashed {times} times, last with {status}.",
                f"The end of its log, {self.log}:\n{self.log_tail()}",
            )


def backend_environment() -> dict[str, str]:
    """This process's environment without what is meant for Blender's own Python."""
    kept = {name: value for name, value in os.environ.items() if name not in _BLENDERS_OWN}
    return kept | {"PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1", "PYTHONUNBUFFERED": "1"}


_BLENDERS_OWN = {
    "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONSAFEPATH", "__PYVENV_LAUNCHER__",
}


def quiet_child() -> dict[str, Any]:
    """Popen's arguments for a child without a window, out of reach of the terminal's Ctrl-C."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _opened_log(log: Path) -> IO[bytes]:
    """The log, open for more; a long one becomes `.old` first."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):
        if log.stat().st_size > LOG_BYTES:
            os.replace(log, log.with_name(log.name + ".old"))
    return open(log, "ab")


def _hand_on(stream: IO[bytes], lines: queue.Queue[bytes]) -> None:
    """Lines of the child's output to the waiting thread; an empty one is the end.

    The pipe is read to its end, so that a child that prints on is never held up.
    """
    with suppress(OSError, ValueError):  # closed under our hands by `stop`
        while line := stream.readline(MAX_LINE_BYTES):
            if lines.qsize() < MAX_GREETING_LINES:
                lines.put(line)
    lines.put(b"")


def _ending(child: subprocess.Popen[bytes]) -> str:
    try:
        return f"with status {child.wait(STOP_SECONDS)}"
    except subprocess.TimeoutExpired:
        return "without a greeting"


def _end(child: subprocess.Popen[bytes]) -> None:
    for step in (_close_input, subprocess.Popen.terminate, subprocess.Popen.kill):
        with suppress(OSError):
            step(child)
        with suppress(subprocess.TimeoutExpired):
            child.wait(STOP_SECONDS)
            break
    _close_pipes(child)


def _close_input(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        child.stdin.close()


def _close_pipes(child: subprocess.Popen[bytes] | None) -> None:
    for pipe in (child.stdin, child.stdout) if child else ():
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _mismatch(theirs: str) -> BackendError:
    return BackendError(
        "protocol-mismatch", f"The backend speaks {theirs}, this add-on {PROTOCOL_VERSION}.",
        "Press Install Backend again: it installs the backend that belongs to this add-on.",
    )
