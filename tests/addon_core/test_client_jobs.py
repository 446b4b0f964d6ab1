# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: threads work, the main thread takes the results."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from blender_addon.client.jobs import Job, JobRunner, run_now
from blender_addon.core.errors import BackendError, FlamewheelError, PhotoError


def drained(runner: JobRunner, count: int = 1) -> None:
    """Drain, as Blender's timer does, until `count` jobs have ended."""
    deadline = time.monotonic() + 5
    while count > 0 and time.monotonic() < deadline:
        count -= runner.drain()
        time.sleep(0.002)
    assert count <= 0


def refuse(job: Job[Any]) -> None:
    raise PhotoError("no-face", "There is no face.")


def test_work_runs_elsewhere_and_results_come_here() -> None:
    runner = JobRunner()
    where: list[int] = []
    here = threading.get_ident
    job = runner.submit(lambda job: here(), lambda worked: where.extend([worked, here()]))
    assert job.wait(5)
    assert where == []  # not before the main thread looks
    drained(runner)
    assert where[0] != where[1] == threading.get_ident()
    assert job.answer() == where[0]


def test_a_refusal_comes_as_it_was_raised() -> None:
    runner = JobRunner()
    refusals: list[FlamewheelError] = []
    job = runner.submit(refuse, None, refusals.append)
    drained(runner)
    assert isinstance(refusals[0], PhotoError) and job.refusal is refusals[0]
    with pytest.raises(PhotoError):
        job.answer()


def test_a_mistake_becomes_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    runner = JobRunner()
    job = runner.submit(lambda job: 1 // 0)
    assert job.wait(5)
    with pytest.raises(BackendError, match="ZeroDivisionError") as internal:
        job.answer()
    assert internal.value.code == "internal"
    assert "Traceback" in capsys.readouterr().err
    assert runner.submit(lambda job: 2).wait(5)  # the thread lives on


def test_an_answer_too_early() -> None:
    runner = JobRunner()
    go = threading.Event()
    job = runner.submit(lambda job: go.wait(5))
    with pytest.raises(BackendError) as early:
        job.answer()
    assert early.value.code == "not-finished" and not job.finished
    go.set()
    assert job.wait(5) and job.answer() is True


def test_a_cancelled_job_calls_nobody() -> None:
    runner = JobRunner()
    called: list[Any] = []
    broken_off = threading.Event()

    def work(job: Job[str]) -> str:
        job.when_cancelled(broken_off.set)
        assert broken_off.wait(5)
        return "too late"

    job = runner.submit(work, called.append, called.append)
    time.sleep(0.05)
    job.cancel()
    drained(runner)
    assert called == [] and job.cancelled
    with pytest.raises(BackendError) as cancelled:
        job.answer()
    assert cancelled.value.code == "cancelled"


def test_a_job_cancelled_in_the_queue_never_runs() -> None:
    runner = JobRunner(workers=1)
    go, ran = threading.Event(), threading.Event()
    runner.submit(lambda job: go.wait(5))
    waiting = runner.submit(lambda job: ran.set())
    waiting.cancel()
    go.set()
    assert waiting.wait(5)
    assert not ran.is_set()


def test_cancelling_before_it_can_be_broken_off() -> None:
    """The cancel comes between the start of the work and its word on how to break it off."""
    job: Job[str] = Job(lambda job: "")
    job.cancel()
    told = threading.Event()
    job.when_cancelled(told.set)
    assert told.is_set()


def test_progress_is_seen_while_it_works() -> None:
    runner = JobRunner()
    go = threading.Event()

    def work(job: Job[None]) -> None:
        job.report(0.5, "half")
        go.wait(5)

    job = runner.submit(work)
    deadline = time.monotonic() + 5
    while job.progress != (0.5, "half") and time.monotonic() < deadline:
        time.sleep(0.002)
    assert job.progress == (0.5, "half") and not job.finished
    go.set()


def test_two_jobs_work_at_once() -> None:
    runner = JobRunner()
    meeting = threading.Barrier(2, timeout=5)
    jobs = [runner.submit(lambda job: meeting.wait()) for _ in range(2)]
    assert all(job.wait(5) for job in jobs)
    assert sorted(job.answer() for job in jobs) == [0, 1]


def test_background_mode_waits_in_the_same_thread() -> None:
    assert run_now(lambda job: threading.get_ident()) == threading.get_ident()
    with pytest.raises(PhotoError):
        run_now(refuse)


def test_a_closed_runner_ends_its_threads_and_can_begin_again() -> None:
    runner = JobRunner()
    runner.submit(lambda job: None).wait(5)
    threads = list(runner._threads)
    runner.close()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    assert runner.submit(lambda job: 3).wait(5)


def test_a_callback_that_fails_loses_no_other() -> None:
    runner = JobRunner()
    seen: list[int] = []

    def fail(result: int) -> None:
        raise RuntimeError("in the callback")

    first = runner.submit(lambda job: 1, fail)
    assert first.wait(5)
    second = runner.submit(lambda job: 2, seen.append)
    assert second.wait(5)
    time.sleep(0.05)
    with pytest.raises(RuntimeError):
        runner.drain()
    drained(runner)
    assert seen == [2]
