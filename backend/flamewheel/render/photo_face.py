# SPDX-License-Identifier: GPL-3.0-or-later
"""A photo whose face shows another expression.

The photo itself is moved: the head that was fitted to it tells for every pixel of the face where it
was before (paper 002 renders the head anew from a learned texture; moving the picture keeps hair,
light and every pore).  What the photo does not show comes from the head: skin from the photo's
texture, eyeballs and the mouth's inside as `photo_inside` says.  The photo's own expression gives
back the photo.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from ..errors import UsageError
from ..head.data import HeadData, LandmarkEmbedding
from ..head.model import HeadModel
from ..parameters import Camera, ExpressionCode, FaceParameters
from .grey import camera_points, vertex_normals
from .photo_field import SkinField
from .photo_images import smooth_step
from .photo_openings import RIMS, openings
from .photo_painter import Painter
from .photo_parts import INNER_LIPS, OVAL, photo_parts
from .photo_view import IRISES_FROM, Cut, PhotoView, face_width, view_of

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

IRISES = (473, 468)  # left, right
AROUND = 1.0
"""Face widths about the face that may move: the surroundings' motion fades to 4 % over one."""
SMALLEST = 40.0
"""px across: of a smaller face lids and lips are a pixel or two, and nothing of them can open."""
RIM_TRUST = 10.0  # lids and lips, whose landmarks a picture's eye judges by; times the others'
SHUT = ("AU43L", "AU43R")
NEEDED = frozenset((*OVAL, *RIMS))
"""FaceMesh's landmarks that a head must have."""


