# SPDX-License-Identifier: GPL-3.0-or-later
"""A trained classifier of 3D parameters on disk, and what it says of faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from ..errors import CheckpointError, UsageError
from ..parameters import FaceParameters
from ..weight_file import load_strictly, read_weights, write_weights
from .network import ParameterNetwork
from .network_layout import NetworkLayout, facts_of, layout_of
from .network_rows import rows_of

KIND = "emotion3d"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NetworkAnswers:
    """What a network says of N faces."""

    classes: tuple[str, ...]
    probabilities: Floats  # (N,K) rows sum to 1
    affect: Floats | None  # (N,2) valence and arousal within -1..1; None where none was learned


@dataclass(frozen=True, eq=False)
class NetworkRecogniser:
    """A network that is ready to answer."""

    network: ParameterNetwork

    @property
    def layout(self) -> NetworkLayout:
        """What it takes and tells apart."""
        return self.network.layout

    def read(
        self, faces: Sequence[FaceParameters], image_features: npt.ArrayLike | None = None
    ) -> NetworkAnswers:
        """Faces of the network's head; with (N,F) features of its 2D model where it is fused.

        Raises UsageError `wrong-head`, `no-detail`, `image-features`.
        """
        return self.answer(rows_of(faces, self.layout), image_features)

    @torch.no_grad()
    def answer(self, rows: Floats, image_features: npt.ArrayLike | None = None) -> NetworkAnswers:
        """The same of rows (N,D) in the layout's order."""
        pictures = self._pictures(len(rows), image_features)
        guess = self.network(torch.from_numpy(np.asarray(rows, dtype=np.float32)), pictures)
        chances = torch.softmax(guess.logits.double(), dim=1).numpy()
        affect = np.clip(guess.affect.double().numpy(), -1.0, 1.0)
        if not (np.isfinite(chances).all() and np.isfinite(affect).all()):
            raise CheckpointError("bad-output", "The network answers with numbers that are not "
                                  "finite.", "Its training went wrong; train it anew.")
        return NetworkAnswers(self.layout.classes, chances,
                              affect if self.layout.knows_affect else None)

    def _pictures(self, count: int, given: npt.ArrayLike | None) -> torch.Tensor | None:
        wanted = self.layout.image_features
        if not wanted:
            return None
        rows = None if given is None else np.asarray(given, dtype=np.float32)
        if rows is None or rows.shape != (count, wanted) or not np.isfinite(rows).all():
            raise UsageError(
                "image-features", f"The network needs {wanted} features of a 2D model for each "
                "face.", "Give the 2D model it was trained with, and the photo.")
        return torch.from_numpy(rows)


def save_network(path: Path, network: ParameterNetwork) -> None:
    """The network as a `.npz` in half precision.  Raises OutputError."""
    write_weights(path, KIND, facts_of(network.layout), network.state_dict())


def load_network(path: Path) -> NetworkRecogniser:
    """The network of a file.

    Raises CheckpointError: as `read_weights`, `unknown-layout`, `checkpoint-misfit`.
    """
    weights = read_weights(path, KIND)
    layout = layout_of(weights.facts, path.name)
    last = weights.tensors.get(f"trunk.{layout.depth - 1}.0.weight")
    if last is None or last.shape != (layout.width, layout.width):  # before memory is taken for it
        raise CheckpointError("checkpoint-misfit", f"{path.name} lacks the layers it speaks of.",
                              "The file belongs to another version or another network.")
    network = ParameterNetwork(layout)
    load_strictly(network, weights, path.name)
    return NetworkRecogniser(network.eval().requires_grad_(False))
