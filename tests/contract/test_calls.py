# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on's client against the real server: every verb, refusals, cancelling, crashes."""

from __future__ import annotations

import hashlib
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from blender_addon.client.http import Connection
from blender_addon.client.process import BackendProcess
from blender_addon.client.session import Session
from blender_addon.core import errors
from blender_addon.core.backend_calls import BackendCalls
from blender_addon.core.plan_rows import replaced, suggested
from blender_addon.core.protocol import (
    MAX_PHOTO_BYTES,
    BlendRequest,
    CodeBody,
    ConvertRequest,
    Greeting,
    HeadReply,
    RetargetRequest,
    WheelSpot,
)
from blender_addon.core.protocol_plan import (
    MotionBody,
    PerformRequest,
    PlanStep,
    TransitionRequest,
    UnderstandRequest,
)

from .conftest import COMMAND

PARAMETERS = {"head": "open", "shape": [1.0], "expression": [0.5]}


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


def photo(folder: Path, content: bytes, name: str = "photo.jpg") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_photo_arrives_whole(calls: BackendCalls, tmp_path: Path) -> None:
    content = bytes(range(256)) * 40_000  # 10 MB
    reply = calls.encode(photo(tmp_path, content), "/heads/köpfe & more.npz", 2)
    assert reply.notes == ["face=2", f"sha={hashlib.sha256(content).hexdigest()}"]
    assert reply.parameters["head"] == "/heads/köpfe & more.npz"
    assert reply.parameters["expression"] == [0.0, 1.0, 2.0]


def test_no_face_chosen(calls: BackendCalls, tmp_path: Path) -> None:
    assert calls.encode(photo(tmp_path, b"x")).notes[0] == "face=None"


def test_a_photo_by_networks(calls: BackendCalls, tmp_path: Path) -> None:
    reply = calls.encode(photo(tmp_path, b"x"), "flame", encoder="emoca", shape_from="mica")
    assert reply.notes == ["shape from mica, expression from emoca"]
    assert calls.encode(photo(tmp_path, b"x"), encoder="landmark").notes[0] == "face=None"
    with pytest.raises(errors.UsageError) as refusal:
        calls.encode(photo(tmp_path, b"x"), "flame", encoder="deka")
    assert refusal.value.code == "no-such-encoder" and "smirk" in refusal.value.hint


def test_a_blend(calls: BackendCalls) -> None:
    asked = BlendRequest("open", WheelSpot("joy", 0.5), WheelSpot("fear"), 0.25, "linear")
    reply = calls.blend(asked)
    assert reply.code.expression == [0.25] and reply.name == "joy+fear"
    for said in ("'primary_intensity': 0.5", "'secondary_intensity': None", "'method': 'linear'"):
        assert said in reply.notes[0]
    assert reply.strengths == {}


def test_a_blend_of_three_on_one_side(calls: BackendCalls) -> None:
    asked = BlendRequest(
        "open", WheelSpot("joy"), WheelSpot("fear"), tertiary=WheelSpot("anger", 1.5),
        weights=[0.5, 0.3, 0.2], database="/some/dbex.npz", side="left", asymmetry=0.5)
    notes = calls.blend(asked).notes[0]
    for said in ("'tertiary': 'anger'", "'tertiary_intensity': 1.5", "'method': 'units'",
                 "'weights': [0.5, 0.3, 0.2]", "dbex.npz", "'side': 'left'", "'asymmetry': 0.5"):
        assert said in notes


def test_a_transition(calls: BackendCalls) -> None:
    now = CodeBody([1.0, 2.0, 3.0], jaw=[0.25, 0, 0])
    reply = calls.transition(TransitionRequest("open", "to joy over two seconds", now, 7))
    assert (reply.times, reply.easings, reply.seed) == ([0.0, 2.0], ["smooth"], 7)
    assert reply.codes[0][:4] == [1.0, 2.0, 3.0, 0.25]
    assert [step.emotion for step in reply.plan[1:]] == ["Joy"]


def test_a_sentence_is_understood_then_its_edited_steps_are_acted(calls: BackendCalls) -> None:
    text = "to joy in 12 frames, then surprise"
    understood = calls.understand(UnderstandRequest(text, fps=30))
    assert [step.seconds for step in understood.plan] == [0.0, 0.4, 1.0]
    assert understood.plan[1].words in text
    edited = [*understood.plan[:2], replace(understood.plan[2], emotion="Fear", seconds=3.0)]
    reply = calls.perform(PerformRequest("open", edited, text, seed=3))
    assert (reply.times, reply.seed) == ([0.0, 0.4, 3.4], 3)
    assert [step.emotion for step in reply.plan[1:]] == ["Joy", "Fear"]


def test_a_sentence_that_is_not_understood_is_refused(calls: BackendCalls) -> None:
    with pytest.raises(errors.InstructionError) as refused:
        calls.understand(UnderstandRequest("hello"))
    assert refused.value.code == "no-emotion"


