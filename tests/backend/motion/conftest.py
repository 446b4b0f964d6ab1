# SPDX-License-Identifier: GPL-3.0-or-later
"""The open head's units, and performances made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from flamewheel.head.held_openings import HeldLids
from flamewheel.head.openings import lid_pairs, lip_pairs
from flamewheel.head.registry import find_head
from flamewheel.head.unit_strengths import UnitMeter
from flamewheel.motion.drawn_keys import drawn_keys
from flamewheel.motion.enliven import LivingMotion, living_motion
from flamewheel.motion.style import ALIVE
from flamewheel.trajectory import Trajectory

Face = dict[str, float]


def both(**units) -> Face:
    """The same on the left and on the right."""
    return {f"{name}{side}": strength for name, strength in units.items() for side in "LR"}


JOY = both(AU6=0.8, AU12=1.2, AU25=0.7)
ANGER = both(AU4=1.0, AU5=0.5, AU7=0.8, AU23=0.6)
SURPRISE = {**both(AU1=0.85, AU2=1.0, AU5=0.65, AU25=0.1), "AU26": 0.8}
SADNESS = {**both(AU1=0.8, AU4=0.6, AU15=0.8), "AU17": 0.4}
DISGUST = both(AU6=0.8, AU9=1.2, AU10=1.0, AU43=0.5)


@dataclass(frozen=True)
class Stage:
    """The open head, ready to act."""

    head: object
    units: object
    meter: UnitMeter
    lids: HeldLids
    lowest: np.ndarray
    highest: np.ndarray
    joy: Face
    anger: Face
    surprise: Face
    sadness: Face
    disgust: Face

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
        """A living motion within bounds that are wide unless others are given."""
        given = {"lowest": self.lowest, "highest": self.highest, "lids": self.lids, **changed}
        return living_motion(anchors, self.units, self.meter, style, seed=seed, **given)

    def drawn(self, made, times) -> np.ndarray:
        """What the keys of a motion draw at `times`."""
        return drawn_keys(made.trajectory.keys, made.trajectory.codes.shape[1], np.array(times))

    def strengths(self, codes) -> dict[str, np.ndarray]:
        """Unit -> (N,) how strongly each face shows it."""
        found = self.meter.measure(codes[:, :self.head.expression_count + 3]).strengths
        return dict(zip(self.units.names, found.T, strict=True))

    def gaps(self, codes, part) -> np.ndarray:
        """(N,m) mm between the points of "lids" or "lips"; below 0 where they have passed.

        The jaw is left at rest.
        """
        template = np.asarray(self.head.template, float)
        find = {"lids": lid_pairs, "lips": lip_pairs}[part]
        pairs = find(self.head, np.arange(self.head.vertex_count))
        basis = np.asarray(self.head.expression_basis, float)
        across, apart = pairs.across(template), basis[pairs.upper] - basis[pairs.lower]
        at_rest = ((template[pairs.upper] - template[pairs.lower]) * across).sum(1)
        wider = np.einsum("mie,mi->me", apart, across) @ codes[:, :self.head.expression_count].T
        return 1000 * (at_rest[:, None] + wider).T


@pytest.fixture(scope="session")
def stage() -> Stage:
    head = find_head("open")
    units = head.units
    everything = np.abs(units.expression).sum(axis=0)
    return Stage(head, units, UnitMeter(head, units), HeldLids(head, units), -everything,
                 everything, JOY, ANGER, SURPRISE, SADNESS, DISGUST)
