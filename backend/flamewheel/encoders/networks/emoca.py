# SPDX-License-Identifier: GPL-3.0-or-later
"""EMOCA v1 and v2 (Daněček et al. 2022) from their published Lightning checkpoints.

The two versions have the same networks: DECA's, frozen, and a ResNet-50 of its own for the
expression.  Pose, jaw, identity, camera and light are `E_flame`'s in the published models.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...errors import CheckpointError
from ...head.pickle_stand_ins import BadContent
from .checkpoint import TensorTable, read_checkpoint
from .deca import coarse_network
from .detail import MAP_SIDE, DetailNetworks, Map, load_detail_networks, read_fixed_displacement
from .flame_codes import EXPRESSION
from .flame_encoder import FlameEncoder
from .kinds import expect_kind
from .loading import loaded
from .resnet import ResNetEncoder, fold_norms
from .torch_zip import AGAIN

TITLE = "EMOCA"
_NETWORKS = ("deca.E_flame.", "deca.E_expression.", "deca.E_detail.", "deca.D_detail.")
_BESIDE = (
    "deca.flame.", "deca.flametex.", "deca.render.", "deca.perceptual_loss.", "deca.id_loss.",
    "deca.vgg_loss.", "deca.uv_face_eye_mask", "deca.displacement_mask", "deca.fixed_uv_dis",
    "emonet_loss.", "au_loss.", "lipread_loss.",
)
"""What else lies in a state_dict: FLAME, renderer, networks of the losses (gdl/models/DECA.py)."""

_WITH_POSE = {
    EXPRESSION: (),
    EXPRESSION + 3: ("This EMOCA tells the jaw with the expression.",),
    EXPRESSION + 6: ("This EMOCA tells global rotation and jaw with the expression.",),
}
"""Numbers of `E_expression` by settings `exp_deca_jaw_pose`, `exp_deca_global_pose`; the published
models have 50."""


def load_emoca(path: Path) -> FlameEncoder:
    """EMOCA's encoders, strictly: every tensor of `E_flame` and `E_expression` and no other.

    Raises CheckpointError as `load_deca`.
    """
    table = _checked(path)
    coarse = coarse_network(table.below("deca.E_flame."))
    told = table.below("deca.E_expression.")
    count = _expression_count(told)
    expression = loaded(lambda: ResNetEncoder(count), told)
    fold_norms(coarse)
    fold_norms(expression)
    return FlameEncoder(TITLE, coarse, expression, notes=_WITH_POSE[count])


def load_emoca_detail(path: Path, fixed_displacement: Path | None = None) -> DetailNetworks:
    """EMOCA's detail encoder and decoder from the same file.

    fixed_displacement: DECA's `fixed_displacement_256.npy`; None: the one in the checkpoint.
    """
    table = _checked(path)
    fixed = (_own_fixed(table) if fixed_displacement is None
             else read_fixed_displacement(fixed_displacement))
    return load_detail_networks(
        table.below("deca.E_detail."), table.below("deca.D_detail."), fixed)


def _checked(path: Path) -> TensorTable:
    checkpoint = read_checkpoint(path)
    expect_kind(checkpoint, TITLE)
    table = checkpoint.table("state_dict")
    table.refuse_others((*_NETWORKS, *_BESIDE))
    if not table.below("deca.E_expression.").tensors:
        raise CheckpointError("other-checkpoint", f"{checkpoint.name} has no expression network: "
                              "it is DECA trained with EMOCA's code.",
                              "Give EMOCA's own, from a folder named EMOCA…/detail/checkpoints.")
    return table


def _expression_count(table: TensorTable) -> int:
    last = table.tensors.get("layers.2.bias")
    count = last.shape[0] if last is not None and len(last.shape) == 1 else EXPRESSION
    if count not in _WITH_POSE:
        raise CheckpointError(
            "other-head", f"{table.source} gives {count} numbers for an expression, where FLAME's "
            f"50 components (with jaw 53, with global rotation 56) belong: it was trained for "
            "another head.", "Give the checkpoint that EMOCA's authors publish.")
    return count


def _own_fixed(table: TensorTable) -> Map | None:
    """DECA's fixed displacement as the checkpoint carries it; None where training had none."""
    stored = table.tensors.get("deca.fixed_uv_dis")
    if stored is None or stored.shape != (MAP_SIDE, MAP_SIDE):
        return None  # without the file EMOCA's code writes zeros of 512 x 512
    try:
        fixed = stored.read().astype(np.float32)
    except BadContent as bad:
        raise CheckpointError("checkpoint-unreadable", f"{table.source} is damaged: {bad}.",
                              AGAIN) from bad
    if not np.isfinite(fixed).all():
        raise CheckpointError("checkpoint-unreadable", f"{table.source}, deca.fixed_uv_dis, holds "
                              "numbers that are not finite.", AGAIN)
    return fixed
