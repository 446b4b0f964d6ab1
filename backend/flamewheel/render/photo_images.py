# SPDX-License-Identifier: GPL-3.0-or-later
"""Small steps on pictures that rendering a photo takes again and again."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Singles = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

DISPLAY_GAMMA = 2.2
"""Of photos, about; where a light's ratio is wanted, not a colour that is measured."""
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Luminance of linear R, G and B (ITU-R BT.709)."""


def smooth_step(values: npt.ArrayLike) -> Singles:
    """3 u^2 - 2 u^3 of values, held within 0..1."""
    part = np.clip(np.asarray(values, np.float32), 0.0, 1.0)
    return np.asarray(part * part * (3.0 - 2.0 * part), np.float32)


def blurred(picture: Singles, sigma: float) -> Singles:
    """A picture (H,W[,C]) under a Gaussian of `sigma` px; unchanged below a fifth of a pixel."""
    if sigma < 0.2:
        return picture
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def extended(picture: Singles, known: Bools, sigma: float) -> Singles:
    """(H,W,C): the known pixels, and beside them what is known near by."""
    weight = known.astype(np.float32)
    near = blurred(picture * weight[..., None], sigma)
    total = np.maximum(blurred(weight, sigma), 1e-6)
    return np.where(known[..., None], picture, near / total[..., None]).astype(np.float32)


def filled(picture: Singles, weight: Singles) -> Singles:
    """(H,W,C): a picture where its weight (H,W) is 1, smoothly continued where it is 0.

    Pull and push over a pyramid (Gortler et al. 1996, section 6.2).
    """
    return _pushed(picture * weight[..., None], weight)


def _pushed(weighted: Singles, weight: Singles) -> Singles:
    height, width = weight.shape
    if min(height, width) <= 2:
        mean = weighted.sum((0, 1)) / max(float(weight.sum()), 1e-6)
        return np.asarray(np.broadcast_to(mean, weighted.shape), np.float32)
    half = ((width + 1) // 2, (height + 1) // 2)
    coarse = cv2.resize(weighted, half, interpolation=cv2.INTER_AREA)
    coarse_weight = cv2.resize(weight, half, interpolation=cv2.INTER_AREA)
    more = 1.0 / np.maximum(coarse_weight, 0.25)  # up to 4: a cell with one known pixel is known
    below = _pushed(np.asarray(coarse * more[..., None], np.float32),
                    np.asarray(coarse_weight * more, np.float32))
    guess = cv2.resize(below, (width, height), interpolation=cv2.INTER_LINEAR)
    part = np.clip(weight, 0.0, 1.0)[..., None]
    own = weighted / np.maximum(weight, 1e-6)[..., None]
    return np.asarray(own * part + guess * (1.0 - part), np.float32)


def looked_up(picture: Singles, places: Singles, *, sharp: bool = False) -> Singles:
    """(H,W[,C]) of a picture at `places` (H,W,2), x and y of pixels whose centres are whole.

    sharp: cubic, as what is seen in the end; else linear.  The border goes on.
    """
    how = cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR
    return np.asarray(cv2.remap(picture, places, None, how, borderMode=cv2.BORDER_REPLICATE),
                      np.float32)


def at_points(picture: Singles, points: npt.NDArray[np.float64]) -> Singles:
    """(n[,C]) of a picture at points (n,2+), px with centres at halves."""
    places = np.asarray(points[:, None, :2] - 0.5, np.float32)
    return looked_up(picture, places)[:, 0]


def grown(mask: Bools, pixels: int) -> Bools:
    """A mask (H,W) grown by `pixels`, or shrunk where they are negative."""
    if pixels == 0:
        return mask
    size = 2 * abs(pixels) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    change = cv2.dilate if pixels > 0 else cv2.erode
    return np.asarray(change(mask.astype(np.uint8), kernel) > 0)


def off(mask: Bools) -> Singles:
    """(H,W) px from each pixel to the nearest of the mask."""
    return np.asarray(cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def linear_light(picture: npt.ArrayLike) -> Singles:
    """Display values 0..255 as light 0..1, about."""
    return np.asarray((np.asarray(picture, np.float32) / 255.0) ** DISPLAY_GAMMA, np.float32)


def display(light: npt.ArrayLike) -> Singles:
    """The inverse of `linear_light`, cut off at white."""
    held = np.clip(np.asarray(light, np.float32), 0.0, 1.0)
    return np.asarray(255.0 * held ** np.float32(1.0 / DISPLAY_GAMMA), np.float32)


def pixel_places(size: tuple[int, int]) -> Singles:
    """(H,W,2) x and y of every pixel of a picture of `size` (width, height)."""
    across, down = np.meshgrid(np.arange(size[0], dtype=np.float32),
                               np.arange(size[1], dtype=np.float32))
    return np.stack([across, down], axis=-1)


def mixed(one: Singles, other: Singles, share: Singles | float) -> Singles:
    """(H,W,3): `one` where the share is 0, `other` where it is 1; share: (H,W), or one for all."""
    part = share if isinstance(share, float) else share[..., None]
    return np.asarray(one * (1.0 - part) + other * part, np.float32)
