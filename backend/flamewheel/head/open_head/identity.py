# SPDX-License-Identifier: GPL-3.0-or-later
"""Identity: smooth warps of space with measured spreads, turned into orthogonal components.

A warp moves skin, teeth and tongue alike, so nothing inside comes through; eyeballs go along
rigidly, and lid margins keep their distance to them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .assembly import Head
from .landmarks_lists import INNER_LIPS
from .mesh_tools import MIRROR, Points, smoothstep


@dataclass(frozen=True)
class _Bump:
    """A shift (mm) about a landmark that fades with a Gaussian of `reach` mm; mirrored."""

    landmark: int
    shift: tuple[float, float, float]
    reach: float


# One standard deviation of each trait.  Spreads of widths, heights and depths follow the standard
# deviations of adults' anthropometry (Farkas 1994: head width 5, length 7, cheekbones 5, jaw 5.5,
# face height 6, nose 2.1 wide and 3.5 long, mouth 3.4 wide, between the eyes 2.7 mm); where a
# trait has no such measure (fullness, slant), the number is judged on renders.
_TRAITS: dict[str, tuple[_Bump, ...]] = {
    "jaw width": (_Bump(172, (-2.7, 0, 0), 28), _Bump(58, (-2.2, 0, 0), 26)),
    "cheekbones": (_Bump(123, (-2.2, 0.3, .9), 22), _Bump(227, (-1.8, 0, 0), 22)),
    "cheek fullness": (_Bump(205, (-1.2, -.6, 2.6), 22), _Bump(187, (-2.2, -.5, 1.4), 22)),
    "chin height": (_Bump(152, (0, -3.2, 0), 26), _Bump(176, (0, -2.2, 0), 20)),
    "chin forward": (_Bump(199, (0, 0, 2.8), 24), _Bump(152, (0, 0, 1.6), 20)),
    "chin width": (_Bump(149, (-2.4, 0, .4), 18), _Bump(150, (-1.6, 0, .3), 18)),
    "nose length": (_Bump(1, (0, -2.4, .3), 15), _Bump(2, (0, -1.8, 0), 14)),
    "nose forward": (_Bump(1, (0, .3, 2.4), 14), _Bump(195, (0, 0, 1.1), 13)),
    "nose tip": (_Bump(1, (0, 1.5, .4), 11), _Bump(2, (0, 1.1, .5), 10)),
    "nose width": (_Bump(64, (-1.4, 0, 0), 9), _Bump(129, (-.9, 0, 0), 10)),
    "nose bridge": (_Bump(6, (0, 0, 1.5), 14), _Bump(197, (0, 0, 1.3), 12)),
    "bridge width": (_Bump(188, (-1.0, 0, .4), 11),),
    "eyes apart": (_Bump(159, (-1.1, 0, 0), 22),),
    "eyes height": (_Bump(159, (0, 1.2, 0), 22),),
    "eyes deep": (_Bump(159, (0, 0, -1.2), 22),),
    "eye slant": (_Bump(33, (0, 1.1, 0), 12), _Bump(133, (0, -.7, 0), 9)),
    "brow height": (_Bump(66, (0, 1.6, 0), 15), _Bump(63, (0, 1.7, 0), 15)),
    "brow ridge": (_Bump(66, (0, -.4, 1.5), 18), _Bump(9, (0, 0, 1.2), 16)),
    "mouth width": (_Bump(61, (-2.0, 0, -.4), 15),),
    "mouth height": (_Bump(13, (0, 1.6, 0), 20),),
    "lips forward": (_Bump(0, (0, 0, 1.3), 16), _Bump(17, (0, 0, 1.3), 16)),
    "upper lip": (_Bump(0, (0, 1.3, .5), 7), _Bump(39, (0, .9, .3), 6)),
    "lower lip": (_Bump(17, (0, -1.4, .5), 7), _Bump(181, (0, -1.0, .3), 6)),
    "lip corners": (_Bump(61, (0, 1.3, 0), 11),),
    "forehead slope": (_Bump(10, (0, 0, 2.6), 38),),
    "forehead width": (_Bump(54, (-2.2, 0, 0), 28),),
    "temples": (_Bump(139, (-1.7, 0, 0), 20),),
}
# Whole-head stretches: head width, length and height, face height, neck, ears.
_STRETCH = {"head width": 5.0 / 77, "head length": 7.0 / 195, "skull height": 5.0 / 110,
            "face height": 4.5 / 118, "neck": 0.06, "face width": 3.2 / 70}
# Traits that go together in people, correlation.  Judged, not measured.
_TOGETHER = {("head width", "face width"): 0.6, ("face width", "jaw width"): 0.4,
             ("face width", "cheekbones"): 0.3, ("cheek fullness", "jaw width"): 0.3,
             ("chin height", "face height"): 0.4, ("upper lip", "lower lip"): 0.6,
             ("nose length", "face height"): 0.4, ("nose forward", "nose bridge"): 0.4,
             ("neck", "jaw width"): 0.4, ("brow ridge", "chin forward"): 0.3,
             ("head length", "head width"): 0.2, ("nose width", "mouth width"): 0.3}
_ASYMMETRIC = ("brow height", "lip corners", "jaw width", "nose tip")  # also as a lean to one side
_LEAN = 0.3  # of the symmetric spread


def identity_basis(head: Head) -> Points:
    """(V,3,S) mm per standard deviation: orthogonal, ordered by variance, S = number of traits."""
    names, fields = _trait_fields(head)
    correlation = np.eye(len(names))
    for (a, b), value in _TOGETHER.items():
        i, j = names.index(a), names.index(b)
        correlation[i, j] = correlation[j, i] = value
    flat = np.stack([f.ravel() for f in fields], 1) @ np.linalg.cholesky(correlation)
    values, vectors = np.linalg.eigh(flat.T @ flat)
    vectors = vectors[:, np.argsort(-values)]
    sign = np.sign(vectors[np.abs(vectors).argmax(0), np.arange(vectors.shape[1])])
    return np.asarray((flat @ (vectors * sign)).reshape(*head.points.shape, -1))


def _trait_fields(head: Head) -> tuple[list[str], list[Points]]:
    landmarks = head.skin.face.points
    fields = {name: _bumps(head.points, landmarks, bumps, MIRROR)
              for name, bumps in _TRAITS.items()}
    fields |= _stretches(head.points)
    for name in _ASYMMETRIC:
        fields[f"{name}, leaning"] = _LEAN * _bumps(
            head.points, landmarks, _TRAITS[name], -MIRROR)
    return list(fields), [_with_rigid_eyes(head, field) for field in fields.values()]


def _bumps(points: Points, landmarks: Points, bumps: tuple[_Bump, ...], mirror: Points) -> Points:
    field = np.zeros_like(points)
    for bump in bumps:
        centre = landmarks[bump.landmark]
        sides = [(centre, np.array(bump.shift))]
        if abs(centre[0]) > 1e-6:
            sides.append((centre * MIRROR, np.array(bump.shift) * mirror))
        for c, shift in sides:
            near = np.exp(-((points - c) ** 2).sum(1) / (2 * (bump.reach * 0.7) ** 2))
            field += near[:, None] * shift
    return field


def _stretches(points: Points) -> dict[str, Points]:
    x, y, z = points.T
    zero = np.zeros_like(x)
    head = smoothstep((y + 130) / 60)  # fades out down the neck
    front = smoothstep((z + 75) / 60)
    skull = smoothstep((y - 5) / 60)
    neck = smoothstep((-y - 85) / 30) * smoothstep((-z + 5) / 40)
    made = {
        "head width": (x * head * (1 - 0.75 * front), zero, zero),
        "head length": (zero, zero, (z + 20) * head * (1 - front)),
        "skull height": (zero, (y - 5) * skull, zero),
        "face height": (zero, np.where(y < 0, y, 0) * head * (0.35 + 0.65 * front), zero),
        "neck": (x * neck, zero, (z + 95) * neck),
        "face width": (x * head * front, zero, zero),
    }
    return {name: _STRETCH[name] * np.stack(axes, 1) for name, axes in made.items()}


def _with_rigid_eyes(head: Head, field: Points) -> Points:
    """Eyeballs move as one; lid margins keep their distance to them; closed lips stay closed."""
    skin, whole = head.skin, field.copy()
    eyes = zip(skin.face.eye_centres, ("eye_right", "eye_left"), skin.lids, skin.lid_backs,
               strict=True)
    correction = np.zeros_like(skin.points)
    for centre, name, ring, backs in eyes:
        ball = head.slices[name]
        shift = field[ball].mean(0)
        whole[ball] = shift
        arm = skin.points - centre
        out = arm / np.linalg.norm(arm, axis=1, keepdims=True)
        away = np.linalg.norm(skin.points[:, None] - skin.points[ring][None], axis=2).min(1)
        near = smoothstep(1 - away / 14.0)
        near[backs.ravel()] = 1.0
        radial = ((field[: len(skin.points)] - shift) * out).sum(1)
        correction -= (near * radial)[:, None] * out
    whole[: len(skin.points)] += correction
    n = len(INNER_LIPS) * 2
    upper = skin.lips[1 : n // 2]
    lower = skin.lips[n // 2 + 1 :][::-1]
    whole[upper] = whole[lower] = (whole[upper] + whole[lower]) / 2
    return head.carried(whole[: len(skin.points)],
                        {name: whole[head.slices[name]] for name in head.loose})
