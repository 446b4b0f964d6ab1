# SPDX-License-Identifier: GPL-3.0-or-later
"""People who are not there: faces of one emotion after another in one person's own way.

Two kinds, each named in a set's `source`.  *facs*: the emotion's FACS prototype with the units
that people leave open, each shown by as many people as Du, Tao and Martinez counted (PNAS 111(15)
E1454, 2014, table 1).  *spread*: about the emotion's face as training photos show it, with the
covariance that they have about it; that face is half way to the prototype, since photos show it
faint and with what the encoder takes for expression and is not.  Both in action units, never
negative and never beyond the expression database's strongest; a face counts only if it shows what
names its emotion and nothing that names another (`wheel.facs.CHARACTERISTIC`).

Contempt stays on the prototype's side, which is the expression database's: of people who show it on
either, a network with Gaussian latents learns the even face between (looked at).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ...instruction.transition_wording import LABELS
from ...wheel.dbex_photos import agreeing_rows
from ...wheel.facs import PROTOTYPES, agrees, ring_strengths, strengths_for
from ...wheel.prototypes import STRONGEST_UNIT
from ...wheel_names import NEUTRAL
from .transition_statistics import PhotoStatistics

Array = npt.NDArray[np.float64]

OPTIONAL: Mapping[str, Mapping[str, float]] = {
    "Joy": {"AU6": 0.51},
    "Sadness": {"AU1": 0.60, "AU6": 0.50, "AU11": 0.26, "AU17": 0.67},
    "Fear": {"AU2": 0.57, "AU5": 0.63, "AU26": 0.33},
    "Anger": {"AU10": 0.26, "AU17": 0.52, "AU23": 0.29},
    "Surprise": {"AU5": 0.66},
    "Disgust": {"AU4": 0.31, "AU24": 0.26},
}
"""Units that some people show and some do not -> share of people (Du et al. 2014, table 1)."""
ADDED_STRENGTH = 0.4  # of a unit that the prototype lacks, at basic intensity: a design choice
TRACE = 0.2  # what is left of a unit that a person does not show: a design choice, likewise below
USUAL_SHARE = 0.75  # people who take the prototype, the others one of its variants
INTENSITY = (0.6, 1.3)  # of a face, from between mild and basic to beyond basic
TAKE_INTENSITY = 0.12  # standard deviation of its logarithm about the person's own
MANNER = 0.25  # standard deviation of the logarithm of one person's strength of one unit
TAKE = 0.10  # likewise from one take to the next
LEAN, TAKE_LEAN = 0.06, 0.03  # likewise of left against right: a person's own, and a take's
OFFSET_SHARE = 0.6  # of a neutral photo's measured units that a person shows at rest
SPREAD_SHARE = 0.6
"""Of the photos' deviation about an emotion.  The whole would hold what the encoder takes for
expression and is not: measured units of photos of one person and one emotion differ by 0.2 on the
mean, nostrils and lids the most."""
NEUTRAL_SHARE = 0.15  # of the deviation, in a face at rest: more of it opens mouths (looked at)
TRIES = 24  # faces drawn for one that shows its emotion


@dataclass(frozen=True, eq=False)
class MadePeople:
    """Faces of several people who are not there."""

    strengths: Array  # (P,U)
    emotions: tuple[str, ...]  # (P,)
    people: npt.NDArray[np.int64]  # (P,) whose, from 0
    plain: int  # faces that had to be made without a person's own way, to show their emotion


class _Person(Protocol):
    """Somebody with a way of their own."""

    def faces(self, emotion: str, count: int) -> Array:
        """(count,U) takes of one emotion."""
        ...


def facs_people(
    names: Sequence[str], count: int, emotions: Sequence[str], takes: int,
    statistics: PhotoStatistics, chance: np.random.Generator,
) -> MadePeople:
    """`count` people who show each of the `emotions` `takes` times, as FACS has it."""
    people = [_FacsPerson(names, statistics, chance) for _ in range(count)]
    return _made(names, people, emotions, takes)


def spread_people(
    names: Sequence[str], count: int, emotions: Sequence[str], takes: int,
    statistics: PhotoStatistics, chance: np.random.Generator,
) -> MadePeople:
    """Likewise, as the training photos have it."""
    people = [_SpreadPerson(names, statistics, chance) for _ in range(count)]
    return _made(names, people, emotions, takes)


def _made(
    names: Sequence[str], people: Sequence[_Person], emotions: Sequence[str], takes: int
) -> MadePeople:
    """The first of each person's drawn faces that show their emotion and no other."""
    rows, labels, whose, plain = [], [], [], 0
    for number, person in enumerate(people):
        for emotion in emotions:
            drawn = person.faces(emotion, takes * TRIES)
            good = np.flatnonzero(_shows_only(emotion, names, drawn))[:takes]
            chosen = drawn[good]
            if len(good) < takes:
                plain += takes - len(good)
                usual = strengths_for(names, ring_strengths(emotion, 1.0))[0]
                chosen = np.concatenate([chosen, np.tile(usual, (takes - len(good), 1))])
            rows.append(chosen)
            labels += [emotion] * takes
            whose += [number] * takes
    strengths = np.concatenate(rows) if rows else np.zeros((0, len(names)))
    return MadePeople(strengths, tuple(labels), np.array(whose, dtype=np.int64), plain)


