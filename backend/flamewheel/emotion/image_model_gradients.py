# SPDX-License-Identifier: GPL-3.0-or-later
"""A face's looks as numbers: histograms of gradients about landmarks (Dalal and Triggs 2005).

Wrinkles, teeth and bulging skin that landmarks do not tell.  The face is turned and scaled by
landmarks that no expression moves, so that a mouth that opens is still seen to open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

LANDMARKS = 478
SIZE = 144  # px: side of the upright face
EYE_DISTANCE = 0.36 * SIZE  # px between the middles of the eyes
EYE_HEIGHT = 0.36 * SIZE  # px from the upper edge
DIRECTIONS = 8  # of gradients, half a turn; light against dark does not matter
CLIP = 0.4  # most of a window's length that one number may have (Dalal and Triggs: 0.2 of nine)
FLAT = 20.0  # of 255 a pixel: windows of weaker gradients are noise and stay short

STEADY = {
    33: (-0.715, -0.013), 133: (-0.285, 0.013), 362: (0.285, 0.013), 263: (0.715, -0.013),
    168: (0.0, -0.060), 6: (0.0, 0.071), 197: (0.0, 0.188), 195: (0.0, 0.298), 4: (0.0, 0.553),
    98: (-0.288, 0.706), 327: (0.288, 0.706),
}
"""FaceMesh points that move little with an expression (corners of the eyes, nose), where they lie
on the mean face: distances of the eyes' middles from the point between them, x to the picture's
right, y down.  Procrustes mean of 1,879 photos of the faces set, made symmetric."""

PAIRS = (
    (70, 300), (63, 293), (105, 334), (66, 296), (107, 336),  # brows
    (33, 263), (160, 387), (158, 385), (133, 362), (153, 380), (144, 373),  # lids
    (129, 358), (50, 280), (205, 425), (206, 426),  # sides of the nose, cheeks
    (61, 291), (40, 270), (37, 267), (91, 321), (84, 314), (176, 400),  # lips, chin
)
MIDDLE = (9, 168, 0, 17, 152, 199)  # between the brows, root of the nose, lips, chin
FINE_PAIRS = (
    (193, 417), (48, 278), (216, 436), (57, 287), (118, 347), (187, 411), (212, 432), (202, 422),
    (69, 299), (108, 337), (46, 276), (55, 285),
)
FINE_MIDDLE = (151, 6, 200, 13, 14)
"""FaceMesh points where action units wrinkle or bulge the skin, left and right, and on the middle
line: where small windows lie beside those of `PAIRS` and `MIDDLE`."""

_COARSE = np.array([*np.ravel(PAIRS), *MIDDLE])
_FINE = np.array([*_COARSE, *np.ravel(FINE_PAIRS), *FINE_MIDDLE])


@dataclass(frozen=True, eq=False)
class UprightFace:
    """One face, grey, at a place and size that its expression does not change."""

    pixels: Pixels  # (SIZE,SIZE)
    landmarks: Floats  # (478,2) px in it


def upright_face(photo: Pixels, landmarks: npt.ArrayLike) -> UprightFace:
    """photo: (H,W,3) RGB.  landmarks: (478,2) px of the photo, FaceMesh's order."""
    import cv2

    points = np.asarray(landmarks, dtype=np.float64)[:LANDMARKS, :2]
    turn, shift = _similarity(points[list(STEADY)], _target())
    scale = float(np.sqrt(abs(np.linalg.det(turn))))
    source, shrink = photo, 1.0
    while scale * shrink < 0.5 and min(source.shape[:2]) > 1:  # nothing is skipped over
        source = cv2.resize(source, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        shrink *= 2.0
    grey = cv2.cvtColor(np.ascontiguousarray(source), cv2.COLOR_RGB2GRAY)
    frame = np.concatenate([shrink * turn.T, shift[:, None]], axis=1)
    frame[:, 2] += frame[:, :2] @ np.full(2, 0.5) - 0.5  # OpenCV's pixel centres are at 0
    pixels = cv2.warpAffine(grey, frame, (SIZE, SIZE), flags=cv2.INTER_LINEAR,
                            borderMode=cv2.BORDER_REPLICATE)
    return UprightFace(np.asarray(pixels, dtype=np.uint8), points @ turn + shift)


def gradient_features(face: UprightFace) -> npt.NDArray[np.float32]:
    """(F,) histograms of windows of 24 px about all points and of 48 px about the main ones."""
    layers = _direction_layers(face.pixels)
    return np.concatenate([_windows(layers, face.landmarks[_FINE], 12),
                           _windows(layers, face.landmarks[_COARSE], 24)])


def mirrored(features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(...,F) features of the faces in a mirror: the same numbers in other places."""
    return np.asarray(features[..., _MIRROR])


def _mirror_order() -> npt.NDArray[np.int64]:
    """(F,) points change sides, cells left and right, and a slope / becomes its mirror image."""
    partner = {one: other for pair in (*PAIRS, *FINE_PAIRS) for one, other in (pair, pair[::-1])}
    numbers = np.arange(FEATURES)
    parts = []
    for points, part in ((_FINE, numbers[:_FINE_FEATURES]), (_COARSE, numbers[_FINE_FEATURES:])):
        place = {int(point): at for at, point in enumerate(points)}
        sides = [place[partner.get(int(point), int(point))] for point in points]
        turned = (-np.arange(DIRECTIONS)) % DIRECTIONS
        grid = part.reshape(len(points), 2, 2, DIRECTIONS)
        parts.append(grid[sides][:, ::-1][..., turned].ravel())
    return np.concatenate(parts)


_FINE_FEATURES = 4 * DIRECTIONS * len(_FINE)
FEATURES = _FINE_FEATURES + 4 * DIRECTIONS * len(_COARSE)
_MIRROR = _mirror_order()


def _target() -> Floats:
    return np.asarray(list(STEADY.values())) * EYE_DISTANCE + [SIZE / 2, EYE_HEIGHT]


def _similarity(source: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Rows x -> x @ turn + shift nearest to target, no mirror (Umeyama 1991)."""
    one, other = source - source.mean(0), target - target.mean(0)
    left, sizes, right = np.linalg.svd(one.T @ other)
    signs = np.array([1.0, np.sign(np.linalg.det(left @ right)) or 1.0])
    scale = float((sizes * signs).sum() / max(float((one**2).sum()), 1e-12))
    turn = scale * (left * signs) @ right
    return turn, target.mean(0) - source.mean(0) @ turn


def _direction_layers(pixels: Pixels) -> npt.NDArray[np.float32]:
    """(SIZE,SIZE,DIRECTIONS) strength of the gradient, shared by the two nearest directions."""
    import cv2

    across = cv2.Sobel(pixels, cv2.CV_32F, 1, 0, ksize=1)
    down = cv2.Sobel(pixels, cv2.CV_32F, 0, 1, ksize=1)
    strength, angle = cv2.cartToPolar(across, down)
    place = angle * (DIRECTIONS / np.pi)
    lower = np.floor(place)
    share = place - lower
    first = lower.astype(np.int64) % DIRECTIONS
    layers = np.zeros((SIZE * SIZE, DIRECTIONS), dtype=np.float32)
    every = np.arange(SIZE * SIZE)
    layers[every, first.ravel()] = (strength * (1.0 - share)).ravel()
    layers[every, (first.ravel() + 1) % DIRECTIONS] += (strength * share).ravel()
    return layers.reshape(SIZE, SIZE, DIRECTIONS)


def _windows(
    layers: npt.NDArray[np.float32], points: Floats, cell: int
) -> npt.NDArray[np.float32]:
    """(P*4*DIRECTIONS,) mean layers of 2x2 cells about each point, each window normalised."""
    import cv2

    halves = [cv2.blur(np.ascontiguousarray(layers[..., at:at + 4]), (cell, cell),
                       borderType=cv2.BORDER_REPLICATE) for at in range(0, DIRECTIONS, 4)]
    means = np.concatenate(halves, axis=-1)
    offsets = (np.arange(2) - 0.5) * cell
    columns = np.rint(points[:, 0, None, None] + offsets[None, :, None]).astype(np.int64)
    rows = np.rint(points[:, 1, None, None] + offsets[None, None, :]).astype(np.int64)
    columns, rows = np.broadcast_arrays(np.clip(columns, 0, SIZE - 1), np.clip(rows, 0, SIZE - 1))
    found = means[rows, columns].reshape(len(points), -1)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(np.minimum(found / (lengths + FLAT), CLIP).ravel(), dtype=np.float32)
