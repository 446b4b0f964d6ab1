# SPDX-License-Identifier: GPL-3.0-or-later
"""A video becomes keys, with the real backend as Blender's child, from Python in the background."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import numpy as np
import pytest
from conftest import ROOT
from scene_tools import contents, head_mesh, keyframes, registered_addon, run_backend, values
from simple_rig import empty_file

from blender_addon.client.session import session
from blender_addon.core.backend_calls import BackendCalls
from blender_addon.core.protocol_video import KeysBody, VideoReply, VideoRequest
from blender_addon.operators.verb import BackendVerb
from blender_addon.scene.actions import curves_of
from blender_addon.scene.find import find_head
from blender_addon.scene.pose import key_video

ROOT_PATH = 'pose.bones["root"].rotation_euler'
JAW_PATH = 'pose.bones["jaw"].rotation_euler'


@pytest.fixture(scope="module", autouse=True)
def addon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with registered_addon(tmp_path_factory.mktemp("user")):
        yield


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "made.mp4"
    run_backend(ROOT / "tests" / "blender" / "made_clip.py", path)
    return path


@pytest.fixture(autouse=True)
def head() -> Any:
    empty_file()
    bpy.context.scene.render.fps = 24
    assert bpy.ops.flamewheel.import_head(expression_count=60) == {"FINISHED"}
    return head_mesh()


def drawn(curve: Any, frames: Any) -> Any:
    return np.array([curve.evaluate(frame) for frame in frames])


def test_a_clip_becomes_keys_at_the_scene_s_frame_rate(clip: Path, head: Any) -> None:
    bpy.context.scene.frame_set(11)
    assert bpy.ops.flamewheel.encode_video(filepath=str(clip)) == {"FINISHED"}
    assert any(values("Shape"))
    expression = keyframes(head.data.shape_keys)
    bones = keyframes(head.parent)
    frames = [frame for keys in (*expression.values(), *bones.values()) for frame, _ in keys]
    assert min(frames) == 11 and max(frames) == 38  # 1.16 s at 24 frames a second
    assert all(frame == round(frame) for frame in frames)
    assert (ROOT_PATH, 1) in bones and ('pose.bones["left_eye"].rotation_euler', 1) in bones
    longest = max(len(keys) for keys in expression.values())
    assert len(expression) > 10 and longest < 29
    turned = next(curve for curve in curves_of(head.parent)
              if curve.data_path == ROOT_PATH and curve.array_index == 1)
    acted = 0.12 * np.sin(2 * np.pi * 0.4 * np.arange(28) / 24)
    assert np.corrcoef(drawn(turned, 11 + np.arange(28)), acted)[0, 1] > 0.95


def test_what_is_asked_for(clip: Path, head: Any) -> None:
    assert bpy.ops.flamewheel.encode_video(
        filepath=str(clip), use_identity=False, use_head_pose=False, start=0.2, end=0.6, frame=100,
        dense=True) == {"FINISHED"}
    assert not any(values("Shape"))
    bones = keyframes(head.parent)
    assert (ROOT_PATH, 1) not in bones
    assert (JAW_PATH, 0) in bones
    keyed = [[frame for frame, _ in keys] for keys in keyframes(head.data.shape_keys).values()]
    # a channel that rests exactly for a while needs no key on each frame
    assert max(keyed, key=len) == list(range(100, 109))
    assert np.mean([len(frames) for frames in keyed]) > 6


def test_refusals_change_nothing(tmp_path: Path) -> None:
    letter = tmp_path / "letter.mp4"
    letter.write_text("Dear all,\n" * 50)
    before = contents()
    for path, said in ((letter, "not a video"), (tmp_path / "none.mp4", "no video")):
        with pytest.raises(RuntimeError, match=said):
            bpy.ops.flamewheel.encode_video(filepath=str(path))
    assert contents() == before


def a_reply(rows: list[tuple[int, float, float, float, bool]]) -> VideoReply:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return VideoReply("open", 60, 1.0, KeysBody(*columns), [], None)


def test_blender_draws_the_curves_that_the_backend_means(head: Any) -> None:
    found = find_head(bpy.context)
    assert found is not None
    rows = [(0, 0.0, 0.0, 0.0, False), (0, 0.25, 1.0, 3.0, False), (0, 1.0, -0.5, -1.0, False),
            (1, 0.0, 0.5, 0.0, True), (1, 0.5, 1.5, 0.0, False)]
    key_video(found, a_reply(rows), bpy.context.scene, frame=1, head_pose=True)
    curves = {curve.data_path: curve for curve in curves_of(head.data.shape_keys)}
    at = np.arange(25) / 24
    got = drawn(curves['key_blocks["Exp1"].value'], 1 + 24 * at)
    u, length = (at - 0.25) / 0.75, 0.75
    second = (1.0 * (2 * u**3 - 3 * u**2 + 1) - 0.5 * (3 * u**2 - 2 * u**3)
              + length * (3.0 * (u**3 - 2 * u**2 + u) - 1.0 * (u**3 - u**2)))
    late = at >= 0.25
    np.testing.assert_allclose(got[late], second[late], atol=1e-4)
    assert abs(got[6] - 1.0) < 1e-5
    held = curves['key_blocks["Exp2"].value']
    np.testing.assert_allclose(drawn(held, [1, 6, 12.9, 13]), [0.5, 0.5, 0.5, 1.5], atol=1e-5)


def test_older_keys_in_the_clip_s_time_go_and_others_stay(head: Any) -> None:
    block = head.data.shape_keys.key_blocks["Exp3"]
    for frame in (1, 10, 100):
        block.value = 0.7
        block.keyframe_insert("value", frame=frame)
    found = find_head(bpy.context)
    assert found is not None
    rows = [(0, 0.0, 0.2, 0.0, False), (0, 1.0, 0.4, 0.0, False), (2, 0.0, 0.0, 0.0, False)]
    key_video(found, a_reply(rows), bpy.context.scene, frame=5, head_pose=True)
    keys = keyframes(head.data.shape_keys)['key_blocks["Exp3"].value', 0]
    assert keys == [(1.0, 0.7), (5.0, 0.0), (29.0, 0.0), (100.0, 0.7)]


class Window:
    """What an operator beside the window touches of its context."""

    def __init__(self) -> None:
        self.texts: list[str | None] = []
        self.timers = 0
        self.window = None
        self.scene = bpy.context.scene
        self.workspace = SimpleNamespace(status_text_set=self.texts.append)
        self.window_manager = SimpleNamespace(
            event_timer_add=self._more, event_timer_remove=self._fewer,
            modal_handler_add=lambda operator: None)

    def _more(self, *given: Any, **named: Any) -> object:
        self.timers += 1
        return object()

    def _fewer(self, timer: object) -> None:
        self.timers -= 1


class Verb(BackendVerb):
    """The video's verb without Blender's own part of an operator."""

    waiting = "Reading the video"

    def __init__(self, clip: Path) -> None:
        self.clip = clip
        self.applied: list[VideoReply] = []
        self.said: list[str] = []

    def ask(self, calls: BackendCalls) -> VideoReply:
        return calls.encode_video(VideoRequest("open-light", str(self.clip), 24.0))

    def apply(self, context: Any, reply: VideoReply) -> None:
        self.applied.append(reply)

    def report(self, kind: set[str], text: str) -> None:
        self.said.append(text)


def moved(verb: Verb, window: Window, until: Any) -> Any:
    """Timer events until something is so, as the window's loop sends them."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        answer = verb.modal(window, SimpleNamespace(type="TIMER"))
        if until(answer):
            return answer
        time.sleep(0.05)
    raise AssertionError("too slow")


def test_beside_the_window_progress_is_shown_and_the_answer_applied(clip: Path) -> None:
    verb, window = Verb(clip), Window()
    assert verb._begin(window, session().command(), verb.ask) == {"RUNNING_MODAL"}
    assert moved(verb, window, lambda answer: answer != {"PASS_THROUGH"}) == {"FINISHED"}
    assert len(verb.applied) == 1 and window.timers == 0 and window.texts[-1] is None
    shown = [text for text in window.texts if text]
    assert all(text.endswith("(Esc cancels)") for text in shown)
    assert any("%" in text for text in shown)


def test_esc_ends_it(clip: Path) -> None:
    verb, window = Verb(clip), Window()
    verb._begin(window, session().command(), verb.ask)
    moved(verb, window, lambda answer: verb._job.progress[1] in ("looking", "fitting"))
    assert verb.modal(window, SimpleNamespace(type="ESC")) == {"CANCELLED"}
    assert window.timers == 0 and verb.said == ["Cancelled."] and not verb.applied
    assert verb._job.wait(5)
