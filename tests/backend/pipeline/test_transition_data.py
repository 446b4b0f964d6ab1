# SPDX-License-Identifier: GPL-3.0-or-later
"""Photos and clips as faces of a set of transitions: read once, left out where turned too far."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from flamewheel.errors import InputFileError
from flamewheel.pipeline.transition_data import photo_faces

PHOTO = Path(__file__).resolve().parents[3] / "examples" / "astronaut.png"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLAMEWHEEL_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "images").mkdir(parents=True)
    shutil.copy(PHOTO, folder / "images" / "a.png")
    from PIL import Image

    Image.new("RGB", (64, 64), "grey").save(folder / "images" / "wall.png")
    (folder / "labels.csv").write_text(
        "image,subject,emotion\na.png,ann,happiness\nwall.png,ann,anger\n")
    return folder


def test_faces_are_read_once(labelled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = photo_faces(labelled)
    assert first.emotions == ("Joy",) and first.subjects == ("ann",)
    assert first.codes.shape == (1, 103) and "wall.png" in first.notes[0]

    from flamewheel.encoders import landmark

    def refuse(*given: object, **named: object) -> None:
        raise AssertionError("it was kept")

    monkeypatch.setattr(landmark, "encode_photo", refuse)
    again = photo_faces(labelled)
    np.testing.assert_array_equal(again.codes, first.codes)


def test_who_ends_it_keeps_what_was_read(labelled: Path, tmp_path: Path) -> None:
    def end(done: int, total: int, what: str) -> None:
        if what == "encoding photos" and done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        photo_faces(labelled, progress=end)
    kept = list((tmp_path / "cache" / "transitions").glob("*.rows"))
    assert len(kept) == 1 and kept[0].stat().st_size > 400


def test_faces_turned_too_far_are_left_out(labelled: Path) -> None:
    with pytest.raises(InputFileError) as refusal:
        photo_faces(labelled, largest_turn=0.01)
    assert refusal.value.code == "no-faces"
    assert len(photo_faces(labelled, largest_turn=60.0).codes) == 1


def test_a_clip_is_read_at_its_moment(tmp_path: Path) -> None:
    cv2 = pytest.importorskip("cv2")
    face = cv2.resize(cv2.imread(str(PHOTO)), (384, 384))
    folder = tmp_path / "celebv"
    folder.mkdir()
    video = cv2.VideoWriter(str(folder / "x_0.mp4"), cv2.VideoWriter_fourcc(*"mp4v"), 10,
                            (384, 384))
    for number in range(20):  # a wall, then the face
        video.write(face if number >= 10 else np.full_like(face, 128))
    video.release()
    emotions = [{"emotion": "neutral", "start_sec": 0.0, "end_sec": 1.0},
                {"emotion": "happy", "start_sec": 1.0, "end_sec": 2.0}]
    (folder / "celebvhq_info.json").write_text(json.dumps({"clips": {"x_0": {
        "ytb_id": "x", "duration": {"start_sec": 3.0, "end_sec": 5.0},
        "attributes": {"emotion": {"sep_flag": True, "labels": emotions}}}}}))
    found = photo_faces(folder, largest_turn=60.0)
    assert found.layout == "CelebV-HQ" and found.emotions == ("Joy",)
    (folder / "x_0.mp4").write_bytes(b"no video")
    with pytest.raises(InputFileError, match="No face"):
        photo_faces(folder, largest_turn=60.0)
