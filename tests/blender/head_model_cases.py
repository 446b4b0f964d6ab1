# SPDX-License-Identifier: GPL-3.0-or-later
"""What `HeadModel` makes of two heads, for the parity tests; the backend's Python runs it.

    python tests/blender/head_model_cases.py FOLDER

Writes FOLDER/open.npz and FOLDER/flame.npz (a generated FLAME-sized pickle, converted) and, beside
each, `<head>_cases.npz`: random coefficients and poses with the vertices for them in float64.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import torch

from flamewheel.head.convert import convert_head
from flamewheel.head.files import load_head_file
from flamewheel.head.model import HeadModel
from flamewheel.head.registry import open_head_path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from generated_flame import write_flame_pickle

CASES = 6
LIMIT = 10.0  # the keys' range
IDENTITY_KEYS, EXPRESSION_KEYS = 100, 100  # the operator's defaults; 100 is all of either head


def write_cases(path: Path, seed: int) -> None:
    """Cases of 1, 2 and 3 standard deviations; joints turn by up to 1 rad about any axis."""
    data = load_head_file(path)
    rng = np.random.default_rng(seed)
    spread = 1.0 + np.arange(CASES)[:, None] % 3
    shape, expression = (
        np.clip(spread * rng.normal(size=(CASES, min(keys, have))), -LIMIT, LIMIT)
        for keys, have in ((IDENTITY_KEYS, data.identity_count),
                           (EXPRESSION_KEYS, data.expression_count))
    )
    axes = rng.normal(size=(CASES, 5, 3))
    pose = axes / np.linalg.norm(axes, axis=-1, keepdims=True) * rng.uniform(-1, 1, (CASES, 5, 1))
    model = HeadModel(data, dtype=torch.float64)
    tensors = [torch.from_numpy(given) for given in (shape, expression, pose)]
    rest, mean = model.joints(*tensors[:2]), model.joints(tensors[0])
    np.savez(
        path.with_name(f"{path.stem}_cases.npz"), shape=shape, expression=expression, pose=pose,
        vertices=model.vertices_identity_joints(*tensors).numpy(),
        joints=mean.numpy(), joints_with_expression=rest.numpy(),
    )


def main() -> None:
    """Both heads."""
    folder = Path(sys.argv[1])
    shutil.copyfile(open_head_path(), folder / "open.npz")
    write_flame_pickle(folder / "flame.pkl", "2020", seed=4)
    convert_head(folder / "flame.pkl", folder / "flame.npz")
    for seed, name in enumerate(("open", "flame")):
        write_cases(folder / f"{name}.npz", seed)


if __name__ == "__main__":
    main()
