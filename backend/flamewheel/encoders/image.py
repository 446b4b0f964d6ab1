# SPDX-License-Identifier: GPL-3.0-or-later
"""The image encoder: what `flamewheel train encoder` made, as an encoder of photos.

Its network says what the face does; who it is, how the head is turned and where it stands are then
fitted to the landmarks with that expression held.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from ..errors import CheckpointError
from ..head.data import HeadData
from ..parameters import ExpressionCode, FaceParameters
from ..weight_file import load_strictly, read_weights
from .face_crop import cut, upright_crop
from .image_network import EXPRESSION_COUNT, HEAD, KIND, Code, ImageEncoderNetwork
from .landmark import PreparedHead, face_parameters, fit_face, prepare_head, see_face
from .photo import Photo, PhotoSource
from .priors import Priors
from .rows import Floats
from .small_network import SIZE

HELD = 1e-3  # standard deviations, or rad: how far the fit may leave the network's code
LARGEST_COUNT = 1000  # expressions: no head has more, and a damaged file must not fill the memory
WILDEST = 100.0  # standard deviations, or rad: ten times what a rig's sliders reach
CROP = 128  # px: of the crops that training keeps; the network sees their middle 112


@dataclass(frozen=True, eq=False)
class ImageEncoder:
    """One head's image encoder, its weights loaded."""

    network: ImageEncoderNetwork
    head: str  # the name of the head it was trained for
    expression_count: int

    @property
    def name(self) -> str:
        """How users call it."""
        return "image"

    def encode(
        self, photo: PhotoSource, head: HeadData, *, face: int | None = None
    ) -> FaceParameters:
        """As `landmark.encode_photo`; CheckpointError `wrong-head` for another head than its own.

        `deviation` is not known.
        """
        self._check(head)
        picture, landmarks, notes = see_face(photo, face)
        code = self.code(picture, landmarks)
        prepared = prepare_head(head)
        holding = replace(prepared, priors=holding_code(prepared, code))
        made = face_parameters(
            head, prepared, fit_face(holding, landmarks), picture.original_size, notes)
        return replace(made, code=code, deviation=None)

    def code(self, picture: Photo, landmarks: Floats) -> ExpressionCode:
        """What a face does; landmarks: (478,2) in the photo's original pixels.

        Raises CheckpointError `wild-numbers`.
        """
        places = landmarks / picture.ratio
        frame = upright_crop(places, CROP)
        crop = cut(picture.pixels, frame, CROP)
        inside = (places - frame[:, 2]) @ np.linalg.inv(frame[:, :2]).T
        edge = (CROP - SIZE) // 2
        seen = torch.from_numpy(crop[edge:-edge, edge:-edge].copy()).permute(2, 0, 1)
        points = torch.tensor(inside, dtype=torch.float32)
        with torch.inference_mode():
            found = Code.of(self.network(seen[None].float() / 255.0, points[None]))
        eyes = np.pad(found.eyes[0].double().numpy().reshape(2, 2), ((0, 0), (0, 1)))
        if not float(found.joined().abs().max()) <= WILDEST:  # NaN compares false
            raise CheckpointError("wild-numbers", "The image encoder gives numbers that no face "
                                  "has.", "Its file is damaged or its training went wrong: train "
                                  "it again.")
        return ExpressionCode(found.expression[0].double().numpy(),
                              jaw=found.jaw[0].double().numpy(), eyes=eyes)

    def _check(self, head: HeadData) -> None:
        if (head.name, head.expression_count) != (self.head, self.expression_count):
            raise CheckpointError(
                "wrong-head", f"This image encoder was trained for the head {self.head}, not for "
                f"{head.name}.", "Train one for this head: `flamewheel train encoder --head`.")


def load_image_encoder(path: Path) -> ImageEncoder:
    """The encoder in a file of `flamewheel train encoder`.

    Raises CheckpointError as `read_weights` and `load_strictly`.
    """
    weights = read_weights(path, KIND)
    try:
        count, head = int(weights.facts[EXPRESSION_COUNT]), str(weights.facts[HEAD])
    except (KeyError, TypeError, ValueError) as bad:
        raise CheckpointError("checkpoint-unreadable", f"{path.name} does not say what head it is "
                              "for.", "Give a file that `flamewheel train encoder` wrote."
                              ) from bad
    if not 0 < count <= LARGEST_COUNT:
        raise CheckpointError("checkpoint-unreadable", f"{path.name} is for {count} expressions.",
                              "Give a file that `flamewheel train encoder` wrote.")
    network = ImageEncoderNetwork(count)
    load_strictly(network, weights, path.name)
    return ImageEncoder(network.eval().requires_grad_(False), head, count)


def holding_code(prepared: PreparedHead, code: ExpressionCode) -> Priors:
    """The head's priors of identity, and of all else next to nothing but `code`."""
    priors, first = prepared.priors, prepared.rows.identity_count
    held = np.concatenate([code.expression[:prepared.rows.expression_count], code.jaw,
                           code.eyes[:, :2].ravel()])
    mean, precision = priors.mean.copy(), priors.precision.copy()
    mean[first:] = held
    precision[:first, first:] = precision[first:, :first] = 0.0
    precision[first:, first:] = np.eye(len(held)) / HELD**2
    low, high = priors.low.copy(), priors.high.copy()
    low[first:], high[first:] = np.minimum(low[first:], held), np.maximum(high[first:], held)
    return replace(priors, mean=mean, precision=precision, low=low, high=high)
