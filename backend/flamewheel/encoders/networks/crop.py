# SPDX-License-Identifier: GPL-3.0-or-later
"""The squares that the papers' networks look at, cut out of a photo exactly as their authors do.

DECA and EMOCA: the box of 68 landmarks, 1.1 x 1.25 as wide (DECA's `datasets.py`, `TestData`;
EMOCA's `ImageDatasetHelpers.py`, `bbox2point`), 224 pixels.  SMIRK: the box of all of FaceMesh's
landmarks, 1.4 as wide, in whole grey levels (its `demo.py`), 224 pixels.  MICA: five points laid
onto ArcFace's template (insightface's `face_align.py`, `norm_crop`), 112 pixels.

Two things differ.  The landmarks are FaceMesh's where DECA and EMOCA take FAN's and MICA takes
SCRFD's.  And a photo whose longer side is above `photo.WORKING_SIDE` has been scaled down before,
which the authors' bilinear look-up (it does not average) would do with more noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...head.open_head.landmarks_lists import FULL_68
from ...parameters import Camera
from ..photo import PhotoSource, load_photo
from .seen import SeenFace

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.float32]

NETWORK_SIDE = 224  # px: DECA's `image_size`, EMOCA's and SMIRK's too
ARCFACE_SIDE = 112  # px: insightface's `norm_crop`
LANDMARK_BOX = 1.1  # DECA's and EMOCA's `bbox2point` for 68 landmarks
DECA_SCALE = 1.25  # DECA's `TestData(scale=1.25)`, EMOCA's `FaceVideoDataModule` and demos
SMIRK_SCALE = 1.4  # SMIRK's `demo.py` and `demo_video.py`

ARCFACE_TEMPLATE = np.array([
    [38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655],
    [70.7299, 92.2041]])
"""(5,2) px in 112 x 112: eyes, nose tip, mouth corners; the picture's left one first.
insightface, `python-package/insightface/utils/face_align.py`, `arcface_dst`."""

_EYES = (slice(36, 42), slice(42, 48))  # of the 68 landmarks, the picture's left one first
_NOSE_TIP, _MOUTH_CORNERS = 30, (48, 54)  # of the 68 landmarks
_LEVEL_SLACK = 1e-4  # of a grey level: above float32's rounding, so that 100 does not become 99


@dataclass(frozen=True, eq=False)
class Crop:
    """What a network looks at, and where it was."""

    pixels: Pixels  # (side,side,3) RGB, 0..1; black where the photo ends
    to_photo: Floats  # (3,3) pixels of the crop (x, y, 1) -> pixels of the original photo


@dataclass(frozen=True, eq=False)
class Box:
    """An upright square of a picture."""

    centre: Floats  # (2,) px
    side: int  # px


def ibug_landmarks(landmarks: Floats) -> Floats:
    """(68,2) landmarks in iBUG's order from FaceMesh's (478,2).

    The correspondence is the one most projects use (PeizhiYan/Mediapipe_2_Dlib_Landmarks).
    """
    return landmarks[list(FULL_68)]


def five_points(landmarks: Floats) -> Floats:
    """(5,2) eyes' centres, nose tip and mouth corners from FaceMesh's (478,2) landmarks.

    An eye's centre is the mean of its six of the 68 landmarks: unlike the iris it does not follow
    the gaze.  Over 60 photos of labelled faces the five lie 0.9 px of 112 (root mean square of
    the mean offsets) from ArcFace's template, as the points it was made for do.
    """
    points = ibug_landmarks(landmarks)
    eyes = [points[eye].mean(axis=0) for eye in _EYES]
    return np.stack([*eyes, points[_NOSE_TIP], *points[list(_MOUTH_CORNERS)]])


def deca_box(landmarks: Floats) -> Box:
    """DECA's and EMOCA's box of a face from FaceMesh's (478,2) landmarks."""
    return _box(ibug_landmarks(landmarks), LANDMARK_BOX * DECA_SCALE)


def smirk_box(landmarks: Floats) -> Box:
    """SMIRK's box of a face from FaceMesh's (478,2) landmarks."""
    return _box(landmarks, SMIRK_SCALE)


def deca_crop(face: SeenFace) -> Crop:
    """What DECA and EMOCA look at: 224 x 224."""
    return crop_box(face.pixels, face.ratio, deca_box(face.landmarks))


def smirk_crop(face: SeenFace) -> Crop:
    """What SMIRK looks at: 224 x 224, whole grey levels, rounded down as its `astype` does."""
    crop = crop_box(face.pixels, face.ratio, smirk_box(face.landmarks))
    levels = np.floor(crop.pixels.astype(np.float64) * 255 + _LEVEL_SLACK)
    return Crop((levels / 255).astype(np.float32), crop.to_photo)


