# SPDX-License-Identifier: GPL-3.0-or-later
"""How a photo's light changes on a face that moves: by its slopes, and in its creases.

The light is fitted to the photo's own skin as one smooth function of the surface's direction (the
first two bands of spherical harmonics: Ramamoorthi and Hanrahan 2001), and the photo multiplied by
how much that differs between the two expressions; so its own shadows and spots stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from .photo_images import DISPLAY_GAMMA, LUMA, Singles, at_points, blurred, linear_light, mixed
from .photo_view import PhotoView
from .portrait import sampled
from .skin_relief import CREASE_SHADE, SkinRelief

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

ROUNDS = 5  # of reweighing: brows and beards are not skin, and count little after the second
RIDGE = 0.02  # of the samples: holds the light's direction where the face is seen from one side
EVEN = 0.25  # of the skin's light, everywhere: bounced light, which the fit takes for shadow's lack
RATIO = (0.6, 1.5)  # of light, at most: beyond, a fold of the mesh is meant, not one of the face
FOLD_SHADE, FOLD_SLOPE = 0.8, 0.25
"""How strongly creases that deepen show, in shade and in slope; judged by eye."""
FLATTEN, FLATTEN_AT_MOST = 2.5, 0.9
"""How strongly a photo's own creases are smoothed where the expression no longer draws them."""
_SOFT, _FOLD_SOFT, _WIDE, _OVER = 0.006, 0.005, 0.012, 0.035  # of the face's width


@dataclass(frozen=True, eq=False)
class SkinLight:
    """The light of one photo."""

    coefficients: Floats  # (4,) of 1, x, y, z
    even: float

    def of(self, normals: Floats) -> Floats:
        """(V,) light on surfaces of unit normals (V,3); positive."""
        lit = self.coefficients[0] + normals @ self.coefficients[1:]
        return np.asarray(np.maximum(lit, 0.0) + self.even)

    def ratio(self, normals: Floats, before: Floats) -> Floats:
        """(V,) display values' ratio from normals `before` to `normals`."""
        light = np.clip(self.of(normals) / self.of(before), *RATIO)
        return np.asarray(light ** (1.0 / DISPLAY_GAMMA))


def fit_light(photo: Singles, points: Floats, normals: Floats, face_width: float) -> SkinLight:
    """The light on a photo's skin, at points (n,2) px with unit normals (n,3)."""
    lit = linear_light(blurred(photo, 0.008 * face_width)) @ LUMA
    values = np.asarray(at_points(lit, points), np.float64)
    design = np.concatenate([np.ones((len(normals), 1)), normals], axis=1)
    ridge = RIDGE * len(values) * np.diag([0.0, 1.0, 1.0, 1.0])
    weights, found = np.ones(len(values)), np.zeros(4)
    for _ in range(ROUNDS):
        system = design.T @ (design * weights[:, None]) + ridge
        found = np.linalg.solve(system, design.T @ (weights * values))
        missed = np.abs(design @ found - values)
        weights = 1.0 / np.maximum(missed, np.median(missed) + 1e-4)
        weights /= weights.max()
    return SkinLight(found, EVEN * float(np.median(values)) + 1e-3)


@torch.no_grad()
def creased(picture: Singles, view: PhotoView, relief: SkinRelief, uv: torch.Tensor,
            expressions: tuple[Floats, Floats], inside: Singles, face_width: float) -> Singles:
    """The picture (H,W,3) with folds as deep as the new expression draws them.

    uv: (P,2) of the seen pixels.  expressions: ψ of the photo and of the new picture.  inside:
    (H,W) share of each pixel that the head moves.
    """
    before, after = (relief.strengths(torch.tensor(psi, dtype=torch.float32))
                     for psi in expressions)
    change = view.fragments.at_pixels(view.triangles, after - before)
    folds = sampled(relief.creases, uv)
    deeper = folds * change.clamp_min(0.0)
    shade = 1.0 - deeper[:, 3:] * (1.0 - float(np.mean(CREASE_SHADE))) * FOLD_SHADE
    shade = shade * (1.0 + FOLD_SLOPE * deeper[:, 1:2])
    less = view.spread(folds[:, 3:] * (-change).clamp_min(0.0))[..., 0] * inside
    less = np.clip(FLATTEN * blurred(less, _WIDE * face_width), 0.0, FLATTEN_AT_MOST)
    if less.max() > 0.01:
        picture = mixed(picture, blurred(picture, _OVER * face_width), less)
    factor = blurred(view.spread(shade, 1.0)[..., 0], _FOLD_SOFT * face_width)
    return np.asarray(picture * (1.0 + (factor - 1.0) * inside)[..., None], np.float32)


def softened(ratio: Singles, face_width: float) -> Singles:
    """A ratio of light (H,W) without the mesh's edges."""
    return blurred(ratio, _SOFT * face_width)
