# SPDX-License-Identifier: GPL-3.0-or-later
"""The light open head: some of the full head's vertices under triangles of their own.

Each vertex keeps its rows of all bases, weights and texture coordinates, so identities,
expressions, units and poses mean the same on both heads and an animation made on one plays on the
other.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from ..data import HeadData, LandmarkEmbedding
from ..evaluate import evaluate_identity_joints
from ..surface import nearest_on_surface
from .build import COLOURS, build_open_head
from .decimate import Flags, Surface, decimated
from .light_strands import brow_strips, inside, lash_fins
from .mesh_tools import Index, Points, Triangles

LIGHT_VERTICES = 2500
"""Enough for 468 landmarks, lids and lips that close, ears and single teeth; games' heads of the
first rank have a few thousand."""
SOURCE = "flamewheel head build-open --light"

# Shapes whose bends must survive: lids shut, smile with cheeks, snarl, jaw and lips wide, pucker,
# brows up, lips apart sideways.
_POSES: tuple[dict[str, float], ...] = (
    {}, {"AU43": 1}, {"AU6": 1, "AU12": 1}, {"AU4": 1, "AU9": 1, "AU10": 1}, {"AU27": 1},
    {"AU18": 1}, {"AU1": 1, "AU2": 1, "AU5": 1}, {"AU20": 1, "AU25": 1, "AU15": 1})
# How much a millimetre off counts, by part; later ones win.  Judged on renders: what is hidden
# under hair or behind the lips may be coarse, the sight of eyes and lips decides an expression.
_IMPORTANCE = {"scalp": 0.03, "neck": 0.06, "ears": 0.6, "face": 1.5, "lips": 3.0, "lids": 15.0,
               "mouth_bag": 0.1, "teeth": 20.0, "gums": 0.05, "tongue": 0.15, "caruncle": 0.3,
               "eye_left": 1.5, "eye_right": 1.5, "iris": 6.0, "pupil": 6.0, "hair": 0.15}
_HAIRLINE = 1.5  # mm; where the hair's shell is so near the skin, the line between them is seen
_HAIRLINE_IMPORTANCE = 3.0
_BACK_TEETH = 7.0  # mm behind the front ones at which a tooth counts a third
_COLOURED = {"iris", "pupil", "lips", "teeth", "gums"}
"""Parts whose outline shows as a line of colour."""
_STRANDS = ("brows", "lashes")
_LEFT_OUT = ("tear", "cornea", "hair_cards")
"""What only close-ups need: clear layers before the eyes, locks on the cap of hair."""
_NEAREST = 3e-4  # m; a landmark may lie so far from its place on the full head
_FIXED_VERTEX = 0.999  # a barycentric weight above which a landmark is a vertex


def build_light_head() -> HeadData:
    """The light open head, from the same build as the full one."""
    return light_head(build_open_head())


def light_head(full: HeadData) -> HeadData:
    """About LIGHT_VERTICES of the open head's vertices, mirror-symmetric, with all its data.

    Joints agree with the full head's for every identity.  Raises ValueError where `full` lacks
    what the builder gives: texture coordinates, mirror map, units.
    """
    triangles, corners = _coarse(full)
    kept, number = _renumbered(triangles, full.vertex_count)
    assert full.uv is not None and full.mirror is not None  # _coarse has looked
    texture, texture_number = _renumbered(corners, len(full.uv))
    made = dataclasses.replace(
        full, name="open-light", source=SOURCE, checksum="",
        template=full.template[kept], triangles=number[triangles].astype(np.int32),
        identity_basis=full.identity_basis[kept], expression_basis=full.expression_basis[kept],
        pose_basis=full.pose_basis[kept], weights=full.weights[kept],
        uv=full.uv[texture], uv_triangles=texture_number[corners].astype(np.int32),
        mirror=number[full.mirror[kept]].astype(np.int32),
        masks={name: own[own >= 0].astype(np.int32)
               for name, own in ((n, number[rows]) for n, rows in full.masks.items())
               if (own >= 0).any()})
    return dataclasses.replace(
        made, joint_regressor=_regressor(full, made),
        landmarks={name: _embedded(full, made, points) for name, points in full.landmarks.items()})


def write_light_head(path: Path) -> HeadData:
    """Build the light head and write it to `path` (.npz); returns it.

    Raises OutputError where the file cannot be written.
    """
    from ..files import save_head

    data = build_light_head()
    save_head(data, path, colours=COLOURS)
    return data


def _renumbered(rows: Index, count: int) -> tuple[Index, Index]:
    """The numbers in use, in order, and each old number's new one (-1 where unused)."""
    used = np.unique(rows)
    number = np.full(count, -1)
    number[used] = np.arange(len(used))
    return used, number


