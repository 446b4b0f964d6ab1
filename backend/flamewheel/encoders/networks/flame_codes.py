# SPDX-License-Identifier: GPL-3.0-or-later
"""What DECA and EMOCA say of a face, number by number, and the same as `FaceParameters`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...head.data import HeadData
from ...parameters import Appearance, Camera, ExpressionCode, FaceParameters, Identity
from .flame_head import on_head

Array = npt.NDArray[np.float64]

COARSE_COUNTS = {"shape": 100, "texture": 50, "expression": 50, "pose": 6, "camera": 3, "light": 27}
"""Numbers of DECA's `E_flame` in order (decalib/utils/config.py, `param_list`)."""

COARSE = sum(COARSE_COUNTS.values())  # 236
EXPRESSION = COARSE_COUNTS["expression"]
DETAIL = 128  # decalib/utils/config.py, `n_detail`


@dataclass(frozen=True, eq=False)
class FlameCodes:
    """The codes of B faces in FLAME's first components, as DECA's `decompose_code` cuts them."""

    shape: Array  # (B,100) standard deviations
    texture: Array  # (B,50) standard deviations
    expression: Array  # (B,50) standard deviations
    global_rotation: Array  # (B,3) axis-angle rad
    jaw: Array  # (B,3) axis-angle rad
    camera: Array  # (B,3) scale, tx, ty of the crop (`crop.photo_camera`)
    light: Array  # (B,9,3) spherical harmonics of R, G, B
    detail: Array | None = None  # (B,128) code of the wrinkles, where it was asked for


def cut_codes(coarse: npt.ArrayLike) -> FlameCodes:
    """The codes in what `E_flame` gives, (B,236)."""
    rows = np.asarray(coarse, dtype=np.float64)
    shape, texture, expression, pose, camera, light = np.split(
        rows, np.cumsum(list(COARSE_COUNTS.values()))[:-1], axis=1)
    return FlameCodes(shape, texture, expression, pose[:, :3], pose[:, 3:], camera,
                      light.reshape(-1, 9, 3))


def as_parameters(codes: FlameCodes, head: HeadData, camera: Camera | None,
                  notes: tuple[str, ...] = ()) -> FaceParameters:
    """The first face of `codes` on `head`; neck and eyes, of which the networks say nothing, rest.

    Components beyond the networks' are zero; those that the head lacks are left out, with a note.
    """
    shape, cut = on_head(codes.shape[0], head.identity_count, "identity")
    expression, cut_too = on_head(codes.expression[0], head.expression_count, "expression")
    detail = None if codes.detail is None else codes.detail[0]
    return FaceParameters(
        head=head.name,
        identity=Identity(shape),
        code=ExpressionCode(expression, jaw=codes.jaw[0]),
        global_rotation=codes.global_rotation[0],
        camera=camera,
        notes=(*notes, *cut, *cut_too),
        appearance=Appearance(codes.texture[0], codes.light[0], detail),
    )
