# SPDX-License-Identifier: GPL-3.0-or-later
"""Photographs of random faces of a head: people, light, cameras and grain as photos have them.

The more a picture looks like a photo, the more FaceMesh sees in it: of 700 faces of the open head
as `sample_pictures` paints them a ridge regression of its landmarks explained 13 % of the identity
and 44 % of the expression, of the same faces as `render.portrait` paints them 17 and 51 %.  Where a
head's masks name no brows and no lips, these are painted between the landmarks that bound them, for
FaceMesh to see.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from ..head.evaluate import evaluate
from .correspondence import landmark_points
from .photo import Pixels
from .rows import SurfacePoints
from .sample_pictures import (
    EYES_APART,
    FAR,
    INNER_LIPS,
    LOWER_BROWS,
    NEAR,
    OUTER_LIPS,
    SIZE,
    UPPER_BROWS,
    Shot,
    bands,
)
from .sample_truth import FaceTruth

if TYPE_CHECKING:
    from ..render.head_look import HeadLook
    from ..render.portrait import PortraitPainter

Floats = npt.NDArray[np.float64]

ASIDE = 0.06  # of the picture's width: how far the face may be from its middle
BROW_REACH, LIP_REACH = 0.003, 0.0015  # m from the middle of what is painted to where skin is bare
BROW_TONE, LIP_TONE = (0.25, 0.2, 0.2), (0.84, 0.56, 0.67)  # times the skin's colour


@dataclass(frozen=True, eq=False)
class PinholeCamera:
    """A camera with perspective, looking along -Z."""

    focus: Floats  # (3,) m: a point of the turned head
    distance: float  # m, in depth, from the focus
    scale: float  # px per metre at the focus
    middle: Floats  # (2,) px where the focus falls

    @property
    def place(self) -> Floats:
        """(3,) m: the pinhole; the middle of the picture lies straight before it."""
        aside = (self.middle - SIZE / 2) / self.scale * (-1.0, 1.0)
        return np.asarray(self.focus + np.append(aside, self.distance))

    def project(self, points: Floats) -> Floats:
        """(n,2) pixels of (n,3) m."""
        arm = points - self.place
        nearness = self.distance / np.maximum(-arm[:, 2], 0.05 * self.distance)
        flat = arm[:, :2] * (1.0, -1.0) * self.scale * nearness[:, None]
        return np.asarray(flat + SIZE / 2)


@dataclass(frozen=True, eq=False)
class Photographer:
    """Photographs one head."""

    head: HeadData
    points: SurfacePoints  # its landmarks
    portraits: PortraitPainter

    def vertices(self, truth: FaceTruth, rows: slice) -> Floats:
        """(n,V,3) m of some of the faces."""
        return evaluate(self.head, truth.shape[rows], truth.expression[rows], truth.pose[rows])

    def landmarks(self, vertices: Floats) -> Floats:
        """(L,3) m where the landmarks lie on `vertices` (V,3), without offsets."""
        corners = np.asarray(self.head.triangles)[self.points.triangles]
        return np.asarray((vertices[corners] * self.points.barycentrics[:, :, None]).sum(1))

    def camera(self, vertices: Floats, rng: np.random.Generator) -> PinholeCamera:
        """One that has the face about in its middle."""
        joints = np.asarray(self.head.joint_regressor[3:], np.float64) @ self.head.template
        eyes = float(np.linalg.norm(joints[0] - joints[1]))
        places = self.landmarks(vertices)
        focus = (places.min(0) + places.max(0)) / 2
        return PinholeCamera(focus, float(np.exp(rng.uniform(np.log(NEAR), np.log(FAR)))),
                             rng.uniform(*EYES_APART) / eyes,
                             SIZE / 2 + rng.uniform(-ASIDE, ASIDE, 2) * SIZE)

    def shot(self, vertices: Floats, rng: np.random.Generator) -> Shot:
        """A picture of a posed head (V,3) m, by a camera somewhere before it."""
        camera, places = self.camera(vertices, rng), self.landmarks(vertices)
        pixels = self.picture(vertices, camera, rng)
        return Shot(pixels, places, camera.project(places))

    def picture(self, vertices: Floats, camera: PinholeCamera, rng: np.random.Generator) -> Pixels:
        """(SIZE,SIZE,3) of a posed head (V,3) m, in random colours and light."""
        import torch

        from ..render.cameras import Perspective

        focal = camera.scale * camera.distance * 2 / SIZE
        pinhole = Perspective(torch.tensor([focal], dtype=torch.float32),
                              torch.tensor(camera.place[None], dtype=torch.float32))
        seed = int(rng.integers(2**31))
        return np.asarray(self.portraits.photos(vertices[None], pinhole, (SIZE, SIZE), seed)[0])


def photographer_of(head: HeadData) -> Photographer:
    """The photographer of `head`; its landmarks come from the cache or are found now."""
    from ..render.head_look import look_of
    from ..render.portrait import PortraitPainter

    points = landmark_points(head)
    look = with_brows_and_lips(look_of(head), head, points)
    return Photographer(head, points, PortraitPainter(look))


def with_brows_and_lips(look: HeadLook, head: HeadData, points: SurfacePoints) -> HeadLook:
    """The look with brows and lips, where the head's masks name none."""
    from scipy.spatial import cKDTree

    template = np.asarray(head.template, np.float64)
    corners = template[np.asarray(head.triangles)[points.triangles]]
    places = np.zeros((478, 3))
    places[points.landmarks] = (corners * points.barycentrics[:, :, None]).sum(1)
    colours = np.array(look.colours)
    bare = np.asarray(head.weights)[:, 3:].max(1) < 0.5  # no eyeball
    for mask, lines, reach, tone in (("brows", (UPPER_BROWS, LOWER_BROWS), BROW_REACH, BROW_TONE),
                                     ("lips", (OUTER_LIPS, INNER_LIPS), LIP_REACH, LIP_TONE)):
        if mask not in head.masks:
            away = cKDTree(bands(places, *lines)).query(template)[0]
            share = (np.clip(1.5 - away / reach, 0.0, 1.0) * bare)[:, None]
            colours *= 1.0 - share + share * np.array(tone)
    return replace(look, colours=colours)