def test_a_refusal_has_the_place_of_the_words(calls: BackendCalls) -> None:
    text = "to joy, then wiggle the ears"
    with pytest.raises(errors.InstructionError) as refused:
        calls.transition(TransitionRequest("open", text))
    assert refused.value.code == "absent-control"
    assert refused.value.span is not None and "ears" in text[slice(*refused.value.span)]


def test_a_misspelt_emotion_is_refused_with_words_in_its_place(calls: BackendCalls) -> None:
    text = "to joy, then worrried"
    with pytest.raises(errors.InstructionError) as refused:
        calls.understand(UnderstandRequest(text))
    assert refused.value.span is not None
    start, end = refused.value.span
    better = replaced(text, start, end, "worrried", suggested(refused.value.hint)[0])
    assert better == "to joy, then worried"
    assert len(calls.understand(UnderstandRequest(better)).plan) == 3


def test_unknown_words_have_places_and_suggestions(calls: BackendCalls) -> None:
    text = "to joy, blorply"
    (unknown,) = calls.understand(UnderstandRequest(text)).unknown
    assert text[unknown.start:unknown.end] == unknown.words == "blorply"


def test_a_living_motion_comes_as_keys(calls: BackendCalls) -> None:
    still = calls.transition(TransitionRequest("open", "to joy"))
    assert still.keys is None and still.notes == ["None"]
    alive = calls.transition(TransitionRequest("open", "to joy", motion=MotionBody(blinks=0.5)))
    assert alive.keys is not None and alive.keys.times == [0.0, 1.0]
    assert "blinks=0.5" in alive.notes[0] and "timing=1.0" in alive.notes[0]


def test_more_motion_than_a_face_has_is_refused(calls: BackendCalls) -> None:
    with pytest.raises(errors.UsageError, match="overshoot"):
        calls.transition(TransitionRequest("open", "to joy", motion=MotionBody(overshoot=9.0)))


def test_steps_that_are_no_plan_are_refused(calls: BackendCalls) -> None:
    start = PlanStep("Neutral", 1.0, 0.0, "hold")
    with pytest.raises(errors.InstructionError) as refused:
        calls.perform(PerformRequest("open", [start, PlanStep("Bliss", 1.0, 1.0, "smooth")]))
    assert refused.value.code == "bad-plan"


def test_a_transition_from_a_wrong_code(calls: BackendCalls) -> None:
    with pytest.raises(errors.UsageError, match="jaw"):
        calls.transition(TransitionRequest("open", "to joy", CodeBody([1.0], jaw=[1.0])))


def test_a_retarget(calls: BackendCalls) -> None:
    target = {**PARAMETERS, "shape": [9.0]}
    assert calls.retarget(RetargetRequest("b", PARAMETERS, target)).parameters["shape"] == [9.0]
    assert calls.retarget(RetargetRequest("b", PARAMETERS)).parameters["shape"] == [1.0]


def test_a_retarget_with_a_wrong_key(calls: BackendCalls) -> None:
    with pytest.raises(errors.UsageError, match="shape"):
        calls.retarget(RetargetRequest("b", {**PARAMETERS, "shape": "wide"}))


def test_the_heads_but_the_damaged_one(calls: BackendCalls, backend: BackendProcess) -> None:
    first, last = calls.heads()
    assert first == HeadReply("first", "/first.npz", 5023, 300, 100, "free", "ab")
    assert last.name == "last"
    assert "the head bad is left out" in backend.log.read_text()


def test_a_conversion(calls: BackendCalls) -> None:
    head = calls.convert(ConvertRequest("/heads/flame.pkl", "/heads/flame.npz"))
    assert (head.name, head.path) == ("flame", "/heads/flame.npz")
    with pytest.raises(errors.HeadError):
        calls.convert(ConvertRequest("/heads/bad.pkl", "/heads/flame.npz"))


def test_refusals_keep_their_class(calls: BackendCalls, tmp_path: Path) -> None:
    with pytest.raises(errors.PhotoError) as no_face:
        calls.encode(photo(tmp_path, b"noface:"))
    assert no_face.value.code == "no-face" and no_face.value.hint == "Take another one."
    with pytest.raises(errors.WheelError, match="joj"):
        calls.blend(BlendRequest("open", WheelSpot("joj")))
    with pytest.raises(errors.BackendError) as mistake:
        calls.encode(photo(tmp_path, b"boom:"))
    assert mistake.value.code == "internal"


def test_one_connection_serves_many_calls(greeting: Greeting) -> None:
    """Kept open and without Nagle's 40 ms: a hundred questions take well below 100 x 40 ms."""
    connection = Connection(greeting.port, greeting.token)
    calls = BackendCalls(connection)
    calls.health()
    wire = connection._wire.sock
    start = time.perf_counter()
    for _ in range(100):
        calls.health()
    assert time.perf_counter() - start < 2.0
    assert connection._wire.sock is wire
    connection.close()


