# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a picture is from another: L1, PSNR, SSIM and MS-SSIM, as in paper 002's table IV.

Pictures are (H,W) or (H,W,C), uint8 or numbers from 0 to 255, both of one shape.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import UsageError

Floats = npt.NDArray[np.float64]

PEAK = 255.0
WINDOW, SIGMA = 11, 1.5
"""Of SSIM's Gaussian window, px (Wang et al. 2004, section III B)."""
K1, K2 = 0.01, 0.03  # ibid.
SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Of MS-SSIM's five scales (Wang, Simoncelli and Bovik 2003, section 3.2)."""
SMALLEST = WINDOW * 2 ** (len(SCALE_WEIGHTS) - 1)  # px a side: a window at the coarsest scale


def l1_error(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Mean absolute difference, 0 (alike) to 1 (black and white)."""
    first, second = _pair(one, other)
    return float(np.abs(first - second).mean() / PEAK)


def psnr(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Peak signal to noise ratio in dB; infinite where the pictures are alike."""
    first, second = _pair(one, other)
    missed = float(((first - second) ** 2).mean())
    return float("inf") if missed == 0.0 else float(10.0 * np.log10(PEAK**2 / missed))


def ssim(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Structural similarity, -1 to 1 (alike): the mean over the places where the window fits, and
    over the channels (Wang, Bovik, Sheikh and Simoncelli 2004, eq. 13).

    Raises UsageError `image-too-small` below 11 px.
    """
    first, second = _pair(one, other)
    _check_size(first, WINDOW)
    luminance, structure = _terms(first, second)
    return float((luminance * structure).mean())


def ms_ssim(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """SSIM over five scales, 0 to 1 (alike) (Wang, Simoncelli and Bovik 2003, eq. 7).

    Each scale is the one before averaged over 2 x 2 px.  Channels count apart, and their mean is
    given.  Structure that is the other's negative counts as none.  Raises UsageError
    `image-too-small` below 176 px.
    """
    first, second = _pair(one, other)
    _check_size(first, SMALLEST)
    product = np.ones(first.shape[2])
    for scale, weight in enumerate(SCALE_WEIGHTS):
        luminance, structure = _terms(first, second)
        last = scale == len(SCALE_WEIGHTS) - 1
        value = (luminance * structure if last else structure).mean(axis=(0, 1))
        product *= np.maximum(value, 0.0) ** weight
        first, second = _halved(first), _halved(second)
    return float(product.mean())


def _pair(one: npt.ArrayLike, other: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Both as (H,W,C)."""
    first, second = (np.asarray(picture, np.float64) for picture in (one, other))
    if first.shape != second.shape or first.ndim not in (2, 3) or not first.size:
        raise UsageError("bad-images", f"Pictures of {first.shape} and {second.shape} cannot be "
                         "compared.", "Give two pictures of one size.")
    return np.atleast_3d(first), np.atleast_3d(second)


def _check_size(picture: Floats, least: int) -> None:
    if min(picture.shape[:2]) < least:
        raise UsageError("image-too-small", f"The pictures are {picture.shape[1]} x "
                         f"{picture.shape[0]} px.", f"This measure needs {least} px a side.")


def _terms(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Luminance and contrast-structure at each place (H-10,W-10,C): the two parts of eq. 13."""
    low, high = (K1 * PEAK) ** 2, (K2 * PEAK) ** 2
    mean_one, mean_other = _windowed(first), _windowed(second)
    both = mean_one * mean_other
    squares = mean_one**2 + mean_other**2
    spread = _windowed(first**2) + _windowed(second**2) - squares
    shared = _windowed(first * second) - both
    return (2.0 * both + low) / (squares + low), (2.0 * shared + high) / (spread + high)


def _windowed(picture: Floats) -> Floats:
    """Means under the Gaussian window, where it fits."""
    from scipy.ndimage import correlate1d

    steps = np.arange(WINDOW) - WINDOW // 2
    kernel = np.exp(-(steps**2) / (2.0 * SIGMA**2))
    kernel /= kernel.sum()
    half = WINDOW // 2
    blurred = correlate1d(correlate1d(picture, kernel, axis=0), kernel, axis=1)
    return np.asarray(blurred[half:-half, half:-half])


def _halved(picture: Floats) -> Floats:
    height, width, channels = picture.shape
    even = picture[: height - height % 2, : width - width % 2]
    return np.asarray(even.reshape(height // 2, 2, width // 2, 2, channels).mean(axis=(1, 3)))