def arcface_crop(face: SeenFace) -> Crop:
    """What MICA looks at: 112 x 112, upright by eyes, nose and mouth, whole grey levels."""
    import cv2

    to_crop = similarity(five_points(face.landmarks), ARCFACE_TEMPLATE)
    side = (ARCFACE_SIDE, ARCFACE_SIDE)
    levels = cv2.warpAffine(face.pixels, to_crop[:2], side, borderValue=0.0)
    to_photo = np.diag([*face.ratio, 1.0]) @ np.linalg.inv(to_crop)
    return Crop(np.asarray(levels, dtype=np.float32) / 255, to_photo)


def whole_crop(photo: PhotoSource) -> Crop:
    """The whole picture as a crop of 224 x 224, black beside it where it is not square.

    For pictures that are crops already, as DECA's `iscrop=False`.  Where no face is found DECA goes
    on with the whole picture too; here that is refused (`no-face`), for nothing good comes of it.
    """
    picture = load_photo(photo)
    height, width = picture.pixels.shape[:2]
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    return crop_box(picture.pixels, picture.ratio, Box(middle, max(width, height) - 1))


def crop_box(pixels: npt.NDArray[np.uint8], ratio: Floats, box: Box,
             side: int = NETWORK_SIDE) -> Crop:
    """The square `box` of a picture (H,W,3) as `side` x `side` pixels, looked up bilinearly.

    The box's corners become the middles of the crop's corner pixels (0 and side - 1), as in
    DECA's `estimate_transform` and skimage's `warp`: black outside, blended with black up to half
    way over the picture's edge.  ratio: original pixels per pixel, (2,).
    """
    step = box.side / (side - 1)
    left, top = box.centre - box.side / 2
    places = np.arange(side) * step
    to_picture = np.array([[step, 0.0, left], [0.0, step, top], [0.0, 0.0, 1.0]])
    sampled = _sample(pixels, left + places, top + places)
    return Crop(sampled, np.diag([*ratio, 1.0]) @ to_picture)


def photo_camera(cam: npt.ArrayLike, crop: Crop, photo_size: tuple[int, int]) -> Camera:
    """A network's camera (scale, tx, ty) of its crop as the camera of the whole photo.

    DECA's `batch_orth_proj` puts a vertex at s (X + tx), -s (Y + ty), -1..1 across the crop, and
    its `transform_points` makes pixels of that: (v + 1) / 2 * 224.
    """
    scale, across, up = np.asarray(cam, dtype=np.float64)
    half = crop.pixels.shape[0] / 2
    where = crop.to_photo @ (half * (1 + scale * across), half * (1 - scale * up), 1.0)
    magnified = float(np.sqrt(np.linalg.det(crop.to_photo[:2, :2])))
    return Camera(float(scale) * half * magnified, where[:2], photo_size)


def similarity(source: Floats, target: Floats) -> Floats:
    """(3,3) rotation, scale and shift that bring points (N,2) closest to others.

    Umeyama (1991), eqs. 40 to 42; skimage's `SimilarityTransform.estimate`.
    """
    middle, goal = source.mean(axis=0), target.mean(axis=0)
    left, strengths, right = np.linalg.svd((target - goal).T @ (source - middle))
    signs = np.array([1.0, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    spread = float(((source - middle) ** 2).sum())
    linear = left @ np.diag(signs) @ right * ((strengths @ signs) / max(spread, 1e-12))
    moved = np.eye(3)
    moved[:2, :2], moved[:2, 2] = linear, goal - linear @ middle
    return moved


def _box(points: Floats, wider: float) -> Box:
    low, high = points.min(axis=0), points.max(axis=0)
    return Box((low + high) / 2, max(1, int((high - low).mean() * wider)))


def _sample(pixels: npt.NDArray[np.uint8], across: Floats, down: Floats) -> Pixels:
    """(len(down),len(across),3) of a picture (H,W,3) at the crossings of columns and rows, 0..1."""
    top, bottom, lower = _neighbours(down)
    left, right, further = _neighbours(across)
    lower, further = lower[:, None, None], further[None, :, None]
    above = _at(pixels, top, left) * (1 - further) + _at(pixels, top, right) * further
    below = _at(pixels, bottom, left) * (1 - further) + _at(pixels, bottom, right) * further
    return np.asarray((above * (1 - lower) + below * lower) / 255, dtype=np.float32)


def _neighbours(places: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """The pixels before and after each place, and how far it is from the first."""
    before = np.floor(places)
    return before.astype(np.int64), np.ceil(places).astype(np.int64), places - before


def _at(pixels: npt.NDArray[np.uint8], rows: npt.NDArray[np.int64],
        columns: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """The pixels at the crossings of rows and columns; black where the picture has none."""
    height, width = pixels.shape[:2]
    inside = ((rows >= 0) & (rows < height))[:, None] & (columns >= 0) & (columns < width)
    taken = pixels[np.clip(rows, 0, height - 1)[:, None], np.clip(columns, 0, width - 1)]
    return np.asarray(taken * inside[..., None])
