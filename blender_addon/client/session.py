# SPDX-License-Identifier: GPL-3.0-or-later
"""The one backend of a running Blender: started when it is needed, asked now or later."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from ..core.backend_calls import BackendCalls
from ..core.errors import BackendError, FlamewheelError
from ..core.protocol_infer import EmotionBody
from .http import CONNECTION_LOST, Connection
from .install import install, installed_version
from .jobs import Job, JobRunner, run_now
from .process import BackendProcess

__all__ = ["Job", "Session", "session"]

Result = TypeVar("Result")
MAX_IDLE_CONNECTIONS = 2
"""As many as there are workers."""


class Session:
    """A backend process, its connections, and the threads that wait for it.

    `log` is where the backend's own words go; without it a folder of this session's.
    """

    def __init__(self, log: Path | None = None) -> None:
        self.log = log
        self.last_refusal: FlamewheelError | None = None  # what a person sees in the error box
        self.reading: EmotionBody | None = None  # what the face read last shows
        self.asked_sentence: str | None = None  # that is asked, or was refused
        self.command: Callable[[], Sequence[str]] = _no_command  # set by who knows the preferences
        self.runner = JobRunner()
        self._process: BackendProcess | None = None
        self._idle: list[tuple[str, Connection]] = []  # with the token it was opened under
        self._lock = threading.Lock()

    def asks_sentence(self, text: str) -> None:
        """A sentence is asked: what was refused before is no longer of interest."""
        self.asked_sentence, self.last_refusal = text, None

    @property
    def running(self) -> bool:
        """Is the backend alive?"""
        return self._process is not None and self._process.running

    @property
    def state_text(self) -> str:
        """The backend's state in words."""
        greeting = self._process.greeting if self._process else None
        if greeting is not None:
            return f"Backend {greeting.version} is running (process {greeting.pid})"
        if self._process is not None and not self._process.stopped:
            return "The backend is starting" if self._process.starting else "The backend crashed"
        return "The backend is not running"

    def start(self, command: Sequence[str]) -> None:
        """Start the backend where it does not run; raises BackendError."""
        self._process_of(command).ensure()

    def stop(self) -> None:
        """End the backend; the next question starts it again."""
        with self._lock:
            process, idle = self._process, self._idle
            self._idle = []
        for _, connection in idle:
            connection.close()
        if process is not None:
            process.stop()

    def close(self) -> None:
        """End everything: for the add-on's `unregister`."""
        self.stop()
        self.runner.close()

    def ask_now(self, command: Sequence[str], ask: Callable[[BackendCalls], Result]) -> Result:
        """Ask and wait, for scripts and background mode; raises what is refused."""
        return run_now(lambda job: self._ask(job, command, ask))

    def ask_later(
        self,
        command: Sequence[str],
        ask: Callable[[BackendCalls], Result],
        on_done: Callable[[Result], None] | None = None,
        on_error: Callable[[FlamewheelError], None] | None = None,
    ) -> Job[Result]:
        """Ask beside the window: look at the job, or let `runner.drain` call the callbacks."""
        return self.runner.submit(lambda job: self._ask(job, command, ask), on_done, on_error)

    def install_later(
        self, folder: Path, wheels: Path, *, python: Path | None = None, pip_arguments: str = ""
    ) -> Job[str]:
        """Install the backend beside the window; the answer is its version.

        The job's `progress` says how far it is.  A running backend is ended first: Windows does
        not let go of files in use.
        """

        def work(job: Job[str]) -> str:
            self.stop()
            for step in install(
                folder, wheels, python=python, pip_arguments=pip_arguments,
                cancelled=lambda: job.cancelled,
            ):
                job.report(step.fraction, step.text)
            return installed_version(folder) or ""

        return self.runner.submit(work)

    def _ask(
        self, job: Job[Any], command: Sequence[str], ask: Callable[[BackendCalls], Result]
    ) -> Result:
        """Ask; where the backend crashed over it, start it and ask once more."""
        process = self._process_of(command)
        try:
            return self._ask_once(job, process, ask)
        except BackendError as lost:
            if lost.code != CONNECTION_LOST or job.cancelled or not process.has_ended():
                raise
        try:
            return self._ask_once(job, process, ask)
        except BackendError as lost:
            if lost.code != CONNECTION_LOST or job.cancelled or not process.has_ended():
                raise
            raise BackendError(
                "backend-crashed", "The backend crashed twice over this.",
                f"The end of its log, {process.log}:\n{process.log_tail()}",
            ) from lost

    def _ask_once(
        self, job: Job[Any], process: BackendProcess, ask: Callable[[BackendCalls], Result]
    ) -> Result:
        greeting = process.ensure()
        connection = self._taken(greeting.token) or Connection(greeting.port, greeting.token)
        job.when_cancelled(connection.abort)
        try:
            result = ask(BackendCalls(connection, job))
        except FlamewheelError as refusal:
            if refusal.code == CONNECTION_LOST:
                connection.close()
            else:
                self._give_back(greeting.token, connection)
            raise
        except BaseException:
            connection.close()
            raise
        finally:
            job.when_cancelled(None)
        self._give_back(greeting.token, connection)
        return result

    def _process_of(self, command: Sequence[str]) -> BackendProcess:
        """The process for `command`; another command's process is ended first."""
        with self._lock:
            process = self._process
            if process is not None and process.command == tuple(command):
                return process
            self._process = BackendProcess(command, self._log())
            ours = self._process
        if process is not None:
            process.stop()
        return ours

    def _log(self) -> Path:
        if self.log is None:
            self.log = Path(tempfile.mkdtemp(prefix="flamewheel-")) / "backend.log"
        return self.log

    def _taken(self, token: str) -> Connection | None:
        with self._lock:
            mine = [entry for entry in self._idle if entry[0] == token]
            self._idle = mine[1:]  # those of an earlier process lead nowhere
            return mine[0][1] if mine else None

    def _give_back(self, token: str, connection: Connection) -> None:
        with self._lock:
            if len(self._idle) < MAX_IDLE_CONNECTIONS:
                self._idle.append((token, connection))
                return
        connection.close()


def _no_command() -> Sequence[str]:
    raise BackendError("backend-not-installed", "No backend is named.",
                       "Enable the add-on, and press Install Backend in its preferences.")


_session = Session()


def session() -> Session:
    """Blender's one session."""
    return _session
