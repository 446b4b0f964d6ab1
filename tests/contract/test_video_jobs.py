# SPDX-License-Identifier: GPL-3.0-or-later
"""A video's way through both halves: progress, result, refusal, cancelling, a lost Blender."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from blender_addon.client.http import Connection
from blender_addon.client.session import Session
from blender_addon.core import errors
from blender_addon.core.backend_calls import BackendCalls
from blender_addon.core.protocol import BlendRequest, Greeting, WheelSpot, to_json
from blender_addon.core.protocol_video import PATH_JOBS, PATH_VIDEO, VideoRequest

from .conftest import COMMAND, Answer


@pytest.fixture
def calls(greeting: Greeting) -> Iterator[BackendCalls]:
    connection = Connection(greeting.port, greeting.token, timeout=20)
    yield BackendCalls(connection)
    connection.close()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(tmp_path / "backend.log")
    yield made
    made.close()


def asked(folder: Path, name: str, **more: object) -> VideoRequest:
    return VideoRequest("open", str(folder / name), 24.0, **more)  # type: ignore[arg-type]


def test_a_performance_comes_back(calls: BackendCalls, tmp_path: Path) -> None:
    reply = calls.encode_video(asked(tmp_path, "5.mp4", start=1.0, shape=[0.5, 0.25, 0.0]))
    assert (reply.head, reply.expression, reply.seconds, reply.error) == ("open", 3, 1.0, 0.01)
    assert reply.shape == [0.5, 0.25, 0.0]
    assert reply.keys.channels == [0, 0, 15] and reply.keys.holds == [False, True, False]
    for option in ("frame_rate", "face", "start", "end", "smoothing", "tolerance", "progress"):
        assert option in reply.notes[0] or option == "progress"


def test_progress_is_told(session: Session, tmp_path: Path) -> None:
    job = session.ask_later(COMMAND, lambda calls: calls.encode_video(asked(tmp_path, "50.mp4")))
    heard = set()
    while not job.wait(0.05):
        heard.add(job.progress)
    fractions = sorted(fraction for fraction, what in heard if what == "looking")
    assert len(fractions) > 3 and 0 <= fractions[0] < fractions[-1] <= 1
    assert job.answer().shape == [1.0, 1.0]


def test_a_refusal_keeps_its_class(calls: BackendCalls, tmp_path: Path) -> None:
    with pytest.raises(errors.VideoError) as refused:
        calls.encode_video(asked(tmp_path, "noface.mp4"))
    assert refused.value.code == "no-face" and refused.value.hint == "Take another one."
    with pytest.raises(errors.BackendError) as mistake:
        calls.encode_video(asked(tmp_path, "word.mp4"))
    assert mistake.value.code == "internal"


def test_cancelling_ends_the_work(session: Session, tmp_path: Path) -> None:
    session.start(COMMAND)
    job = session.ask_later(COMMAND, lambda calls: calls.encode_video(asked(tmp_path, "100.mp4")))
    while job.progress[1] != "looking":
        time.sleep(0.05)
    job.cancel()
    assert job.wait(2)
    with pytest.raises(errors.BackendError) as cancelled:
        job.answer()
    assert cancelled.value.code == "cancelled"
    start = time.monotonic()
    session.ask_now(COMMAND, lambda calls: calls.encode_video(asked(tmp_path, "1.mp4")))
    assert time.monotonic() - start < 1.5  # it does not wait for what was cancelled
    assert not (tmp_path / "100.done").exists()


def test_other_verbs_do_not_wait(calls: BackendCalls, greeting: Greeting, tmp_path: Path) -> None:
    wire = Connection(greeting.port, greeting.token)
    wire.post(PATH_VIDEO, to_json(asked(tmp_path, "50.mp4")))
    start = time.monotonic()
    assert calls.blend(BlendRequest("open", WheelSpot("joy"))).name == "joy+None"
    assert time.monotonic() - start < 0.9
    wire.close()


def test_jobs_wait_for_one_another(greeting: Greeting, tmp_path: Path) -> None:
    wire = BackendCalls(Connection(greeting.port, greeting.token))
    other = Connection(greeting.port, greeting.token)
    other.post(PATH_VIDEO, to_json(asked(tmp_path, "20.mp4")))
    wire.encode_video(asked(tmp_path, "1.mp4"))
    assert (tmp_path / "20.done").exists()


def test_a_crash_is_told(session: Session, tmp_path: Path) -> None:
    with pytest.raises(errors.BackendError) as crashed:
        session.ask_now(COMMAND, lambda calls: calls.encode_video(asked(tmp_path, "crash.mp4")))
    assert crashed.value.code == "backend-crashed"


@pytest.mark.parametrize(("method", "path"), [("GET", "/none"), ("DELETE", "/none"),
                                              ("GET", "/none/result"), ("GET", "/../heads")])
def test_a_job_that_is_not_there(knock: Callable[..., Answer], method: str, path: str) -> None:
    answer = knock(method, PATH_JOBS + path)
    assert answer.status == 404 and answer.body["code"] in ("no-such-job", "no-such-path")


def test_a_result_that_is_not_there_yet(knock: Callable[..., Answer], tmp_path: Path) -> None:
    job = knock("POST", PATH_VIDEO, to_json(asked(tmp_path, "30.mp4"))).body["job"]
    early = knock("GET", f"{PATH_JOBS}/{job}/result")
    assert (early.status, early.body["code"]) == (409, "not-finished")
    assert knock("DELETE", f"{PATH_JOBS}/{job}").status == 200


@pytest.mark.parametrize("body", [b"{}", b"[]", b"no", b'{"head": 1, "video": "x"}'])
def test_bad_requests(knock: Callable[..., Answer], body: bytes) -> None:
    answer = knock("POST", PATH_VIDEO, body)
    assert (answer.status, answer.body["code"]) == (422, "bad-message")


@pytest.mark.parametrize("header", ["Authorization", "Host"])
def test_the_door_is_the_same(knock: Callable[..., Answer], header: str) -> None:
    for method, path in (("POST", PATH_VIDEO), ("GET", f"{PATH_JOBS}/x"),
                         ("DELETE", f"{PATH_JOBS}/x")):
        answer = knock(method, path, changes={header: "evil"})
        assert answer.status in (401, 421)


def test_a_job_that_nobody_asks_about_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flamewheel.server import jobs

    monkeypatch.setattr(jobs, "ABANDONED", 0.2)
    ended = []

    def work(progress: Callable[[int, int, str], None]) -> None:
        try:
            for step in range(200):
                progress(step, 200, "looking")
                time.sleep(0.01)
        except BaseException:
            ended.append(True)
            raise

    jobs.Jobs().start(work)
    time.sleep(0.6)
    assert ended == [True]
