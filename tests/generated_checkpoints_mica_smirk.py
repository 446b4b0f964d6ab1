# SPDX-License-Identifier: GPL-3.0-or-later
"""MICA's and SMIRK's checkpoints with the published files' names and shapes, and random numbers.

Written down from the authors' code (MICA af22e7a, SMIRK c7de404, timm 1.0.31), not asked of
Flamewheel's networks; see `generated_checkpoints.py` for how 500 MB become 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from generated_checkpoints import Numbers, Shapes, linear_shapes, norm_shapes
from torch import Tensor

IRESNET100 = ((64, 64, 3), (64, 128, 13), (128, 256, 30), (256, 512, 3))  # in, out, blocks
SMALL = ((16, 0, 16), (16, 72, 24), (24, 88, 24), (24, 96, 40), (40, 240, 40), (40, 240, 40),
         (40, 120, 48), (48, 144, 48), (48, 288, 96), (96, 576, 96), (96, 576, 96))
SMALL_STAGES = (1, 2, 3, 2, 3)  # blocks in blocks.0 to blocks.4; blocks.5 is the last convolution
LARGE = ((16, 0, 16), (16, 64, 24), (24, 72, 24), (24, 72, 40), (40, 120, 40), (40, 120, 40),
         (40, 240, 80), (80, 200, 80), (80, 184, 80), (80, 184, 80), (80, 480, 112),
         (112, 672, 112), (112, 672, 160), (160, 960, 160), (160, 960, 160))
LARGE_STAGES = (1, 2, 3, 4, 2, 3)
MICA_FLAME = {  # MICA's `models/flame.py`: 400 components, of which 300 + 100 are FLAME's
    "faces_tensor": (9976, 3), "v_template": (5023, 3), "shapedirs": (5023, 3, 400),
    "posedirs": (36, 15069), "J_regressor": (5, 5023), "parents": (5,), "lbs_weights": (5023, 5),
    "eye_pose": (1, 6), "neck_pose": (1, 3), "lmk_faces_idx": (51,), "lmk_bary_coords": (51, 3),
    "dynamic_lmk_faces_idx": (79, 17), "dynamic_lmk_bary_coords": (79, 17, 3),
    "full_lmk_faces_idx": (1, 68), "full_lmk_bary_coords": (1, 68, 3), "neck_kin_chain": (2,),
}


def iresnet100_shapes() -> Shapes:
    """insightface's `iresnet100`: 925."""
    shapes: Shapes = {"conv1.weight": (64, 3, 3, 3), **norm_shapes("bn1", 64),
                      "prelu.weight": (64,)}
    for stage, (entering, leaving, blocks) in enumerate(IRESNET100, start=1):
        for block in range(blocks):
            at, before = f"layer{stage}.{block}", entering if block == 0 else leaving
            shapes |= norm_shapes(f"{at}.bn1", before)
            shapes[f"{at}.conv1.weight"] = (leaving, before, 3, 3)
            shapes |= norm_shapes(f"{at}.bn2", leaving)
            shapes[f"{at}.prelu.weight"] = (leaving,)
            shapes[f"{at}.conv2.weight"] = (leaving, leaving, 3, 3)
            shapes |= norm_shapes(f"{at}.bn3", leaving)
            if block == 0:
                shapes[f"{at}.downsample.0.weight"] = (leaving, before, 1, 1)
                shapes |= norm_shapes(f"{at}.downsample.1", leaving)
    return {**shapes, **norm_shapes("bn2", 512), **linear_shapes("fc", 25088, 512),
            **norm_shapes("features", 512)}


def mapping_shapes() -> Shapes:
    """MICA's `MappingNetwork(512, 300, 300, 3)`: 10."""
    shapes: Shapes = linear_shapes("network.0", 512, 300)
    for layer in (1, 2, 3):
        shapes |= linear_shapes(f"network.{layer}", 300, 300)
    return {**shapes, **linear_shapes("output", 300, 300)}


def mobilenet_shapes(blocks: tuple[tuple[int, int, int], ...], stages: tuple[int, ...],
                     features: int) -> Shapes:
    """timm's `tf_mobilenetv3_…_minimal_100` made with features_only: 204 or 276."""
    shapes: Shapes = {"conv_stem.weight": (16, 3, 3, 3), **norm_shapes("bn1", 16)}
    rest = iter(blocks)
    for stage, count in enumerate(stages):
        for block in range(count):
            entering, inside, leaving = next(rest)
            shapes |= _block_shapes(f"blocks.{stage}.{block}", entering, inside, leaving)
    last = f"blocks.{len(stages)}.0"
    shapes[f"{last}.conv.weight"] = (features, blocks[-1][2], 1, 1)
    return shapes | norm_shapes(f"{last}.bn1", features)


