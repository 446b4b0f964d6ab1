# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks that paper 002 compares, each trained several times: for `evaluate i2fet`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..files import make_folder
from .report import say

if TYPE_CHECKING:
    from ..instruction.transition_set import TransitionSet

VARIANTS: dict[str, dict[str, Any]] = {
    "i2fet": {},
    "motionclip": {"variant": "motionclip"},
    "no-ifed": {"variant": "no-ifed"},
    "no-vertex": {"vertex_loss": False},
    "expression-only": {"vertex_loss": False, "pose_loss": False},
}
"""Name in the tables -> what is not as in ours: tables II, III, V and VI."""
LAYERS: dict[str, dict[str, Any]] = {
    "caft-2": {"caft_layers": 2},
    "n1-m1": {"face_layers": 1},
    "n1-m2": {"face_layers": 1, "text_layers": 2},
    "n2-m2": {"text_layers": 2},
}
"""Likewise, of tables VII and VIII."""


def train_variants(
    transitions: TransitionSet, options: Namespace
) -> list[tuple[str | None, Path]]:
    """(name, weights) of every variant and seed in `options.output`, trained where missing.

    Raises as `training.train_i2fet.train`.
    """
    from ..instruction.text_encoders import EMBEDDED
    from ..training.train_i2fet import I2fetConfig, train

    make_folder(options.output)
    wanted = {**VARIANTS, **(LAYERS if options.layers else {})}
    made: list[tuple[str | None, Path]] = []
    for seed in range(options.train_seeds):
        for name, changes in wanted.items():
            path = options.output / f"{name}-{options.epochs}-seed{seed}.npz"
            made.append((name, path))
            if path.is_file():
                continue
            say(f"training {name}, seed {seed}")
            train(I2fetConfig(str(options.set), str(path), head=options.head,
                              encoder=options.encoder or EMBEDDED, epochs=options.epochs,
                              seed=seed, **changes), transitions, say)
    return made
