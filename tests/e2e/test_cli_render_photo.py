# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel render-photo` and `evaluate rendering` as another program sees them."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from cli import PHOTO, accepted, flamewheel, refused
from PIL import Image


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small one: the face alone."""
    path = tmp_path_factory.mktemp("photo") / "face.png"
    Image.open(PHOTO).convert("RGB").crop((125, 20, 331, 240)).save(path)
    return path


def test_a_sentence_becomes_a_video_that_begins_with_the_photo(
        photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "acted.mp4"
    ran = accepted("render-photo", photo, "--text", "to surprise in 6 frames", "-o", out,
                   "--fps", "12", "--still", "--json")
    assert ran.json["files"] == [str(out)] and ran.json["seconds"] == pytest.approx(0.25)
    clip = cv2.VideoCapture(str(out))
    frames = []
    while (read := clip.read())[0]:
        frames.append(read[1][..., ::-1].astype(float))
    assert len(frames) == 4 and clip.get(cv2.CAP_PROP_FPS) == 12
    original = np.asarray(Image.open(photo))[:frames[0].shape[0], :frames[0].shape[1]]
    assert np.abs(frames[0] - original).mean() < 4  # within the video's compression
    assert np.abs(frames[-1] - frames[0]).mean() > 1.5 * np.abs(frames[0] - original).mean() + 1


def test_moments_and_frames_of_a_trajectory(photo: Path, tmp_path: Path) -> None:
    acted = tmp_path / "acted.json"
    accepted("transition", "from neutral to anger", "-o", acted, "--still")
    moment, start = tmp_path / "moment.png", tmp_path / "start.jpg"
    accepted("render-photo", photo, "--trajectory", acted, "-o", moment)
    accepted("render-photo", photo, "--trajectory", acted, "-o", start, "--at", "0")
    shown = [np.asarray(Image.open(path), float) for path in (moment, start, photo)]
    assert shown[0].shape == shown[1].shape == shown[2].shape
    assert np.abs(shown[0] - shown[1]).mean() > 0.5
    ran = accepted("render-photo", photo, "--trajectory", acted, "--fps", "2", "--json",
                   "-o", tmp_path / "frame_%02d.png")
    names = ["frame_01.png", "frame_02.png", "frame_03.png"]
    assert [Path(name).name for name in ran.json["files"]] == names
    first, last = (np.asarray(Image.open(tmp_path / name), float) for name in (names[0], names[-1]))
    assert np.array_equal(first, shown[2])  # from the photo's own expression
    assert np.array_equal(last, shown[0])


def test_refusals_leave_nothing(photo: Path, tmp_path: Path) -> None:
    acted = tmp_path / "acted.json"
    accepted("transition", "to joy", "-o", acted, "--still")
    other = tmp_path / "other.json"
    other.write_text(acted.read_text().replace('"head": "open"', '"head": "somebody"'))
    Image.new("RGB", (300, 300), "grey").save(tmp_path / "grey.png")
    (tmp_path / "text.json").write_text("{}")
    before = sorted(tmp_path.iterdir())
    given = ("--trajectory", acted)
    for arguments, code in (
        ((photo, *given, "-o", "a.txt"), "wrong-ending"),
        ((photo, *given, "-o", photo), "same-file"),
        ((photo, *given, "-o", "none/a.mp4"), "cannot-write"),
        ((photo, *given, "-o", "a.mp4", "--seed", "3"), "unheard-option"),
        ((photo, "--trajectory", other, "-o", "a.mp4"), "other-head"),
        ((photo, "--trajectory", "text.json", "-o", "a.mp4"), "bad-trajectory"),
        (("grey.png", *given, "-o", "a.mp4"), "no-face"),
        ((photo, "--text", "hello", "-o", "a.mp4"), "no-emotion"),
    ):
        assert refused("render-photo", *arguments, folder=tmp_path)["code"] == code, arguments
    assert sorted(tmp_path.iterdir()) == before
    assert flamewheel("render-photo", photo, "-o", tmp_path / "a.mp4").status == 2


def test_rendering_is_evaluated(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    Image.open(photo).save(tmp_path / "images" / "a.png")
    accepted("render-photo", photo, "--text", "to sadness", "--still",
             "-o", tmp_path / "images" / "b.png")
    (tmp_path / "labels.csv").write_text(
        "image,subject,emotion\na.png,one,happiness\nb.png,one,sadness\n")
    sheet = tmp_path / "pairs.png"
    ran = accepted("evaluate", "rendering", tmp_path, "--everybody", "--json", "--drawing", sheet)
    assert json.dumps(ran.json) and ran.json["pairs"] == 2 and sheet.exists()
    assert ran.json["better"]["L1"] == 1.0
    assert refused("evaluate", "rendering", tmp_path, "--lpips", photo, photo)["code"] == (
        "not-a-checkpoint")