def _shows_only(emotion: str, names: Sequence[str], faces: Array) -> npt.NDArray[np.bool_]:
    """(N,) which faces show `emotion` and none of the others that are learned."""
    shown = agreeing_rows([emotion] * len(faces), names, faces)
    for other in LABELS:
        if other not in (emotion, NEUTRAL):
            shown &= ~agrees(other, names, faces)
    return shown


class _Sides:
    """Which units are one on two sides, for chances that both share."""

    def __init__(self, names: Sequence[str]) -> None:
        kinds, self.of = np.unique([_base(name) for name in names], return_inverse=True)
        self.count = len(kinds)
        self.left = np.array([name.endswith("L") for name in names])
        self.right = np.array([name.endswith("R") for name in names])

    def leaning(self, sizes: Array) -> Array:
        """Factors (…,U) of the units, by logarithms (…,1) of left against right."""
        return np.asarray(np.exp(0.5 * sizes * (self.left * 1.0 - self.right)))


class _FacsPerson:
    """Which open units they show, how strongly they show each, which side leads, how they rest."""

    def __init__(
        self, names: Sequence[str], statistics: PhotoStatistics, chance: np.random.Generator
    ) -> None:
        self._names, self._chance, self._sides = tuple(names), chance, _Sides(names)
        self._rest = _resting(statistics, chance)
        self._manner = np.exp(chance.normal(0.0, MANNER, self._sides.count))[self._sides.of]
        self._intensity = chance.uniform(*INTENSITY)
        self._lean = chance.normal(0.0, LEAN)
        self._unusual = {name: chance.random() >= USUAL_SHARE for name in LABELS}
        self._variant = {name: int(chance.integers(max(len(PROTOTYPES[name].variants), 1)))
                         for name in LABELS}
        self._shown = {name: {unit: chance.random() < share for unit, share in units.items()}
                       for name, units in OPTIONAL.items()}

    def faces(self, emotion: str, count: int) -> Array:
        """(count,U)."""
        chance, sides = self._chance, self._sides
        if emotion == NEUTRAL:
            stir = np.exp(chance.normal(0.0, 2 * TAKE, (count, 1)))
            return np.asarray(np.minimum(self._rest * stir, STRONGEST_UNIT))
        intensity = _intensities(self._intensity, count, chance)
        rows = np.stack([self._base(emotion, at) for at in intensity]) * self._manner
        rows *= np.exp(chance.normal(0.0, TAKE, (count, sides.count)))[:, sides.of]
        rows *= sides.leaning(self._lean + chance.normal(0.0, TAKE_LEAN, (count, 1)))
        return np.asarray(np.minimum(rows + self._rest, STRONGEST_UNIT))

    def _base(self, emotion: str, intensity: float) -> Array:
        variants = PROTOTYPES[emotion].variants
        if self._unusual[emotion] and variants:
            row = intensity * strengths_for(self._names, variants[self._variant[emotion]])[0]
        else:
            row = strengths_for(self._names, ring_strengths(emotion, intensity))[0]
        row = np.array(row)
        for unit, shown in self._shown.get(emotion, {}).items():
            mine = np.array([_base(name) == unit for name in self._names])
            row[mine] = np.maximum(row[mine], intensity * ADDED_STRENGTH) if shown else (
                TRACE * row[mine])
        return row


class _SpreadPerson:
    """How they rest, and how they differ from other people in every emotion alike."""

    def __init__(
        self, names: Sequence[str], statistics: PhotoStatistics, chance: np.random.Generator
    ) -> None:
        self._names, self._chance = tuple(names), chance
        self._statistics = statistics
        self._rest = _resting(statistics, chance)
        self._own = _drawn(statistics.pooled, 1, chance)[0]
        self._intensity = chance.uniform(*INTENSITY)

    def faces(self, emotion: str, count: int) -> Array:
        """(count,U)."""
        chance, known = self._chance, self._statistics
        deviation = _drawn(known.root(emotion), count, chance)
        # half of what photos differ by stays the person's own, so that both together have it all
        deviation = SPREAD_SHARE * np.sqrt(0.5) * (deviation + self._own)
        if emotion == NEUTRAL:
            rows = self._rest + NEUTRAL_SHARE * deviation
            return np.asarray(np.clip(rows, 0.0, STRONGEST_UNIT))
        intensity = _intensities(self._intensity, count, chance)
        rows = np.stack([strengths_for(self._names, ring_strengths(emotion, float(at)))[0]
                         for at in intensity])
        if emotion in known.means:
            rows = 0.5 * (rows + intensity[:, None] * known.means[emotion])
        return np.asarray(np.clip(rows + deviation, 0.0, STRONGEST_UNIT))


def _resting(statistics: PhotoStatistics, chance: np.random.Generator) -> Array:
    """(U,) how somebody looks at rest, as far from the mean face as neutral photos are."""
    drawn = _drawn(statistics.rest_root, 1, chance)[0]
    return np.asarray(np.clip(OFFSET_SHARE * drawn, 0.0, STRONGEST_UNIT))


def _intensities(own: float, count: int, chance: np.random.Generator) -> Array:
    """(count,) of somebody's faces."""
    return np.asarray(np.clip(own * np.exp(chance.normal(0.0, TAKE_INTENSITY, count)), *INTENSITY))


def _drawn(root: Array, count: int, chance: np.random.Generator) -> Array:
    return np.asarray(chance.normal(size=(count, len(root))) @ root.T)


def _base(name: str) -> str:
    return name.rstrip("LR")
