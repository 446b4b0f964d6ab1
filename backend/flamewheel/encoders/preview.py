# SPDX-License-Identifier: GPL-3.0-or-later
"""A photo beside the head that was made from it, for a person to judge."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..errors import UsageError
from ..head.data import HeadData
from ..head.evaluate import evaluate
from ..parameters import FaceParameters
from ..render import render_grey
from .photo import PhotoSource, Pixels, load_photo

PREVIEW_HEIGHT = 512  # px
FACE_MARGIN = 0.12  # of the head's height, left free around it


def preview(photo: PhotoSource, params: FaceParameters, head: HeadData) -> Pixels:
    """(512,W,3) picture: the photo cropped to the head, and beside it the head in the same place.

    photo: as `encode_photo` takes it.  Raises PhotoError as `load_photo` does, UsageError
    `no-camera` for parameters that do not come from a photo and `wrong-photo` for those of another.
    """
    if params.camera is None:
        raise UsageError("no-camera", "These parameters have no camera.",
                         "Encode the photo again, then preview it.")
    picture = load_photo(photo)
    vertices = evaluate(head, params.identity.shape, params.code.expression, params.pose())[0]
    camera = params.camera
    tx, ty = camera.translation
    x, y = camera.scale * vertices[:, 0] + tx, ty - camera.scale * vertices[:, 1]
    margin = FACE_MARGIN * float(np.ptp(y))
    width, height = picture.original_size
    box = (max(0, math.floor(x.min() - margin)), max(0, math.floor(y.min() - margin)),
           min(width, math.ceil(x.max() + margin)), min(height, math.ceil(y.max() + margin)))
    if box[0] >= box[2] or box[1] >= box[3]:
        raise UsageError("wrong-photo", "The head lies outside this photo.",
                         "Preview the photo that the parameters were taken from.")
    rendered, shown = _crops(picture.pixels, picture.original_size, box, params, head, vertices)
    return np.concatenate([shown, rendered], axis=1)


def _crops(
    pixels: Pixels, original: tuple[int, int], box: tuple[int, int, int, int],
    params: FaceParameters, head: HeadData, vertices: npt.NDArray[np.float64],
) -> tuple[Pixels, Pixels]:
    """The head rendered, and the photo cut, over the same box of the photo."""
    from PIL import Image

    assert params.camera is not None
    left, top, right, bottom = box
    size = (round(PREVIEW_HEIGHT * (right - left) / (bottom - top)), PREVIEW_HEIGHT)
    moved = replace(
        params.camera, translation=params.camera.translation - (left, top),
        image_size=(right - left, bottom - top),
    )
    rendered = render_grey(head, vertices, moved, (2 * size[0], 2 * size[1]))
    smooth = Image.fromarray(rendered).resize(size, Image.Resampling.BOX)
    ratio = pixels.shape[1] / original[0]
    cut = Image.fromarray(pixels).crop((
        round(left * ratio), round(top * ratio), round(right * ratio), round(bottom * ratio)))
    return np.asarray(smooth), np.asarray(cut.resize(size, Image.Resampling.BILINEAR))
