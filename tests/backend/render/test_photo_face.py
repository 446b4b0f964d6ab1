# SPDX-License-Identifier: GPL-3.0-or-later
"""A photo with another expression: what moves, what stays, and that FaceMesh sees it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flamewheel import pipeline
from flamewheel.encoders.landmark import prepare_head, see_face
from flamewheel.errors import PhotoError, UsageError
from flamewheel.head.registry import find_head
from flamewheel.parameters import ExpressionCode
from flamewheel.pipeline.photo_rendering import ActingPhoto, acting_photo

PHOTO = Path(__file__).resolve().parents[3] / "examples" / "astronaut.png"
UPPER_LIP, LOWER_LIP, CHIN = 13, 14, 152
LID_PAIRS = ((159, 145), (386, 374))
EYES = (33, 263)


@pytest.fixture(scope="module")
def photo() -> ActingPhoto:
    return acting_photo(PHOTO)


@pytest.fixture(scope="module")
def original() -> np.ndarray:
    return np.asarray(Image.open(PHOTO).convert("RGB"))


def shown(**units: float) -> ExpressionCode:
    head = find_head("open")
    assert head.units is not None
    strengths = np.array([next((value for unit, value in units.items()
                                if name in (unit, unit + "L", unit + "R")), 0.0)
                          for name in head.units.names])
    return ExpressionCode(head.units.codes(strengths), jaw=head.units.poses(strengths)[2])


def landmarks(pixels: np.ndarray) -> np.ndarray:
    return see_face(pixels, None)[1]


def apart(points: np.ndarray, one: int, other: int) -> float:
    """Of the eyes' distance."""
    return float(np.linalg.norm(points[one] - points[other])
                 / np.linalg.norm(points[EYES[0]] - points[EYES[1]]))


def test_the_own_expression_gives_back_the_photo(photo: ActingPhoto, original: np.ndarray) -> None:
    assert np.array_equal(photo.picture(photo.code), original)


def test_a_little_expression_changes_a_little(photo: ActingPhoto, original: np.ndarray) -> None:
    """Nothing jumps where the photo passes into its layers."""
    own, joy = photo.code.vector(), pipeline.blend("surprise").code.vector()
    steps = [photo.picture(ExpressionCode.from_vector(own + part * (joy - own))).astype(float)
             for part in np.linspace(0.0, 0.2, 11)]
    jumps = [np.abs(after - before).mean() for before, after in pairwise(steps)]
    assert max(jumps) < 4 * np.median(jumps)
    assert np.abs(steps[0] - original).max() == 0


def test_a_jaw_that_drops_is_seen_and_the_far_stays(
        photo: ActingPhoto, original: np.ndarray) -> None:
    made = photo.picture(shown(AU27=1.0, AU25=1.0))
    before, after = landmarks(original), landmarks(made)
    assert apart(after, UPPER_LIP, LOWER_LIP) > apart(before, UPPER_LIP, LOWER_LIP) + 0.15
    assert after[CHIN, 1] > before[CHIN, 1] + 5
    assert np.linalg.norm(after[list(EYES)] - before[list(EYES)], axis=1).max() < 3
    height = int(before[CHIN, 1] + 1.5 * np.ptp(before[:468, 0]))
    assert np.array_equal(made[height:], original[height:])  # more than a face's width below


def test_eyes_close_one_by_one(photo: ActingPhoto, original: np.ndarray) -> None:
    before = landmarks(original)
    both, left = (landmarks(photo.picture(replace(photo.code, expression=photo.code.expression
                                                  + shown(**units).expression)))
                  for units in ({"AU43": 1.0}, {"AU43L": 1.0}))
    for pair in LID_PAIRS:
        assert apart(both, *pair) < 0.45 * apart(before, *pair)
    assert apart(left, *LID_PAIRS[0]) > 0.75 * apart(before, *LID_PAIRS[0])
    assert apart(left, *LID_PAIRS[1]) < 0.6 * apart(before, *LID_PAIRS[1])


def test_the_expression_asked_for_is_the_one_seen(photo: ActingPhoto) -> None:
    """Encoding the new picture gives an expression nearer to the one asked for than the own."""
    for emotion in ("sadness", "surprise"):
        wanted = pipeline.blend(emotion).code
        made = pipeline.acting_photo(_bytes(photo.picture(wanted))).code
        vertices = [_face(code) for code in (wanted, made, photo.code)]
        missed = np.linalg.norm(vertices[1] - vertices[0], axis=1).mean()
        was = np.linalg.norm(vertices[2] - vertices[0], axis=1).mean()
        assert missed < 0.75 * was, emotion


def _bytes(pixels: np.ndarray) -> bytes:
    import io

    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG")
    return stream.getvalue()


def _face(code: ExpressionCode) -> np.ndarray:
    """(468,3) FaceMesh's landmarks of the head at rest with this expression."""
    from flamewheel.head.evaluate import evaluate

    head = find_head("open")
    pose = np.stack([np.zeros(3), np.zeros(3), code.jaw, np.zeros(3), np.zeros(3)])
    vertices = evaluate(head, np.zeros(1), code.expression, pose)[0]
    points = prepare_head(head).points
    return np.einsum("lkc,lk->lc", vertices[np.asarray(head.triangles)[points.triangles]],
                     points.barycentrics)


def test_small_faces_and_sizes_are_refused() -> None:
    with pytest.raises(PhotoError) as small:
        acting_photo(PHOTO, size=160)
    assert small.value.code == "face-too-small" and small.value.hint
    with pytest.raises(UsageError) as size:
        acting_photo(PHOTO, size=9000)
    assert size.value.code == "bad-size"


def test_what_is_no_face_is_refused() -> None:
    with pytest.raises(PhotoError) as none:
        acting_photo(_bytes(np.full((300, 300, 3), 128, np.uint8)))
    assert none.value.code == "no-face"
