# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile checkpoints: nothing is run, nothing swells, and what was asked for is named."""

from __future__ import annotations

import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from flamewheel.encoders.networks.checkpoint import read_checkpoint
from flamewheel.encoders.networks.pickle_names import runs_code
from flamewheel.errors import CheckpointError


class Call:
    """Pickles as a call of a function by name."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._reduced = function, arguments

    def __reduce__(self) -> Any:
        return self._reduced


def saved(path: Path, content: Any) -> Path:
    torch.save(content, path)
    return path


def refusal(path: Path) -> CheckpointError:
    with pytest.raises(CheckpointError) as refused:
        read_checkpoint(path)
    assert refused.value.hint
    return refused.value


HOSTILE = {
    "posix.system": lambda: Call(__import__("os").system, "touch ran"),
    "builtins.exec": lambda: Call(exec, "open('ran', 'w')"),
    "builtins.eval": lambda: Call(eval, "1"),
    "builtins.getattr": lambda: Call(getattr, "x", "system"),
    "io.open": lambda: Call(open, "ran", "w"),
    "subprocess.Popen": lambda: Call(__import__("subprocess").Popen, ["touch", "ran"]),
    "shutil.rmtree": lambda: Call(__import__("shutil").rmtree, "ran"),
    "runpy.run_path": lambda: Call(__import__("runpy").run_path, "ran"),
    "importlib.import_module": lambda: Call(__import__("importlib").import_module, "ran"),
    "pickle.loads": lambda: Call(pickle.loads, b"."),
    "webbrowser.open": lambda: Call(__import__("webbrowser").open, "file:ran"),
    "torch.serialization.load": lambda: Call(torch.load, "ran"),
    "operator.attrgetter": lambda: Call(__import__("operator").attrgetter, "system"),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("nested", [False, True])
def test_code_is_refused_by_name(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, nested: bool) -> None:
    monkeypatch.chdir(tmp_path)
    bad = HOSTILE[name]()
    path = saved(tmp_path / "deca_model.tar", {
        "E_flame": {"a": torch.ones(1)}, "opt": [{"state": (1, {"x": bad})}] if nested else bad})
    refused = refusal(path)
    assert refused.code == "unsafe-pickle"
    assert f"deca_model.tar was refused: it asks for {name}, " in refused.message
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("module, name, runs", [
    ("torch", "os.system", True), ("nt", "system", True), ("commands", "getoutput", True),
    ("torch.nn", "functional.__globals__", True), ("numpy.testing", "runstring", True),
    ("__builtin__", "execfile", True), ("builtins", "set", False), ("collections", "deque", False),
    ("pytorch_lightning.callbacks.early_stopping", "EarlyStopping", False),
    ("numpy.core.multiarray", "scalar", False), ("omegaconf.dictconfig", "DictConfig", False),
    ("pathlib", "PosixPath", False), ("pathlib", "os.system", True),
    ("argparse", "Namespace", False),
])
def test_which_names_run_code(module: str, name: str, runs: bool) -> None:
    assert runs_code(module, name) is runs


def test_leftovers_of_training_become_inert(tmp_path: Path) -> None:
    from argparse import Namespace
    from datetime import timedelta

    scores = np.random.default_rng(0).normal(size=3)
    path = saved(tmp_path / "mica.tar", {
        "arcface": {"a": torch.ones(2)},
        "validator": {"best": scores[0], "all": scores, "names": np.array(["a", "b"]),
                      "kinds": {1, 2}, "part": slice(1, 2), "z": 1j, "where": Path("a"),
                      "took": timedelta(1), "made": Namespace(lr=1), "range": range(3)}})
    checkpoint = read_checkpoint(path)
    assert checkpoint.table("arcface").tensors["a"].read().tolist() == [1, 1]
    assert checkpoint.table("validator").tensors == {}


def small_pickle(tmp_path: Path, body: bytes, members: dict[str, bytes] | None = None) -> Path:
    path = tmp_path / "made.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02" + body + b".")
        for name, content in (members or {}).items():
            archive.writestr(f"archive/{name}", content)
    return path


def tensor_code(key: bytes = b"0", count: int = 4, offset: bytes = b"K\x00",
                size: bytes = b"K\x04\x85", stride: bytes = b"K\x01\x85") -> bytes:
    """The instructions of {"a": tensor}."""
    text = b"X" + struct.pack("<L", len(key)) + key
    pid = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\n" + text + b"X\x03\x00\x00\x00cpuJ" + \
        struct.pack("<l", count) + b"tQ"
    rebuilt = b"ctorch._utils\n_rebuild_tensor_v2\n(" + pid + offset + size + stride + b"\x89)tR"
    return b"}X\x01\x00\x00\x00a" + rebuilt + b"s"


FOUR = {"data/0": np.arange(4, dtype=np.float32).tobytes()}


def test_a_tensor_written_by_hand(tmp_path: Path) -> None:
    table = read_checkpoint(small_pickle(tmp_path, tensor_code(), FOUR)).table()
    assert table.tensors["a"].read().tolist() == [0, 1, 2, 3]
    overlapping = tensor_code(size=b"K\x03K\x02\x86", stride=b"K\x01K\x01\x86")
    table = read_checkpoint(small_pickle(tmp_path, overlapping, FOUR)).table()
    assert table.tensors["a"].read().tolist() == [[0, 1], [1, 2], [2, 3]]


@pytest.mark.parametrize("body, said", [
    (tensor_code(key=b"1"), "nowhere"),
    (tensor_code(key=b"../data.pkl"), "nowhere"),
    (tensor_code(count=5), "more or fewer"),
    (tensor_code(count=-4), "nowhere"),
    (tensor_code(offset=b"K\x01"), "beyond its numbers"),
    (tensor_code(offset=b"J\xff\xff\xff\xff"), "without numbers"),
    (tensor_code(stride=b"K\x02\x85"), "beyond its numbers"),
    (tensor_code(stride=b"J\xff\xff\xff\xff\x85"), "strides"),
    (tensor_code(stride=b")"), "strides"),
    (tensor_code(size=b"J\xff\xff\xff\x7f\x85", stride=b"K\x00\x85"), "of the shape"),
    (tensor_code(size=b"J\xff\xff\xff\xff\x85"), "of the shape"),
    (b"}X\x01\x00\x00\x00actorch._utils\n_rebuild_tensor_v2\n(K\x01K\x00)))tRs", "without numbers"),
    (b"ctorch\nFloatStorage\n}X\x05\x00\x00\x00dtypeX\x01\x00\x00\x00Osb", "change a tensor"),
    (b"ctorch._utils\n_rebuild_tensor_v2\n}b", "change a function"),
    (b"ccollections\nOrderedDict\n}b", "do not fit together"),
    (b"cmodel\nThing\n}b", "do not fit together"),
    (b"}]K\x01s", "do not fit together"),
    (b"K\x01Q", "nowhere"),
    (b"\x82\x01", "EXT1"),
    (b"]r\xff\xff\xff\x7f", "memory"),
    (b"R", "do not fit together"),
    (b"0", "do not fit together"),
    (b"}t", "do not fit together"),
    (b"q\x00", "do not fit together"),
    # a key of 2^60 entries in 200 bytes: by copies of the top, and by the memo
    (b"}K\x01\x85" + b"2\x86" * 60 + b"K\x01s", "nest without end"),
    (b"})" + b"\x85" * 900_000 + b"K\x01s", "nest without end"),  # hashing goes as deep into C
    (b"}K\x01q\x00" + b"0ctorch._utils\n_rebuild_parameter\nh\x00h\x00\x86\x85Rq\x00" * 60
     + b"K\x01s", "nest without end"),  # through a function that gives back what it gets
    (tensor_code(size=b"]q\x00" + b"".join(
        b"0]q%c(h%ch%ce" % (n + 1, n, n) for n in range(60))), "whose shape is none"),
    (b"}K\x01\x85q\x01" + b"h\x01\x86q\x01" * 60 + b"K\x01s", "nest without end"),
    (b"}K\x01\x85\x94" + b"".join(b"(h" + bytes([n]) + b"h" + bytes([n]) + b"t\x94"
                                  for n in range(60)) + b"K\x01s", "nest without end"),
])
def test_pickles_that_do_not_fit_together(tmp_path: Path, body: bytes, said: str) -> None:
    refused = refusal(small_pickle(tmp_path, body, FOUR))
    assert said in refused.message, refused.message
    assert refused.code in ("checkpoint-unreadable", "unsafe-pickle")


def test_parts_that_lie_over_one_another(tmp_path: Path) -> None:
    """A thousand tensors in the same gigabyte would be read a thousand times."""
    path = small_pickle(tmp_path, tensor_code(), {"data/0": bytes(40_000), "data/1": bytes(40_000)})
    body = path.read_bytes()
    at = body.index(b"archive/data/0", body.index(b"PK\x01\x02")) - 46  # central directory 4.3.12
    where = body[at + 42:at + 46]
    other = body.index(b"archive/data/1", at) - 46
    body = body[:other + 42] + where + body[other + 46:]
    extra = body.index(b"archive/data/1") - 30  # the second's own bytes, which nothing names now
    gap = body.index(b"PK\x01\x02") - extra
    moved = body[:extra] + body[extra + gap:]
    end = moved.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<L", moved, end + 16)[0] - gap
    path.write_bytes(moved[:end + 16] + struct.pack("<L", start) + moved[end + 20:])
    assert "over one another" in refusal(path).message


def test_a_file_without_a_table(tmp_path: Path) -> None:
    assert refusal(small_pickle(tmp_path, b"K\x01")).code == "not-a-checkpoint"
    assert refusal(small_pickle(tmp_path, b"}K\x01K\x01s")).code == "not-a-checkpoint"
