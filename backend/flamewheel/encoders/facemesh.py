# SPDX-License-Identifier: GPL-3.0-or-later
"""MediaPipe FaceMesh: 478 landmarks of the faces in a photo, in the photo's own pixels.

The photo is padded to a square first (FaceMesh moves the landmarks by 1.5 % of the inter-ocular
distance otherwise), and tried again with MediaPipe's far-range detector, for small faces, with a
border, for faces that fill the picture, and with a lower threshold, for drawn and rendered ones.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
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
CLOSER = (1.5, 2.0)  # squares looked at again, in widths of the face's box
STRAY = 0.1  # of the face's width: a closer look that differs more has lost the face
BORDER = 1 / 3  # of the longer side; brings back most faces that fill the picture
SAME_FACE = 0.5  # overlap of boxes above which two detections are one face

_lock = threading.Lock()


def find_faces(photo: Photo) -> list[Floats]:
    """Every face of the photo, largest first: (478,2) x and y in original pixels each.

    Landmark numbers are MediaPipe's; 468 and 473 are the iris centres of the face's right and left
    eye.  An empty list where there is no face.  Raises BackendError `missing-dependency`.
    """
    attempts: tuple[Callable[[], list[Floats]], ...] = (
        lambda: detect(photo.pixels, PHOTO_THRESHOLD),
        lambda: _far_faces(photo.pixels),
        lambda: detect(photo.pixels, PHOTO_THRESHOLD, border=BORDER),
        lambda: detect(photo.pixels, RENDER_THRESHOLD),
        lambda: detect(photo.pixels, RENDER_THRESHOLD, border=BORDER),
    )
    for attempt in attempts:
        faces = _distinct(attempt())
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


def look_for(photo: Photo, face: int | None) -> tuple[Floats, tuple[str, ...]]:
    """Landmarks (478,2) of one face in pixels of `photo.pixels`, and what to tell the user.

    face: which, numbered by size from 1; None: the largest.  Raises PhotoError `no-face`,
    `no-such-face`, BackendError `missing-dependency`.
    """
    coarse, notes = choose_face(find_faces(photo), face, photo.name)
    return look_closer(photo.pixels, coarse / photo.ratio), notes


def look_closer(pixels: npt.NDArray[np.uint8], points: Floats) -> Floats:
    """`points` (478,2) of a face averaged with those found in squares around it; same pixels.

    Where the face lies in the picture decides how FaceMesh crops it: over shifted and scaled
    copies of a photo its landmarks scatter by 1.1 % of the inter-ocular distance (median of 60
    photos), the mean of three looks by 0.5 %, and expressions are told apart better by it.
    """
    looks = (_around(pixels, points.min(0), points.max(0), wider) for wider in CLOSER)
    near = STRAY * float(np.ptp(points[:, 0]))
    agreeing = [look for look in looks if look is not None
                and np.linalg.norm(look - points, axis=1).mean() < near]
    return np.asarray(np.mean([points, *agreeing], axis=0))


def _around(
    pixels: npt.NDArray[np.uint8], low: Floats, high: Floats, wider: float
) -> Floats | None:
    """The landmarks of the face in a box, seen in a square `wider` times as wide."""
    side = max(1, round(wider * float((high - low).max())))
    left, top = (int(edge) for edge in np.round((low + high - side) / 2))
    height, width = pixels.shape[:2]
    rows = np.clip(np.arange(top, top + side), 0, height - 1)
    columns = np.clip(np.arange(left, left + side), 0, width - 1)
    box = np.stack([low, high])
    found = [face + np.array([left, top], dtype=np.float64)
             for face in detect(pixels[rows[:, None], columns], RENDER_THRESHOLD)]
    same = [face for face in found if overlap(face, box) > SAME_FACE]
    return max(same, key=lambda face: overlap(face, box), default=None)


def _far_faces(pixels: npt.NDArray[np.uint8]) -> list[Floats]:
    """Faces down to a fifteenth of the picture, which FaceMesh's own detector does not see."""
    side = max(pixels.shape[:2])
    with _lock:
        detections = _far_detector().found(_squared(pixels, side)[0])
    faces = []
    for detection in detections:
        box = detection.location_data.relative_bounding_box
        corner = np.array([box.xmin, box.ymin]) * side - _squared(pixels, side)[1]
        end = corner + np.array([box.width, box.height]) * side
        faces.append(_around(pixels, corner, end, CLOSER[-1]))
    return [face for face in faces if face is not None]


