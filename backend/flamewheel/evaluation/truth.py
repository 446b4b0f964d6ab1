# SPDX-License-Identifier: GPL-3.0-or-later
"""Contestants on renders whose parameters are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..encoders.correspondence import landmark_points
from ..head.data import HeadData
from ..metrics.face_errors import FaceSkin, root_mean_square, turn_errors, without_size
from .contestants import Answer, Contestant
from .measures import Measure

if TYPE_CHECKING:
    from ..encoders.samples import FaceSamples

FIRST_SEED = 900_000
"""Seeds from here on are for measuring only: no calibration is trained or tuned on them."""
IDENTITY_CUT, EXPRESSION_CUT = 0.7, 0.5  # of the mean face's and of zero expression's error


def truth_measures(
    head: HeadData, samples: FaceSamples, contestants: Mapping[str, Contestant]
) -> list[Measure]:
    """Identity, expression and pose errors on the samples in which FaceMesh found a face.

    Identity: mean over samples of the root mean square over the face's skin in mm, once as it is
    and once with size and place brought to the mean face's.  Expression: the same of the skin's
    movement, jaw included, on the mean person.  The mean face is also zero expression.
    """
    found = np.flatnonzero(np.isfinite(samples.landmarks).all(axis=(1, 2)))
    size = (samples.size, samples.size)
    answers = {name: [contestant(samples.landmarks[n], size) for n in found]
               for name, contestant in contestants.items()}
    skin = FaceSkin.around(head, landmark_points(head).triangles)
    judge = _Judge(skin, samples, found)
    columns = {name: judge.errors(given) for name, given in answers.items()}
    mean = columns["mean face"]

    def row(measure: str, unit: str, column: int, share: float | None) -> Measure:
        aim = None if share is None else share * mean[column]
        return Measure(measure, unit, {name: got[column] for name, got in columns.items()}, aim)

    seen = Measure("faces found", "of renders", {next(iter(columns)): len(found) / len(
        samples.landmarks)})
    return [
        seen,
        row("identity error", "mm", 0, IDENTITY_CUT),
        row("identity error, size apart", "mm", 1, IDENTITY_CUT),
        row("expression error", "mm", 2, EXPRESSION_CUT),
        row("head turn error", "degrees", 3, None),
        row("residual of the head, median", "of the eyes' distance", 4, None),
    ]


class _Judge:
    """The true faces, worked out once."""

    def __init__(self, skin: FaceSkin, samples: FaceSamples, found: npt.NDArray[np.int64]) -> None:
        self._skin = skin
        self._rest = np.asarray(skin.head.template, np.float64)[skin.vertices] * 1e3
        self._identity = skin.identities(samples.shape[found])
        self._expression = skin.expressions(samples.expression[found], samples.jaw[found])
        self._turn = samples.global_rotation[found]

    def errors(self, answers: list[Answer]) -> tuple[float, ...]:
        """Mean identity mm, the same without size, expression mm, degrees, median residual."""
        shapes = self._skin.identities(np.stack([answer.shape for answer in answers]))
        moved = self._skin.expressions(np.stack([answer.expression for answer in answers]),
                                       np.stack([answer.jaw for answer in answers]))
        apart = without_size(shapes, self._rest) - without_size(self._identity, self._rest)
        turned = turn_errors(np.stack([answer.global_rotation for answer in answers]), self._turn)
        return (
            float(root_mean_square(shapes - self._identity).mean()),
            float(root_mean_square(apart).mean()),
            float(root_mean_square(moved - self._expression).mean()),
            float(turned.mean()),
            float(np.median([answer.residual for answer in answers])),
        )
