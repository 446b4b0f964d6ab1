# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of DECA and EMOCA share: a picture, its parameters, checkpoints with a mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from generated_checkpoints import Numbers, deca_tables, emoca_tables

from flamewheel.encoders.networks.flame_encoder import FlameEncoder
from flamewheel.head.data import HeadData
from flamewheel.parameters import FaceParameters


def waves(side: int = 224) -> Any:
    """(side,side,3) a smooth picture, 0..1, that differs in its channels and directions."""
    at = np.arange(side) / side
    channels = [0.5 + 0.5 * np.sin(6 * at[:, None] + k * 3 * at[None]) for k in (1, 2, 3)]
    return np.stack(channels, axis=-1).astype(np.float32)


def waves_as_face(encoder: FlameEncoder, head: HeadData) -> FaceParameters:
    """What an encoder makes of that picture."""
    return encoder.encode_cropped((waves(300) * 255).astype(np.uint8), head)


def changed_deca(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """`deca_model.tar` after `change` of its tables."""
    tables = deca_tables(Numbers(3))
    change(tables)
    torch.save(tables, path)
    return path


def changed_emoca(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """EMOCA's checkpoint after `change` of its state_dict."""
    tables = emoca_tables(Numbers(3))
    change(tables["state_dict"])
    torch.save(tables, path)
    return path