def detect(pixels: npt.NDArray[np.uint8], threshold: float, *, border: float = 0.0) -> list[Floats]:
    """(478,2) landmarks in the pixels of `pixels` (H,W,3) of every face found at `threshold`.

    border: width added on every side, as a fraction of the longer side.
    """
    side = round(max(pixels.shape[:2]) * (1 + 2 * border))
    square, corner = _squared(pixels, side)
    with _lock:
        found = _detector(threshold).found(square)
    return [
        np.array([(point.x, point.y) for point in face.landmark], dtype=np.float64) * side - corner
        for face in found
    ]


def _squared(
    pixels: npt.NDArray[np.uint8], side: int
) -> tuple[npt.NDArray[np.uint8], Floats]:
    """The picture in the middle of a square, its edges drawn out, and where its corner lies."""
    height, width = pixels.shape[:2]
    top, left = (side - height) // 2, (side - width) // 2
    square = np.pad(pixels, ((top, side - height - top), (left, side - width - left), (0, 0)),
                    mode="edge")
    return square, np.array([left, top], dtype=np.float64)


class FaceLooker:
    """FaceMesh for one caller alone: two of them look at once, in two threads."""

    def __init__(self, threshold: float) -> None:
        self._graph = _Graph("face_mesh", "multi_face_landmarks", static_image_mode=True,
                             refine_landmarks=True, max_num_faces=MAX_FACES,
                             min_detection_confidence=threshold)

    @property
    def settled(self) -> bool:
        """Has it seen a face?  Until then it shuts the process's stderr, which no two may."""
        return self._graph.quiet

    def look(self, square: npt.NDArray[np.uint8]) -> list[Floats]:
        """(478,2) landmarks, as fractions of its side, of each face in a square picture."""
        return [np.array([(point.x, point.y) for point in face.landmark], dtype=np.float64)
                for face in self._graph.found(square)]

    def close(self) -> None:
        """Ends its threads and frees its memory, 28 MB, which nothing else does."""
        self._graph.close()


class _Graph:
    """A MediaPipe graph whose start-up log lines do not reach the user.

    Its C++ loggers write to the process's stderr when the graph starts and when it first sees a
    face; so stderr is shut until then, and left alone for good afterwards.
    """

    def __init__(self, solution: str, answer: str, **options: Any) -> None:
        self._answer = answer  # the field of MediaPipe's result that lists the faces
        self.quiet = False
        with _silence():
            try:
                module = importlib.import_module(f"mediapipe.python.solutions.{solution}")
            except ImportError as missing:
                raise BackendError(
                    "missing-dependency", "Photos need MediaPipe, which is not installed.",
                    "Install it: pip install mediapipe==0.10.21 (Python 3.10 to 3.12).",
                ) from missing
            name = "".join(word.capitalize() for word in solution.split("_"))
            self._graph = getattr(module, name)(**options)
            self._graph.process(np.zeros((64, 64, 3), dtype=np.uint8))

    def found(self, square: npt.NDArray[np.uint8]) -> list[Any]:
        """What MediaPipe says of each face in a square picture."""
        with contextlib.nullcontext() if self.quiet else _silence():
            faces = getattr(self._graph.process(square), self._answer) or []
        self.quiet = self.quiet or bool(faces)
        return list(faces)

    def close(self) -> None:
        """Ends MediaPipe's threads."""
        self._graph.close()


def _distinct(faces: list[Floats]) -> list[Floats]:
    """Largest first, without those that are the same face found twice."""
    faces = sorted(faces, key=lambda points: -_area(points.min(0), points.max(0)))
    kept: list[Floats] = []
    for points in faces:
        if all(overlap(points, other) < SAME_FACE for other in kept):
            kept.append(points)
    return kept


def _area(low: Floats, high: Floats) -> float:
    return float(np.prod(np.maximum(high - low, 0.0)))


def overlap(one: Floats, other: Floats) -> float:
    """Area shared by two faces' boxes, as a fraction of the smaller box."""
    shared = _area(np.maximum(one.min(0), other.min(0)), np.minimum(one.max(0), other.max(0)))
    smaller = min(_area(one.min(0), one.max(0)), _area(other.min(0), other.max(0)))
    return shared / max(smaller, 1e-9)


@lru_cache(maxsize=4)
def _detector(threshold: float) -> _Graph:
    return _Graph("face_mesh", "multi_face_landmarks", static_image_mode=True,
                  refine_landmarks=True, max_num_faces=MAX_FACES,
                  min_detection_confidence=threshold)


@lru_cache(maxsize=1)
def _far_detector() -> _Graph:
    return _Graph("face_detection", "detections", model_selection=1,
                  min_detection_confidence=PHOTO_THRESHOLD)


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
