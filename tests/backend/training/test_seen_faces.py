# SPDX-License-Identifier: GPL-3.0-or-later
"""What the landmark encoder says of photos is kept, as long as it says the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flamewheel.head.registry import find_head
from flamewheel.labelled_photos import LabelledPhoto
from flamewheel.parameters import Camera, ExpressionCode, FaceParameters, Identity
from flamewheel.training import seen_faces as room
from flamewheel.training.datasets.crops import FaceCrops


def test_faces_are_kept_until_the_encoder_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    head = find_head("open-light")
    crops = FaceCrops(
        tuple(LabelledPhoto(Path(f"{n}.png"), f"p{n}", "joy") for n in range(3)),
        np.zeros((3, 8, 8, 3), np.uint8), np.random.default_rng(0).uniform(0, 99, (3, 478, 2)),
        np.tile(np.eye(2, 3), (3, 1, 1)), ())
    calls: list[int] = []
    face = FaceParameters(
        head.name, Identity(np.full(head.identity_count, 0.5)),
        ExpressionCode(np.zeros(head.expression_count), jaw=[0.1, 0, 0]),
        camera=Camera(900.0, [40.0, 50.0], (99, 99)))

    def encoder(landmarks: object, size: object, head: object) -> FaceParameters:
        calls.append(1)
        return face

    monkeypatch.setattr(room, "encode_landmarks", encoder)
    one = room.seen_faces(crops, head)
    assert one.codes().shape == (3, head.expression_count + 7) and len(calls) == 1 + 3
    assert one.to_crop[0, 1].tolist() == [0.0, -900.0, 0.0, 50.0]
    again = room.seen_faces(crops, head)
    assert len(calls) == 4 + 1 and np.array_equal(one.shape, again.shape)
    face = replace(face, identity=Identity(np.zeros(head.identity_count)))
    assert room.seen_faces(crops, head).shape.max() == 0.0 and len(calls) == 5 + 1 + 3
