# SPDX-License-Identifier: GPL-3.0-or-later
"""All parts as one mesh, and how a movement of the skin is carried over to all of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .brows import brows
from .eyes import caruncles, cornea, eyeball, tear_lines
from .hair import hair, hair_cards
from .landmarks_lists import INNER_LIPS, OUTER_LIPS
from .lashes import lashes
from .mesh_tools import Index, Points, Triangles, adjacency, mirrored_halves
from .mirror import whole_mirror
from .mouth import gums, teeth, tongue
from .nostrils import WALL, WALL_VERTICES
from .parts import Part, Skin, all_masks
from .strands import Strands

_LOOSE = ("eye_right", "eye_left", "teeth_upper", "gums_upper", "teeth_lower", "gums_lower",
          "tongue", "cornea_right", "cornea_left")


@dataclass(frozen=True, eq=False)
class Head:
    """The assembled neutral head."""

    skin: Skin
    loose: dict[str, Part]
    strands: dict[str, Strands]

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Where each part's vertices stand in the whole."""
        sizes = {"skin": len(self.skin.points)}
        sizes |= {name: len(part.points) for name, part in self.loose.items()}
        sizes |= {name: len(part.points) for name, part in self.strands.items()}
        ends = np.cumsum(list(sizes.values()))
        return {name: slice(int(end) - size, int(end))
                for (name, size), end in zip(sizes.items(), ends, strict=True)}

    @cached_property
    def points(self) -> Points:
        """(V,3) mm."""
        return np.concatenate([self.skin.points, *(p.points for p in self.loose.values()),
                               *(s.points for s in self.strands.values())])

    @cached_property
    def triangles(self) -> Triangles:
        """(F,3) alike on both sides; the skin's come first and among them the face's."""
        pieces = {"skin": self.skin.triangles}
        pieces |= {name: part.triangles for name, part in self.loose.items()}
        pieces |= {name: strand.triangles for name, strand in self.strands.items()}
        made = mirrored_halves(
            np.concatenate([t + self.slices[name].start for name, t in pieces.items()]),
            self.points, self.mirror)
        starts = [piece.start for piece in self.slices.values()]
        return made[np.argsort(np.searchsorted(starts, made[:, 0], "right"), kind="stable")]

    @cached_property
    def mirror(self) -> Index:
        """(V,) each vertex's image across the plane x = 0; see `whole_mirror`."""
        return whole_mirror(self.points, self.slices)

    def carried(self, skin_values: Points, loose_values: dict[str, Points] | None = None
                ) -> Points:
        """(V,k) values of all vertices from the skin's (n,k); loose parts' default to zero."""
        whole = np.zeros((len(self.points), skin_values.shape[1]))
        whole[self.slices["skin"]] = skin_values
        for name, values in (loose_values or {}).items():
            whole[self.slices[name]] = values
        for name, strand in self.strands.items():
            whole[self.slices[name]] = strand.binding @ skin_values
        return whole

    @cached_property
    def masks(self) -> dict[str, Index]:
        """Part names -> vertex numbers."""
        skin = self.skin
        masks = {"skin": np.arange(len(skin.points)), **_skin_masks(skin)}
        start = self.slices[_LOOSE[0]].start
        masks |= {name: numbers + start
                  for name, numbers in all_masks(list(self.loose.values())).items()}
        for name in self.strands:
            masks[name] = np.arange(self.slices[name].start, self.slices[name].stop)
        return masks


def assemble(skin: Skin) -> Head:
    """The skin with eyes, teeth, gums, tongue, brows, lashes and hair."""
    right, left = skin.face.eye_centres
    lips = skin.face.points[[13, 14]].mean(0)
    parts = (eyeball(right, "right"), eyeball(left, "left"), teeth(True, lips), gums(True, lips),
             teeth(False, lips), gums(False, lips), tongue(lips),
             cornea(right), cornea(left))
    return Head(skin, dict(zip(_LOOSE, parts, strict=True)),
                {"caruncle": caruncles(skin), "tear": tear_lines(skin), "brows": brows(skin),
                 "lashes": lashes(skin), "hair": hair(skin), "hair_cards": hair_cards(skin)})


def _skin_masks(skin: Skin) -> dict[str, Index]:
    lips = np.zeros(468)
    lips[_between(skin)] = 1.0
    red = np.flatnonzero(skin.subdivide @ lips > 0.7)
    red = np.union1d(red, np.concatenate([skin.lips, skin.bag[:2].ravel()]))
    bag = np.r_[skin.bag[1:].ravel(), skin.bag_end]
    face = np.arange(skin.face_count)
    nose = np.flatnonzero((np.abs(skin.points[:, 0]) < 22) & (skin.points[:, 1] < 2)
                          & (skin.points[:, 1] > -54))
    return {"face": face, "lips": red, "nostrils": _nostrils(skin), "mouth_bag": bag,
            "neck": np.unique(skin.neck), "ears": np.concatenate([e.ravel() for e in skin.ears]),
            "nose": nose[nose < skin.face_count],
            "scalp": skin.skull[skin.points[skin.skull, 1] > -70],
            "lids": np.concatenate([*skin.lids, *(b.ravel() for b in skin.lid_backs)])}


def _nostrils(skin: Skin) -> Index:
    """Walls and floors of the nostrils' cavities."""
    walls = np.arange(skin.face_count - 2 * WALL_VERTICES, skin.face_count)
    near = adjacency(skin.face_count, skin.triangles[: skin.face_triangles])
    inside = np.zeros(skin.face_count, bool)
    for side in walls.reshape(2, len(WALL), -1):
        inside[side[-1]] = True  # the deepest ring of the wall closes the floor off
    while True:
        grown = inside | (np.asarray(near @ inside) > 0)
        grown[walls] = inside[walls]
        if (grown == inside).all():
            return np.union1d(walls, np.flatnonzero(inside))
        inside = grown


def _between(skin: Skin) -> list[int]:
    """Landmarks from the inner to the outer lip line, that line included."""
    near: dict[int, set[int]] = {}
    for triangle in skin.face.triangles.tolist():
        for a in triangle:
            near.setdefault(a, set()).update(triangle)
    found, queue = set(INNER_LIPS), list(INNER_LIPS)
    while queue:
        here = queue.pop()
        for there in () if here in OUTER_LIPS else near[here] - found:
            found.add(there)
            queue.append(there)
    return sorted(found)
