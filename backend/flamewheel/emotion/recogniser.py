# SPDX-License-Identifier: GPL-3.0-or-later
"""The recogniser: features of faces -> readings, "cannot tell" among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..head.registry import open_head_path
from ..parameters import EmotionReading
from ..protocol_infer import CANNOT_TELL as CANNOT_TELL
from .circumplex import valence_arousal
from .features import FaceFeatures
from .stacked import StackedModel

Array = npt.NDArray[np.float64]

SHIPPED = "open_head_recogniser.npz"
MOST_MOTION = 120.0
"""mm that an expression may move a point of the face: the open head's widest jaw (AU27 at 1.5)
moves one by 53.  Beyond, a model taught by faces would still answer, and with certainty."""


@dataclass(frozen=True, eq=False)
class Track:
    """One of a recogniser's two models, and how sure it must be."""

    model: StackedModel
    surest: float  # the best probability below which the answer is "cannot tell"


@dataclass(frozen=True, eq=False)
class Recogniser:
    """Names the emotion of faces; the same face gets the same reading every time.

    Probabilities are calibrated for faces of which every class is equally frequent.
    """

    classes: tuple[str, ...]  # (K,) names on the wheel
    by_parameters: Track  # any head, a rig's state: codes alone
    by_landmarks: Track  # codes and the landmarks of a photo
    origin: str = ""  # what it was trained on, and by what
    synthetic: tuple[str, ...] = field(default=())  # classes learned from prototypes, not photos

    def probabilities(self, faces: FaceFeatures) -> Array:
        """(N,K) calibrated, each row summing to 1; even where no face could look so."""
        told = self.track(faces).model.probabilities(faces.rows())
        impossible = np.abs(faces.shown).max(axis=(1, 2), initial=0.0) > MOST_MOTION
        told[impossible] = 1.0 / len(self.classes)
        return told

    def read(self, faces: FaceFeatures) -> tuple[EmotionReading, ...]:
        """One reading a face.

        The label is the likeliest class, or `CANNOT_TELL`; the probabilities are there in either
        case.  Valence and arousal are derived from them by `circumplex`: no label taught them.
        """
        told = self.probabilities(faces)
        surest = self.track(faces).surest
        affect = valence_arousal(self.classes, told)
        return tuple(
            EmotionReading(self.classes[int(row.argmax())] if row.max() >= surest else CANNOT_TELL,
                           dict(zip(self.classes, map(float, row), strict=True)),
                           valence=float(where[0]), arousal=float(where[1]))
            for row, where in zip(told, affect, strict=True))

    def track(self, faces: FaceFeatures) -> Track:
        """The model that reads such faces."""
        return self.by_parameters if faces.seen is None else self.by_landmarks


def load_recogniser(path: Path | None = None) -> Recogniser:
    """The recogniser of a file of `flamewheel train recogniser`; None: the shipped one.

    Raises CheckpointError `recogniser-not-found`, `recogniser-unreadable`, `not-a-recogniser`.
    """
    if path is not None:
        from .recogniser_file import read_recogniser

        return read_recogniser(path)
    return _shipped()


@lru_cache(maxsize=1)
def _shipped() -> Recogniser:
    from .recogniser_file import read_recogniser

    return read_recogniser(shipped_path())


def shipped_path() -> Path:
    """Beside the embedded head."""
    return open_head_path().with_name(SHIPPED)
