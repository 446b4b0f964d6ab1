# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints with the published files' own names and shapes, and numbers drawn at random.

The names are written down here from the authors' code (DECA a11554a, EMOCA fef5472), not asked of
Flamewheel's networks.  All tensors of one scale are overlapping views of one short storage, so that
a file of 434 MB has 1 MB here; `full_size` makes them as the published ones.
"""

from __future__ import annotations

import math
import sys
import types
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

Shapes = dict[str, tuple[int, ...]]

POOL = 20_011  # numbers in a storage; a prime, so that the strides below do not meet
CODES = 236  # DECA's E_flame: shape 100, texture 50, expression 50, pose 6, camera 3, light 27
DETAIL = 128
FLAME_BUFFERS = {
    "faces_tensor": (9976, 3), "v_template": (5023, 3), "shapedirs": (5023, 3, 150),
    "posedirs": (36, 15069), "J_regressor": (5, 5023), "parents": (5,), "lbs_weights": (5023, 5),
    "eye_pose": (1, 6), "neck_pose": (1, 3), "lmk_faces_idx": (51,), "lmk_bary_coords": (51, 3),
    "dynamic_lmk_faces_idx": (79, 17), "dynamic_lmk_bary_coords": (79, 17, 3),
    "full_lmk_faces_idx": (1, 68), "full_lmk_bary_coords": (1, 68, 3), "neck_kin_chain": (2,),
}
MEDIAPIPE_BUFFERS = {"lmk_faces_idx_mediapipe": (105,), "lmk_bary_coords_mediapipe": (105, 3)}
RENDER_BUFFERS = {
    "dense_faces": (1, 130050, 3), "faces": (1, 9976, 3), "raw_uvcoords": (1, 5118, 2),
    "uvcoords": (1, 5118, 3), "uvfaces": (1, 9976, 3), "face_uvcoords": (1, 9976, 3, 3),
    "face_colors": (1, 9976, 3, 3), "constant_factor": (9,),
}
VGG19 = (64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512)


def norm_shapes(name: str, channels: int) -> Shapes:
    """A batch norm's five tensors."""
    tensors: Shapes = {f"{name}.{part}": (channels,) for part in (
        "weight", "bias", "running_mean", "running_var")}
    return {**tensors, f"{name}.num_batches_tracked": ()}


def linear_shapes(name: str, entering: int, leaving: int) -> Shapes:
    return {f"{name}.weight": (leaving, entering), f"{name}.bias": (leaving,)}


def resnet50_shapes(prefix: str = "") -> Shapes:
    """torchvision's names without fc: 318."""
    shapes: Shapes = {"conv1.weight": (64, 3, 7, 7), **norm_shapes("bn1", 64)}
    entering = 64
    for stage, (inside, blocks) in enumerate([(64, 3), (128, 4), (256, 6), (512, 3)], start=1):
        for block in range(blocks):
            at = f"layer{stage}.{block}"
            sizes = ((1, entering, inside), (3, inside, inside), (1, inside, 4 * inside))
            for number, (side, before, after) in enumerate(sizes, start=1):
                shapes[f"{at}.conv{number}.weight"] = (after, before, side, side)
                shapes |= norm_shapes(f"{at}.bn{number}", after)
            if block == 0:
                shapes[f"{at}.downsample.0.weight"] = (4 * inside, entering, 1, 1)
                shapes |= norm_shapes(f"{at}.downsample.1", 4 * inside)
            entering = 4 * inside
    return {prefix + key: shape for key, shape in shapes.items()}


def encoder_shapes(codes: int) -> Shapes:
    """DECA's `ResnetEncoder`: 322."""
    return {**resnet50_shapes("encoder."), **linear_shapes("layers.0", 2048, 1024),
            **linear_shapes("layers.2", 1024, codes)}


def decoder_shapes() -> Shapes:
    """DECA's `Generator`: 44."""
    shapes = {**linear_shapes("l1.0", 181, 8192), **norm_shapes("conv_blocks.0", 128)}
    sizes = {2: (128, 128), 6: (128, 64), 10: (64, 64), 14: (64, 32), 18: (32, 16)}
    for at, (entering, leaving) in sizes.items():
        shapes[f"conv_blocks.{at}.weight"] = (leaving, entering, 3, 3)
        shapes[f"conv_blocks.{at}.bias"] = (leaving,)
        shapes |= norm_shapes(f"conv_blocks.{at + 1}", leaving)
    return {**shapes, "conv_blocks.21.weight": (1, 16, 3, 3), "conv_blocks.21.bias": (1,)}


def vgg19_shapes() -> Shapes:
    """The features of EMOCA's perceptual loss: 34."""
    shapes: Shapes = {"mean": (1, 3, 1, 1), "std": (1, 3, 1, 1)}
    at, entering = 0, 3
    for channels in VGG19:
        if channels:
            shapes[f"vgg19.{at}.weight"] = (channels, entering, 3, 3)
            shapes[f"vgg19.{at}.bias"] = (channels,)
            at, entering = at + 2, channels
        else:
            at += 1
    return shapes


