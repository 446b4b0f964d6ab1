# SPDX-License-Identifier: GPL-3.0-or-later
"""FACS units as fields over the whole head, and the FLAME-like basis that spans them exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from .assembly import Head
from .folds import skin_folds
from .landmarks_lists import LEFT_EYE, RIGHT_EYE
from .mesh_tools import MIRROR, Points, biharmonic, symmetric, uniform_laplacian
from .parts import Skin
from .template import EYE_RADIUS, LID_THICKNESS, Face
from .unit_tables import UNITS, UnitTable

_SIDE_BLEND = 3.5  # mm; half width of the soft border between a left and a right unit
_CLOSED_RADIUS = EYE_RADIUS + 1.15  # closed lids bulge: the chord of half a blink stays outside
_THRUST = 6.0  # mm forward, AU29
_SIDEWAYS = 6.0  # mm, AU30
_TONGUE_OUT = np.array([0.0, 5.5, 27.0])  # mm, AU19

# Units of the categories of Du, Tao and Martinez 2014, table 1: those that define each, at one,
# and the others with the share of people who showed them.
_CATEGORIES: tuple[dict[str, float], ...] = (
    {"12": 1, "25": 1, "6": .51}, {"4": 1, "15": 1, "1": .6, "6": .5, "11": .26, "17": .67},
    {"1": 1, "4": 1, "20": 1, "25": 1, "2": .57, "5": .63, "26": .33},
    {"4": 1, "7": 1, "24": 1, "10": .26, "17": .52, "23": .29},
    {"1": 1, "2": 1, "25": 1, "26": 1, "5": .66}, {"9": 1, "10": 1, "17": 1, "4": .31, "24": .26},
    {"1": 1, "2": 1, "12": 1, "25": 1, "5": .64, "26": .67},
    {"10": 1, "12": 1, "25": 1, "4": .32, "6": .61, "9": .59},
    {"4": 1, "15": 1, "6": .26, "7": .48, "11": .2, "17": .5},
    {"1": 1, "4": 1, "25": 1, "26": 1, "2": .27, "6": .31},
    {"1": 1, "2": 1, "5": 1, "20": 1, "25": 1, "26": .51},
    {"4": 1, "25": 1, "26": 1, "5": .35, "7": .5, "10": .34},
    {"1": 1, "2": 1, "5": 1, "25": 1, "20": .62, "26": .56},
)
_SAMPLES = 4000
_STRAY = 0.2  # share of samples in which a unit occurs on its own account


@dataclass(frozen=True, eq=False)
class UnitFields:
    """Every unit at full strength."""

    names: tuple[str, ...]
    fields: Points  # (U,V,3) mm
    jaw: Points  # (U,3) rad


def unit_fields(head: Head, jaw_weight: Points, extend: SkinExtension) -> UnitFields:
    """Fields of all units, sided ones as L and R.

    jaw_weight: (n,) the jaw's share of each skin vertex.
    """
    made: dict[str, tuple[Points, float]] = {}
    x = head.skin.face.points[:, 0]
    left = (1 / (1 + np.exp(-x / _SIDE_BLEND)))[:, None]
    sets = {name: (_landmark_field(head.skin.face, table), table.sided, table.jaw)
            for name, table in UNITS.items()}
    sets["AU43"] = (_lid_closure(head.skin.face), True, 0.0)
    folds = skin_folds(head.skin)
    skin_left = (1 / (1 + np.exp(-head.skin.points[:, :1] / _SIDE_BLEND)))
    for name, (field, sided, jaw) in sets.items():
        fold = folds.get(name, np.zeros((1, 3)))
        if sided:
            made[name + "L"] = (head.carried(extend(field * left) + fold * skin_left), 0.0)
            made[name + "R"] = (head.carried(extend(field * (1 - left)) + fold * (1 - skin_left)),
                                0.0)
        else:
            made[name] = (head.carried(extend(field) + fold), jaw)
    parted = _landmark_field(head.skin.face, UNITS["AU25"])
    made["AU19"] = (_with_tongue(head, head.carried(extend(parted * 0.8))), 0.14)
    for name, shift in {"AU29": (0, 0, _THRUST), "AU30L": (_SIDEWAYS, 0, 0),
                        "AU30R": (-_SIDEWAYS, 0, 0)}.items():
        made[name] = (_jaw_slide(head, jaw_weight, np.array(shift, float)), 0.0)
    names = tuple(made)
    return UnitFields(names, np.stack([made[n][0] for n in names]),
                      np.array([[made[n][1], 0, 0] for n in names]))


def expression_basis(units: UnitFields) -> tuple[Points, Points]:
    """Basis (V,3,E) in mm per standard deviation, and units' coefficients (U,E), E = U.

    Over samples of units that occur together as people show them, the coefficients have unit
    variance about neutral and no correlation, and the components are orthogonal and ordered by
    variance: with activations a, E[a aᵀ] = L Lᵀ and fields F, the basis is the left side of the
    singular value decomposition F L = U S Vᵀ, and a unit's coefficients are Vᵀ L⁻¹ e.
    """
    activations = _activations(units.names)
    factor = np.linalg.cholesky(activations.T @ activations / len(activations))
    flat = units.fields.reshape(len(units.names), -1).T
    gram = factor.T @ (flat.T @ flat) @ factor  # V S² Vᵀ: small and the same on every machine
    values, vectors = np.linalg.eigh(gram)
    vectors = vectors[:, np.argsort(-values)]
    coefficients = np.linalg.solve(factor, np.eye(len(factor))).T @ vectors
    strongest = np.abs(coefficients).argmax(0)
    sign = np.sign(coefficients[strongest, np.arange(len(factor))])
    basis = (flat @ factor @ vectors) * sign
    return basis.reshape(*units.fields.shape[1:], -1), coefficients * sign


def _activations(names: tuple[str, ...]) -> Points:
    """(samples, U) strengths 0..1.3 of units that occur together."""
    rng = np.random.default_rng(7)
    base = [n.removeprefix("AU").rstrip("LR") for n in names]
    chance = np.array([[c.get(b, 0.0) for b in base] for c in _CATEGORIES])
    chosen = chance[rng.integers(len(_CATEGORIES), size=_SAMPLES)]
    kinds = sorted(set(base))
    shared = np.array([kinds.index(b) for b in base])  # both sides of a unit move together
    shown = rng.random((_SAMPLES, len(kinds)))[:, shared] < chosen
    strength = rng.uniform(0.4, 1.2, (_SAMPLES, 1)) * rng.uniform(0.8, 1.2, shown.shape)
    stray = rng.random(shown.shape) < _STRAY
    return np.asarray(np.where(shown, strength, 0) + stray * rng.uniform(0.2, 1.1, shown.shape))


def _landmark_field(face: Face, table: UnitTable) -> Points:
    """(468,3) displacement of a two-sided unit."""
    handles: dict[int, Points] = {}
    for i, shift in table.shifts.items():
        handles[i] = np.array(shift)
        if face.mirror[i] != i:
            handles[int(face.mirror[i])] = np.array(shift) * MIRROR
    fixed = {j for i in table.fixed for j in (i, int(face.mirror[i]))} - set(handles)
    field = biharmonic(face.points, face.triangles, handles, table.radius, sorted(fixed))
    return _off_the_eyes(face, symmetric(field, face.mirror))


def _off_the_eyes(face: Face, field: Points) -> Points:
    """The field with lid margins kept outside the eyeballs."""
    moved = face.points + field
    for centre, loop in zip(face.eye_centres, (RIGHT_EYE, LEFT_EYE), strict=True):
        arm = moved[list(loop)] - centre
        length = np.linalg.norm(arm, axis=1, keepdims=True)
        moved[list(loop)] = centre + arm * np.maximum(1, (EYE_RADIUS + LID_THICKNESS) / length)
    return np.asarray(moved - face.points)


def _lid_closure(face: Face) -> Points:
    """AU43: upper and lower margin meet low on the ball; 45 (blink) is the same shape."""
    handles: dict[int, Points] = {}
    for centre, loop in zip(face.eye_centres, (RIGHT_EYE, LEFT_EYE), strict=True):
        handles[loop[0]] = handles[loop[8]] = np.zeros(3)
        for k in range(1, 8):
            upper, lower = loop[k], loop[16 - k]
            meet = face.points[lower, 1] * 0.86 + face.points[upper, 1] * 0.14
            for i, y in ((upper, meet + 0.12), (lower, meet - 0.12)):
                arm = np.array([face.points[i, 0] - centre[0], y - centre[1], 0.0])
                arm[2] = np.sqrt(max(_CLOSED_RADIUS**2 - arm[0] ** 2 - arm[1] ** 2, 25.0))
                handles[i] = centre + arm - face.points[i]
    return symmetric(biharmonic(face.points, face.triangles, handles, 13.0), face.mirror)


class SkinExtension:
    """Carries a displacement of the 468 landmarks over to the whole skin.

    The cranium and the jaw's underside follow smoothly (least bending, weakly held); ears, neck,
    and the head behind the ears stay exactly still, which keeps the joints still too.
    """

    _BAG = (1, 0.95, 0.8, 0.6, 0.4, 0.3, 0.2, 0.15)
    _LIDS = (1, 0.6, 0.2)

    def __init__(self, skin: Skin) -> None:
        self._skin = skin
        n = len(skin.points)
        free = np.zeros(n, bool)
        z = skin.points[skin.skull, 2]
        free[skin.skull[z > -70]] = True
        rows = free.copy()
        rows[skin.oval] = rows[skin.skull] = True
        laplacian = uniform_laplacian(n, skin.triangles)[np.flatnonzero(rows)]
        self._inner, self._outer = np.flatnonzero(free), np.flatnonzero(~free)
        border = skin.points[skin.oval]
        away = np.linalg.norm(skin.points[self._inner][:, None] - border[None], axis=2).min(1)
        self._a, self._b = laplacian[:, self._inner], laplacian[:, self._outer]
        hold = sp.diags(0.02 * np.clip(away / 25, 0, 1) ** 2)
        self._solver = splu((self._a.T @ self._a + hold).tocsc())

    def __call__(self, landmarks: Points) -> Points:
        skin = self._skin
        field = np.zeros((len(skin.points), 3))
        field[: skin.face_count] = skin.subdivide @ landmarks
        field[self._inner] = self._solver.solve(-(self._a.T @ (self._b @ field[self._outer])))
        for ring, share in zip(skin.bag, self._BAG, strict=True):
            field[ring] = field[skin.lips] * share
        for margin, rings in zip(skin.lids, skin.lid_backs, strict=True):
            for ring, share in zip(rings, self._LIDS, strict=True):
                field[ring] = field[margin] * share
        return field


def _jaw_slide(head: Head, jaw_weight: Points, shift: Points) -> Points:
    lower = {name: np.broadcast_to(shift, head.loose[name].points.shape)
             for name in ("teeth_lower", "gums_lower", "tongue")}
    return head.carried(jaw_weight[:, None] * shift, lower)


def _with_tongue(head: Head, field: Points) -> Points:
    """The tongue slides out, its tip further than its root."""
    part, where = head.loose["tongue"].points, head.slices["tongue"]
    tip = (part[:, 2] - part[:, 2].min()) / np.ptp(part[:, 2])
    field[where] = (0.35 + 0.65 * tip)[:, None] * _TONGUE_OUT
    return field
