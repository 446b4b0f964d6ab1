# SPDX-License-Identifier: GPL-3.0-or-later
"""Where FaceMesh's landmarks lie on any head: found by showing FaceMesh pictures of the head.

The head is rendered in grey from many directions, once with its mouth closed and once with its jaw
open.  The views' cameras are known, so each landmark is triangulated from all of them and dropped
onto the nearest outer skin.  (The triangle that its pixel hits is a worse guide: hits slide along
the face's outline, onto ears and through the lips' gap; on a head whose landmarks are known,
triangulation errs by 4.5 mm at the 95th percentile, the middle of the hits by 17.)

Heads that bring their own `facemesh478` embedding keep it.  Either way the same pictures then tell,
landmark by landmark, where FaceMesh sees it *relative* to that point (a steady offset of about 4 %
of the inter-ocular distance) and how steadily: the fit's weights.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import HeadError
from ..head.data import JOINT_NAMES, HeadData
from ..head.surface import nearest_on_surface, outer_skin
from ..parameters import Camera
from ..render import rasterise
from ..render.grey import camera_points, shade, vertex_tones
from .cache import read_cache, write_cache
from .facemesh import IRISES, RENDER_THRESHOLD, detect, look_closer
from .rows import SurfacePoints, rotation
from .skin import posed_template, triangulate

Floats = npt.NDArray[np.float64]
Progress = Callable[[int, int, str], None]

SIZE = 384  # px: FaceMesh looks at 192 px of the face
HEAD_FILLS = 0.72  # of the picture's height
YAWS, PITCHES = (-30, -20, -10, 0, 10, 20, 30), (-20, -10, 0, 10, 20)  # degrees: found at 0.3
OPEN_YAWS, OPEN_PITCHES = (-20, 0, 20), (-12, 0, 12)  # degrees, with the jaw open
JAW_OPEN = 0.28  # rad: lips clearly apart, the face still ordinary to FaceMesh
INNER_LIPS = np.array([78, 191, 80, 81, 82, 13, 312, 311, 310, 415,
                       308, 324, 318, 402, 317, 14, 87, 178, 88, 95])
SKIN_LANDMARKS = np.arange(468)
FEWEST_VIEWS = 8  # in which the face must be found
EYE_CORNERS = (33, 263)  # outer, the face's own right and left
STEADY = 0.08  # of the eyes' width: real heads' landmarks scatter by 0.016, those of a ball by 0.27
FEWEST_OPEN_VIEWS = 4  # with the jaw open, for the inner lips
DEVIATION_FLOOR, DEVIATION_CAP = 0.015, 0.03  # of the inter-ocular distance
"""FaceMesh's own scatter on photos; and no landmark is so unsteady that it says nothing: without
the cap the chin and the brows (7 % and 4 % over turned renders) do not follow the photo."""
UNMEASURED_DEVIATION = 0.015  # where FaceMesh does not recognise the head's pictures
CACHE_KIND, CACHE_VERSION = "correspondence", 2  # raise it when pictures or method change


@dataclass(frozen=True, eq=False)
class View:
    """One picture of the head and what FaceMesh saw in it."""

    turn: Floats  # (3,3) the head's rotation
    jaw_open: bool
    camera: Camera
    pivot: Floats  # (2,) px: the point about which the head was turned
    landmarks: Floats  # (478,2) px
    visible: npt.NDArray[np.int32]  # (n,) triangles seen


def landmark_points(data: HeadData, progress: Progress | None = None) -> SurfacePoints:
    """FaceMesh's landmarks on `data`, from the cache or found now (a few seconds).

    progress(done, total, text) is called while pictures are made.  Raises HeadError
    `head-not-recognised` where FaceMesh sees no face in the pictures of a head without an
    embedding of its own.
    """
    key = _fingerprint(data)
    cached = read_cache(CACHE_KIND, CACHE_VERSION, key)
    if cached is not None:
        return cached
    points = find_points(data, progress)
    write_cache(CACHE_KIND, CACHE_VERSION, key, points)
    return points


def find_points(data: HeadData, progress: Progress | None = None) -> SurfacePoints:
    """As `landmark_points`, without the cache."""
    views = _look(data, progress)
    embedding = data.landmarks.get("facemesh478")
    if not _is_face(views):
        if embedding is None:
            raise HeadError(
                "head-not-recognised",
                f"FaceMesh does not recognise a face in pictures of the head {data.name!r}.",
                "Photos need a human face that looks along +Z, Y up; or give the head file a "
                "facemesh478 landmark embedding.",
            )
        views = []
    if embedding is not None:
        numbers = np.asarray(np.arange(len(embedding.triangles)) if embedding.indices is None
                             else embedding.indices, dtype=np.int64)
        triangles = np.asarray(embedding.triangles, dtype=np.int64)
        barycentrics = np.asarray(embedding.barycentrics, dtype=np.float64)
    else:
        numbers, triangles, barycentrics = _place(data, views)
    placed = _with_irises(data, numbers, triangles, barycentrics)
    return _calibrate(data, views, *placed)


def _is_face(views: list[View]) -> bool:
    """Whether enough views show a face, and the same one: FaceMesh sees faces in clouds, too."""
    closed = [view for view in views if not view.jaw_open]
    if len(closed) < FEWEST_VIEWS:
        return False
    turns = np.stack([view.turn for view in closed])
    seen = np.stack([_metres(view)[SKIN_LANDMARKS] for view in closed])
    points = triangulate(turns, seen)
    missed = np.linalg.norm(np.einsum("nai,li->nla", turns[:, :2], points) - seen, axis=2)
    eyes = np.linalg.norm(seen[:, EYE_CORNERS[0]] - seen[:, EYE_CORNERS[1]], axis=1)
    return bool(np.median(missed) < STEADY * np.median(eyes))


def _fingerprint(data: HeadData) -> str:
    """Of all that the pictures and the embedding depend on."""
    digest = hashlib.sha256()
    arrays: list[npt.NDArray[Any]] = [
        data.template, data.triangles, data.weights, data.joint_regressor]
    embedding = data.landmarks.get("facemesh478")
    if embedding is not None:
        arrays += [embedding.triangles, embedding.barycentrics]
    arrays += [data.masks[name] for name in sorted(data.masks)]
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:32]


def _directions() -> list[tuple[float, float, bool]]:
    """Yaw, pitch, jaw open."""
    closed = [(float(y), float(p), False) for p in PITCHES for y in YAWS]
    return closed + [(float(y), float(p), True) for p in OPEN_PITCHES for y in OPEN_YAWS]


def _look(data: HeadData, progress: Progress | None) -> list[View]:
    """The views in which FaceMesh finds the face."""
    tones = vertex_tones(data)
    triangles = np.asarray(data.triangles, dtype=np.int32)
    shapes = {False: posed_template(data, 0.0), True: posed_template(data, JAW_OPEN)}
    camera = _camera(shapes[False])
    centre = _middle(data)
    pivot = camera_points(centre[None], camera, (SIZE, SIZE))[0, :2]
    views, directions = [], _directions()
    for done, (yaw, pitch, jaw_open) in enumerate(directions):
        if progress is not None:
            progress(done, len(directions), f"looking at the head {data.name}")
        turn = rotation(np.array([np.radians(pitch), 0, 0])) @ rotation(
            np.array([0, np.radians(yaw), 0]))
        points = camera_points((shapes[jaw_open] - centre) @ turn.T + centre, camera, (SIZE, SIZE))
        fragments = rasterise(points, triangles, (SIZE, SIZE))
        picture = shade(fragments, points, triangles, tones)
        faces = detect(picture, RENDER_THRESHOLD)
        if faces:
            visible = np.unique(fragments.triangle[fragments.triangle >= 0])
            landmarks = look_closer(picture, faces[0])
            views.append(View(turn, jaw_open, camera, pivot, landmarks, visible))
    if progress is not None:
        progress(len(directions), len(directions), f"looked at the head {data.name}")
    return views


def _camera(vertices: Floats) -> Camera:
    """One that sees the head's whole height, centred."""
    low, high = vertices.min(0), vertices.max(0)
    scale = HEAD_FILLS * SIZE / float(max(high[1] - low[1], high[0] - low[0]))
    middle = (low + high) / 2
    translation = np.array([SIZE / 2 - scale * middle[0], SIZE / 2 + scale * middle[1]])
    return Camera(scale, translation, (SIZE, SIZE))


