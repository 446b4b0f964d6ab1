# SPDX-License-Identifier: GPL-3.0-or-later
"""DECA and EMOCA as encoders of photos: they differ in who tells the expression."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ...head.data import HeadData
from ...parameters import FaceParameters
from ..photo import PhotoSource, load_photo
from .crop import NETWORK_SIDE, Crop, Pixels, deca_crop, photo_camera, whole_crop
from .detail import DetailNetworks
from .flame_codes import EXPRESSION, FlameCodes, as_parameters, cut_codes
from .flame_head import require_flame
from .seen import see_face


@dataclass(frozen=True, eq=False)
class FlameEncoder:
    """A coarse network, one for the expression where there is one, and wrinkles where asked."""

    title: str  # DECA or EMOCA
    coarse: nn.Module  # (B,3,224,224) RGB 0..1 -> (B,236)
    expression: nn.Module | None = None  # (B,3,224,224) -> (B,50), (B,53) or (B,56)
    detail: DetailNetworks | None = None
    notes: tuple[str, ...] = ()  # what a person should know of the checkpoint

    @property
    def name(self) -> str:
        """How users call it."""
        return self.title.lower()

    def codes(self, pictures: Tensor) -> FlameCodes:
        """What the networks say of crops (B,3,224,224), RGB in 0..1, as `crop.deca_crop` cuts."""
        with torch.inference_mode():
            found = cut_codes(self.coarse(pictures))
            if self.expression is not None:
                found = _with_expression(found, self.expression(pictures).numpy())
            if self.detail is not None:
                wrinkles = self.detail.encoder(pictures).numpy().astype(np.float64)
                found = replace(found, detail=wrinkles)
        return found

    def encode(
        self, photo: PhotoSource, head: HeadData, *, face: int | None = None
    ) -> FaceParameters:
        """The parameters of a face of a photo; raises as `FaceEncoder.encode`."""
        require_flame(head, self.title)
        seen = see_face(photo, face)
        return self._encoded(deca_crop(seen), seen.photo_size, head, seen.notes)

    def encode_cropped(self, photo: PhotoSource, head: HeadData) -> FaceParameters:
        """The parameters of the face that fills a picture, without looking for one.

        The picture is taken as a whole, scaled to 224 x 224: DECA's `iscrop=False`.
        """
        require_flame(head, self.title)
        picture = load_photo(photo)
        return self._encoded(whole_crop(picture), picture.original_size, head, ())

    def _encoded(self, crop: Crop, photo_size: tuple[int, int], head: HeadData,
                 notes: tuple[str, ...]) -> FaceParameters:
        codes = self.codes(as_pictures(crop.pixels))
        if codes.camera[0, 0] <= 0:
            return as_parameters(codes, head, None, (
                *notes, *self.notes, f"{self.title} finds no camera: this may be no face."))
        camera = photo_camera(codes.camera[0], crop, photo_size)
        return as_parameters(codes, head, camera, (*notes, *self.notes))


def as_pictures(pixels: Pixels) -> Tensor:
    """(1,3,224,224) of a crop (224,224,3), as the networks take it."""
    assert pixels.shape == (NETWORK_SIDE, NETWORK_SIDE, 3), pixels.shape
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None]


def _with_expression(coarse: FlameCodes, told: Any) -> FlameCodes:
    """The coarse codes with the expression, and by the count of numbers the pose, of `told`.

    50: expression; 53: and jaw; 56: and global rotation, jaw (gdl/models/DECA.py,
    `ExpDECA.decompose_code`; of the two that give 53 only the jaw's is a default anywhere).
    """
    rows = np.asarray(told, dtype=np.float64)
    changed = replace(coarse, expression=rows[:, :EXPRESSION])
    pose = rows[:, EXPRESSION:]
    if pose.shape[1] == 3:
        return replace(changed, jaw=pose)
    if pose.shape[1] == 6:
        return replace(changed, global_rotation=pose[:, :3], jaw=pose[:, 3:])
    return changed
