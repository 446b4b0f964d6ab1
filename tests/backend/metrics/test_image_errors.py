# SPDX-License-Identifier: GPL-3.0-or-later
"""L1, PSNR, SSIM and MS-SSIM against naive ways and against scikit-image."""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.errors import UsageError
from flamewheel.metrics.image_errors import l1_error, ms_ssim, psnr, ssim


def pictures(side: int = 64, channels: int = 3, noise: float = 20.0
             ) -> tuple[np.ndarray, np.ndarray]:
    """A smooth picture and a noisier, darker one."""
    across, down = np.meshgrid(np.arange(side), np.arange(side))
    base = 120 + 60 * np.sin(across / 5 + down / 9)[..., None] * np.ones(channels)
    base = base + 8 * np.arange(channels)
    worse = 0.9 * base + np.random.default_rng(11).normal(0, noise, base.shape)
    return (np.clip(base, 0, 255).astype(np.uint8), np.clip(worse, 0, 255).astype(np.uint8))


def gaussian() -> np.ndarray:
    steps = np.arange(11) - 5
    row = np.exp(-(steps**2) / (2 * 1.5**2))
    window = np.outer(row, row)
    return window / window.sum()


def naive_terms(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Mean SSIM and mean contrast-structure of one channel, place by place."""
    window, c1, c2 = gaussian(), (0.01 * 255) ** 2, (0.03 * 255) ** 2
    whole, structure = [], []
    for row in range(one.shape[0] - 10):
        for column in range(one.shape[1] - 10):
            x = one[row:row + 11, column:column + 11].astype(float)
            y = other[row:row + 11, column:column + 11].astype(float)
            mx, my = (window * x).sum(), (window * y).sum()
            vx, vy = (window * (x - mx)**2).sum(), (window * (y - my)**2).sum()
            shared = (window * (x - mx) * (y - my)).sum()
            structure.append((2 * shared + c2) / (vx + vy + c2))
            whole.append(structure[-1] * (2 * mx * my + c1) / (mx**2 + my**2 + c1))
    return float(np.mean(whole)), float(np.mean(structure))


def test_l1_and_psnr_by_hand() -> None:
    black, grey = np.zeros((4, 5, 3), np.uint8), np.full((4, 5, 3), 51, np.uint8)
    assert l1_error(black, grey) == pytest.approx(0.2)
    assert psnr(black, grey) == pytest.approx(20 * np.log10(5))
    assert psnr(grey, grey) == float("inf") and l1_error(grey, grey) == 0.0


def test_alike_pictures_are_one_and_order_does_not_matter() -> None:
    one, other = pictures(180)
    assert ssim(one, one) == pytest.approx(1.0) and ms_ssim(one, one) == pytest.approx(1.0)
    assert ssim(one, other) == pytest.approx(ssim(other, one))
    assert ms_ssim(one, other) == pytest.approx(ms_ssim(other, one))
    worst = pictures(180, noise=70.0)[1]
    assert ms_ssim(one, worst) < ms_ssim(one, other) < 1.0


def test_ssim_is_that_of_the_paper_place_by_place() -> None:
    one, other = pictures(24, 1)
    assert ssim(one[..., 0], other[..., 0]) == pytest.approx(
        naive_terms(one[..., 0], other[..., 0])[0], abs=1e-9)


def test_ssim_is_scikit_image_s() -> None:
    metrics = pytest.importorskip("skimage.metrics")
    one, other = pictures(80)
    theirs = np.mean([metrics.structural_similarity(
        one[..., k], other[..., k], gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
        data_range=255) for k in range(3)])
    # it pads the picture and then leaves out as much at the border: the same places
    assert ssim(one, other) == pytest.approx(theirs, abs=1e-6)
    assert psnr(one, other) == pytest.approx(metrics.peak_signal_noise_ratio(one, other))


def test_ms_ssim_is_that_of_the_paper_scale_by_scale() -> None:
    one, other = (picture[..., 0].astype(float) for picture in pictures(180, 1))
    want = 1.0
    for scale, weight in enumerate((0.0448, 0.2856, 0.3001, 0.2363, 0.1333)):
        whole, structure = naive_terms(one, other)
        want *= (whole if scale == 4 else structure) ** weight
        one, other = ((p[0::2, 0::2] + p[1::2, 0::2] + p[0::2, 1::2] + p[1::2, 1::2]) / 4
                      for p in (one[:len(one) // 2 * 2, :len(one) // 2 * 2],
                                other[:len(one) // 2 * 2, :len(one) // 2 * 2]))
    assert ms_ssim(*pictures(180, 1)) == pytest.approx(want, abs=1e-9)


def test_what_cannot_be_compared_is_refused() -> None:
    small = np.zeros((100, 200, 3), np.uint8)
    for measure, least in ((ssim, 10), (ms_ssim, 175)):
        with pytest.raises(UsageError) as refused:
            measure(np.zeros((least, 300)), np.zeros((least, 300)))
        assert refused.value.code == "image-too-small"
    for measure in (l1_error, psnr, ssim, ms_ssim):
        with pytest.raises(UsageError) as refused:
            measure(small, small[:, 1:])
        assert refused.value.code == "bad-images"