def test_a_connection_that_went_stale_is_renewed(greeting: Greeting, tmp_path: Path) -> None:
    connection = Connection(greeting.port, greeting.token)
    calls = BackendCalls(connection)
    calls.health()
    assert connection._wire.sock is not None
    connection._wire.sock.shutdown(2)  # as after a night's sleep
    assert calls.encode(photo(tmp_path, b"again")).notes[0] == "face=None"
    connection.close()


def test_photos_that_cannot_be_sent(calls: BackendCalls, tmp_path: Path) -> None:
    with pytest.raises(errors.PhotoError, match=r"gone\.jpg"):
        calls.encode(tmp_path / "gone.jpg")
    huge = tmp_path / "huge.jpg"
    with open(huge, "wb") as stream:
        stream.truncate(MAX_PHOTO_BYTES + 1)
    with pytest.raises(errors.PhotoError, match="64 MB"):
        calls.encode(huge)


def test_nobody_there() -> None:
    with pytest.raises(errors.BackendError) as lost:
        Connection(1, "token", timeout=2).get("/health")
    assert lost.value.code == "connection-lost"


def test_too_slow(greeting: Greeting, tmp_path: Path) -> None:
    calls = BackendCalls(Connection(greeting.port, greeting.token, timeout=0.3))
    with pytest.raises(errors.BackendError) as slow:
        calls.encode(photo(tmp_path, b"sleep:1"))
    assert slow.value.code == "backend-timeout"


def test_the_wheel_does_not_wait_for_a_photo(greeting: Greeting, tmp_path: Path) -> None:
    slow = photo(tmp_path, b"sleep:1.5")
    encoding = BackendCalls(Connection(greeting.port, greeting.token))
    thread = threading.Thread(target=encoding.encode, args=(slow,))
    thread.start()
    time.sleep(0.1)
    blend = BackendCalls(Connection(greeting.port, greeting.token)).blend
    assert blend(BlendRequest("open", WheelSpot("joy"))).name == "joy+None"
    assert thread.is_alive()
    thread.join()


def test_prints_of_libraries_go_to_the_log(
    backend: BackendProcess, calls: BackendCalls, tmp_path: Path
) -> None:
    calls.encode(photo(tmp_path, b"print:"))
    assert "printed by a library" in backend.log.read_text()


def test_a_session_starts_what_it_needs(session: Session) -> None:
    assert not session.running and session.state_text == "The backend is not running"
    assert session.ask_now(COMMAND, lambda calls: calls.health().protocol) == 1
    assert session.running and "is running" in session.state_text
    session.stop()
    assert not session.running
    assert session.ask_now(COMMAND, lambda calls: calls.health().protocol) == 1


def test_a_session_asks_later(session: Session) -> None:
    done: list[str] = []
    job = session.ask_later(
        COMMAND, lambda calls: calls.blend(BlendRequest("open", WheelSpot("joy"))).name, done.append
    )
    assert job.wait(20) and job.answer() == "joy+None"
    deadline = time.monotonic() + 5
    while not session.runner.drain() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert done == ["joy+None"]


def test_cancelling_does_not_wait(session: Session, tmp_path: Path) -> None:
    session.start(COMMAND)
    slow = photo(tmp_path, b"sleep:20")
    job = session.ask_later(COMMAND, lambda calls: calls.encode(slow))
    time.sleep(0.3)
    job.cancel()
    assert job.wait(2)
    with pytest.raises(errors.BackendError) as cancelled:
        job.answer()
    assert cancelled.value.code == "cancelled"
    assert session.ask_now(COMMAND, lambda calls: calls.health().protocol) == 1


def test_a_crash_is_survived(session: Session, tmp_path: Path) -> None:
    once = photo(tmp_path, f"crash-once:{tmp_path / 'crashed'}".encode())
    session.start(COMMAND)
    assert session.ask_now(COMMAND, lambda calls: calls.encode(once)).notes
    assert (tmp_path / "crashed").exists()


def test_a_photo_that_always_crashes_is_told(session: Session, tmp_path: Path) -> None:
    bad = photo(tmp_path, b"crash:")
    with pytest.raises(errors.BackendError) as crashed:
        session.ask_now(COMMAND, lambda calls: calls.encode(bad))
    assert crashed.value.code == "backend-crashed"
    assert "listening on" in crashed.value.hint  # the end of the log
    assert "crashed" in session.state_text
    assert session.ask_now(COMMAND, lambda calls: calls.health().protocol) == 1


def test_another_python_ends_the_first_backend(session: Session) -> None:
    first = session.ask_now(COMMAND, lambda calls: calls.health().pid)
    other = (sys.executable, "-B", *COMMAND[1:])
    assert session.ask_now(other, lambda calls: calls.health().pid) != first
