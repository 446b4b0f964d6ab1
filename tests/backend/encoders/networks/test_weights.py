# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from flamewheel.encoders.networks.weights import (
    FOLDER_VARIABLE,
    PUBLISHED,
    best_checkpoint,
    find_checkpoint,
)
from flamewheel.errors import CheckpointError

V2 = "deca-epoch=10-val_loss/dataloader_idx_0=3.25521111.ckpt"  # the published name, a folder in it


def put(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"weights")
    return folder


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "all"))
    return tmp_path / "all"


def test_each_network_is_found_where_its_authors_put_it(folder):
    put(folder, "data/deca_model.tar", "data/pretrained/mica.tar",
        "pretrained_models/SMIRK_em1.pt", f"EMOCA_v2_lr_mse_20/detail/checkpoints/{V2}")
    assert find_checkpoint("deca") == folder / "data" / "deca_model.tar"
    assert find_checkpoint("mica") == folder / "data" / "pretrained" / "mica.tar"
    assert find_checkpoint("smirk") == folder / "pretrained_models" / "SMIRK_em1.pt"
    assert find_checkpoint("emoca").name == "dataloader_idx_0=3.25521111.ckpt"


def test_emoca_s_own_default_comes_before_its_first_version(folder):
    put(folder, "EMOCA/detail/checkpoints/deca-epoch=09-val_loss=1.0.ckpt",
        f"EMOCA_v2_lr_mse_20/detail/checkpoints/{V2}")
    assert "EMOCA_v2_lr_mse_20" in str(find_checkpoint("emoca"))


def test_what_is_given_comes_before_what_is_found(folder, tmp_path):
    put(folder, "mica.tar")
    put(tmp_path, "other.tar", f"unpacked/detail/checkpoints/{V2}")
    assert find_checkpoint("mica", {"mica": tmp_path / "other.tar"}) == tmp_path / "other.tar"
    given = find_checkpoint("emoca", {"emoca": tmp_path / "unpacked"})
    assert given.name == "dataloader_idx_0=3.25521111.ckpt"


def test_a_folder_may_be_given_for_each(folder, tmp_path):
    mine = put(tmp_path / "mine", "data/deca_model.tar", "mica.tar", "SMIRK_em1.pt",
               "image_encoder.npz", f"EMOCA_v2_mp/detail/checkpoints/{V2}")
    for name in PUBLISHED:
        assert mine in find_checkpoint(name, {name: mine}).parents
    only = mine / "EMOCA_v2_mp" / "detail" / "checkpoints"
    assert find_checkpoint("emoca", {"emoca": only}).suffix == ".ckpt"
    with pytest.raises(CheckpointError):
        find_checkpoint("mica", {"mica": only})  # another network's files are none of its own


@pytest.mark.parametrize("names, best", [
    (["a-val_loss=3.10.ckpt", "b-val_loss=3.09.ckpt", "c-val_loss=3.2.ckpt"], "b-val_loss=3.09"),
    (["a=9.5.ckpt", "b=10.5.ckpt"], "a=9.5"),  # numbers, not letters
    (["a=1.ckpt", "b=1.ckpt"], "b=1"),
    (["last.ckpt", "a=5.ckpt"], "a=5"),
    (["last.ckpt"], "last"),
    (["a.ckpt", "b.ckpt"], None),
    ([], None),
])
def test_emoca_s_best_checkpoint_is_the_smallest_loss(names, best, tmp_path):
    place = put(tmp_path / "model", *[f"detail/checkpoints/{name}" for name in names],
                "coarse/checkpoints/early=0.1.ckpt") if names else tmp_path
    found = best_checkpoint(place)
    assert (found.stem if found else None) == best


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_is_missing_is_refused_with_where_to_get_it(name, folder):
    with pytest.raises(CheckpointError) as refusal:
        find_checkpoint(name)
    assert refusal.value.code == "checkpoint-not-found"
    assert PUBLISHED[name].title in refusal.value.message
    source = "flamewheel train encoder" if name == "image" else "github.com"
    assert source in refusal.value.hint and f"--checkpoint {name}=" in refusal.value.hint
    with pytest.raises(CheckpointError, match="nowhere"):
        find_checkpoint(name, {name: folder / "nowhere"})
