# SPDX-License-Identifier: GPL-3.0-or-later
"""The rings' faces on the embedded head, by signs read in millimetres of the mean person."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.head.data import HeadData
from flamewheel.head.registry import find_head, open_head_path
from flamewheel.metrics.expression_signs import SignReader, Signs
from flamewheel.wheel.facs import ring_strengths, strengths_for
from flamewheel.wheel.units import face_rows

RINGS = (0.5, 1.0, 1.5)


@pytest.fixture(scope="module", name="head")
def _head() -> HeadData:
    if not open_head_path().is_file():
        pytest.skip("the embedded head is not built")
    return find_head("open")


@pytest.fixture(scope="module", name="signs")
def _signs(head: HeadData) -> dict[str, Signs]:
    """Emotion -> its signs at `RINGS`."""
    marks = head.landmarks["facemesh478"]
    reader = SignReader(head, np.arange(len(marks.triangles)), np.asarray(marks.triangles),
                        np.asarray(marks.barycentrics))
    found = {}
    for emotion in ("Joy", "Trust", "Fear", "Surprise", "Sadness", "Disgust", "Anger",
                    "Anticipation", "Contempt"):
        rows = face_rows(head.units, np.stack([
            strengths_for(head.units.names, ring_strengths(emotion, ring))[0] for ring in RINGS]))
        found[emotion] = reader(rows[:, :-3], rows[:, -3:])
    return found


@pytest.mark.parametrize(("emotion", "sign"), [
    ("Joy", "jaw"), ("Surprise", "jaw"), ("Surprise", "brow_raise"), ("Fear", "jaw"),
    ("Anger", "brow_lowering"), ("Trust", "smile"), ("Anticipation", "smile"),
    ("Anticipation", "brow_raise"),
])
def test_an_emotion_s_sign_grows_from_ring_to_ring(signs, emotion: str, sign: str) -> None:
    shown = getattr(signs[emotion], sign)
    assert shown[0] > 0.5 and (np.diff(shown) > 0.5).all()  # mm


@pytest.mark.parametrize(("sign", "most", "least"), [
    ("smile", "Joy", ("Fear", "Surprise", "Sadness", "Disgust", "Anger", "Contempt", "Trust")),
    ("jaw", "Surprise", ("Joy", "Trust", "Sadness", "Anger", "Disgust", "Contempt", "Fear")),
    ("brow_lowering", "Anger", ("Joy", "Trust", "Fear", "Surprise", "Sadness", "Contempt",
                                "Disgust", "Anticipation")),
    ("brow_raise", "Surprise", ("Joy", "Trust", "Sadness", "Disgust", "Anger", "Contempt")),
])
def test_the_sign_is_the_emotion_s_own_on_every_ring(
    signs, sign: str, most: str, least: tuple[str, ...]
) -> None:
    for other in least:
        assert (getattr(signs[most], sign) > getattr(signs[other], sign)).all(), other


def test_a_smile_is_wide_on_every_ring(signs) -> None:
    """The widest is not the last: a jaw that drops takes the corners with it."""
    assert (signs["Joy"].smile > 8.0).all() and (signs["Joy"].smile[1:] > 14.0).all()


def test_sadness_turns_the_mouth_down_and_fear_does_not_lower_the_brows(signs) -> None:
    assert (signs["Sadness"].smile < -1.0).all()
    assert (signs["Fear"].brow_raise > signs["Sadness"].brow_raise).all()
    assert (signs["Disgust"].brow_raise < 0).all()
