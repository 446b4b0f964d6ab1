# SPDX-License-Identifier: GPL-3.0-or-later
"""Random faces of a head: who they are, what they do, how they are held.

A regressor learns what such faces have in common, so they should be faces that photos show: about
a quarter at rest; emotions by the units that people show together (Du, Tao and Martinez 2014);
single actions; speech; brows up and down more often than in life, because today's encoders are
blind to them; one side often weaker, blinks and winks.  Shares and strengths are design choices,
there being no measured set of unit strengths to take them from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData, NamedUnits
from ..head.open_head.expression_samples import CATEGORIES

Floats = npt.NDArray[np.float64]

IDENTITY_LIMIT = 2.5  # standard deviations
AT_REST, EMOTIONAL, ACTING = 0.25, 0.36, 0.24  # shares of samples; the others speak
BROWS = {"raised": ("1", "2"), "inner up": ("1",), "outer up": ("2",), "lowered": ("4",),
         "drawn up": ("1", "4")}
BROW_CHANCE, BLINK_CHANCE, WINK_CHANCE, OPEN_CHANCE = 0.3, 0.12, 0.04, 0.2
LOPSIDED, ONE_SIDED = 0.25, 0.1  # chance that a side of the face, that a side of a unit is weaker
UNEVEN = 0.07  # standard deviation of how differently the two sides do the same
RARE = frozenset({"11", "13", "19", "29", "30L", "30R", "33", "34", "35", "37", "38", "39", "41",
                  "44"})  # single actions that photos seldom show
RARE_WEIGHT = 0.15
STRONGEST = 1.3  # of a unit
OTHER_COMPONENTS, OTHER_DECAY = 50, 20.0  # of a head without units: σ_k = exp(-k / OTHER_DECAY)
YAW, PITCH, ROLL = (14.0, 40.0), (8.0, 25.0), (7.0, 20.0)  # degrees: deviation, limit
GAZE = ((0.10, 0.40), (0.16, 0.55))  # rad: down and up, sideways; deviation, limit
SIDEWAYS_JAW = (0.012, 0.008)  # rad: about Y and Z


@dataclass(frozen=True, eq=False)
class FaceTruth:
    """N faces of one head as parameters."""

    shape: Floats  # (N,S) standard deviations
    expression: Floats  # (N,E) standard deviations
    jaw: Floats  # (N,3) axis-angle rad
    eyes: Floats  # (N,2,3) axis-angle rad: left, right
    global_rotation: Floats  # (N,3) axis-angle rad

    @property
    def pose(self) -> Floats:
        """(N,5,3) axis-angle of root, neck, jaw, left eye, right eye."""
        turns = np.zeros((len(self.jaw), 5, 3))
        turns[:, 0], turns[:, 2], turns[:, 3:] = self.global_rotation, self.jaw, self.eyes
        return turns


def draw_truth(head: HeadData, count: int, rng: np.random.Generator) -> FaceTruth:
    """`count` random faces of `head`."""
    limit = IDENTITY_LIMIT
    shape = np.clip(rng.normal(size=(count, head.identity_count)), -limit, limit)
    if head.units is not None:
        expression, jaw = _acted(head.units, head.visemes, count, rng)
    else:
        expression, jaw = _gaussian(head.expression_count, count, rng)
    return FaceTruth(shape, expression, jaw, _gaze(count, rng), _turns(count, rng))


def _gaussian(components: int, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Expressions of a head of which nothing is known but its components' order, and jaws."""
    spread = np.exp(-np.arange(components) / OTHER_DECAY)
    spread[OTHER_COMPONENTS:] = 0.0
    resting = rng.random((count, 1)) < AT_REST
    loud = np.where(resting, 0.15, rng.uniform(0.4, 1.4, (count, 1)))
    expression = np.clip(rng.normal(size=(count, components)) * loud, -2.5, 2.5) * spread
    opens = rng.random(count) < np.where(resting[:, 0], 0.1, 0.5)
    opening = np.clip(np.abs(rng.normal(0, 0.15, count)), 0, 0.45) * opens
    return expression, np.concatenate([opening[:, None], _sideways(count, rng)], axis=1)


def _sideways(count: int, rng: np.random.Generator) -> Floats:
    return np.asarray(rng.normal(size=(count, 2)) * SIDEWAYS_JAW)


