# SPDX-License-Identifier: GPL-3.0-or-later
"""MediaPipe FaceMesh: 478 landmarks of the faces in a photo, in the photo's own pixels.

The photo is padded to a square first (FaceMesh moves the landmarks by 1.5 % of the inter-ocular
distance otherwise), and tried again with a border, for faces that fill the picture, and with a
lower detection threshold, for drawn and rendered ones.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import BackendError, PhotoError
from .photo import Photo

Floats = npt.NDArray[np.float64]

LANDMARK_COUNT = 478
IRISES = (468, 473)  # iris centres: the face's own right eye, left eye
IRIS_LANDMARKS = np.arange(468, 478)
MAX_FACES = 12
PHOTO_THRESHOLD = 0.5  # MediaPipe's default
RENDER_THRESHOLD = 0.3  # plain grey renders are found within ±30° yaw and ±20° pitch at this
BORDER = 1 / 3  # of the longer side; brings back most faces that fill the picture
SAME_FACE = 0.5  # overlap of boxes above which two detections are one face

_lock = threading.Lock()


def find_faces(photo: Photo) -> list[Floats]:
    """Every face of the photo, largest first: (478,2) x and y in original pixels each.

    Landmark numbers are MediaPipe's; 468 and 473 are the iris centres of the face's right and left
    eye.  An empty list where there is no face.  Raises BackendError `missing-dependency`.
    """
    attempts = ((0.0, PHOTO_THRESHOLD), (BORDER, PHOTO_THRESHOLD),
                (0.0, RENDER_THRESHOLD), (BORDER, RENDER_THRESHOLD))
    for border, threshold in attempts:
        faces = _distinct(detect(photo.pixels, threshold, border=border))
        if faces:
            return [points * photo.ratio for points in faces]
    return []


def choose_face(faces: list[Floats], face: int | None, name: str) -> tuple[Floats, tuple[str, ...]]:
    """The landmarks of one face and what to tell the user.

    faces: largest first, as `find_faces` gives them.  face: 1 for the largest, 2 for the next, …;
    None: the largest.  Raises PhotoError `no-face`, `no-such-face`.
    """
    if not faces:
        raise PhotoError(
            "no-face", f"No face was found in {name}.",
            "Use a photo in which the face is upright, turned at most 45 degrees, and not small.",
        )
    count = len(faces)
    number = 1 if face is None else face
    if not 1 <= number <= count:
        noun = "1 face" if count == 1 else f"{count} faces"
        raise PhotoError("no-such-face", f"There is no face {number} in {name}: it has {noun}.",
                         "Faces are numbered by size, 1 is the largest.")
    chosen = faces[number - 1]
    if count == 1:
        return chosen, ()
    order = np.argsort([points[:, 0].mean() for points in faces])
    place = int(np.flatnonzero(order == number - 1)[0]) + 1
    where = f"face {number} by size, number {place} from the left"
    taken = "took the largest" if face is None else "took the one asked for"
    return chosen, (f"{count} faces; {taken} ({where}).",)


def detect(pixels: npt.NDArray[np.uint8], threshold: float, *, border: float = 0.0) -> list[Floats]:
    """(478,2) landmarks in the pixels of `pixels` (H,W,3) of every face found at `threshold`.

    border: width added on every side, as a fraction of the longer side.
    """
    height, width = pixels.shape[:2]
    side = round(max(height, width) * (1 + 2 * border))
    top, left = (side - height) // 2, (side - width) // 2
    square = np.pad(pixels, ((top, side - height - top), (left, side - width - left), (0, 0)),
                    mode="edge")
    with _lock:
        found = _detector(threshold).faces(square)
    return [
        np.array([(point.x, point.y) for point in face.landmark], dtype=np.float64) * side
        - np.array([left, top], dtype=np.float64)
        for face in found
    ]


class _Detector:
    """A FaceMesh graph whose start-up log lines do not reach the user.

    Its C++ loggers write to the process's stderr when the graph starts and when it first sees a
    face; so stderr is shut until then, and left alone for good afterwards.
    """

    def __init__(self, threshold: float) -> None:
        self._quiet = False
        with _silence():
            try:
                from mediapipe.python.solutions.face_mesh import FaceMesh
            except ImportError as missing:
                raise BackendError(
                    "missing-dependency", "Photos need MediaPipe, which is not installed.",
                    "Install it: pip install mediapipe==0.10.21 (Python 3.10 to 3.12).",
                ) from missing
            self._mesh = FaceMesh(static_image_mode=True, refine_landmarks=True,
                                  max_num_faces=MAX_FACES, min_detection_confidence=threshold)
            self._mesh.process(np.zeros((64, 64, 3), dtype=np.uint8))

    def faces(self, square: npt.NDArray[np.uint8]) -> list[Any]:
        """MediaPipe's normalised landmark lists."""
        with contextlib.nullcontext() if self._quiet else _silence():
            found = self._mesh.process(square).multi_face_landmarks or []
        self._quiet = self._quiet or bool(found)
        return list(found)


def _distinct(faces: list[Floats]) -> list[Floats]:
    """Largest first, without those that are the same face found twice."""
    faces = sorted(faces, key=lambda points: -_area(points.min(0), points.max(0)))
    kept: list[Floats] = []
    for points in faces:
        if all(_overlap(points, other) < SAME_FACE for other in kept):
            kept.append(points)
    return kept


def _area(low: Floats, high: Floats) -> float:
    return float(np.prod(np.maximum(high - low, 0.0)))


def _overlap(one: Floats, other: Floats) -> float:
    """Area shared by two faces' boxes, as a fraction of the smaller box."""
    shared = _area(np.maximum(one.min(0), other.min(0)), np.minimum(one.max(0), other.max(0)))
    smaller = min(_area(one.min(0), one.max(0)), _area(other.min(0), other.max(0)))
    return shared / max(smaller, 1e-9)


@lru_cache(maxsize=4)
def _detector(threshold: float) -> _Detector:
    return _Detector(threshold)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Sends the process's stderr nowhere: the C++ libraries' loggers write to it directly."""
    os.environ.setdefault("GLOG_minloglevel", "3")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        sys.stderr.flush()
        kept = os.dup(2)
    except (OSError, ValueError, AttributeError):  # no stderr at all, as in a windowed program
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
