# SPDX-License-Identifier: GPL-3.0-or-later
"""DECA (Feng et al. 2021) from its published checkpoint, `deca_model.tar`."""

from __future__ import annotations

from pathlib import Path

from ...errors import CheckpointError
from .checkpoint import Checkpoint, TensorTable, listed, read_checkpoint
from .detail import DetailNetworks, load_detail_networks, read_fixed_displacement
from .flame_codes import COARSE
from .flame_encoder import FlameEncoder
from .kinds import expect_kind
from .loading import loaded
from .resnet import ResNetEncoder, fold_norms

TITLE = "DECA"
_ENTRIES = frozenset({"E_flame", "E_detail", "D_detail", "opt", "global_step", "batch_size"})
"""What training writes (decalib/deca.py `model_dict`, decalib/trainer.py `save`)."""


def load_deca(path: Path) -> FlameEncoder:
    """DECA's coarse encoder, strictly: every tensor of `E_flame` and no other.

    Raises CheckpointError as `read_checkpoint`, `expect_kind`, `coarse_network`.
    """
    coarse = coarse_network(_checked(path).table("E_flame"))
    fold_norms(coarse)
    return FlameEncoder(TITLE, coarse)


def load_deca_detail(path: Path, fixed_displacement: Path | None = None) -> DetailNetworks:
    """DECA's detail encoder and decoder from the same file.

    fixed_displacement: DECA's `fixed_displacement_256.npy`.  Raises CheckpointError as `load_deca`.
    """
    checkpoint = _checked(path)
    fixed = None if fixed_displacement is None else read_fixed_displacement(fixed_displacement)
    return load_detail_networks(checkpoint.table("E_detail"), checkpoint.table("D_detail"), fixed)


def coarse_network(table: TensorTable) -> ResNetEncoder:
    """`E_flame`, whose 236 numbers are for FLAME's first 100 and 50 components.

    Raises CheckpointError `other-head` where it was trained for other counts, else as `take`.
    """
    last = table.tensors.get("layers.2.bias")
    if last is not None and last.shape != (COARSE,):
        raise CheckpointError(
            "other-head", f"{table.source} gives {' x '.join(map(str, last.shape))} numbers for a "
            f"face, where FLAME with 100 identity and 50 expression components takes {COARSE}: it "
            "was trained for another head.",
            "Give the checkpoint that the network's authors publish.")
    return loaded(lambda: ResNetEncoder(COARSE), table)


def _checked(path: Path) -> Checkpoint:
    checkpoint = read_checkpoint(path)
    expect_kind(checkpoint, TITLE)
    strange = [name for name in checkpoint.entries if name not in _ENTRIES]
    if strange:
        raise CheckpointError("checkpoint-keys", f"{checkpoint.name} has {listed(strange)}, which "
                              "DECA does not have.", "Give the checkpoint that DECA's authors "
                              "publish.")
    return checkpoint
