# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a head is drawn over a photo: its skin about the face, eyes, and the mouth's inside.

Strands that hang on the skin (brows, lashes, locks) are left out: the photo has its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..head.data import JOINT_NAMES, HeadData, LandmarkEmbedding
from ..head.surface import outer_skin
from .photo_images import smooth_step

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SKIN, EYE, UPPER, LOWER = range(4)
"""Kinds of triangles: what moves with the skin, eyeballs, the mouth's inside above and below."""

OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
        152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109)
"""FaceMesh's outline of the face (its FACEMESH_FACE_OVAL), in order."""
INNER_LIPS = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178,
              88, 95)
"""The lips' inner edge, in order."""

_EYE_PARTS = ("eye_left", "eye_right", "iris", "limbus", "pupil", "caruncle")
_MOUTH_PARTS = ("mouth_bag", "gums", "tongue", "teeth")
_NOT_SKIN = (*_EYE_PARTS, *_MOUTH_PARTS, "cornea", "tear", "brows", "lashes", "hair_cards")

EDGE = 0.012
"""m over which the head's own motion passes into its surroundings', inside the face's outline.  A
design choice: a finger's breadth."""
MAP_STEP = 0.0005  # m: of the map on which the distance to the outline is measured
FRONT = 0.035
"""m behind the outline's rearmost point where the face ends: cheeks before the ears.  Likewise."""


@dataclass(frozen=True, eq=False)
class PhotoParts:
    """The drawn triangles of a head."""

    triangles: Ints  # (F,3) of the head's vertices
    kinds: Ints  # (F,) SKIN, EYE, UPPER, LOWER
    rows: Ints  # (F,) which of the head's triangles each is
    skin: Ints  # (n,3) triangles of the whole outer skin, for what is smooth along it
    inside: Floats  # (V,) 1 well inside the face's outline, 0 outside
    eyes: tuple[Bools, Bools]  # (V,) vertices that move with the left and the right eye
    mouth: Bools  # (V,) vertices of the mouth's inside
    marks: LandmarkEmbedding  # FaceMesh's landmarks on the head
    numbers: Ints  # (L,) their numbers

    def places(self, values: Floats, triangles: npt.NDArray[np.int32]) -> Floats:
        """(L,C) of values (V,C) at the landmarks; triangles: those of the head."""
        corners = values[triangles[self.marks.triangles]]
        return np.asarray(np.einsum("lkc,lk->lc", corners, self.marks.barycentrics))


def photo_parts(head: HeadData, marks: LandmarkEmbedding) -> PhotoParts:
    """What of `head` is drawn; marks: FaceMesh's landmarks on it, those of the outline among them.
    """
    numbers = np.asarray(np.arange(len(marks.triangles)) if marks.indices is None
                         else marks.indices, np.int64)
    faces = np.asarray(head.triangles, np.int64)
    weights: Floats = np.asarray(head.weights, np.float64)
    eyes = tuple(weights[:, JOINT_NAMES.index(name)] > 0.5 for name in ("left_eye", "right_eye"))
    inside = _inside(head, marks, numbers)
    mouth = _of_parts(head, _MOUTH_PARTS)
    eye = _of_parts(head, _EYE_PARTS) | eyes[0] | eyes[1]
    clear = _of_parts(head, ("cornea", "tear"))
    strands = _of_parts(head, ("brows", "lashes", "hair_cards"))
    kinds = np.full(len(faces), -1)
    skin = outer_skin(head) & ~_of_parts(head, _NOT_SKIN)[faces].all(1)
    kinds[skin & (inside[faces] > 0.0).any(1)] = SKIN
    kinds[eye[faces].all(1) & ~clear[faces].all(1)] = EYE
    jaw = weights[:, JOINT_NAMES.index("jaw")][faces].mean(1) > 0.5
    kinds[mouth[faces].all(1)] = np.where(jaw, LOWER, UPPER)[mouth[faces].all(1)]
    kinds[strands[faces].all(1)] = -1
    rows = np.flatnonzero(kinds >= 0)
    return PhotoParts(faces[rows], kinds[rows], rows, faces[skin], inside,
                      (eyes[0], eyes[1]), mouth, marks, numbers)


def _of_parts(head: HeadData, parts: tuple[str, ...]) -> Bools:
    """(V,) vertices of any of the parts."""
    on = np.zeros(head.vertex_count, bool)
    for part in parts:
        if part in head.masks:
            on[np.asarray(head.masks[part])] = True
    return on


def _inside(head: HeadData, marks: LandmarkEmbedding, numbers: Ints) -> Floats:
    """(V,) how far inside the face's outline vertices lie, seen from the front."""
    import cv2

    template: Floats = np.asarray(head.template, np.float64)
    places = np.einsum("lkc,lk->lc", template[np.asarray(head.triangles)[marks.triangles]],
                       marks.barycentrics)
    at = {int(number): place for number, place in zip(numbers, places, strict=True)}
    oval = np.array([at[number] for number in OVAL if number in at])
    corner = oval[:, :2].min(0) - 2 * MAP_STEP
    outline = (oval[:, :2] - corner) / MAP_STEP
    size = np.ceil(outline.max(0)).astype(int) + 3
    drawn = np.zeros((int(size[1]), int(size[0])), np.uint8)
    cv2.fillPoly(drawn, [np.round(outline).astype(np.int32)], 1)
    far = cv2.distanceTransform(drawn, cv2.DIST_L2, 5) * MAP_STEP  # m to the outline
    looks = ((template[:, None, :2] - corner) / MAP_STEP).astype(np.float32)
    across, down = looks[..., 0].copy(), looks[..., 1].copy()
    depth = cv2.remap(far.astype(np.float32), across, down, cv2.INTER_LINEAR)[:, 0]
    ahead = np.greater(template[:, 2], float(oval[:, 2].min()) - FRONT)
    return np.asarray(np.where(ahead, smooth_step(depth / EDGE), 0.0), np.float64)
