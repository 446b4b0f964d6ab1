# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded 2D model: gradients about landmarks, and a machine of radial basis functions.

f, the face's gradients, is projected onto its principal components, z = (f - m) P, and compared
with centres, k = exp(-g |z - c|²) (Nyström's approximation of a kernel, Williams and Seeger 2001);
logits are k W + b.  numpy and OpenCV only: about 5 ms a face.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import CheckpointError
from ..weight_file import read_weights
from .image_model import ImageReading, Pixels
from .image_model_gradients import FEATURES, gradient_features, mirrored, upright_face
from .learners import softmax

KIND = "emotion-looks"
Floats = npt.NDArray[np.float64]
SHIPPED = "open_head_image_emotion.npz"
LARGEST = 1e6  # of any number; the shipped one's stay below 50


@dataclass(frozen=True, eq=False)
class LooksMachine:
    """The numbers of the model."""

    classes: tuple[str, ...]
    mean: npt.NDArray[np.float32]  # (F,) of the gradients
    projection: npt.NDArray[np.float32]  # (F,P)
    centres: npt.NDArray[np.float32]  # (C,P)
    reach: float  # g
    weights: Floats  # (C,K)
    bias: Floats  # (K,)

    def components(self, features: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """(N,P) z of gradients (N,F)."""
        given = np.asarray(features, dtype=np.float32)
        return np.asarray((given - self.mean) @ self.projection)

    def logits(self, components: npt.NDArray[np.float32]) -> Floats:
        """(N,K) of z (N,P)."""
        squares = ((components**2).sum(1)[:, None] + (self.centres**2).sum(1)
                   - 2.0 * components @ self.centres.T)
        near = np.exp(-self.reach * np.maximum(squares, 0.0)).astype(np.float64)
        return np.asarray(near @ self.weights + self.bias)

    def probabilities(self, features: npt.ArrayLike) -> Floats:
        """(N,K) of gradients (N,F): the mean of each face and its mirror image."""
        given = np.asarray(features, dtype=np.float32)
        both = [softmax(self.logits(self.components(side))) for side in (given, mirrored(given))]
        return np.asarray((both[0] + both[1]) / 2.0)


@dataclass(frozen=True, eq=False)
class EmbeddedImageModel:
    """The machine as an `ImageModel`."""

    machine: LooksMachine
    checksum: str

    @property
    def classes(self) -> tuple[str, ...]:
        """As the wheel names them."""
        return self.machine.classes

    def read(self, photo: Pixels, landmarks: npt.ArrayLike) -> ImageReading:
        """Chances and, as features, the principal components of the face's gradients."""
        found = gradient_features(upright_face(photo, landmarks))[None]
        return ImageReading(self.machine.probabilities(found)[0],
                            features=self.machine.components(found)[0].astype(np.float64))


def load_embedded(path: Path | None = None) -> EmbeddedImageModel:
    """The model of a file of `flamewheel train emotion-looks`; by default the one that is shipped.

    Raises CheckpointError: as `read_weights`, `unknown-layout`.
    """
    from ..head.registry import embedded_file

    found = path or embedded_file(SHIPPED)
    return _loaded(found, found.stat().st_mtime_ns if found.is_file() else 0)


@lru_cache(maxsize=2)
def _loaded(path: Path, _changed: int) -> EmbeddedImageModel:
    stored = read_weights(path, KIND)
    try:
        arrays = {name: _bounded(stored.tensors[name]) for name in
                  ("mean", "projection", "centres", "weights", "bias")}
        machine = LooksMachine(
            tuple(str(name) for name in stored.facts["classes"]),
            arrays["mean"].astype(np.float32), arrays["projection"].astype(np.float32),
            arrays["centres"].astype(np.float32), float(stored.facts["reach"]),
            arrays["weights"], arrays["bias"])
    except (KeyError, TypeError, ValueError) as bad:
        raise _unknown(path, repr(bad)) from bad
    count, sizes = len(machine.classes), machine.centres.shape
    fits = (count > 1 and len(set(machine.classes)) == count and len(sizes) == 2
            and machine.mean.shape == (FEATURES,) and 0.0 < machine.reach < 1e6
            and machine.projection.shape == (FEATURES, sizes[1])
            and machine.weights.shape == (sizes[0], count)
            and machine.bias.shape == (count,))
    if not fits:
        raise _unknown(path, "its arrays do not fit one another")
    return EmbeddedImageModel(machine, hashlib.sha256(path.read_bytes()).hexdigest())


def _bounded(array: npt.ArrayLike) -> Floats:
    found = np.asarray(array, dtype=np.float64)
    if not np.abs(found).max(initial=0.0) <= LARGEST:  # NaN is not, either
        raise ValueError(f"a number beyond {LARGEST:g}")
    return found


def _unknown(path: Path, why: str) -> CheckpointError:
    return CheckpointError("unknown-layout", f"{path.name} is laid out in an unknown way: {why}."
                           [:300], "Give a file that `flamewheel train emotion-looks` wrote.")
