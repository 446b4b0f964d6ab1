# SPDX-License-Identifier: GPL-3.0-or-later
"""Valence and arousal of named emotions: derived, where no label taught a recogniser any.

Positions are pleasure and arousal of Russell and Mehrabian (Evidence for a three-factor theory of
emotions, Journal of Research in Personality 11, 1977, pp. 273-294): mean self-reports for the
English words, -1..1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

POSITIONS: Mapping[str, tuple[float, float]] = {
    "Neutral": (0.0, 0.0),  # the origin, by definition of a face without emotion
    "Joy": (0.81, 0.51),  # "happy": their joyful is (0.76, 0.48)
    "Sadness": (-0.63, -0.27),
    "Surprise": (0.40, 0.67),
    "Fear": (-0.64, 0.60),
    "Disgust": (-0.60, 0.35),
    "Anger": (-0.51, 0.59),
    "Contempt": (-0.23, 0.31),
}
"""Class -> valence, arousal."""


def valence_arousal(classes: Sequence[str], probabilities: Array) -> Array:
    """(N,2) valence and arousal, -1..1: the positions' mean by `probabilities` (N,K).

    Classes that have no position count as neutral.
    """
    places = np.array([POSITIONS.get(name, POSITIONS["Neutral"]) for name in classes])
    return np.asarray(probabilities @ places)
