# SPDX-License-Identifier: GPL-3.0-or-later
"""Trajectories on a photo: when which expression, and what cannot be written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flamewheel import pipeline
from flamewheel.errors import UsageError
from flamewheel.pipeline.photo_rendering import INTO, ActingPhoto, acted_codes, check_output
from flamewheel.trajectory import Trajectory

PHOTO = Path(__file__).resolve().parents[3] / "examples" / "astronaut.png"


@pytest.fixture(scope="module")
def photo() -> ActingPhoto:
    return pipeline.acting_photo(PHOTO, size=256 + 64)


def held(photo: ActingPhoto, emotion: str, seconds: float = 1.0) -> Trajectory:
    row = pipeline.blend(emotion).code.vector()
    return Trajectory(photo.face.head, np.array([0.0, seconds]), np.stack([row, row]), ("linear",))


def test_another_beginning_is_reached_from_the_photo_s_own(photo: ActingPhoto) -> None:
    acted = held(photo, "anger")
    rows = [code.vector() for code in acted_codes(photo, acted, [0.0, INTO / 2, INTO, 0.8])]
    own, wanted = photo.code.vector(), acted.codes[0]
    assert np.allclose(rows[0], own) and np.allclose(rows[1], (own + wanted) / 2)
    assert np.allclose(rows[2], wanted) and np.allclose(rows[3], wanted)


def test_a_beginning_that_is_the_photo_s_is_followed_as_it_is(photo: ActingPhoto) -> None:
    acted = held(photo, "anger")
    codes = np.stack([photo.code.vector(), acted.codes[1]])
    path = replace(acted, codes=codes)
    row = acted_codes(photo, path, [0.1])[0].vector()
    assert np.allclose(row, 0.9 * codes[0] + 0.1 * codes[1])


def test_a_moment_is_the_trajectory_s_own(photo: ActingPhoto, tmp_path: Path) -> None:
    acted = held(photo, "joy")
    written = pipeline.render_photo(photo, acted, tmp_path / "a.png", at=0.0)
    made = np.asarray(Image.open(written[0]))
    assert np.array_equal(made, photo.picture(acted.code(0)))


def test_a_cancelled_video_leaves_nothing(photo: ActingPhoto, tmp_path: Path) -> None:
    def stop(done: int, total: int, text: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipeline.render_photo(photo, held(photo, "joy"), tmp_path / "a.mp4", progress=stop)
    assert not list(tmp_path.iterdir())


def test_other_heads_trajectories_are_refused(photo: ActingPhoto, tmp_path: Path) -> None:
    acted = held(photo, "joy")
    fewer = replace(acted, codes=acted.codes[:, 3:])
    for wrong in (replace(acted, head="somebody"), fewer):
        for name in ("a.mp4", "a.png", "a_%d.png"):
            with pytest.raises(UsageError) as refused:
                pipeline.render_photo(photo, wrong, tmp_path / name)
            assert refused.value.code == "other-head"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "at", "fps", "code"), [
    ("a.txt", None, 24.0, "wrong-ending"), ("a", None, 24.0, "wrong-ending"),
    ("a_%d_%d.png", None, 24.0, "wrong-ending"), ("a_%s.png", None, 24.0, "wrong-ending"),
    ("a_%.png", None, 24.0, "wrong-ending"), ("a.mp4", 1.0, 24.0, "unheard-option"),
    ("a.png", -1.0, 24.0, "bad-time"), ("a.png", float("nan"), 24.0, "bad-time"),
    ("a.mp4", None, 0.0, "bad-rate"), ("a.mp4", None, float("nan"), "bad-rate"),
])
def test_what_cannot_be_written(name: str, at: float | None, fps: float, code: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_output(Path(name), at, fps)
    assert refused.value.code == code and refused.value.hint


@pytest.mark.parametrize("name", ["a.mp4", "A.MP4", "a.png", "a.jpeg", "f_%04d.png", "f_%d.jpg"])
def test_what_can(name: str) -> None:
    check_output(Path(name), None, 24.0)
