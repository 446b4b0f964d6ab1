# SPDX-License-Identifier: GPL-3.0-or-later
"""Who names the faces that an instruction gave: classifiers that never saw a generated one.

*taught*: the stack of `emotion.fitting` on the set's faces to learn from: photos, and people made
from statistics and from FACS, none of which a generator made.  *shipped*: the recogniser that comes
with Flamewheel, taught by photos of people to learn from, as a second opinion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..emotion import Recogniser, load_recogniser
from ..emotion.features import FaceFeatures, features_of_codes
from ..emotion.fitting import StackConfig, fit_stack
from ..emotion.stacked import StackedModel
from ..errors import InputFileError
from ..head.data import JOINT_NAMES, HeadData, NamedUnits
from ..instruction.transition_set import TransitionSet

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TAUGHT, SHIPPED = "taught", "shipped"
FEWEST_FACES = 8  # of a class, to learn it from
_JAW = JOINT_NAMES.index("jaw")


class Judge(Protocol):
    """Names faces."""

    def answers(self, faces: FaceFeatures) -> Ints:
        """(N,) numbers of classes."""
        ...


@dataclass(frozen=True, eq=False)
class TaughtJudge:
    """A stack that learned the set's faces."""

    model: StackedModel

    def answers(self, faces: FaceFeatures) -> Ints:
        """(N,)."""
        return np.asarray(self.model.probabilities(faces.rows()).argmax(axis=1), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class ShippedJudge:
    """The recogniser that comes with Flamewheel, among `classes`; it must name one."""

    recogniser: Recogniser
    classes: tuple[str, ...]

    def answers(self, faces: FaceFeatures) -> Ints:
        """(N,)."""
        told = self.recogniser.probabilities(faces)
        columns = [self.recogniser.classes.index(name) for name in self.classes]
        return np.asarray(told[:, columns].argmax(axis=1), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Looker:
    """Codes of one head -> what judges look at."""

    head: HeadData
    units: NamedUnits

    def look(self, codes: npt.ArrayLike) -> FaceFeatures:
        """Of codes (N,E+3): ψ, jaw."""
        rows = np.asarray(codes, dtype=np.float64)
        poses = np.zeros((len(rows), len(JOINT_NAMES), 3))
        poses[:, _JAW] = rows[:, -3:]
        return features_of_codes(rows[:, :-3], poses, self.head, units=self.units)


def classes_of(transitions: TransitionSet, order: tuple[str, ...]) -> tuple[str, ...]:
    """Emotions of `order` with FEWEST_FACES faces to learn from.

    Raises InputFileError `too-few-faces` where there are fewer than two.
    """
    learned = transitions.emotion[~transitions.held_out]
    classes = tuple(name for name in order if int((learned == name).sum()) >= FEWEST_FACES)
    if len(classes) < 2:
        raise InputFileError("too-few-faces", f"Fewer than two emotions have {FEWEST_FACES} faces "
                             "to learn from.", "Build the set with more people: --spread, --units.")
    return classes


def taught_judge(
    transitions: TransitionSet, faces: FaceFeatures, classes: tuple[str, ...], seed: int
) -> TaughtJudge:
    """A stack on those of the set's `faces` (P,) that are not held out.

    Raises InputFileError `too-few-people`.
    """
    some = np.flatnonzero(~transitions.held_out & np.isin(transitions.emotion, classes))
    labels = np.array([classes.index(name) for name in transitions.emotion[some].tolist()],
                      dtype=np.int64)
    return TaughtJudge(fit_stack(faces.take(some), labels, transitions.subject[some],
                                 StackConfig(seed=seed)))


def shipped_judge(classes: tuple[str, ...]) -> ShippedJudge | None:
    """None where it does not know one of the classes."""
    recogniser = load_recogniser()
    return ShippedJudge(recogniser, classes) if set(classes) <= set(recogniser.classes) else None
