# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain grey picture of a head: smooth normals, a light at the camera, parts told apart by tone.

Good enough for FaceMesh to find the face (used for the landmark correspondence) and for a person
to judge an expression (`encode --preview`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..head.data import JOINT_NAMES, HeadData
from ..parameters import Camera
from .rasterise import Floats, Fragments, rasterise

SKIN_TONE = 0.74
PART_TONES = {  # reflectance of each part that a head may name; later ones lie over earlier ones
    "nostrils": 0.25, "mouth_bag": 0.22, "gums": 0.42, "tongue": 0.45, "teeth": 0.92,
    "eye_left": 0.95, "eye_right": 0.95, "iris": 0.28, "cornea": 0.28,
    "lips": 0.56, "hair": 0.26, "hair_cards": 0.26, "brows": 0.26, "lashes": 0.15,
}
AMBIENT = 0.18  # light that falls everywhere, so that turned-away skin is not black
IRIS_ANGLE = 0.47  # rad: an iris of 11.7 mm on an eyeball of 12.6 mm radius (adult averages)
BACKGROUND = 235  # grey level behind the head


def camera_points(vertices: npt.ArrayLike, camera: Camera, size: tuple[int, int]) -> Floats:
    """(V,3) pixels of a picture of `size` (width, height) that shows the camera's whole photo.

    vertices: (V,3) metres after the head's global rotation.  z stays in pixels, towards the viewer.
    """
    points = np.asarray(vertices, dtype=np.float64)
    ratio = size[0] / camera.image_size[0]
    tx, ty = camera.translation
    pixels = np.empty_like(points)
    pixels[:, 0] = camera.scale * points[:, 0] + tx
    pixels[:, 1] = ty - camera.scale * points[:, 1]
    pixels[:, 2] = camera.scale * points[:, 2]
    return pixels * ratio


def vertex_normals(vertices: Floats, triangles: npt.NDArray[np.int32]) -> Floats:
    """(V,3) unit normals, each the area-weighted mean of the triangles around it."""
    corners = vertices[triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    count = len(vertices)
    flat = triangles.ravel()
    sums = np.stack(
        [np.bincount(flat, np.repeat(faces[:, k], 3), minlength=count) for k in range(3)], axis=1
    )
    length = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.maximum(length, 1e-20))


def vertex_tones(data: HeadData) -> Floats:
    """(V,) reflectance 0..1 of every vertex, from the head's masks or, without them, its joints."""
    tones = np.full(data.vertex_count, SKIN_TONE)
    for part, tone in PART_TONES.items():
        if part in data.masks:
            tones[np.asarray(data.masks[part])] = tone
    if "iris" not in data.masks:
        _paint_eyes(tones, data)
    return tones


def _paint_eyes(tones: Floats, data: HeadData) -> None:
    """White eyeballs with a dark iris in front, where the weights tell what the eyeballs are."""
    template = np.asarray(data.template, dtype=np.float64)
    joints = np.asarray(data.joint_regressor, dtype=np.float64) @ template
    for name in ("left_eye", "right_eye"):
        joint = JOINT_NAMES.index(name)
        ball = np.flatnonzero(np.asarray(data.weights, dtype=np.float64)[:, joint] > 0.5)
        if ball.size == 0:
            continue
        arm = template[ball] - joints[joint]
        forward = arm[:, 2] / np.maximum(np.linalg.norm(arm, axis=1), 1e-12)
        tones[ball] = np.where(forward > np.cos(IRIS_ANGLE), PART_TONES["iris"], 0.95)


def shade(
    fragments: Fragments, points: Floats, triangles: npt.NDArray[np.int32], tones: Floats
) -> npt.NDArray[np.uint8]:
    """(H,W,3) grey picture of rasterised `points`, lit from the camera."""
    normals = vertex_normals(points, triangles)
    seen = fragments.triangle >= 0
    corners = triangles[fragments.triangle[seen]]
    weights = fragments.barycentrics[seen]
    facing = np.abs((normals[corners, 2] * weights).sum(axis=1))
    tone = (tones[corners] * weights).sum(axis=1)
    level = tone * (AMBIENT + (1.0 - AMBIENT) * np.clip(facing, 0.0, 1.0))
    grey = np.full(seen.shape, BACKGROUND, dtype=np.uint8)
    grey[seen] = np.clip(255.0 * level, 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def render_grey(
    data: HeadData, vertices: npt.ArrayLike, camera: Camera, size: tuple[int, int]
) -> npt.NDArray[np.uint8]:
    """(H,W,3) picture of a head's `vertices` (V,3) m, globally rotated, as `camera` sees them.

    size: width and height of the picture; the camera's photo is scaled to its width.
    """
    triangles = np.asarray(data.triangles, dtype=np.int32)
    points = camera_points(vertices, camera, size)
    return shade(rasterise(points, triangles, size), points, triangles, vertex_tones(data))
