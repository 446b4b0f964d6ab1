# SPDX-License-Identifier: GPL-3.0-or-later
"""A face cut out upright and of one size, for networks that look at pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

EYE_CORNERS = ((33, 133), (362, 263))  # FaceMesh's outer and inner corner: right eye, left eye
FACE_OVAL = (10, 152)  # top of the forehead, chin
CROP_WIDTHS = 1.35
"""Side of the crop in heights of the face from forehead to chin, once upright: brows and an open
mouth stay inside, little of hair and neck does.  Looked at on 24 photos."""


@dataclass(frozen=True, eq=False)
class Crop:
    """One face."""

    pixels: Pixels  # (size,size,3) RGB
    landmarks: Floats  # (478,2) pixels of the photo
    to_photo: Floats  # (2,3) photo pixel = M (x, y, 1) of a crop's pixel


def upright_crop(landmarks: Floats, size: int) -> Floats:
    """(2,3) similarity from a crop's pixels to the picture's, its eyes level.

    landmarks: (478,2) pixels of the picture.  The face's box lies in the crop's middle; a mouth
    that opens makes it larger, but the scale comes from the eyes and the upper face as well.
    """
    right, left = (landmarks[list(pair)].mean(0) for pair in EYE_CORNERS)
    across = left - right
    angle = float(np.arctan2(across[1], across[0]))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    upright = landmarks @ turn  # inverse rotation of row vectors
    low, high = upright.min(0), upright.max(0)
    side = CROP_WIDTHS * float(max(high - low))
    scale = max(side, 1.0) / size
    centre = turn @ ((low + high) / 2)
    linear = scale * turn
    offset = centre - linear @ np.full(2, size / 2)
    return np.concatenate([linear, offset[:, None]], axis=1)


def cut(pixels: Pixels, to_photo: Floats, size: int) -> Pixels:
    """(size,size,3): what `pixels` (H,W,3) shows at M (x, y, 1), edges drawn out, averaged.

    Pixel centres lie at +0.5 on both sides.  A crop smaller than its part of the photo is made
    from a halved photo as often as needed, so that nothing is skipped over.
    """
    import cv2

    pixels_each = max(float(np.linalg.norm(to_photo[:, 0])), 1e-6)
    shrink = max(0, int(np.floor(np.log2(pixels_each))))
    frame = to_photo.copy()
    picture = pixels
    for _ in range(shrink):
        height, width = picture.shape[:2]
        if min(height, width) < 2:
            break
        picture = cv2.resize(picture, (max(1, width // 2), max(1, height // 2)),
                             interpolation=cv2.INTER_AREA)
        frame[0] *= picture.shape[1] / width
        frame[1] *= picture.shape[0] / height
    frame[:, 2] += frame[:, :2] @ np.full(2, 0.5) - 0.5  # OpenCV's pixel centres are at 0
    found = cv2.warpAffine(picture, frame, (size, size), borderMode=cv2.BORDER_REPLICATE,
                           flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(found, dtype=np.uint8)
