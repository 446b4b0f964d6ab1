# SPDX-License-Identifier: GPL-3.0-or-later
"""What the classifier of 3D parameters says of people it did not learn from, fold by fold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from ..emotion.network_table import ParameterTable
from .emotion3d_data import LearningSet, learning_set
from .train_emotion3d import Emotion3dConfig, course_of, learn

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Step = Callable[[int, int, str], None]


def network_out_of_fold(
    table: ParameterTable, classes: Sequence[str], folds: Sequence[tuple[Ints, Ints]],
    config: Emotion3dConfig, progress: Step | None = None,
) -> Floats:
    """(N,K) chances of each face by networks that do not know its person; 0 of other classes.

    folds: rows to learn from and rows to answer about.  With `config.fuse_image` the table's
    `image_features` are joined (intermediate fusion); they must not come from a model that has seen
    the labels of the people answered about.  Nothing is written.
    """
    told = np.zeros((len(table), len(classes)))
    for number, (rows, test) in enumerate(folds):
        if progress is not None:
            progress(number, len(folds), "networks")
        data = _of_fold(table, rows, config)
        torch.manual_seed(config.seed)
        course = course_of(config, data)
        learn(replace(config, output=""), data, course, _quiet)
        answers = _answers(course.best, table.take(test), data)
        columns = [place for place, name in enumerate(data.classes) if name in classes]
        wanted = [list(classes).index(data.classes[place]) for place in columns]
        told[np.ix_(test, np.array(wanted))] = answers[:, columns]
    return np.asarray(told / np.maximum(told.sum(axis=1, keepdims=True), 1e-12))


def _of_fold(table: ParameterTable, rows: Ints, config: Emotion3dConfig) -> LearningSet:
    return learning_set(table.take(rows), config.parts, config.fewest, every_subject=True,
                        fuse_image=config.fuse_image, say=_quiet)


@torch.no_grad()
def _answers(network: torch.nn.Module, faces: ParameterTable, data: LearningSet) -> Floats:
    from ..emotion.network_rows import joined

    layout = data.layout(width=1, dropouts=(), projection=1, image_model="")
    rows = torch.tensor(joined(faces.parts, layout), dtype=torch.float32)
    pictures = (torch.tensor(faces.image_features, dtype=torch.float32)
                if data.pictures is not None and faces.image_features is not None else None)
    logits = network.eval()(rows, pictures).logits.double()
    return np.asarray(torch.softmax(logits, dim=1).numpy())


def _quiet(_line: str) -> None:
    pass
