# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of `evaluate encoder`, on a few renders and copies of one photo."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flamewheel.evaluation.encoder import evaluate_encoder
from flamewheel.evaluation.halves import _split
from flamewheel.labelled_photos import is_held_out

PHOTO = Path(__file__).resolve().parents[3] / "examples" / "astronaut.png"
EMOTIONS = ("happiness", "neutral", "surprise", "anger")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Four sizes of a photo of somebody held out, and one of somebody who is not."""
    made = tmp_path_factory.mktemp("faces")
    (made / "images").mkdir()
    held = next(name for name in map(str, range(50)) if is_held_out(name))
    other = next(name for name in map(str, range(50)) if not is_held_out(name))
    rows = ["image,subject,emotion"]
    picture = Image.open(PHOTO).convert("RGB")
    for number, emotion in enumerate((*EMOTIONS, "anger")):
        picture.resize((400 + 30 * number,) * 2).save(made / "images" / f"{number}.png")
        rows.append(f"{number}.png,{held if number < 4 else other},{emotion}")
    (made / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def report(folder):
    return evaluate_encoder("open", folder, 24, lambda done, total, text: None)


def values(measures, name):
    (found,) = [one for one in measures if one.name == name]
    return found.values


def test_only_held_out_people_are_measured(report):
    assert (report.photo_count, report.people, report.render_count) == (4, 1, 24)


def test_the_encoder_beats_the_mean_face_on_renders(report):
    assert values(report.renders, "faces found")["landmark encoder"] > 0.8
    for name in ("identity error", "expression error"):
        found = values(report.renders, name)
        assert 0 < found["landmark encoder"] < found["mean face"] < 20, name
    assert values(report.renders, "head turn error")["landmark encoder"] < 10


def test_photos_are_fitted_more_closely_than_by_the_mean_face(report):
    found = values(report.photos, "residual of the head, median")
    assert found["landmark encoder"] < 0.5 * found["mean face"]
    assert values(report.photos, "residual unexplained, median")["landmark encoder"] < 0.03


def test_copies_of_a_photo_give_much_the_same_person(report):
    spread = values(report.photos, "identity over 20 turned and scaled copies")
    assert 0 < spread["landmark encoder"] < 0.7 and np.isnan(spread["mean face"])
    halves = values(report.photos, "identity over halves of 2 photos")
    assert 0 <= halves["landmark encoder"] < 0.5


def test_halves_share_no_photo():
    one, other = _split(list(range(10, 20)), 4)
    assert len(one) == len(other) == 4 and not set(one) & set(other)
    assert _split(list(range(10, 20)), 4) == (one, other)


def test_as_json(report):
    body = report.to_dict()
    assert {row["measure"] for row in body["on photos"]} >= {"smile, happiness from neutral"}