def _acted(
    units: NamedUnits, visemes: NamedUnits | None, count: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """(N,E) expressions and (N,3) jaws of units and visemes."""
    strengths, speaks = draw_strengths(units.names, count, rng)
    expression, pose = units.codes(strengths), units.poses(strengths)
    if visemes is not None and visemes.names:
        said = np.zeros((count, len(visemes.names)))
        one, other = rng.integers(len(visemes.names), size=(2, count))
        way, loud = rng.random(count), rng.uniform(0.4, 1.1, count) * speaks
        np.add.at(said, (np.arange(count), one), way * loud)
        np.add.at(said, (np.arange(count), other), (1 - way) * loud)
        expression, pose = expression + visemes.codes(said), pose + visemes.poses(said)
    jaw = pose[:, 2]
    jaw[:, 1:] += _sideways(count, rng)
    return expression, jaw


def draw_strengths(
    names: tuple[str, ...], count: int, rng: np.random.Generator
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(N,U) strengths of units 0..1.3 with their sides, and (N,) which faces speak besides."""
    kinds, of_kind, side = _kinds(names)
    kind = rng.random(count)
    resting = kind < AT_REST
    emotional = ~resting & (kind < AT_REST + EMOTIONAL)
    speaks = kind > AT_REST + EMOTIONAL + ACTING
    acting = ~(resting | emotional | speaks)
    chance = np.array([[shown.get(name, 0.0) for name in kinds] for shown in CATEGORIES])
    chosen = chance[rng.integers(len(CATEGORIES), size=count)] * emotional[:, None]
    several = _several(kinds, rng.integers(1, 5, count), rng)
    chosen = np.where((acting | resting)[:, None], several, chosen)
    few = _several(kinds, rng.integers(0, 3, count), rng)
    chosen = np.where(speaks[:, None], few, chosen)
    shown = rng.random(chosen.shape) < chosen
    loud = np.where(resting, rng.uniform(0.0, 0.2, count), rng.uniform(0.3, 1.15, count))
    strengths = shown * loud[:, None] * rng.uniform(0.7, 1.25, shown.shape)
    _add_brows(strengths, kinds, ~resting, rng)
    _add_open_mouths(strengths, kinds, ~(resting | speaks), rng)
    rows = strengths[:, of_kind] * _sides(rng, count, side, of_kind)
    _add_blinks(rows, names, rng)
    return np.clip(rows, 0.0, STRONGEST), speaks


def _kinds(
    names: tuple[str, ...]
) -> tuple[list[str], npt.NDArray[np.int64], npt.NDArray[np.str_]]:
    """Units without their side; which each is; its side: L, R or none.  AU30 *is* a side."""
    base = [name.removeprefix("AU") for name in names]
    side = ["" if name.startswith("30") or name[-1] not in "LR" else name[-1] for name in base]
    bare = [name[:-1] if mark else name for name, mark in zip(base, side, strict=True)]
    kinds = sorted(set(bare))
    return kinds, np.array([kinds.index(name) for name in bare]), np.array(side)


def _several(
    kinds: list[str], most: npt.NDArray[np.int64], rng: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """(N,K) which kinds a face shows that does `most` (N,) of them, rare ones less often."""
    weight = np.array([RARE_WEIGHT if name in RARE else 1.0 for name in kinds])
    turn = rng.exponential(size=(len(most), len(kinds))) / weight  # the least come first
    return np.asarray(turn.argsort(1).argsort(1) < most[:, None])


def _add_brows(
    strengths: Floats, kinds: list[str], moving: npt.NDArray[np.bool_], rng: np.random.Generator
) -> None:
    """Brows up or down instead of what they do, in some of the faces that move."""
    changes = np.flatnonzero((rng.random(len(strengths)) < BROW_CHANCE) & moving)
    which = rng.integers(len(BROWS), size=len(changes))
    amount = rng.uniform(0.2, 1.2, len(changes))
    table = np.array([[name in does for name in kinds] for does in BROWS.values()], dtype=float)
    brow = table.any(axis=0)
    strengths[np.ix_(changes, brow)] = (table[which] * amount[:, None])[:, brow]


def _add_open_mouths(
    strengths: Floats, kinds: list[str], moving: npt.NDArray[np.bool_], rng: np.random.Generator
) -> None:
    """Jaws that open, a little or far, with the lips apart."""
    opens = (rng.random(len(strengths)) < OPEN_CHANCE) & moving
    amount = rng.uniform(0.1, 1.1, len(strengths)) * opens
    far = rng.random(len(strengths)) < 0.3
    for name, share in (("25", np.minimum(1.5 * amount, 1.0)), ("26", amount * ~far),
                        ("27", amount * far)):
        if name in kinds:
            at = kinds.index(name)
            strengths[:, at] = np.maximum(strengths[:, at], share)


def _sides(
    rng: np.random.Generator, count: int, side: npt.NDArray[np.str_],
    of_kind: npt.NDArray[np.int64],
) -> Floats:
    """(N,U) how much of each unit its side shows."""
    kinds = int(of_kind.max()) + 1
    weak = np.where(rng.random((count, 1)) < LOPSIDED, rng.uniform(0, 0.9, (count, 1)), 1.0)
    weak_left = rng.random((count, 1)) < 0.5
    one_sided = rng.random((count, kinds)) < ONE_SIDED
    own_weak = np.where(one_sided, rng.uniform(0, 0.5, (count, kinds)), 1.0)
    own_left = rng.random((count, kinds)) < 0.5
    left = np.where(weak_left, weak, 1.0) * np.where(own_left, own_weak, 1.0)
    right = np.where(weak_left, 1.0, weak) * np.where(own_left, 1.0, own_weak)
    uneven = np.exp(rng.normal(0, UNEVEN, (count, kinds)))
    left, right = (left * uneven)[:, of_kind], (right / uneven)[:, of_kind]
    return np.asarray(np.where(side == "L", left, np.where(side == "R", right, 1.0)))


def _add_blinks(rows: Floats, names: tuple[str, ...], rng: np.random.Generator) -> None:
    """Shut, half shut and winking eyes; a shut eye is not opened wide at once."""
    shut = {mark: [k for k, n in enumerate(names) if n in (f"AU43{mark}", f"AU45{mark}")]
            for mark in "LR"}
    wide = {mark: [k for k, n in enumerate(names) if n == f"AU5{mark}"] for mark in "LR"}
    if not shut["L"] or not shut["R"]:
        return
    count = len(rows)
    kind = rng.random(count)
    both = kind < BLINK_CHANCE
    wink = (kind > 1 - WINK_CHANCE) & ~both
    left = rng.random(count) < 0.5
    amount = np.where(rng.random(count) < 0.5, 1.0, rng.uniform(0.15, 1.0, count))
    which = rng.integers(len(shut["L"]), size=count)
    for mark, winks in (("L", wink & left), ("R", wink & ~left)):
        shuts = np.flatnonzero(both | winks)
        rows[np.ix_(shuts, np.array(shut[mark]))] = 0.0
        rows[shuts, np.array(shut[mark])[which[shuts]]] = amount[shuts]
        total = rows[:, shut[mark]].sum(1, keepdims=True)
        rows[:, shut[mark]] /= np.maximum(total, 1.0)  # an eye is shut once
        rows[:, wide[mark]] *= np.clip(1.0 - total, 0.0, 1.0)


def _gaze(count: int, rng: np.random.Generator) -> Floats:
    """(N,2,3): eyes together, the nearer the thing looked at the more towards each other."""
    (down, down_most), (aside, aside_most) = GAZE
    eyes = np.zeros((count, 2, 3))
    eyes[:, :, 0] = np.clip(rng.normal(0, down, count), -down_most, down_most)[:, None]
    eyes[:, :, 1] = np.clip(rng.normal(0, aside, count), -aside_most, aside_most)[:, None]
    cross = np.abs(rng.normal(0, 0.02, count))
    eyes[:, 0, 1] -= cross  # the left eye, towards the face's own right
    eyes[:, 1, 1] += cross
    return eyes


def _turns(count: int, rng: np.random.Generator) -> Floats:
    """(N,3) axis-angle: most people look about into the camera, a fifth are turned anyhow."""
    from scipy.spatial.transform import Rotation

    anyhow = rng.random((count, 1)) < 0.2
    spread, most = np.array([YAW, PITCH, ROLL]).T
    angles = np.where(anyhow, rng.uniform(-1, 1, (count, 3)) * most,
                      np.clip(rng.normal(size=(count, 3)) * spread, -most, most))
    turned = Rotation.from_euler("yxz", angles, degrees=True)  # yaw first, roll last
    return np.asarray(turned.as_rotvec())
