# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that takes minutes: begun by one request, asked about by others, ended by any.

Jobs work one after another, each in a thread of its own.  One that nobody has asked about for a
while belongs to a Blender that is gone, and ends.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from ..errors import BackendError, FlamewheelError
from ..pipeline import Progress
from ..protocol_video import JobReply
from .answers import internal

log = logging.getLogger(__name__)

ABANDONED = 60.0  # s; Blender asks ten times a second, but may be held up by a render
KEPT = 8  # jobs that are remembered; of a crowd the oldest goes

Work = Callable[[Progress], Any]


class _Ended(Exception):
    """Raised out of the work's own progress."""


class _Job:
    """One piece of work and how far it is; methods may be called from any thread."""

    def __init__(self, work: Work, turn: threading.Lock) -> None:
        self.name = secrets.token_urlsafe(12)
        self._work, self._turn = work, turn
        self._reply = JobReply(self.name, what="waiting")
        self._result: Any = None
        self._refusal: FlamewheelError | None = None
        self._cancelled = False
        self._asked = time.monotonic()
        threading.Thread(target=self._run, name="flamewheel-video", daemon=True).start()

    def reply(self) -> JobReply:
        """How far it is; asking keeps it alive."""
        self._asked = time.monotonic()
        return self._reply

    def cancel(self) -> None:
        """It ends with its next step."""
        self._cancelled = True

    def result(self) -> Any:
        """What came of it; raises why nothing did, or that it still works."""
        if not self._reply.finished:
            raise BackendError("not-finished", "The work is not done yet.", "Wait for it.")
        if self._refusal is not None:
            raise self._refusal
        return self._result

    def _run(self) -> None:
        with self._turn:
            try:
                self._progress(0, 0, "starting")
                self._result = self._work(self._progress)
            except _Ended:
                self._refusal = BackendError("cancelled", "Cancelled.")
            except FlamewheelError as refusal:
                self._refusal = refusal
            except Exception as failure:
                log.exception("a job failed")
                self._refusal = internal(failure)
        self._reply = JobReply(self.name, 1, 1, "done", finished=True)

    def _progress(self, done: int, total: int, what: str) -> None:
        if self._cancelled or time.monotonic() - self._asked > ABANDONED:
            raise _Ended
        self._reply = JobReply(self.name, done, total, what)


class Jobs:
    """All jobs of this process."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._jobs: dict[str, _Job] = {}

    def start(self, work: Work) -> JobReply:
        """Begin `work` when those before it are done."""
        job = _Job(work, self._turn)
        self._jobs[job.name] = job
        while len(self._jobs) > KEPT:
            self._jobs.pop(next(iter(self._jobs))).cancel()
        return job.reply()

    def reply(self, name: str) -> JobReply:
        """How far the job `name` is.  Raises BackendError `no-such-job`."""
        return self._job(name).reply()

    def result(self, name: str) -> Any:
        """What came of it, once; raises what it was refused with."""
        job = self._job(name)
        if job.reply().finished:
            del self._jobs[name]
        return job.result()

    def cancel(self, name: str) -> JobReply:
        """End it; how far it was."""
        job = self._job(name)
        job.cancel()
        return job.reply()

    def _job(self, name: str) -> _Job:
        if name not in self._jobs:
            raise BackendError("no-such-job", f"There is no job {name[:32]}.",
                               "Its result was fetched, or the backend was started again.")
        return self._jobs[name]
