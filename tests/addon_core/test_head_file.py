# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib
import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blender_addon.core.errors import HeadError
from blender_addon.core.head_file import read_head


def arrays(**changed: Any) -> dict[str, Any]:
    """A head of nine vertices; None takes an array away."""
    rng = np.random.default_rng(3)
    count = 9
    made = {
        "v_template": rng.normal(size=(count, 3)),
        "f": np.arange(9).reshape(3, 3),
        "shapedirs": rng.normal(size=(count, 3, 4)),
        "expressiondirs": rng.normal(size=(count, 3, 2)),
        "posedirs": np.zeros((count, 3, 36)),
        "J_regressor": rng.dirichlet(np.ones(count), 5),
        "weights": rng.dirichlet(np.ones(5), count),
        "kintree_table": np.array([[-1, 0, 1, 1, 1], range(5)]),
        "vt": rng.random((11, 2)),
        "ft": np.arange(9).reshape(3, 3),
        "masks_lips": np.array([1, 2]),
        "meta": np.array(json.dumps({"name": "nine", "colours": {"lips": [0.4, 0.1, 0.1]}})),
    }
    return {name: array for name, array in {**made, **changed}.items() if array is not None}


def written(path: Path, **changed: Any) -> Path:
    np.savez(path, **arrays(**changed))
    return path


def test_a_head_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "nine.npz")
    head, given = read_head(path), arrays()
    assert head.name == "nine" and head.parents.tolist() == [-1, 0, 1, 1, 1]
    for name in ("v_template", "shapedirs", "expressiondirs", "posedirs", "J_regressor", "weights"):
        read = getattr(head, name)
        assert read.dtype == np.float32
        np.testing.assert_allclose(read, given[name], atol=1e-6)
    assert head.masks["lips"].tolist() == [1, 2] and head.colours == {"lips": (0.4, 0.1, 0.1)}
    assert head.vt.shape == (11, 2) and head.ft.shape == (3, 3)
    assert head.checksum == hashlib.sha256(path.read_bytes()).hexdigest()


def test_flames_own_form(tmp_path: Path) -> None:
    """300 + 100 components in one array, the root's parent as 2^32 - 1, no UV, no meta."""
    both = np.random.default_rng(0).normal(size=(9, 3, 400))
    table = np.array([[2**32 - 1, 0, 1, 1, 1], range(5)], np.uint32)
    head = read_head(written(tmp_path / "generic.npz", shapedirs=both, expressiondirs=None,
                             kintree_table=table, vt=None, ft=None, meta=None))
    assert head.shapedirs.shape == (9, 3, 300) and head.expressiondirs.shape == (9, 3, 100)
    np.testing.assert_allclose(head.expressiondirs[..., 0], both[..., 300], rtol=1e-6)
    assert head.name == "generic" and head.vt is None and head.parents[0] == -1


@pytest.mark.parametrize(
    "colours", [None, [1], {"lips": "red"}, {"lips": [1, 2]}, {"lips": [1, 2, "x"]}])
def test_odd_colours_are_left_out(tmp_path: Path, colours: Any) -> None:
    meta = np.array(json.dumps({"colours": colours}))
    assert read_head(written(tmp_path / "nine.npz", meta=meta)).colours == {}


@pytest.mark.parametrize("name", ["v_template", "f", "shapedirs", "posedirs", "J_regressor",
                                  "weights", "kintree_table"])
def test_a_missing_array_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(HeadError, match=f"nine.npz: `{name}` is missing"):
        read_head(written(tmp_path / "nine.npz", **{name: None}))


@pytest.mark.parametrize("changed", [
    {"v_template": np.zeros((9, 2))},
    {"v_template": np.zeros(9)},
    {"v_template": np.zeros((0, 3))},
    {"v_template": np.full((9, 3), np.nan)},
    {"v_template": np.full((9, 3), "x")},
    {"f": np.zeros((3, 4), int)},
    {"f": np.full((3, 3), 9)},
    {"f": np.full((3, 3), -1)},
    {"f": np.array(3)},
    {"f": np.full((3, 3), "x")},
    {"f": np.full((3, 3), np.nan)},
    {"shapedirs": np.zeros((8, 3, 4))},
    {"shapedirs": np.array(1.0)},
    {"expressiondirs": np.zeros((9, 3))},
    {"expressiondirs": np.full((9, 3, 2), np.inf)},
    {"posedirs": np.zeros((9, 3, 27))},
    {"shapedirs": np.array(1.0)},
    {"J_regressor": np.zeros((5, 9))},
    {"J_regressor": np.full((4, 9), 1 / 9)},
    {"weights": np.full((9, 5), 0.3)},
    {"weights": np.full((9, 4), 0.25)},
    {"kintree_table": np.array([[-1, 0, 2, 1, 1], range(5)])},
    {"kintree_table": np.array([[0, -1, 1, 1, 1], range(5)])},
    {"kintree_table": np.zeros((2, 4), int)},
    {"kintree_table": np.array("x")},
    {"vt": np.zeros((11, 3))},
    {"ft": np.full((3, 3), 11)},
    {"ft": np.zeros((2, 3), int)},
    {"masks_lips": np.array([9])},
    {"masks_lips": np.array([[1.5]])},
    {"masks_lips": np.array("x")},
    {"meta": np.array("{")},
    {"meta": np.array("[" * 100_000)},
], ids=lambda changed: next(iter(changed)))
def test_a_wrong_array_is_named(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(HeadError) as refused:
        read_head(written(tmp_path / "nine.npz", **changed))
    assert refused.value.code == "bad-head"
    assert f"`{next(iter(changed))}`" in refused.value.message and refused.value.hint


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "generic_model.pkl"
    path.write_bytes(b"never read")
    with pytest.raises(HeadError) as refused:
        read_head(path)
    assert "flamewheel head convert generic_model.pkl" in refused.value.hint


class Hostile:
    """Writes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


def test_pickles_inside_are_not_opened(tmp_path: Path) -> None:
    trap = np.empty(1, object)
    trap[0] = Hostile(tmp_path / "run")
    for name, body in (("a.npz", None), ("b.npz", pickle.dumps(trap))):
        path = tmp_path / name
        if body is None:
            np.savez(path, **arrays(extra=trap))
        else:
            path.write_bytes(body)
        with pytest.raises(HeadError):
            read_head(path)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"\x93NUMPY", b"glTF" * 100])
def test_other_files_are_refused(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "head.npz"
    path.write_bytes(body)
    with pytest.raises(HeadError) as refused:
        read_head(path)
    assert refused.value.code == "head-unreadable" and "head.npz" in refused.value.message


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "head.npz")
    body = bytearray(path.read_bytes())
    body[400:440] = bytes(40)
    path.write_bytes(bytes(body))
    with pytest.raises(HeadError):
        read_head(path)


def test_a_file_that_swells_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (3 << 28,)})
    with (zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
          archive.open("v_template.npy", "w", force_zip64=True) as member):
        member.write(header.getvalue())
        for _ in range(1100):
            member.write(bytes(1 << 20))
    with pytest.raises(HeadError) as refused:
        read_head(path)
    assert refused.value.code == "head-too-large"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(HeadError, match=r"no head file .*gone\.npz"):
        read_head(tmp_path / "gone.npz")
    with pytest.raises(HeadError):
        read_head(tmp_path)


def test_a_member_that_is_no_array_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "head.npz")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("masks_skin", b"no array")
    with pytest.raises(HeadError, match="masks_skin") as refused:
        read_head(path)
    assert refused.value.code == "head-unreadable"
