# SPDX-License-Identifier: GPL-3.0-or-later
"""Turned, scaled and shifted copies of a photo, on which an identity should not change."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

COPIES = 20
TURN, SMALLEST, LARGEST = 20.0, 0.6, 1.6  # degrees either way; sizes of copies
COPY_SIDE = 640  # px: of the square that copies are cut to


def copies(pixels: npt.NDArray[np.uint8], seed: int) -> list[npt.NDArray[np.uint8]]:
    """20 copies of a photo (H,W,3), each turned by up to 20 degrees, scaled and shifted."""
    import cv2

    rng = np.random.default_rng(seed)
    height, width = pixels.shape[:2]
    fit = COPY_SIDE / max(height, width)
    made = []
    for _ in range(COPIES):
        matrix = cv2.getRotationMatrix2D(
            (width / 2, height / 2), rng.uniform(-TURN, TURN),
            fit * rng.uniform(SMALLEST, LARGEST) / 1.25)
        matrix[:, 2] += np.array([COPY_SIDE - width, COPY_SIDE - height]) / 2
        matrix[:, 2] += rng.uniform(-0.05, 0.05, 2) * COPY_SIDE
        made.append(np.asarray(cv2.warpAffine(
            pixels, matrix, (COPY_SIDE, COPY_SIDE), flags=cv2.INTER_AREA,
            borderMode=cv2.BORDER_REPLICATE), np.uint8))
    return made
