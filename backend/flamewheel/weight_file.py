# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights of Flamewheel's own networks: a `.npz` of plain arrays and one line that says what of.

Weights are kept in half precision: rounding moves an encoder's codes by less than 0.001.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .errors import CheckpointError, HeadError
from .files import written_aside
from .head.npz import read_npz

if TYPE_CHECKING:
    from torch import Tensor, nn

ABOUT = "about"  # the member that says what the weights are
NAMED_AT_MOST = 4  # keys in a message
LARGEST = 1e6  # of a float of a tensor; files of ours are in half precision, which ends at 65,504


@dataclass(frozen=True, eq=False)
class Weights:
    """A network's tensors and what is known of it."""

    kind: str  # "emotion-image", "image-encoder", …
    facts: Mapping[str, Any]  # sizes and names the network is built from: plain JSON
    tensors: Mapping[str, npt.NDArray[Any]]


def write_weights(
    path: Path, kind: str, facts: Mapping[str, Any], tensors: Mapping[str, Tensor]
) -> None:
    """Writes the file whole or not at all.  Raises OutputError."""
    write_arrays(path, kind, facts, {name: _halved(tensor) for name, tensor in tensors.items()})


def write_arrays(
    path: Path, kind: str, facts: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]
) -> None:
    """The same of plain arrays, as precise as they are.  Raises OutputError."""
    about = json.dumps({"kind": kind, **facts})
    with written_aside(path) as part:
        np.savez_compressed(part, **{ABOUT: np.array(about)}, **arrays)


def read_weights(path: Path, kind: str) -> Weights:
    """The weights in `path`, which must be of `kind`.

    Raises CheckpointError: `checkpoint-not-found`, `checkpoint-unreadable` (damaged, or no file of
    ours), `wrong-checkpoint` (another network's).
    """
    if not path.is_file():
        raise CheckpointError("checkpoint-not-found", f"There is no file {path}.",
                              "Check the name, or train it with `flamewheel train`.")
    try:
        arrays = read_npz(path, what="file of weights")
        facts = json.loads(str(arrays.pop(ABOUT)))
        found = str(facts.pop("kind"))
    except (HeadError, KeyError, ValueError, AttributeError, TypeError, RecursionError) as bad:
        raise CheckpointError(
            "checkpoint-unreadable", f"{path.name} holds no weights of Flamewheel's own: {bad}",
            "Give a .npz that `flamewheel train` wrote.") from bad
    if found != kind:
        raise CheckpointError("wrong-checkpoint",
                              f"{path.name} is of kind {found[:60]}, not {kind}.",
                              f"Give a file of `flamewheel train {kind.replace('image-', '')}`."
                              if kind == "image-encoder" else f"Give a file of kind {kind}.")
    return Weights(kind, facts, arrays)


def load_strictly(network: nn.Module, weights: Weights, name: str) -> None:
    """Puts the tensors into `network`; every key must be there, none beside, shapes as they are.

    Raises CheckpointError `checkpoint-misfit`, which names what is missing, surplus or misshapen.
    """
    import torch

    check_strictly(network, weights, name)
    wanted = network.state_dict()
    network.load_state_dict({  # of any byte order and width, which torch does not take
        key: torch.tensor(value.astype(wanted[key].numpy(force=True).dtype))
        for key, value in weights.tensors.items()})


def check_strictly(network: nn.Module, weights: Weights, name: str) -> None:
    """Raises as `load_strictly`, and changes nothing; `network` may have shapes without memory."""
    wanted = network.state_dict()
    missing = sorted(set(wanted) - set(weights.tensors))
    surplus = sorted(set(weights.tensors) - set(wanted))
    bent = sorted(key for key in set(wanted) & set(weights.tensors)
                  if tuple(wanted[key].shape) != weights.tensors[key].shape
                  or weights.tensors[key].dtype.kind not in "fiub")
    wild = [key for key in sorted(set(wanted) & set(weights.tensors)) if key not in bent
            and wanted[key].is_floating_point()
            and not np.abs(weights.tensors[key]).max(initial=0) <= LARGEST]  # NaN is not, either
    for what, keys in (("lacks", missing), ("has surplus", surplus),
                       ("has another shape of", bent),
                       ("has numbers not finite or too large in", wild)):
        if keys:
            listed = ", ".join(keys[:NAMED_AT_MOST]) + (", …" if len(keys) > NAMED_AT_MOST else "")
            raise CheckpointError("checkpoint-misfit", f"{name} {what}: {listed}.",
                                  "The file belongs to another version or another network.")


def _halved(tensor: Tensor) -> npt.NDArray[Any]:
    array = tensor.detach().cpu().numpy()
    return array.astype(np.float16) if array.dtype == np.float32 else array
