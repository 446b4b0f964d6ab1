# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture that a brought 2D model looks at, as its description says."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .image_model import Pixels
from .image_model_description import ModelDescription

EYE_CORNERS = ((33, 133), (362, 263))  # FaceMesh's outer and inner corner: right eye, left eye


def picture_of(
    photo: Pixels, landmarks: npt.ArrayLike, description: ModelDescription, size: int
) -> npt.NDArray[np.float32]:
    """(1,3,size,size) of the face, normalised.

    photo: (H,W,3) RGB.  landmarks: (478,2) px of it, FaceMesh's order.
    """
    import cv2

    frame = (face_frame(np.asarray(landmarks, dtype=np.float64)[:, :2], description.border, size)
             if description.crop == "face" else _whole(photo, size))
    scale = float(np.sqrt(abs(np.linalg.det(frame[:, :2]))))
    source = np.ascontiguousarray(photo)
    while scale < 0.5 and min(source.shape[:2]) > 1:  # nothing is skipped over
        source = cv2.resize(source, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        frame = frame * [2.0, 2.0, 1.0]
        scale *= 2.0
    frame[:, 2] += frame[:, :2] @ np.full(2, 0.5) - 0.5  # OpenCV's pixel centres are at 0
    cut = cv2.warpAffine(source, frame, (size, size), flags=cv2.INTER_LINEAR,
                         borderMode=cv2.BORDER_REPLICATE)
    colours = cut[..., ::-1] if description.colours == "bgr" else cut
    ready = (colours / 255.0 - description.mean) / description.deviation
    return np.ascontiguousarray(ready.transpose(2, 0, 1)[None], dtype=np.float32)


def face_frame(landmarks: npt.NDArray[np.float64], border: float, size: int
               ) -> npt.NDArray[np.float64]:
    """(2,3) similarity from the photo's pixels to the crop's: eyes level, the face in the middle.

    border: side of the crop in heights (or widths, the larger) of the upright face.
    """
    right, left = (landmarks[list(pair)].mean(0) for pair in EYE_CORNERS)
    angle = float(np.arctan2(*(left - right)[::-1]))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    upright = landmarks @ turn.T
    low, high = upright.min(0), upright.max(0)
    scale = size / max(border * float((high - low).max()), 1.0)
    shift = size / 2 - scale * (low + high) / 2
    return np.concatenate([scale * turn, shift[:, None]], axis=1)


def _whole(photo: Pixels, size: int) -> npt.NDArray[np.float64]:
    """The photo's middle square."""
    height, width = photo.shape[:2]
    scale = size / min(height, width)
    return np.array([[scale, 0.0, size / 2 - scale * width / 2],
                     [0.0, scale, size / 2 - scale * height / 2]])
