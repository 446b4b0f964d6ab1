# SPDX-License-Identifier: GPL-3.0-or-later
"""The open head's units, and performances made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from flamewheel.head.registry import find_head
from flamewheel.head.unit_strengths import UnitMeter
from flamewheel.motion.enliven import LivingMotion, living_motion
from flamewheel.motion.style import ALIVE
from flamewheel.trajectory import Trajectory

JOY = {"AU6L": 0.8, "AU6R": 0.8, "AU12L": 1.2, "AU12R": 1.2, "AU25L": 0.7, "AU25R": 0.7}
ANGER = {"AU4L": 1.0, "AU4R": 1.0, "AU5L": 0.5, "AU5R": 0.5, "AU7L": 0.8, "AU7R": 0.8,
         "AU24L": 0.6, "AU24R": 0.6}
SURPRISE = {"AU1L": 0.85, "AU1R": 0.85, "AU2L": 1.0, "AU2R": 1.0, "AU5L": 0.65, "AU5R": 0.65,
            "AU26": 0.8}
SADNESS = {"AU1L": 0.8, "AU1R": 0.8, "AU4L": 0.6, "AU4R": 0.6, "AU15L": 0.8, "AU15R": 0.8,
           "AU17": 0.4}


@dataclass(frozen=True)
class Stage:
    """The open head, ready to act."""

    joy, anger, surprise, sadness = JOY, ANGER, SURPRISE, SADNESS

    head: object
    units: object
    meter: UnitMeter
    lowest: np.ndarray
    highest: np.ndarray

    def anchors(self, faces, times, easings=None, labels=()) -> Trajectory:
        """Faces, each a dict of units, at `times`."""
        count = self.head.expression_count
        codes = np.zeros((len(faces), count + 12))
        for row, face in enumerate(faces):
            strengths = np.array([[face.get(name, 0.0) for name in self.units.names]])
            codes[row, :count] = self.units.codes(strengths)[0]
            codes[row, count:count + 3] = self.units.poses(strengths)[0, 2]
        given = easings or ("smooth",) * (len(faces) - 1)
        return Trajectory("open", np.array(times, float), codes, given, labels)

    def act(self, anchors, style=ALIVE, seed=None, **changed) -> LivingMotion:
        """A living motion within the bounds that the units' own full strengths need."""
        given = {"lowest": self.lowest, "highest": self.highest, **changed}
        return living_motion(anchors, self.units, self.meter, style, seed=seed, **given)

    def strengths(self, codes) -> dict[str, np.ndarray]:
        """Unit -> (N,) how strongly each face shows it."""
        found = self.meter.measure(codes[:, :self.head.expression_count + 3]).strengths
        return dict(zip(self.units.names, found.T, strict=True))


@pytest.fixture(scope="session")
def stage() -> Stage:
    head = find_head("open")
    units = head.units
    everything = np.abs(units.expression).sum(axis=0)
    return Stage(head, units, UnitMeter(head, units), -everything, everything)