def _block_shapes(at: str, entering: int, inside: int, leaving: int) -> Shapes:
    if not inside:
        return {f"{at}.conv_dw.weight": (entering, 1, 3, 3), **norm_shapes(f"{at}.bn1", entering),
                f"{at}.conv_pw.weight": (leaving, entering, 1, 1),
                **norm_shapes(f"{at}.bn2", leaving)}
    return {f"{at}.conv_pw.weight": (inside, entering, 1, 1), **norm_shapes(f"{at}.bn1", inside),
            f"{at}.conv_dw.weight": (inside, 1, 3, 3), **norm_shapes(f"{at}.bn2", inside),
            f"{at}.conv_pwl.weight": (leaving, inside, 1, 1), **norm_shapes(f"{at}.bn3", leaving)}


def smirk_encoder_shapes() -> Shapes:
    """SMIRK's `SmirkEncoder`: 762."""
    small, large = (mobilenet_shapes(SMALL, SMALL_STAGES, 576),
                    mobilenet_shapes(LARGE, LARGE_STAGES, 960))
    parts = (("pose", small, linear_shapes("pose_cam_layers.0", 576, 6)),
             ("shape", large, linear_shapes("shape_layers.0", 960, 300)),
             ("expression", large, linear_shapes("expression_layers.0", 960, 55)))
    shapes: Shapes = {}
    for name, backbone, layers in parts:
        shapes |= {f"{name}_encoder.encoder.{key}": shape for key, shape in backbone.items()}
        shapes |= {f"{name}_encoder.{key}": shape for key, shape in layers.items()}
    return shapes


def smirk_generator_shapes() -> Shapes:
    """SMIRK's `SmirkGenerator(6, 3, 32, 5)`: 178."""
    shapes: Shapes = {}

    def double(module: str, short: str, entering: int, leaving: int) -> None:
        for number, before in ((1, entering), (2, leaving)):
            shapes[f"{module}.{short}conv{number}.weight"] = (leaving, before, 3, 3)
            shapes.update(norm_shapes(f"{module}.{short}norm{number}", leaving))

    widths = (6, 32, 64, 128, 256, 512)
    for level in range(1, 5):
        double(f"encoder{level}", f"enc{level}", widths[level - 1], widths[level])
    double("bottleneck", "bottleneck", 256, 512)
    for block in range(5):
        for conv in (1, 5):
            shapes[f"resnet_blocks.{block}.conv_block.{conv}.weight"] = (512, 512, 3, 3)
            shapes.update(norm_shapes(f"resnet_blocks.{block}.conv_block.{conv + 1}", 512))
    for level in range(4, 0, -1):
        width = widths[level]
        shapes[f"upconv{level}.weight"] = (2 * width, width, 2, 2)
        shapes[f"upconv{level}.bias"] = (width,)
        double(f"decoder{level}", f"dec{level}", 2 * width, width)
    return {**shapes, "conv.weight": (3, 32, 1, 1), "conv.bias": (3,)}


def mica_tables(numbers: Numbers) -> dict[str, Any]:
    """What `mica.tar` holds (micalib/models/mica.py `model_dict`, trainer.py `save_checkpoint`)."""
    arcface = numbers.table(iresnet100_shapes())
    arcface["fc.weight"] = _wide_layer(numbers, 25088, 512)
    flame = {f"regressor.{key}": shape for key, shape in mapping_shapes().items()}
    flame |= {f"generator.{key}": shape for key, shape in MICA_FLAME.items()}
    return {"flameModel": numbers.table(flame), "arcface": arcface,
            "opt": {"state": {}, "param_groups": []}, "scheduler": {"last_epoch": 1},
            "validator": {"best_mean": 1.0}, "epoch": 1, "global_step": 160000, "batch_size": 8}


def smirk_tables(numbers: Numbers) -> dict[str, Tensor]:
    """What `SMIRK_em1.pt` holds (src/base_trainer.py `save_model`)."""
    shapes = {f"smirk_encoder.{key}": shape for key, shape in smirk_encoder_shapes().items()}
    shapes |= {f"smirk_generator.{key}": shape for key, shape in smirk_generator_shapes().items()}
    return dict(numbers.table(shapes))


def _wide_layer(numbers: Numbers, entering: int, leaving: int) -> Tensor:
    """A layer wider than the pools, whose rows still differ."""
    drawn = torch.randn(entering + leaving, generator=torch.Generator().manual_seed(numbers.seed))
    return (drawn / entering**0.5).as_strided((leaving, entering), (1, 1))


def write_mica(path: Path, seed: int = 0) -> Path:
    """`mica.tar` at `path`."""
    torch.save(mica_tables(Numbers(seed)), path)
    return path


def write_smirk(path: Path, seed: int = 0) -> Path:
    """`SMIRK_em1.pt` at `path`."""
    torch.save(smirk_tables(Numbers(seed)), path)
    return path