def _place(
    data: HeadData, views: list[View]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Landmark numbers with the triangles and barycentrics of the skin nearest to where they are.

    Inner lips are placed with the jaw open: on closed lips the upper and the lower one coincide.
    """
    skin = outer_skin(data)
    groups = [(False, SKIN_LANDMARKS)]
    if sum(view.jaw_open for view in views) >= FEWEST_OPEN_VIEWS:
        outer = SKIN_LANDMARKS[~np.isin(SKIN_LANDMARKS, INNER_LIPS)]
        groups = [(False, outer), (True, INNER_LIPS)]
    found = []
    for jaw_open, numbers in groups:
        chosen = [view for view in views if view.jaw_open == jaw_open]
        seen = np.stack([_metres(view)[numbers] for view in chosen])
        places = triangulate(np.stack([view.turn for view in chosen]), seen)
        shape = posed_template(data, JAW_OPEN if jaw_open else 0.0)
        visible = np.unique(np.concatenate([view.visible for view in chosen]))
        triangles, weights = nearest_on_surface(
            shape, np.asarray(data.triangles), visible[skin[visible]], places + _middle(data))
        found.append((numbers, triangles, weights))
    return (np.concatenate([part[0] for part in found]),
            np.concatenate([part[1] for part in found]),
            np.concatenate([part[2] for part in found]))


def _metres(view: View) -> Floats:
    """(478,2) where the view's landmarks lie, in metres from the point it turns about, Y up."""
    return (view.landmarks - view.pivot) / view.camera.scale * (1.0, -1.0)


def _middle(data: HeadData) -> Floats:
    """(3,) the point about which the views turn the head."""
    return np.asarray(np.asarray(data.template, dtype=np.float64).mean(0))


def _with_irises(
    data: HeadData, numbers: npt.NDArray[np.int64], triangles: npt.NDArray[np.int64],
    barycentrics: Floats,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """The iris centres added, on the front of each eyeball, where the head has eyeballs."""
    template = np.asarray(data.template, dtype=np.float64)
    faces = np.asarray(data.triangles, dtype=np.int64)
    joints = np.asarray(data.joint_regressor, dtype=np.float64) @ template
    for number, name in zip(IRISES, ("right_eye", "left_eye"), strict=True):
        joint = JOINT_NAMES.index(name)
        ball = np.flatnonzero((np.asarray(data.weights)[faces, joint] > 0.5).all(1))
        if number in numbers or ball.size == 0:
            continue
        arms = template[faces[ball]] - joints[joint]
        middle = arms.mean(1)
        forward = middle[:, 2] / np.maximum(np.linalg.norm(middle, axis=1), 1e-12)
        front = ball[forward.argmax()]
        numbers = np.append(numbers, number)
        triangles = np.append(triangles, front)
        barycentrics = np.concatenate([barycentrics, np.full((1, 3), 1 / 3)])
    return numbers, triangles, barycentrics


def _calibrate(
    data: HeadData, views: list[View], numbers: npt.NDArray[np.int64],
    triangles: npt.NDArray[np.int64], barycentrics: Floats,
) -> SurfacePoints:
    """Offsets o with s R o = what FaceMesh misses the points by, over all views; what is left."""
    count = len(numbers)
    if not views:
        return SurfacePoints(numbers, triangles, barycentrics, np.zeros((count, 3)),
                             np.full(count, UNMEASURED_DEVIATION))
    faces, middle = np.asarray(data.triangles)[triangles], _middle(data)
    shapes = {jaw_open: posed_template(data, JAW_OPEN if jaw_open else 0.0) - middle
              for jaw_open in (False, True)}
    miss, maps = [], []
    for view in views:
        points = (shapes[view.jaw_open][faces] * barycentrics[:, :, None]).sum(1)
        miss.append(_metres(view)[numbers] - points @ view.turn[:2].T)
        maps.append(view.turn[:2])
    design = np.concatenate(maps)  # (2N,3)
    wanted = np.stack(miss, axis=1).reshape(count, -1).T  # (2N,L)
    ridge = 0.1 * len(views) * np.eye(3)
    offsets = np.linalg.solve(design.T @ design + ridge, design.T @ wanted).T
    missed = ((wanted - design @ offsets.T) ** 2).reshape(len(views), 2, count)
    left = np.sqrt(missed.sum(1).mean(0))
    eyes = float(np.median([np.linalg.norm(v.landmarks[IRISES[0]] - v.landmarks[IRISES[1]])
                            for v in views])) / views[0].camera.scale
    deviation = np.clip(np.hypot(left / eyes, DEVIATION_FLOOR), None, DEVIATION_CAP)
    return SurfacePoints(numbers, triangles, barycentrics, offsets, deviation)
