# SPDX-License-Identifier: GPL-3.0-or-later
"""LPIPS's weights from the files that are published: torchvision's backbone, the package's lin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..encoders.networks.checkpoint import TensorTable, read_checkpoint
from ..encoders.networks.loading import take
from ..errors import CheckpointError, HeadError
from ..head.file_kinds import checked_bytes
from ..head.torch_storage import MAGIC
from ..metrics.lpips import BACKBONES, Backbone, Lpips, channel_weights, feature_layers

FIRST, LIN = "features.0.weight", "lin0.model.1.weight"
MAX_OLD_BYTES = 1 << 30  # of a file of torch before 1.6, which is read at once; VGG-16 has 528 MB
_WHERE = ("The backbone is torchvision's AlexNet or VGG-16 (.pth), the second file the lpips "
          "package's weights v0.1 for it (alex.pth, vgg.pth).")


def load_lpips(backbone: Path, lin: Path) -> Lpips:
    """LPIPS of two local files, read without running anything in them.

    Raises CheckpointError as `read_checkpoint` and `loading.take` do, and `checkpoint-keys` where a
    file is no backbone that is known, or the two do not belong together.
    """
    described = _Source(backbone)
    kind = _kind_of(described)
    channels = _Source(lin)
    if channels.shape(LIN) != (1, kind.channels[0], 1, 1):
        raise CheckpointError("checkpoint-keys", f"{lin.name} holds no LPIPS weights for "
                              f"{kind.name}.", _WHERE)
    return Lpips(kind, described.into(feature_layers(kind), "features."),
                 channels.into(channel_weights(kind), ""))


class _Source:
    """A torch file of either age."""

    def __init__(self, path: Path) -> None:
        self._name, self._old, self._table = path.name, None, None
        if path.is_file() and _start(path).startswith(MAGIC):
            self._old = _old_tensors(path)
        else:
            self._table = read_checkpoint(path).table()

    def shape(self, key: str) -> tuple[int, ...] | None:
        """Of a tensor; None where there is none."""
        held: Any = (self._old or {}).get(key) if self._table is None else (
            self._table.tensors.get(key))
        return None if held is None else tuple(held.shape)

    def into(self, network: Any, prefix: str) -> Any:
        """`network` with the tensors whose names begin with `prefix`, each and no other."""
        if self._table is not None:
            table = self._table.below(prefix) if prefix else self._table
            take(_known(table, network), "", network)
            return network.eval()
        assert self._old is not None
        inside = {key[len(prefix):]: value for key, value in self._old.items()
                  if key.startswith(prefix)}
        wanted = network.state_dict()
        bent = [key for key, own in wanted.items()
                if key not in inside or inside[key].shape != own.shape]
        if bent:
            raise CheckpointError("checkpoint-keys", f"{self._name} lacks {bent[0]}, or has it in "
                                  "another shape.", _WHERE)
        network.load_state_dict({key: inside[key].float() for key in wanted})
        return network.eval()


def _start(path: Path) -> bytes:
    """The first bytes of a file that is not too large.  Raises CheckpointError."""
    try:
        return checked_bytes(path, what="checkpoint", limit=MAX_OLD_BYTES)
    except HeadError as bad:
        raise CheckpointError(bad.code.replace("head-", "checkpoint-"), bad.message,
                              bad.hint) from bad


def _known(table: TensorTable, network: nn.Module) -> TensorTable:
    """Without what the network has no place for: a backbone's last layers."""
    wanted = set(network.state_dict())
    return TensorTable(table.source, {key: value for key, value in table.tensors.items()
                                      if key in wanted})


def _kind_of(source: _Source) -> Backbone:
    for kind in BACKBONES:
        channels, kernel = kind.layers[0][:2]
        if source.shape(FIRST) == (channels, 3, kernel, kernel):
            return kind
    raise CheckpointError("checkpoint-keys", "The first file is no backbone of LPIPS: it has no "
                          f"{FIRST} of AlexNet's or VGG's shape.", _WHERE)


def _old_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Of a file of torch before 1.6, which both packages still publish."""
    try:
        held = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as bad:  # torch raises what its parts do
        raise CheckpointError("checkpoint-unreadable", f"{path.name} cannot be read: "
                              f"{str(bad)[:160]}.", _WHERE) from bad
    if not isinstance(held, dict):
        raise CheckpointError("checkpoint-keys", f"{path.name} holds no table of weights.", _WHERE)
    return {str(key): value for key, value in held.items() if isinstance(value, torch.Tensor)}
