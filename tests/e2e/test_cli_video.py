# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel encode clip.mp4`: files, words, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from cli import accepted, refused

from flamewheel.head.registry import find_head
from flamewheel.parameter_file import load
from flamewheel.trajectory import load_trajectory
from tests.video_clips import act, write_clip

HEAD = "open-light"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second of a head that blinks."""
    acted = act(find_head(HEAD), 1.0, 25.0, blinks=(0.5,))
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", acted.frames, 25.0)


@pytest.fixture(scope="module")
def encoded(clip: Path) -> Path:
    out = clip.parent / "made" / "clip.json"
    out.parent.mkdir()
    ran = accepted("encode", clip, "--head", HEAD, "-o", out, "--fps", "24",
                   "--preview", out.with_suffix(".mp4"))
    assert f"wrote {out}" in ran.out and "keys on" in ran.out and "residual: " in ran.out
    return out


def test_a_clip_becomes_a_trajectory_and_a_person(encoded: Path) -> None:
    names = sorted(each.name for each in encoded.parent.iterdir())
    assert names == ["clip.identity.json", "clip.json", "clip.mp4"]
    path = load_trajectory(encoded)
    assert path.head == HEAD and path.keys is not None and path.global_rotation is not None
    np.testing.assert_allclose(np.diff(path.times), 1 / 24)
    person = load(encoded.with_suffix(".identity.json"))
    assert person.head == HEAD and (person.code.expression == 0).all()
    assert np.linalg.norm(person.identity.shape) > 0


def test_the_preview_shows_every_frame_twice(encoded: Path) -> None:
    preview = cv2.VideoCapture(str(encoded.with_suffix(".mp4")))
    good, picture = preview.read()
    assert good and preview.get(cv2.CAP_PROP_FRAME_COUNT) == 25
    half = picture.shape[1] // 2
    assert picture[:, :half].std() > 20 and picture[:, half:].std() > 20
    alike = np.corrcoef(picture[:, :half].ravel(), picture[:, half:2 * half].ravel())[0, 1]
    assert alike > 0.6


def test_the_person_can_be_given(clip: Path, encoded: Path, tmp_path: Path) -> None:
    person = encoded.with_suffix(".identity.json")
    ran = accepted("encode", clip, "--head", HEAD, "--identity", person, "--start", "0.2",
                   "--end", "0.5", "--json")
    assert ran.json["identity"]["shape"] == json.loads(person.read_text())["shape"]
    assert ran.json["clip"]["frames"] == 8 and abs(ran.json["clip"]["start"] - 0.2) < 1e-3


def test_refusals(clip: Path, tmp_path: Path) -> None:
    text = tmp_path / "letter.mp4"
    text.write_text("Dear all,\n" * 50)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clip.read_bytes()[:3000])
    cases = {
        "not-a-video": (text,), "unreadable-video": (broken,),
        "file-not-found": (tmp_path / "none.mp4",), "bad-range": (clip, "--start", "9"),
        "bad-smoothing": (clip, "--smoothing", "-1"), "bad-fps": (clip, "--fps", "0"),
        "bad-tolerance": (clip, "--tolerance", "0"),
        "same-file": (clip, "--preview", clip),
        "wrong-ending": (clip, "-o", tmp_path / "clip.npz"),
    }
    for code, arguments in cases.items():
        assert refused("encode", *arguments, "--head", HEAD)["code"] == code
    assert sorted(each.name for each in tmp_path.iterdir()) == ["broken.mp4", "letter.mp4"]
