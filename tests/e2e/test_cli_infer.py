# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel infer` as another program sees it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli import PHOTO, accepted, refused

from flamewheel.parameter_file import load
from flamewheel.wheel_names import DYADS


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Emotions of the wheel as parameter files."""
    folder = tmp_path_factory.mktemp("faces")
    made = {name: folder / f"{name}.json" for name in ("joy", "surprise", "anger")}
    for name, path in made.items():
        accepted("blend", name, "-o", path)
    return made


def test_a_smile_in_a_photo_is_joy(tmp_path: Path) -> None:
    output = tmp_path / "read.json"
    ran = accepted("infer", PHOTO, "-o", output, "--json")
    (face,) = ran.json["faces"]
    shares = face["emotion"]["probabilities"]
    assert face["emotion"]["label"] == "Joy" == max(shares, key=shares.get)
    assert sum(shares.values()) == pytest.approx(1.0, abs=1e-6)
    written = load(output)
    assert written.emotion is not None and written.emotion.label == "Joy"
    assert written.camera is not None and written.error is not None  # nothing else is lost


def test_faces_of_the_wheel_are_read_as_what_they_show(faces: dict[str, Path]) -> None:
    ran = accepted("infer", *faces.values(), "--json")
    told = [face["emotion"]["label"] for face in ran.json["faces"]]
    assert told == ["Joy", "Surprise", "Anger"]
    text = accepted("infer", faces["joy"]).out
    assert text.startswith("joy.json: Joy\n") and "%" in text


def test_a_reading_is_the_wheels_first_emotion(faces: dict[str, Path], tmp_path: Path) -> None:
    """Paper 000, figure 4: the person's own face, by the name that was read from it, is E1."""
    read, mixed = tmp_path / "read.json", tmp_path / "mixed.json"
    accepted("infer", faces["joy"], "-o", read)
    ran = accepted("blend", "own", "surprise", "--own", read, "-o", mixed)
    assert DYADS["Delight"] == ("Joy", "Surprise") and "Delight" in ran.out
    assert load(mixed).head == "open"


def test_a_photo_without_a_face_does_not_stop_the_others(tmp_path: Path) -> None:
    from PIL import Image

    wall = tmp_path / "wall.png"
    Image.new("RGB", (200, 200), "grey").save(wall)
    ran = accepted("infer", wall, PHOTO, "--json")
    assert len(ran.json["faces"]) == 1 and "wall.png was left out" in ran.err
    assert refused("infer", wall)["code"] == "no-face"


def test_what_is_refused(tmp_path: Path, faces: dict[str, Path]) -> None:
    joy = faces["joy"]
    assert refused("infer", joy, faces["anger"], "-o", tmp_path / "x.json")["code"] == "one-output"
    assert refused("infer", joy, "-o", joy)["code"] == "same-file"
    gone = refused("infer", joy, "--recogniser", tmp_path / "gone.npz")
    assert gone["code"] == "recogniser-not-found" and gone["hint"]
    other = tmp_path / "other.json"
    other.write_text(json.dumps({**json.loads(joy.read_text()), "head": "nobody"}))
    assert refused("infer", other)["hint"]
    assert refused("infer", joy, "--recogniser", joy)["code"] in (
        "recogniser-unreadable", "not-a-recogniser")


def test_options_that_say_nothing_are_refused(faces: dict[str, Path], tmp_path: Path) -> None:
    for given in (("--face", "2"), ("--fusion", "max"), ("--image-model", tmp_path / "x.onnx")):
        assert refused("infer", faces["joy"], *given)["code"] == "unheard-option"
    given = ("--fusion", "mean", "--image-model", "none")
    assert refused("infer", PHOTO, *given)["code"] == "unheard-option"
    accepted("infer", faces["joy"], "--image-model", "none")


def test_a_face_that_cannot_be_told_is_no_first_emotion(
    faces: dict[str, Path], tmp_path: Path
) -> None:
    unclear = tmp_path / "unclear.json"
    read = json.loads(faces["joy"].read_text())
    unclear.write_text(json.dumps({**read, "emotion": {"label": "cannot tell"}}))
    assert refused("blend", "own", "fear", "--own", unclear)["code"] == "own-unclear"
