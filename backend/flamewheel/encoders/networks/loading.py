# SPDX-License-Identifier: GPL-3.0-or-later
"""A checkpoint's numbers into a network: key by key, every one and no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from ...errors import CheckpointError
from ...head.pickle_stand_ins import BadContent
from .checkpoint import TensorTable, listed
from .torch_pickle import StoredTensor
from .torch_zip import AGAIN

Network = TypeVar("Network", bound=nn.Module)

_AUTHORS = "Give the checkpoint that the network's authors publish."


def loaded(make: Callable[[], Network], table: TensorTable) -> Network:
    """The network that `make` makes, with the numbers of `table`, for inference.

    It is never filled with random numbers in between: `make` runs on torch's `meta` device.
    Raises CheckpointError as `take`.
    """
    with torch.device("meta"):
        network = make()
    take(table, "", network)
    return network.eval().requires_grad_(False)


def take(table: TensorTable, prefix: str, module: nn.Module) -> None:
    """Puts the tensors whose names begin with `prefix` in the place of `module`'s own.

    Strict: names and shapes must be exactly those of `module.state_dict()`.  Numbers are read only
    after all shapes fit, so that no more memory is taken than the network needs.
    Raises CheckpointError: `checkpoint-keys` naming what is missing, surplus or of another shape,
    `checkpoint-unreadable` where the numbers are damaged.
    """
    inside = table.below(prefix) if prefix else table
    wanted = module.state_dict()
    _check_names(inside, wanted)
    _check_shapes(inside, wanted)
    numbers = {key: _numbers(inside, key, inside.tensors[key], own) for key, own in wanted.items()}
    module.load_state_dict(numbers, strict=True, assign=True)


def _check_names(table: TensorTable, wanted: dict[str, Tensor]) -> None:
    missing = [key for key in wanted if key not in table.tensors]
    surplus = [key for key in table.tensors if key not in wanted]
    for keys, fault in ((missing, "lacks"), (surplus, "has, beyond what the network has,")):
        if keys:
            raise CheckpointError("checkpoint-keys", f"{table.source} {fault} {listed(keys)}.",
                                  _AUTHORS)


def _check_shapes(table: TensorTable, wanted: dict[str, Tensor]) -> None:
    for key, own in wanted.items():
        got = table.tensors[key].shape
        if got != tuple(own.shape):
            raise CheckpointError(
                "checkpoint-keys", f"In {table.source} {key} is {_size(got)}; this network's is "
                f"{_size(tuple(own.shape))}.", _AUTHORS)


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(str(n) for n in shape) or "a single number"


def _numbers(table: TensorTable, key: str, stored: StoredTensor, own: Tensor) -> Tensor:
    """The tensor `key` in the precision of the network's own."""
    try:
        array = stored.read()
    except BadContent as bad:
        raise CheckpointError("checkpoint-unreadable", f"{table.source}, {key}, is damaged: {bad}.",
                              AGAIN) from bad
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise CheckpointError("checkpoint-unreadable", f"{table.source}, {key}, holds numbers that "
                              "are not finite.", AGAIN)
    return torch.from_numpy(array).to(own.dtype)
