# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints without trust: what is read, and what each wrong file is told."""

from __future__ import annotations

import io
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from generated_checkpoints import write_deca, write_emoca
from torch import nn

from flamewheel.encoders.networks.checkpoint import read_checkpoint
from flamewheel.encoders.networks.kinds import expect_kind, kind_of
from flamewheel.encoders.networks.loading import loaded, take
from flamewheel.errors import CheckpointError


def saved(path: Path, content: Any) -> Path:
    torch.save(content, path)
    return path


def refusal(path: Path) -> CheckpointError:
    with pytest.raises(CheckpointError) as refused:
        read_checkpoint(path)
    assert refused.value.hint
    return refused.value


def rewritten(source: Path, to: Path, change: Callable[[str, bytes], bytes],
              compression: int = zipfile.ZIP_STORED) -> Path:
    """A copy of a torch file whose members went through `change`."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(to, "w", compression) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change(entry.filename, old.read(entry)))
    return to


def with_pickle(source: Path, to: Path, old: bytes, new: bytes) -> Path:
    def change(name: str, body: bytes) -> bytes:
        if not name.endswith("data.pkl"):
            return body
        assert old in body
        return body.replace(old, new)
    return rewritten(source, to, change)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16,
                                   torch.int64, torch.int32, torch.uint8, torch.bool])
def test_numbers_of_every_kind(tmp_path: Path, dtype: torch.dtype) -> None:
    numbers = torch.arange(-3, 21).reshape(2, 3, 4).to(dtype)
    path = saved(tmp_path / "n.pt", {"a": numbers, "b": numbers[:, 1:, ::2].transpose(0, 2),
                                     "c": nn.Parameter(torch.ones(2)), "d": torch.tensor(7),
                                     "e": torch.zeros(0, 3)})
    table = read_checkpoint(path).table()
    assert list(table.tensors) == ["a", "b", "c", "d", "e"]
    for key, want in {"a": numbers, "b": numbers[:, 1:, ::2].transpose(0, 2)}.items():
        got = table.tensors[key].read()
        assert table.tensors[key].shape == tuple(want.shape)
        want = want.float() if dtype == torch.bfloat16 else want
        np.testing.assert_array_equal(got, want.numpy())
        assert got.dtype == want.numpy().dtype
    assert table.tensors["c"].read().tolist() == [1, 1]
    assert table.tensors["d"].read() == 7
    assert table.tensors["e"].read().shape == (0, 3)


def test_where_the_numbers_were_does_not_matter(tmp_path: Path) -> None:
    path = saved(tmp_path / "cpu.pt", {"a": torch.arange(5.0)})
    there = with_pickle(path, tmp_path / "cuda.pt", b"X\x03\x00\x00\x00cpu",
                        b"X\x06\x00\x00\x00cuda:0")
    assert read_checkpoint(there).table().tensors["a"].read().tolist() == [0, 1, 2, 3, 4]


def test_the_published_tables(tmp_path: Path) -> None:
    deca = read_checkpoint(write_deca(tmp_path / "deca_model.tar"))
    assert [len(deca.table(part).tensors) for part in ("E_flame", "E_detail", "D_detail")] == [
        322, 322, 44]
    for version, buffers in ((1, 16), (2, 18)):
        emoca = read_checkpoint(write_emoca(tmp_path / "e=3.255.ckpt", version=version))
        table = emoca.table("state_dict")
        counts = [len(table.below(f"deca.{part}.").tensors) for part in (
            "E_flame", "E_expression", "E_detail", "D_detail", "flame", "render",
            "perceptual_loss")]
        assert counts == [322, 322, 322, 44, buffers, 8, 34]
        assert kind_of(emoca) == "EMOCA"
    assert kind_of(deca) == "DECA"
    with pytest.raises(CheckpointError, match="is not DECA's checkpoint but EMOCA's"):
        expect_kind(emoca, "DECA")


def test_an_unknown_network_is_shown_by_its_names(tmp_path: Path) -> None:
    other = read_checkpoint(saved(tmp_path / "x.pt", {"fc.weight": torch.ones(1)}))
    with pytest.raises(CheckpointError, match=r"an unknown network: it has fc.weight"):
        expect_kind(other, "DECA")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    return saved(tmp_path / "small.pt", {"net": nn.Linear(3, 2).state_dict()})


def test_loading_gives_the_very_numbers(small: Path) -> None:
    table = read_checkpoint(small).table("net")
    network = loaded(lambda: nn.Linear(3, 2), table)
    want = torch.load(small, weights_only=True)["net"]
    assert all(torch.equal(value, want[key]) for key, value in network.state_dict().items())
    assert not network.training and not network.weight.requires_grad


@pytest.mark.parametrize("make, said", [
    (lambda: nn.Linear(3, 2, bias=False), "has, beyond what the network has, bias"),
    (lambda: nn.Linear(4, 2), "weight is 2 x 3; this network's is 2 x 4"),
    (lambda: nn.Sequential(nn.Linear(3, 2)), "lacks 0.weight, 0.bias"),
    (lambda: nn.Sequential(*[nn.Linear(3, 2)] * 4), "and 5 more"),
])
def test_loading_is_strict(small: Path, make: Callable[[], nn.Module], said: str) -> None:
    with pytest.raises(CheckpointError) as refused:
        loaded(make, read_checkpoint(small).table("net"))
    assert refused.value.code == "checkpoint-keys" and said in refused.value.message
    assert "small.pt (net)" in refused.value.message


def test_a_missing_table_is_named(small: Path) -> None:
    with pytest.raises(CheckpointError, match='has no table "E_flame"; it has net'):
        read_checkpoint(small).table("E_flame")


def test_a_strange_key_is_named(small: Path) -> None:
    table = read_checkpoint(small).table("net")
    table.refuse_others(["weight", "bias"])
    with pytest.raises(CheckpointError, match="has bias, which"):
        table.refuse_others(["weight"])


def test_numbers_that_are_not_finite(tmp_path: Path) -> None:
    path = saved(tmp_path / "n.pt", {"weight": torch.tensor([[1.0, float("nan")]])})
    with pytest.raises(CheckpointError, match="weight, holds numbers that are not finite"):
        take(read_checkpoint(path).table(), "", nn.Linear(2, 1, bias=False))


def test_a_flipped_bit_is_seen(small: Path) -> None:
    raw = bytearray(small.read_bytes())
    at = raw.find(torch.load(small)["net"]["weight"].numpy().tobytes())
    raw[at] ^= 1
    small.write_bytes(raw)
    with pytest.raises(CheckpointError, match="weight, is damaged: its numbers are not those"):
        loaded(lambda: nn.Linear(3, 2), read_checkpoint(small).table("net"))


def test_a_huge_tensor_of_one_number_takes_no_memory(tmp_path: Path) -> None:
    path = saved(tmp_path / "n.pt", {"weight": torch.zeros(1).expand(10_000, 10_000)})
    with pytest.raises(CheckpointError, match="weight is 10000 x 10000"):
        take(read_checkpoint(path).table(), "", nn.Linear(2, 1, bias=False))


def _tar(path: Path) -> None:
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("deca_model"), io.BytesIO())


@pytest.mark.parametrize("write, said", [
    (lambda path: path.write_text("weights go here\n" * 9), "looks like a text file"),
    (lambda path: path.write_text("<!DOCTYPE html><html>Google Drive - Virus scan warning"),
     "looks like a web page"),
    (_tar, "looks like a tar archive"),
    (lambda path: path.write_bytes(pickle.dumps({"v_template": [1.0], "f": [2]}, 2)),
     "looks like a Python pickle"),
    (lambda path: np.savez(path.open("wb"), shape=np.zeros(3)), "looks like a numpy archive"),
    (lambda path: torch.save({"a": torch.ones(1)}, path, _use_new_zipfile_serialization=False),
     "torch's old format"),
    (lambda path: zipfile.ZipFile(path, "w").writestr("a.txt", "a"), "a zip archive: unpack it"),
])
def test_what_is_no_checkpoint_is_said_to_be_what_it_is(
        tmp_path: Path, write: Callable[[Path], Any], said: str) -> None:
    path = tmp_path / "deca_model.tar"
    write(path)
    refused = refusal(path)
    assert refused.code in ("not-a-checkpoint", "checkpoint-unreadable")
    assert said in refused.message and "deca_model.tar" in refused.message


def test_a_flame_pickle_is_sent_where_it_belongs(tmp_path: Path) -> None:
    path = tmp_path / "deca_model.tar"
    path.write_bytes(pickle.dumps({"v_template": [1.0]}, 2))
    assert "give it as the head" in refusal(path).hint


def test_no_file_no_content_no_end(tmp_path: Path, small: Path) -> None:
    assert refusal(tmp_path / "none.tar").code == "checkpoint-not-found"
    (tmp_path / "empty.tar").touch()
    assert refusal(tmp_path / "empty.tar").code == "checkpoint-empty"
    assert refusal(tmp_path).code == "checkpoint-unreadable"
    for left in (60, 500, len(small.read_bytes()) - 30):
        (tmp_path / "cut.tar").write_bytes(small.read_bytes()[:left])
        refused = refusal(tmp_path / "cut.tar")
        assert refused.code == "checkpoint-unreadable" and "cut off" in refused.message


def test_zips_that_torch_did_not_write(tmp_path: Path, small: Path) -> None:
    packed = rewritten(small, tmp_path / "packed.pt", lambda _, body: body, zipfile.ZIP_DEFLATED)
    assert "packed again" in refusal(packed).message
    with pytest.warns(UserWarning), zipfile.ZipFile(small, "a") as archive:
        archive.writestr("small/data/0", b"")
    assert "names its parts twice" in refusal(small).message


def test_encrypted_and_lying_zips(tmp_path: Path, small: Path) -> None:
    raw = small.read_bytes()
    encrypted = bytearray(raw)
    at = raw.find(b"PK\x01\x02")
    encrypted[at + 8] |= 1
    (tmp_path / "e.pt").write_bytes(encrypted)
    assert "encrypted" in refusal(tmp_path / "e.pt").message
    for field, value in ((20, 1 << 30), (42, 1 << 30)):  # sizes; where the member begins
        lying = bytearray(raw)
        lying[at + field:at + field + 4] = struct.pack("<L", value)
        if field == 20:
            lying[at + 24:at + 28] = struct.pack("<L", value)
        (tmp_path / "l.pt").write_bytes(lying)
        assert refusal(tmp_path / "l.pt").code == "checkpoint-unreadable"
    long = bytearray(raw)
    end = raw.rfind(b"PK\x05\x06")
    long[end + 12:end + 16] = struct.pack("<L", 1 << 29)
    (tmp_path / "d.pt").write_bytes(long)
    assert refusal(tmp_path / "d.pt").code == "checkpoint-unreadable"


def test_a_compiled_network_is_a_program(tmp_path: Path, small: Path) -> None:
    with zipfile.ZipFile(small, "a") as archive:
        archive.writestr("small/constants.pkl", b"")
    assert "TorchScript" in refusal(small).message


def test_the_other_byte_order(tmp_path: Path, small: Path) -> None:
    other = rewritten(small, tmp_path / "b.pt", lambda name, body: (
        b"big" if name.endswith("byteorder") else body))
    assert "big-endian" in refusal(other).message
