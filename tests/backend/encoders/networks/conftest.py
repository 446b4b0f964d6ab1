# SPDX-License-Identifier: GPL-3.0-or-later
"""One full-size FLAME and one checkpoint of each network for all tests of the networks."""

from __future__ import annotations

from pathlib import Path

import generated_checkpoints
import generated_checkpoints_mica_smirk as generated
import pytest
from generated_flame import write_flame_pickle

from flamewheel.head.registry import find_head


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory) -> Path:
    """A folder of checkpoints, in their authors' layout."""
    folder = tmp_path_factory.mktemp("checkpoints")
    (folder / "pretrained_models").mkdir()
    generated.write_smirk(folder / "pretrained_models" / "SMIRK_em1.pt", seed=3)
    generated.write_mica(folder / "mica.tar", seed=3)
    generated_checkpoints.write_deca(folder / "deca_model.tar")
    emoca = folder / "EMOCA_v2_lr_mse_20" / "detail" / "checkpoints" / "deca-epoch=10-val_loss"
    emoca.mkdir(parents=True)
    generated_checkpoints.write_emoca(emoca / "dataloader_idx_0=3.25521111.ckpt")
    return folder


@pytest.fixture(scope="session")
def flame_file(tmp_path_factory) -> Path:
    """A made-up head of FLAME's size."""
    path = tmp_path_factory.mktemp("flame") / "generic_model.pkl"
    write_flame_pickle(path)
    return path


@pytest.fixture(scope="session")
def flame(flame_file):
    return find_head(flame_file)