class PhotoFace:
    """One face in one photo."""

    def __init__(self, pixels: Pixels, landmarks: Floats, head: HeadData, face: FaceParameters,
                 marks: LandmarkEmbedding) -> None:
        """pixels: (H,W,3).  landmarks: FaceMesh's (478,2) in the pixels of `face.camera`'s picture.

        face: as encoded on `head` from this photo.  marks: FaceMesh's landmarks on the head.
        Raises UsageError `no-camera` where `face` comes from no photo and `face-too-small`.
        """
        if face.camera is None:
            raise UsageError("no-camera", "These parameters have no camera.",
                             "Take them from the photo: `flamewheel encode`.")
        ratio = pixels.shape[1] / face.camera.image_size[0]
        shown = np.asarray(landmarks, np.float64) * ratio
        _refuse_small(face_width(shown))
        self._pixels, self._head, self._face = pixels, head, face
        self._cut = _cut_out(pixels, shown, face.camera, ratio)
        self._model = HeadModel(head).with_identity(face.identity.shape)
        self._parts = photo_parts(head, marks)
        self._triangles = torch.tensor(self._parts.triangles)
        self._at = {int(number): row for row, number in enumerate(self._parts.numbers)}
        self._fit(self._cut.landmarks)
        view = self._seen(self._points, self._normals)
        self._painter = Painter(self._cut, view, self._at, head, face.code, self._openings[1])

    @property
    def code(self) -> ExpressionCode:
        """The photo's own expression."""
        return self._face.code

    def picture(self, code: ExpressionCode) -> Pixels:
        """(H,W,3): the photo with the face showing `code`; its neck stays as it is."""
        places = self._projected(code)
        marks = self._on(places)
        extra = np.zeros_like(marks)
        eyes, lips = (opening.corrections(marks, extra) for opening in self._openings)
        points = places.copy()
        points[:, :2] += self._corrections
        if np.abs(extra).max() > 1e-6:
            points[:, :2] += self._field.spread(extra)
        new = self._painter.drawn(self._seen(points, self._normals_of(places)), code,
                                  (float(eyes.max()), float(lips.max())))
        picture = self._pixels.copy()
        left, top = self._cut.corner
        picture[top:top + new.shape[0], left:left + new.shape[1]] = new
        return picture

    def _projected(self, code: ExpressionCode) -> Floats:
        """(V,3) px of the cut where the fitted head's vertices lie."""
        own = self._face
        pose = np.stack([own.global_rotation, own.code.neck, code.jaw, *code.eyes])
        vertices = self._model.vertices(code.expression, pose)[0].numpy()
        camera = self._cut.camera
        return camera_points(vertices, camera, camera.image_size)

    def _on(self, places: Floats) -> Floats:
        """(L,2) px of the landmarks."""
        return self._parts.places(places, np.asarray(self._head.triangles))[:, :2]

    def _normals_of(self, places: Floats) -> Floats:
        upright = places * (1.0, -1.0, 1.0)
        return vertex_normals(upright, np.asarray(self._head.triangles, np.int32))

    def _seen(self, points: Floats, normals: Floats) -> PhotoView:
        size = self._cut.camera.image_size
        return view_of(self._parts, self._triangles, points, normals, size)

    def _fit(self, shown: Floats) -> None:
        """What carries the fitted head's landmarks onto the photo's `shown` (478,2)."""
        parts, own = self._parts, self._face.code
        places = self._projected(own)
        self._normals = self._normals_of(places)
        facing = parts.places(self._normals, np.asarray(self._head.triangles))[:, 2]
        trust = np.asarray(smooth_step((facing + 0.1) / 0.4), np.float64)
        rims = np.isin(parts.numbers, RIMS)
        trust[rims] = RIM_TRUST * np.maximum(trust[rims], 0.3)
        trust[parts.numbers >= IRISES_FROM] = 0.0
        self._field = SkinField(parts, np.asarray(self._head.template, np.float64),
                                np.asarray(self._head.triangles), trust)
        fitted, wanted = self._on(places), shown[parts.numbers]
        self._corrections = self._field.spread(wanted - fitted)
        for ball, iris in zip(parts.eyes, IRISES, strict=True):
            if iris in self._at:  # not on a head without eyeballs
                self._corrections[ball] = (wanted - fitted)[self._at[iris]]
        lips = [self._at[number] for number in INNER_LIPS]
        self._corrections[parts.mouth & ~self._field.reached] = (wanted - fitted)[lips].mean(0)
        self._points = places.copy()
        self._points[:, :2] += self._corrections
        rest = replace(own, expression=np.zeros_like(own.expression), jaw=np.zeros(3))
        blink, shut = (self._on(self._projected(code)) for code in (self._blink(), rest))
        self._openings = openings(self._at, wanted, fitted, blink, shut)

    def _blink(self) -> ExpressionCode:
        """The photo's face with its eyes shut, as the head shuts them; its own where it cannot."""
        units, own = self._head.units, self._face.code
        if units is None or not set(SHUT) <= set(units.names):
            return own
        strengths = np.array([float(name in SHUT) for name in units.names])
        return replace(own, expression=units.codes(strengths))


def _refuse_small(width: float) -> None:
    if width < SMALLEST:
        raise UsageError(
            "face-too-small", f"The face is only {width:.0f} pixels wide.",
            f"It needs {SMALLEST:.0f}, and 200 are good: give a larger picture, or more --size.")


def _cut_out(pixels: Pixels, shown: Floats, camera: Camera, ratio: float) -> Cut:
    """The part of a picture about landmarks that may change.

    ratio: pixels of the picture for one of the camera's.
    """
    size = np.array(pixels.shape[1::-1])
    margin = AROUND * face_width(shown)
    low = np.clip(np.floor(shown.min(0) - margin), 0, size - 2).astype(int)
    high = np.clip(np.ceil(shown.max(0) + margin), low + 2, size).astype(int)
    width, height = (int(side) for side in high - low)
    placed = Camera(camera.scale * ratio, camera.translation * ratio - low, (width, height))
    held = (bool(low[0] > 0), bool(low[1] > 0), bool(high[0] < size[0]), bool(high[1] < size[1]))
    return Cut(pixels[low[1]:high[1], low[0]:high[0]], placed, shown - low,
               (int(low[0]), int(low[1])), held)