@dataclass
class Numbers:
    """Draws tensors that keep a network's signal alive: He's scale, halving batch norms."""

    seed: int = 0
    full_size: bool = False
    _pools: dict[tuple[float, float], Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = torch.Generator().manual_seed(self.seed)

    def table(self, shapes: Shapes) -> OrderedDict[str, Tensor]:
        """A state_dict of tensors of these names and shapes."""
        return OrderedDict((key, self.tensor(key, shape)) for key, shape in shapes.items())

    def tensor(self, key: str, shape: tuple[int, ...]) -> Tensor:
        """The numbers of one tensor."""
        part = key.rpartition(".")[2]
        if part == "num_batches_tracked":
            return torch.tensor(1000)
        if part == "running_var":
            return self._view(1.0, 0.1, shape)
        if part == "weight" and len(shape) == 1:
            return self._view(0.7, 0.1, shape)
        if part in ("bias", "running_mean"):
            return self._view(0.0, 0.1, shape)
        return self._view(0.0, math.sqrt(2 / max(1, math.prod(shape[1:]))), shape)

    def _view(self, centre: float, scale: float, shape: tuple[int, ...]) -> Tensor:
        if self.full_size:
            return self._drawn(centre, scale, math.prod(shape)).reshape(shape)
        if sum(shape) > POOL:  # buffers that nobody reads: meshes, textures
            return torch.zeros(1).expand(shape)
        if (centre, scale) not in self._pools:
            self._pools[centre, scale] = self._drawn(centre, scale, POOL)
        wide = max(1, (POOL - 1) // max(1, sum(n - 1 for n in shape)))
        strides = [max(1, wide - 2 * axis) for axis in range(len(shape))]
        return self._pools[centre, scale].as_strided(shape, strides)

    def _drawn(self, centre: float, scale: float, count: int) -> Tensor:
        return centre + scale * torch.randn(count, generator=self._random)


def deca_tables(numbers: Numbers) -> dict[str, Any]:
    """What `deca_model.tar` holds (decalib/deca.py `model_dict`, trainer.py `save`)."""
    return {
        "E_flame": numbers.table(encoder_shapes(CODES)),
        "E_detail": numbers.table(encoder_shapes(DETAIL)),
        "D_detail": numbers.table(decoder_shapes()),
        "opt": {"state": {0: {"step": 7, "exp_avg": torch.zeros(3)}},
                "param_groups": [{"lr": 1e-4, "betas": (0.9, 0.999), "params": [0]}]},
        "global_step": 1000,
        "batch_size": 8,
    }


def emoca_tables(numbers: Numbers, *, version: int = 2, expression_codes: int = 50
                 ) -> dict[str, Any]:
    """What EMOCA's Lightning checkpoint holds; version 1 has texture, version 2 MediaPipe's."""
    buffers = {f"flame.{key}": shape for key, shape in FLAME_BUFFERS.items()}
    if version == 2:
        buffers |= {f"flame.{key}": shape for key, shape in MEDIAPIPE_BUFFERS.items()}
    else:
        buffers |= {"flametex.texture_mean": (1, 1, 786432),
                    "flametex.texture_basis": (1, 786432, 50)}
    buffers |= {f"render.{key}": shape for key, shape in RENDER_BUFFERS.items()}
    buffers |= {f"perceptual_loss.featlayer.{key}": shape for key, shape in vgg19_shapes().items()}
    networks = {"E_flame": encoder_shapes(CODES), "E_expression": encoder_shapes(expression_codes),
                "E_detail": encoder_shapes(DETAIL), "D_detail": decoder_shapes()}
    shapes: Shapes = {"deca.uv_face_eye_mask": (1, 1, 256, 256)}
    shapes |= {f"deca.{key}": shape for key, shape in buffers.items()}
    for name, inside in networks.items():
        shapes |= {f"deca.{name}.{key}": shape for key, shape in inside.items()}
    state = numbers.table(shapes)
    state["deca.fixed_uv_dis"] = torch.full((256, 256), 0.002)
    return {
        "epoch": 10, "global_step": 20000, "pytorch-lightning_version": "1.4.9",
        "state_dict": state, "callbacks": {}, "optimizer_states": [], "lr_schedulers": [],
    }


@contextmanager
def lightning_class() -> Iterator[type]:
    """A class that pickles as one of Lightning's callbacks, while pytorch_lightning is absent."""
    name = "pytorch_lightning.callbacks.model_checkpoint"
    parts = name.split(".")
    made = {".".join(parts[:n]): types.ModuleType(".".join(parts[:n])) for n in (1, 2, 3)}
    kind = type("ModelCheckpoint", (), {"__module__": name})
    setattr(made[name], "ModelCheckpoint", kind)  # noqa: B010
    before = {key: sys.modules.get(key) for key in made}
    sys.modules.update(made)
    try:
        yield kind
    finally:
        for key, module in before.items():
            sys.modules.pop(key)
            if module is not None:
                sys.modules[key] = module


def write_deca(path: Path, seed: int = 0) -> Path:
    """`deca_model.tar` at `path`."""
    torch.save(deca_tables(Numbers(seed)), path)
    return path


def write_emoca(path: Path, seed: int = 0, *, version: int = 2, expression_codes: int = 50) -> Path:
    """EMOCA's `.ckpt` at `path`, with a callback of Lightning's as its key."""
    tables = emoca_tables(Numbers(seed), version=version, expression_codes=expression_codes)
    with lightning_class() as callback:
        tables["callbacks"] = {callback: {"monitor": "val_loss", "best_model_score": torch.ones(1),
                                          "dirpath": Path("checkpoints")}}
        torch.save(tables, path)
    return path
