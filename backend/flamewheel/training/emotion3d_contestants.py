# SPDX-License-Identifier: GPL-3.0-or-later
"""Ig3D's classifier in `flamewheel evaluate recogniser`: alone, and joined to a face's looks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..emotion.network_table import ParameterTable
from ..evaluation.recogniser_contestants import Contestant
from ..evaluation.recogniser_fusion import LookedAt, looked_at, looks_of_fold
from ..pipeline.emotion_lessons import LabelledFaces
from .emotion3d_folds import network_out_of_fold
from .train_emotion3d import Emotion3dConfig, for_few_faces

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def network_contestants(classes: tuple[str, ...]) -> tuple[Contestant, ...]:
    """ψ and jaw alone; with the components of the embedded 2D model (intermediate fusion).

    classes: what answers are told in; emotions of fewer than 20 faces are not learned.
    """
    config = for_few_faces(Emotion3dConfig("labelled faces", ""))
    kept: list[tuple[LabelledFaces, LookedAt]] = []  # looks take longer than a fold's training

    def alone(faces: LabelledFaces, train: Rows, test: Rows) -> Floats:
        return network_out_of_fold(_table(faces), classes, [(train, test)], config)[test]

    def joined(faces: LabelledFaces, train: Rows, test: Rows) -> Floats:
        if not kept or kept[0][0] is not faces:
            kept[:] = [(faces, looked_at(faces))]
        looks = kept[0][1]
        machine = looks_of_fold(looks, train)
        table = replace(_table(faces), image_features=np.asarray(
            machine.components(looks.features), dtype=np.float64))
        return network_out_of_fold(table, classes, [(train, test)],
                                   replace(config, fuse_image=True))[test]

    return (Contestant("Ig3D's classifier, ψ and jaw", alone),
            Contestant("the same, intermediate fusion", joined))


def _table(faces: LabelledFaces) -> ParameterTable:
    return ParameterTable(
        "open", {"expression": faces.codes[:, :-3], "jaw": faces.codes[:, -3:]},
        tuple(faces.lesson.emotions.tolist()), tuple(faces.lesson.subjects.tolist()), faces.affect)
