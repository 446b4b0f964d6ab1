# SPDX-License-Identifier: GPL-3.0-or-later
"""What the shipped recogniser says of the wheel's faces, from their parameters alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..emotion.features import features_of_codes
from ..emotion.recogniser import Recogniser, load_recogniser
from ..errors import CheckpointError
from ..head.data import JOINT_NAMES
from ..wheel.dbex import JAW_SIZE
from .wheel_faces import FaceSet, Mixer

_JAW = JOINT_NAMES.index("jaw")


@dataclass(frozen=True)
class Verdict:
    """One face's reading."""

    label: str  # a class, or "cannot tell"
    likeliest: tuple[str, ...]  # all classes, the likeliest first, whether sure or not

    def names(self, emotions: Sequence[str]) -> int:
        """How many of the two likeliest classes are among `emotions`."""
        return len({*self.likeliest[:2]} & {*emotions})


class Judge:
    """Reads faces; knows nothing where no recogniser is shipped."""

    def __init__(self, mixer: Mixer) -> None:
        self._head, self._units = mixer.head, mixer.units
        self._recogniser: Recogniser | None
        try:
            self._recogniser = load_recogniser()
        except CheckpointError:
            self._recogniser = None

    @property
    def classes(self) -> tuple[str, ...]:
        """What it can say; nothing where there is no recogniser."""
        return () if self._recogniser is None else self._recogniser.classes

    def read(self, faces: FaceSet) -> list[Verdict]:
        """A verdict for each face; empty ones where there is no recogniser."""
        if self._recogniser is None:
            return [Verdict("", ())] * len(faces.codes)
        rows = faces.rows
        poses = np.zeros((len(rows), len(JOINT_NAMES), 3))
        poses[:, _JAW] = rows[:, -JAW_SIZE:]
        seen = features_of_codes(rows[:, :-JAW_SIZE], poses, self._head, units=self._units)
        readings = self._recogniser.read(seen)
        return [Verdict(one.label, tuple(sorted(
            one.probabilities, key=one.probabilities.__getitem__, reverse=True)))
            for one in readings]
