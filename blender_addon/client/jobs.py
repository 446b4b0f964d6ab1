# SPDX-License-Identifier: GPL-3.0-or-later
"""Work beside Blender's window: threads do it, the main thread takes the results.

`bpy` may be touched by the main thread alone.  A job therefore gives its result away only through
`Job.answer` or through the callbacks that `JobRunner.drain` calls; a Blender timer calls `drain`.
"""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

from ..core.errors import BackendError, FlamewheelError

Result = TypeVar("Result")
WORKERS = 2
"""One for a photo, one for the wheel that is dragged meanwhile: the backend has as many lanes."""


class Job(Generic[Result]):
    """One piece of work.  Methods may be called from any thread; none blocks but `wait`."""

    def __init__(self, call: Callable[[Job[Result]], Result]) -> None:
        self._call = call
        self._done = threading.Event()
        self._cancelled = threading.Event()
        self._result: Result | None = None
        self._refusal: FlamewheelError | None = None
        self._on_cancel: Callable[[], None] | None = None
        self.progress: tuple[float, str] = (0.0, "")  # fraction 0..1, what is being done

    @property
    def finished(self) -> bool:
        """Is there an answer, a refusal or a cancellation?"""
        return self._done.is_set()

    @property
    def cancelled(self) -> bool:
        """Has `cancel` been called?  Long work looks at this and ends."""
        return self._cancelled.is_set()

    @property
    def refusal(self) -> FlamewheelError | None:
        """Why there is no answer."""
        return self._refusal

    def answer(self) -> Result:
        """The result; raises the refusal, `cancelled`, or BackendError where it still works."""
        if self._refusal is not None:
            raise self._refusal
        if not self.finished:
            raise BackendError("not-finished", "The answer is not there yet.", "Wait for it.")
        return self._result  # type: ignore[return-value]  # finished without refusal: it is set

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; False where `seconds` were not enough."""
        return self._done.wait(seconds)

    def cancel(self) -> None:
        """Give up: the answer is refused as `cancelled`, and work that can be broken off is."""
        self._cancelled.set()
        if not self.finished and self._on_cancel is not None:
            self._on_cancel()

    def report(self, fraction: float, text: str = "") -> None:
        """Called by the work: how far it is."""
        self.progress = (fraction, text)

    def when_cancelled(self, break_off: Callable[[], None] | None) -> None:
        """Called by the work: how to break it off while it waits in C code or on a socket."""
        self._on_cancel = break_off
        if self.cancelled and break_off is not None:
            break_off()

    def run(self) -> None:
        """Do the work in this thread; never raises."""
        try:
            if not self.cancelled:
                self._result = self._call(self)
        except FlamewheelError as refusal:
            self._refusal = refusal
        except Exception as failure:
            traceback.print_exc()
            self._refusal = BackendError(
                "internal", f"Flamewheel made a mistake ({type(failure).__name__}: {failure}).",
                "Blender's console has the details; please report them.",
            )
        if self.cancelled:
            self._refusal = BackendError("cancelled", "Cancelled.")
        self._done.set()


class JobRunner:
    """A few threads and a queue; the threads end with Blender."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._waiting: queue.Queue[_Entry | None] = queue.Queue()
        self._ended: queue.Queue[_Entry] = queue.Queue()
        self._workers = workers
        self._threads: list[threading.Thread] = []

    def submit(
        self,
        call: Callable[[Job[Result]], Result],
        on_done: Callable[[Result], None] | None = None,
        on_error: Callable[[FlamewheelError], None] | None = None,
    ) -> Job[Result]:
        """Do `call(job)` in a thread; `drain` then calls one of the two with how it ended."""
        job = Job(call)
        if len(self._threads) < self._workers:
            thread = threading.Thread(target=self._work, name="flamewheel-job", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._waiting.put((job, on_done, on_error))
        return job

    def drain(self) -> int:
        """Call the callbacks of jobs that have ended, in this thread; returns how many jobs.

        A cancelled job calls nothing.
        """
        count = 0
        with suppress(queue.Empty):
            while True:
                job, on_done, on_error = self._ended.get_nowait()
                count += 1
                if job.cancelled:
                    continue
                if job.refusal is not None:
                    if on_error is not None:
                        on_error(job.refusal)
                elif on_done is not None:
                    on_done(job.answer())
        return count

    def close(self) -> None:
        """Let the threads end when their present job has."""
        for _ in self._threads:
            self._waiting.put(None)
        self._threads.clear()

    def _work(self) -> None:
        while (entry := self._waiting.get()) is not None:
            job, on_done, on_error = entry
            job.run()
            if on_done is not None or on_error is not None:  # else nobody may ever drain it
                self._ended.put(entry)


def run_now(call: Callable[[Job[Result]], Result]) -> Result:
    """The same work in this thread, for scripts and background mode; raises its refusal."""
    job = Job(call)
    job.run()
    return job.answer()


_Entry = tuple[Job[Any], Callable[[Any], None] | None, Callable[[FlamewheelError], None] | None]
