# SPDX-License-Identifier: GPL-3.0-or-later
"""What a 2D model is to Flamewheel: a photo and its landmarks in, chances of emotions out.

Three kinds: the embedded one (`.npz`), ONNX and TorchScript files that a person brings.  None is
trusted: each is tried on pictures of nothing before it sees a face, and what it answers is checked
each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..errors import CheckpointError

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
EMBEDDED_SUFFIX = ".npz"
ONNX_SUFFIXES = (".onnx",)
TORCHSCRIPT_SUFFIXES = (".pt", ".pth", ".ts", ".torchscript")


@dataclass(frozen=True, eq=False)
class ImageReading:
    """What a 2D model says of one face."""

    probabilities: Floats  # (K,) sum to 1, in the order of the model's classes
    valence: float | None = None  # -1..1
    arousal: float | None = None  # -1..1
    features: Floats | None = None  # (F,) its last hidden layer, for intermediate fusion


@dataclass(frozen=True, eq=False)
class SeenFace:
    """One face in a photo."""

    photo: Pixels  # (H,W,3) RGB
    landmarks: Floats  # (478,2) px of it, FaceMesh's order


class ImageModel(Protocol):
    """A model that is ready."""

    @property
    def classes(self) -> tuple[str, ...]:
        """As the wheel names them."""

    @property
    def checksum(self) -> str:
        """SHA-256 of its file."""

    def read(self, photo: Pixels, landmarks: npt.ArrayLike) -> ImageReading:
        """photo: (H,W,3) RGB.  landmarks: (478,2) px of it, FaceMesh's order.

        Raises CheckpointError `bad-output` where the model answers nonsense.
        """


def load_image_model(path: Path | None = None, description: Path | None = None) -> ImageModel:
    """The 2D model of a file; without one, the embedded model.

    description: `.toml` or `.json` that says what it takes and gives; by default the file of that
    name beside it.  Raises CheckpointError: `checkpoint-not-found`, `checkpoint-too-large`,
    `checkpoint-unreadable`, `unknown-model`, `bad-output`; InputFileError `bad-description`;
    UsageError `missing-dependency`.
    """
    if path is None or path.suffix.lower() == EMBEDDED_SUFFIX:
        from .image_model_embedded import load_embedded

        return load_embedded(path)
    from .image_model_brought import BroughtModel
    from .image_model_description import read_description

    body = model_bytes(path)
    wanted = read_description(path, description)
    if path.suffix.lower() in ONNX_SUFFIXES:
        from .image_model_onnx import OnnxRunner

        return BroughtModel.tried(OnnxRunner(body, path.name), wanted, body, path.name)
    if path.suffix.lower() in TORCHSCRIPT_SUFFIXES:
        from .image_model_torchscript import TorchScriptRunner

        return BroughtModel.tried(TorchScriptRunner(body, path.name), wanted, body, path.name)
    raise CheckpointError(
        "unknown-model", f"{path.name} is no kind of 2D model that Flamewheel knows.",
        "Give ONNX (.onnx), TorchScript (.pt, .pth, .ts) or Flamewheel's own (.npz).")


MOST_BYTES = 1 << 30
"""Of a model's file.  MaxViT-L, the largest of CAGE's, has 212 million weights: 850 MB."""


def model_bytes(path: Path) -> bytes:
    """The file's bytes.  Raises CheckpointError where it is missing or too large."""
    if not path.is_file():
        raise CheckpointError("checkpoint-not-found", f"There is no file {path}.",
                              "Check the name.")
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise CheckpointError("checkpoint-too-large", f"{path.name} has {size / 1e9:.1f} GB.",
                              "Check that it is the model you meant.")
    try:
        return path.read_bytes()
    except OSError as bad:
        raise CheckpointError("checkpoint-unreadable", f"{path.name} cannot be read: {bad}.",
                              "Check its permissions.") from bad
