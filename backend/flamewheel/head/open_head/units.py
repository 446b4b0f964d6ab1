# SPDX-License-Identifier: GPL-3.0-or-later
"""FACS units as fields over the whole head, each side for itself where muscles are paired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from .assembly import Head
from .extension import SkinExtension
from .folds import skin_folds
from .lids import lid_closure, lid_shifts, off_the_eyes
from .lip_tables import MOUTH_UNITS
from .lips import lip_shifts
from .mesh_tools import MIRROR, Points, biharmonic, symmetric
from .parts import Skin
from .template import Face
from .tongue import LICKING, OUT, tongue_shift
from .unit_tables import UNITS, UnitTable

_SIDE_BLEND = 3.5  # mm; half width of the soft border between a left and a right unit
_THRUST = 6.0  # mm forward, AU29
_SIDEWAYS = 6.0  # mm, AU30
_TONGUE_JAW = 0.2  # rad of jaw opening that lets the tongue pass, AU19 and AU37


@dataclass(frozen=True, eq=False)
class Movement:
    """What a unit of both sides does at full strength."""

    skin: Points  # (n,3) mm
    sided: bool = True
    jaw: float = 0.0  # rad about the jaw's x axis, positive opens
    loose: Mapping[str, Points] = field(default_factory=dict)  # part -> (k,3) mm


@dataclass(frozen=True, eq=False)
class UnitFields:
    """Every unit at full strength."""

    names: tuple[str, ...]
    fields: Points  # (U,V,3) mm
    jaw: Points  # (U,3) rad


def movements(head: Head, jaw_weight: Points, extend: SkinExtension) -> dict[str, Movement]:
    """Units of both sides by name; only the jaw's way to a side has a side of its own.

    jaw_weight: (n,) the jaw's share of each skin vertex.
    """
    skin, face = head.skin, head.skin.face
    made: dict[str, Movement] = {}
    folds = skin_folds(skin)
    for name, table in {**UNITS, **MOUTH_UNITS}.items():
        moved = extend(landmark_field(face, table)) + folds.get(name, 0.0)
        made[name] = Movement(moved, table.sided, table.jaw)
    made["AU43"] = Movement(extend(lid_closure(face)) + folds.get("AU43", 0.0))
    parted = extend(landmark_field(face, MOUTH_UNITS["AU25"]))
    for name, posture, part in (("AU19", OUT, 0.6), ("AU37", LICKING, 1.0)):
        made[name] = Movement(parted * part, False, _TONGUE_JAW,
                              {"tongue": tongue_shift(head.loose["tongue"].points, posture)})
    for name, shift in {"AU29": (0, 0, _THRUST), "AU30L": (_SIDEWAYS, 0, 0),
                        "AU30R": (-_SIDEWAYS, 0, 0)}.items():
        made[name] = _jaw_slide(head, jaw_weight, np.array(shift, float))
    return made


def unit_fields(head: Head, made: Mapping[str, Movement]) -> UnitFields:
    """Fields of all units, sided ones as L and R."""
    fields: dict[str, tuple[Points, float]] = {}
    left = left_share(head.skin)
    for name, unit in made.items():
        if unit.sided:
            fields[name + "L"] = (head.carried(unit.skin * left), 0.0)
            fields[name + "R"] = (head.carried(unit.skin * (1 - left)), 0.0)
        else:
            fields[name] = (head.carried(unit.skin, dict(unit.loose)), unit.jaw)
    names = tuple(fields)
    return UnitFields(names, np.stack([fields[n][0] for n in names]),
                      np.array([[fields[n][1], 0, 0] for n in names]))


def left_share(skin: Skin) -> Points:
    """(n,1) share of a two-sided field that belongs to its left half, soft about the middle."""
    return np.asarray(1 / (1 + np.exp(-skin.points[:, :1] / _SIDE_BLEND)))


def landmark_field(face: Face, table: UnitTable) -> Points:
    """(468,3) displacement of a two-sided unit."""
    right: dict[int, Points] = {}
    if table.lips is not None:
        right |= lip_shifts(table.lips, face.points)
    if table.lids is not None:
        right |= lid_shifts(face, *table.lids)
    right |= {i: np.array(shift) for i, shift in table.shifts.items()}
    handles: dict[int, Points] = {}
    for i, shift in right.items():
        handles[i] = shift
        if face.mirror[i] != i:
            handles[int(face.mirror[i])] = shift * MIRROR
    fixed = {j for i in table.fixed for j in (i, int(face.mirror[i]))} - set(handles)
    moved = biharmonic(face.points, face.triangles, handles, table.radius, sorted(fixed))
    return off_the_eyes(face, symmetric(moved, face.mirror))


def _jaw_slide(head: Head, jaw_weight: Points, shift: Points) -> Movement:
    lower = {name: np.broadcast_to(shift, head.loose[name].points.shape)
             for name in ("teeth_lower", "gums_lower", "tongue")}
    return Movement(jaw_weight[:, None] * shift, False, 0.0, lower)
