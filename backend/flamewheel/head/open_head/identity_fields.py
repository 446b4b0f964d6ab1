# SPDX-License-Identifier: GPL-3.0-or-later
"""Warps of space for each trait: bumps about landmarks, stretches of the head, ears, the rest."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from .assembly import Head
from .identity_traits import EARS, LEANS, STRETCHES, TRAITS, Bump
from .mesh_tools import MIRROR, Points, smoothstep

RESIDUAL_COUNT = 16
"""With the traits and leans this makes the hundred sources of a hundred components."""

_LENGTH_SCALE = 24.0  # mm; finer variation is creases, which expressions and maps own
_RESIDUAL_RMS = 0.9  # mm over the face: what named traits leave of people's faces, judged


def trait_fields(head: Head) -> dict[str, Points]:
    """(V,3) mm for one judged standard deviation of each symmetric trait, as warps of space."""
    landmarks = head.skin.face.points
    fields = {name: bumps(head.points, landmarks, made, MIRROR) for name, made in TRAITS.items()}
    return fields | _stretches(head.points, landmarks[152]) | _ear_fields(head)


def lean_fields(head: Head) -> dict[str, Points]:
    """(V,3) mm for one standard deviation of each antisymmetric trait."""
    landmarks = head.skin.face.points
    return {name: bumps(head.points, landmarks, made, -MIRROR) for name, made in LEANS.items()}


def bumps(points: Points, landmarks: Points, made: tuple[Bump, ...], mirror: Points) -> Points:
    """Sum of Gaussian shifts; a bump off the middle has its image under `mirror`."""
    field = np.zeros_like(points)
    for bump in made:
        centre = landmarks[bump.landmark]
        sides = [(centre, np.array(bump.shift))]
        if abs(centre[0]) > 1e-6:
            sides.append((centre * MIRROR, np.array(bump.shift) * mirror))
        for c, shift in sides:
            near = np.exp(-((points - c) ** 2).sum(1) / (2 * (bump.reach * 0.7) ** 2))
            field += near[:, None] * shift
    return field


def _soft_below(y: Points, level: float, softness: float = 8.0) -> Points:
    """How far below a level, negative, with a round corner (mm)."""
    return np.asarray(-softness * np.logaddexp(0, (level - y) / softness))


def _stretches(points: Points, chin: Points) -> dict[str, Points]:
    x, y, z = points.T
    zero = np.zeros_like(x)
    head = smoothstep((y + 130) / 60)  # fades out down the neck
    front = smoothstep((z + 75) / 60)
    skull = smoothstep((y - 5) / 60)
    neck = smoothstep((-y - 75) / 60) * smoothstep((-z + 15) / 75) * (1 - 0.6 * smoothstep(
        (-y - 165) / 50))
    back = np.exp(-(((y - 5) / 40) ** 2 + (x / 50) ** 2 + ((z + 185) / 45) ** 2))
    larynx = np.exp(-(((y + 140) / 16) ** 2 + (x / 13) ** 2 + ((z + 45) / 22) ** 2))
    under = np.exp(-((((points - chin - [0, -4.0, -24.0]) / [36.0, 17.0, 22.0]) ** 2).sum(1)))
    below = _soft_below(y, 0.0) - _soft_below(y, -50.0)  # between the eyes and the nose's base
    made = {
        "head width": (x * head * (1 - 0.75 * front), zero, zero),
        "head length": (zero, zero, (z + 20) * head * (1 - front)),
        "crown height": (zero, (y - 5) * skull, zero),
        "occiput": (zero, 0.4 * back, -4.0 * back),
        "face height": (zero, _soft_below(y, 0.0) * head * (0.35 + 0.65 * front), zero),
        "midface height": (zero, below * head * front, zero),
        "neck": (x * neck, zero, (z + 95) * neck),
        "throat": (zero, 0.3 * larynx, 2.0 * larynx),
        "double chin": (zero, -under, 0.25 * under),
        "face width": (x * head * front, zero, zero),
    }
    return {name: STRETCHES[name] * np.stack(axes, 1) for name, axes in made.items()}


def _ear_fields(head: Head) -> dict[str, Points]:
    """Warps of the space about the ears, so that the scalp beside them makes room."""
    ears = head.points[np.asarray(head.masks["ears"])]
    right = ears[ears[:, 0] < 0]
    centre, size = (right.min(0) + right.max(0)) / 2, np.ptp(right, axis=0)
    weight = smoothstep(1 - cKDTree(ears).query(head.points)[0] / 25.0)[:, None]
    side = np.where(head.points[:, :1] < 0, -1.0, 1.0)
    _, up, ahead = (head.points - centre).T[:, :, None]
    root = np.percentile(-right[:, 0], 10)  # where ears leave the head
    off = 3.0 * np.logaddexp(0, (np.abs(head.points[:, :1]) - root) / 3.0)  # mm, 0 on the head
    x, y, z = np.eye(3)[:, None]
    low = smoothstep((-up / size[1] - 0.15) / 0.35) * smoothstep(off / 8.0)
    high = smoothstep((up / size[1] - 0.1) / 0.4)
    made = {
        "ear length": y * up,
        "ear breadth": z * ahead,
        "ear stand-off": side * x * off,
        "ear lobe": -y * low,
        "ear top": side * x * high * smoothstep(off / 8.0),
        "ear height": y,
    }
    return {name: EARS[name] * weight * field for name, field in made.items()}


def residual_fields(head: Head, named: Points) -> list[Points]:
    """The largest RESIDUAL_COUNT modes of a smooth random symmetric field beside the `named` ones.

    A Gaussian process in space of _LENGTH_SCALE, sampled at landmarks and skull; what the named
    fields (3V,n) and rigid motions can make of each mode is taken out.
    """
    spots = _spread_out(head)
    even, odd = (_modes(head.points, spots, sign) for sign in (1.0, -1.0))
    zero = np.zeros_like(even)
    modes = np.concatenate([np.stack([odd, zero, zero], 1), np.stack([zero, even, zero], 1),
                            np.stack([zero, zero, even], 1)], 2)
    flat = modes.reshape(-1, modes.shape[2])
    known = np.concatenate([named, _rigid(head.points)], 1)
    skin = np.repeat(np.arange(len(head.points)) < len(head.skin.points), 3)
    share = np.linalg.lstsq(known[skin], flat[skin], rcond=None)[0]
    rest = flat - known @ share
    face = np.repeat(np.arange(len(head.points)) < head.skin.face_count, 3)
    values, vectors = np.linalg.eigh(rest[face].T @ rest[face] / head.skin.face_count)
    chosen = vectors[:, np.argsort(-values)[:RESIDUAL_COUNT]]
    chosen *= np.sign(chosen[np.abs(chosen).argmax(0), np.arange(RESIDUAL_COUNT)])
    size = _RESIDUAL_RMS / np.sqrt(np.sort(values)[::-1][:RESIDUAL_COUNT].sum())
    made = (rest @ chosen * size).reshape(*head.points.shape, RESIDUAL_COUNT)
    return [np.asarray(made[:, :, k]) for k in range(RESIDUAL_COUNT)]


def _modes(points: Points, spots: Points, sign: float) -> Points:
    """(V,n) scalar modes, even (+1) or odd (-1) across the middle, as large as they vary."""
    def kernel(a: Points) -> Points:
        def one(b: Points) -> Points:
            away = ((a[:, None] - b[None]) ** 2).sum(2)
            return np.asarray(np.exp(-away / (2 * _LENGTH_SCALE**2)))
        return one(spots) + sign * one(spots * MIRROR)

    values, vectors = np.linalg.eigh(kernel(spots))
    large = np.argsort(-values)[:30]
    return np.asarray(kernel(points) @ vectors[:, large] / np.sqrt(len(spots)))


def _spread_out(head: Head, count: int = 70) -> Points:
    """Points of the right half's face and skull, each as far as can be from those before."""
    points = np.concatenate([head.skin.face.points, head.skin.points[head.skin.skull]])
    points = points[points[:, 0] < -2.0]
    chosen = [int(points[:, 2].argmax())]
    away = np.full(len(points), np.inf)
    for _ in range(count - 1):
        away = np.minimum(away, ((points - points[chosen[-1]]) ** 2).sum(1))
        chosen.append(int(away.argmax()))
    return np.asarray(points[chosen])


def _rigid(points: Points) -> Points:
    """(3V,3) what no shape is: shifts up and forward, and a nod."""
    up, forward, nod = np.zeros((3, *points.shape))
    up[:, 1] = forward[:, 2] = 1.0
    nod[:, 1], nod[:, 2] = -points[:, 2], points[:, 1]
    return np.stack([f.ravel() for f in (up, forward, nod / 100.0)], 1)