def _coarse(full: HeadData) -> tuple[Triangles, Index]:
    """Triangles and texture corners, in the full head's numbers."""
    if full.uv is None or full.uv_triangles is None or full.mirror is None or full.units is None:
        raise ValueError(f"the head {full.name} is not the builder's: it lacks uv, mirror or units")
    apart = inside(full, (*_STRANDS, *_LEFT_OUT))
    solid = ~apart[full.triangles].all(1)
    strips = np.concatenate([brow_strips(full), lash_fins(full)])
    corner = np.full(full.vertex_count, -1)
    corner[full.triangles.ravel()[::-1]] = full.uv_triangles.ravel()[::-1]
    triangles, corners = decimated(
        Surface(_poses(full), full.triangles[solid].astype(np.int64),
                full.uv_triangles[solid].astype(np.int64), full.uv.astype(np.float64),
                full.mirror.astype(np.int64), _kinds(full), _looks(full)[solid], _importance(full),
                _locked(full)),
        LIGHT_VERTICES - len(np.unique(strips)))
    return np.concatenate([triangles, strips]), np.concatenate([corners, corner[strips]])


def _poses(full: HeadData) -> Points:
    """(P,V,3) mm: the head in each of _POSES."""
    assert full.units is not None
    rows = np.zeros((len(_POSES), len(full.units.names)))
    for row, units in zip(rows, _POSES, strict=True):
        for name, strength in units.items():
            for own in (name, name + "L", name + "R"):
                if own in full.units.names:
                    row[full.units.names.index(own)] = strength
    return 1e3 * evaluate_identity_joints(
        full, None, full.units.codes(rows), full.units.poses(rows))


def _kinds(full: HeadData) -> Index:
    """(V,) one number for each set of parts that vertices belong to, both sides' alike."""
    member = np.stack([inside(full, (name,)) for name in sorted(full.masks)], 1)
    return np.asarray(np.unique(member, axis=0, return_inverse=True)[1]).reshape(-1)


def _looks(full: HeadData) -> Index:
    """(F,) one number for each set of parts that hold all corners of a triangle."""
    held = np.stack([inside(full, (name,))[full.triangles].all(1)
                     for name in sorted(_COLOURED & set(full.masks))], 1)
    return np.asarray(np.unique(held, axis=0, return_inverse=True)[1]).reshape(-1)


def _importance(full: HeadData) -> Points:
    weights = np.ones(full.vertex_count)
    for name, weight in _IMPORTANCE.items():
        weights[inside(full, (name,))] = weight
    points = full.template.astype(np.float64) * 1e3
    hair, skin, teeth = (full.masks[name] for name in ("hair", "skin", "teeth"))
    of_skin = np.flatnonzero(np.isin(full.triangles, skin).all(1)).astype(np.int32)
    below, share = nearest_on_surface(points, full.triangles, of_skin, points[hair])
    under = full.triangles[below]
    away = np.linalg.norm(np.einsum("nc,nck->nk", share, points[under]) - points[hair], axis=1)
    line = away < _HAIRLINE
    weights[hair[line]] = weights[under[line].ravel()] = _HAIRLINE_IMPORTANCE
    depth = points[teeth, 2].max() - points[teeth, 2]
    weights[teeth] *= np.exp(-np.log(3.0) * depth / _BACK_TEETH)
    return weights


def _locked(full: HeadData) -> Flags:
    """Vertices that are landmarks or lid margins, which meet in a curve when the eyes close."""
    locked = inside(full, ("lids",)) & inside(full, ("face",))
    for points in full.landmarks.values():
        row, corner = np.nonzero(points.barycentrics > _FIXED_VERTEX)
        locked[full.triangles[points.triangles[row], corner]] = True
    assert full.mirror is not None
    return np.asarray(locked | locked[full.mirror])


def _regressor(full: HeadData, light: HeadData) -> Any:
    """(5,n) smallest weights that place the joints as the full head's, whatever the identity.

    Only vertices that no expression moves take part, so that joints stay put in all of them.
    """
    still = np.abs(light.expression_basis).max((1, 2)) == 0
    features = np.concatenate([light.template[..., None], light.identity_basis], 2)[still]
    whole = np.concatenate([full.template[..., None], full.identity_basis], 2)
    aims = np.einsum("jv,vck->jck", full.joint_regressor.astype(np.float64), whole)
    rows = np.zeros((5, light.vertex_count))
    for joint, aim in enumerate(aims):
        system = np.concatenate([features.reshape(len(features), -1).T * 1e3,
                                 np.full((1, len(features)), 1e2)])  # mm beside the sum: alike
        rows[joint, still] = np.linalg.lstsq(system, np.r_[aim.ravel() * 1e3, 1e2], 1e-9)[0]
    return rows.astype(np.float32)


def _embedded(full: HeadData, light: HeadData, points: LandmarkEmbedding) -> LandmarkEmbedding:
    """The landmarks on the light head; ValueError where one is off by over 0.3 mm."""
    place = np.einsum("lc,lck->lk", points.barycentrics,
                      full.template[full.triangles[points.triangles]].astype(np.float64))
    strand = inside(light, (*_STRANDS, "hair"))
    solid = np.flatnonzero(~strand[light.triangles].any(1)).astype(np.int32)
    triangle, weights = nearest_on_surface(
        light.template.astype(np.float64), light.triangles, solid, place)
    found = np.einsum("lc,lck->lk", weights, light.template[light.triangles[triangle]])
    off = np.linalg.norm(found - place, axis=1)
    if off.max() > _NEAREST:
        raise ValueError(f"a landmark is {off.max() * 1e3:.2f} mm off on the light head")
    return LandmarkEmbedding(triangle.astype(np.int32), weights.astype(np.float32), points.indices)
