# SPDX-License-Identifier: GPL-3.0-or-later
"""An expression database without photos: FACS prototypes, varied as people vary them.

Every emotion gets its exact prototype and variants on the three rings, and random faces about
them.  The ranges are design choices, named below; nothing here is measured on people.
"""

from __future__ import annotations

import numpy as np

from ..head.data import HeadData, NamedUnits
from ..wheel_names import NEUTRAL
from .dbex import ExpressionDatabase, database_from_arrays
from .facs import PROTOTYPES, Array, Prototype, agrees, ring_strengths, strengths_for
from .points import BASIC, EMOTIONS, INTENSE, MILD
from .units import face_rows

SAMPLES = 150  # random faces an emotion; means settle to 0.04 of a unit at worst (over seeds)
USUAL_SHARE = 0.6  # random faces made from the usual prototype, the others from a variant
UNIT_RANGE = (0.8, 1.2)  # one unit's strength about its emotion's
SIDE_RANGE = (0.95, 1.05)  # left against right: posed faces are nearly even
RINGS = (MILD, BASIC, INTENSE)
LEFT_OUT = 0.1  # chance that one unit of the prototype is not shown
STRAY = 0.03  # standard deviation of units that do not belong, never negative
STRONGEST_UNIT = 1.4  # no unit goes further: heads make their units for about 0..1


def build_prototype_database(
    head: HeadData, units: NamedUnits, *, seed: int = 0, samples_per_emotion: int = SAMPLES
) -> ExpressionDatabase:
    """The database of `head` from the FACS prototypes, in its own action `units`.

    The same seed gives the same database.  Units that the head lacks are left out; the sources of
    the entries name them.
    """
    chance = np.random.default_rng(seed)
    strengths, labels, sources, agreeing = [], [], [], []
    for prototype in PROTOTYPES.values():
        exact, missing = _exact(prototype, units.names)
        varied = _varied(prototype, units.names, samples_per_emotion, chance)
        rows = np.concatenate([exact, varied])
        strengths.append(rows)
        labels += [prototype.emotion] * len(rows)
        lacks = f" (this head has no {', '.join(missing)})" if missing else ""
        sources += [prototype.source + lacks] * len(exact)
        sources += [f"{prototype.source}, varied{lacks}"] * len(varied)
        agreeing.append(agrees(prototype.emotion, units.names, rows))
    rings = [face_rows(units, _rings(emotion, units.names)) for emotion in EMOTIONS]
    vectors = face_rows(units, np.concatenate(strengths))
    return database_from_arrays(
        head.name, head.checksum, labels, vectors, sources, agreeing=np.concatenate(agreeing),
        provenance=f"FACS prototypes, {samples_per_emotion} varied faces an emotion, seed {seed}",
        rings=np.stack(rings))


def _exact(prototype: Prototype, names: tuple[str, ...]) -> tuple[Array, tuple[str, ...]]:
    """The three rings, the variants at each, and the prototype's units the head has not."""
    missing = strengths_for(names, prototype.units)[1]
    if prototype.emotion == NEUTRAL:
        return np.zeros((1, len(names))), missing
    rows = [_rings(prototype.emotion, names)]
    rows += [np.outer(RINGS, strengths_for(names, variant)[0]) for variant in prototype.variants]
    return np.minimum(np.concatenate(rows), STRONGEST_UNIT), missing


def _rings(emotion: str, names: tuple[str, ...]) -> Array:
    """(3,U) the mild, the basic and the intense face."""
    return np.stack([strengths_for(names, ring_strengths(emotion, ring))[0] for ring in RINGS])


def _varied(
    prototype: Prototype, names: tuple[str, ...], count: int, chance: np.random.Generator
) -> Array:
    """(count,U) random faces about the prototype, from mild to intense."""
    intensity = chance.uniform(MILD, INTENSE, count)
    rows = np.stack([strengths_for(names, ring_strengths(prototype.emotion, at))[0]
                     for at in intensity])
    if prototype.variants:
        variants = np.stack([strengths_for(names, units)[0] for units in prototype.variants])
        which = chance.integers(0, len(variants), count)
        other = chance.random(count) >= USUAL_SHARE
        rows = np.where(other[:, None], variants[which] * intensity[:, None], rows)
    unit = np.array([name.rstrip("LR") for name in names])
    _, of_unit = np.unique(unit, return_inverse=True)  # both sides share their unit's chance
    kinds = int(of_unit.max()) + 1 if of_unit.size else 0
    rows = rows * chance.uniform(*UNIT_RANGE, (count, kinds))[:, of_unit]
    rows = rows * (chance.random((count, kinds)) >= LEFT_OUT)[:, of_unit]
    rows = rows * chance.uniform(*SIDE_RANGE, rows.shape)
    stray = np.abs(chance.normal(0.0, STRAY, (count, kinds)))[:, of_unit]
    return np.asarray(np.minimum(rows + stray, STRONGEST_UNIT))
