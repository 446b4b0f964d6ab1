# SPDX-License-Identifier: GPL-3.0-or-later
"""The head file: what goes in comes out, and what is wrong is refused by name."""

import dataclasses
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from flamewheel.errors import HeadError, OutputError
from flamewheel.head import files
from flamewheel.head.data import ContourEmbedding, HeadData, LandmarkEmbedding, NamedUnits
from flamewheel.head.files import checksum, load_head_file, save_head


@pytest.fixture
def full_head(head: HeadData) -> HeadData:
    """A head with everything a head can have."""
    rng = np.random.default_rng(0)
    weights = rng.dirichlet([1, 1, 1], size=(79, 17))
    count = head.expression_count
    return dataclasses.replace(
        head, name="full", licence="CC0", source="made up",
        uv=rng.random((7, 2)), uv_triangles=rng.integers(0, 7, head.triangles.shape, np.int32),
        landmarks={
            "mediapipe105": LandmarkEmbedding(
                np.arange(5, dtype=np.int32), weights[0, :5],
                np.array([0, 9, 17, 300, 477], np.int32)),
            "static51": LandmarkEmbedding(
                np.arange(51, dtype=np.int32), weights.reshape(-1, 3)[:51])},
        contour=ContourEmbedding(rng.integers(0, 99, (79, 17)).astype(np.int32), weights),
        masks={"face": np.arange(30, dtype=np.int32), "neck": np.zeros(0, np.int32)},
        units=NamedUnits(
            ("AU12L", "AU26"), rng.normal(size=(2, count)), rng.normal(size=(2, 5, 3))))


def test_a_head_comes_back_as_it_was_saved(full_head: HeadData, tmp_path: Path) -> None:
    save_head(full_head, tmp_path / "head.npz")
    back = load_head_file(tmp_path / "head.npz")
    assert (back.name, back.licence, back.source) == ("full", "CC0", "made up")
    assert back.parents == (-1, 0, 1, 1, 1)
    assert back.template.dtype == np.float32 and not back.template.flags.writeable
    for name in ("template", "triangles", "identity_basis", "expression_basis", "pose_basis",
                 "joint_regressor", "weights", "uv", "uv_triangles"):
        np.testing.assert_array_equal(
            getattr(back, name), np.asarray(getattr(full_head, name)).astype(
                getattr(back, name).dtype), err_msg=name)
    np.testing.assert_array_equal(back.landmarks["mediapipe105"].indices, [0, 9, 17, 300, 477])
    assert back.landmarks["static51"].indices is None
    assert back.contour is not None and full_head.contour is not None
    np.testing.assert_array_equal(back.contour.triangles, full_head.contour.triangles)
    assert {name: len(mask) for name, mask in back.masks.items()} == {"face": 30, "neck": 0}
    assert back.units is not None and back.units.names == ("AU12L", "AU26")
    assert back.units.pose.shape == (2, 5, 3)


def test_the_checksum_is_the_geometry_s(full_head: HeadData, tmp_path: Path) -> None:
    save_head(full_head, tmp_path / "head.npz")
    back = load_head_file(tmp_path / "head.npz")
    assert back.checksum == checksum(full_head) == full_head.checksum
    moved = dataclasses.replace(full_head, template=full_head.template + 0.001)
    assert checksum(moved) != full_head.checksum


def test_flame_s_own_names_with_one_combined_basis(arrays: dict, tmp_path: Path) -> None:
    np.savez(tmp_path / "FLAME.npz", **arrays)
    head = load_head_file(tmp_path / "FLAME.npz")
    assert (head.identity_count, head.expression_count, head.name) == (300, 100, "FLAME")
    np.testing.assert_array_equal(head.expression_basis, arrays["shapedirs"][:, :, 300:])


def _without(name: str):
    return lambda arrays: arrays.pop(name)


def _put(name: str, change):
    def apply(arrays: dict) -> None:
        arrays[name] = change(arrays[name])
    return apply


def _nan(array: np.ndarray) -> np.ndarray:
    spoilt = array.copy()
    spoilt.flat[5] = np.nan
    return spoilt


@pytest.mark.parametrize(("spoil", "says"), [
    (_without("weights"), "no `weights`"),
    (_without("v_template"), "no `v_template`"),
    (_put("weights", lambda a: a[:, :4]), "`weights` should have the shape (319, 5)"),
    (_put("weights", lambda a: a * 0.5), "`weights` should have rows that sum to 1"),
    (_put("J_regressor", lambda a: a + 0.1), "`J_regressor` should have rows that sum to 1"),
    (_put("v_template", _nan), "`v_template` holds NaN"),
    (_put("shapedirs", _nan), "`shapedirs` holds NaN"),
    (_put("v_template", lambda a: a * 1000), "metres"),
    (_put("f", lambda a: a + 1), "`f` should index vertices (0 to 318)"),
    (_put("f", lambda a: a.astype(float)), "`f` should hold numbers of another kind"),
    (_put("posedirs", lambda a: a[..., :27]), "`posedirs` should have the shape"),
    (_put("shapedirs", lambda a: a[..., :350]), "`shapedirs` has 350 components"),
    (_put("kintree_table", lambda a: a[:, ::-1]), "`kintree_table`"),
    (_put("kintree_table", lambda a: np.array([[2, 0, 1, 1, 1], range(5)])), "`kintree_table`"),
    (lambda a: a.update(vt=np.zeros((3, 2))), "no `ft`"),
    (lambda a: a.update(masks_face=np.array([319])), "`masks_face` should index vertices"),
    (lambda a: a.update(landmarks_static51_triangles=np.zeros(50, int),
                        landmarks_static51_barycentrics=np.full((50, 3), 1 / 3)), "50 landmarks"),
    (lambda a: a.update(landmarks_full68_triangles=np.array([0, 99999]),
                        landmarks_full68_barycentrics=np.full((2, 3), 1 / 3)), "triangles (0 to"),
    (lambda a: a.update(meta=np.array("{")), "`meta`"),
    (lambda a: a.update(units_names=np.array(["AU1", "AU1"])), "names a unit twice"),
])
def test_a_wrong_array_is_named(arrays: dict, tmp_path: Path, spoil, says: str) -> None:
    mine = dict(arrays)
    spoil(mine)
    np.savez(tmp_path / "bad.npz", **mine)
    with pytest.raises(HeadError) as refused:
        load_head_file(tmp_path / "bad.npz")
    assert "bad.npz" in refused.value.message and says in refused.value.message
    assert refused.value.hint


def test_a_newer_format_asks_for_an_update(arrays: dict, tmp_path: Path) -> None:
    np.savez(tmp_path / "new.npz", **arrays, meta=np.array(json.dumps({"format": 99})))
    with pytest.raises(HeadError) as refused:
        load_head_file(tmp_path / "new.npz")
    assert refused.value.code == "head-too-new"


class _Bomb:
    def __reduce__(self) -> tuple:
        return (os.mkdir, ("exploded",))


def test_objects_are_never_unpickled(arrays: dict, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez(tmp_path / "bomb.npz", **arrays, extra=np.array([_Bomb()], dtype=object))
    with pytest.raises(HeadError) as refused:
        load_head_file(tmp_path / "bomb.npz")
    assert refused.value.code == "head-unsafe" and "`extra`" in refused.value.message
    assert not (tmp_path / "exploded").exists()


def _npz_with(path: Path, header: dict, data: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        text = (repr(header) + "\n").encode()
        archive.writestr(
            "f.npy", b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + data)
    return path


def test_a_header_that_promises_too_much(tmp_path: Path) -> None:
    path = _npz_with(tmp_path / "a.npz", {
        "descr": "<f4", "fortran_order": False, "shape": (10 ** 12,)}, b"\0" * 64)
    with pytest.raises(HeadError, match="promises 4000000000000 bytes and has 64"):
        load_head_file(path)


def test_a_zip_bomb_is_refused_by_its_size(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("flamewheel.head.npz.MAX_EXPANDED_BYTES", 1 << 20)
    path = _npz_with(tmp_path / "b.npz", {
        "descr": "|u1", "fortran_order": False, "shape": (4 << 20,)}, b"\0" * (4 << 20))
    assert path.stat().st_size < 10_000
    with pytest.raises(HeadError) as refused:
        load_head_file(path)
    assert refused.value.code == "head-too-large"


@pytest.mark.parametrize(("content", "says"), [
    (b"", "is empty"),
    (b"<!DOCTYPE html><html>login</html>", "web page"),
    (b"v 0 0 0\n", "Wavefront OBJ"),
    (b"\x80\x02}q\x00.", "Python pickle"),
    (b"PK\x03\x04 but no more", "damaged zip"),
    (b"\x1f\x8b\x08\x00", "gzip"),
    (b"just words\n", "a text file"),
])
def test_other_files_are_told_apart(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "head.npz"
    path.write_bytes(content)
    with pytest.raises(HeadError, match=says):
        load_head_file(path)


def test_missing_folder_and_truncated_files(full_head: HeadData, tmp_path: Path) -> None:
    with pytest.raises(HeadError) as missing:
        load_head_file(tmp_path / "none.npz")
    assert missing.value.code == "head-not-found"
    with pytest.raises(HeadError, match="is a folder"):
        load_head_file(tmp_path)
    whole = tmp_path / "head.npz"
    save_head(full_head, whole)
    raw = whole.read_bytes()
    for cut in (len(raw) // 2, len(raw) - 30):
        whole.write_bytes(raw[:cut])
        with pytest.raises(HeadError) as damaged:
            load_head_file(whole)
        assert damaged.value.code == "head-unreadable"
    flipped = bytearray(raw)
    flipped[len(raw) // 3] ^= 0xFF
    whole.write_bytes(bytes(flipped))
    with pytest.raises(HeadError):
        load_head_file(whole)


def test_saving_where_one_may_not(full_head: HeadData, tmp_path: Path) -> None:
    with pytest.raises(OutputError) as refused:
        save_head(full_head, tmp_path / "no" / "such" / "head.npz")
    assert refused.value.code == "cannot-write"


def test_a_full_disk_leaves_the_old_file_alone(
    full_head: HeadData, tmp_path: Path, monkeypatch
) -> None:
    path = tmp_path / "head.npz"
    path.write_bytes(b"old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.np, "savez_compressed", full)
    with pytest.raises(OutputError) as refused:
        save_head(full_head, path)
    assert refused.value.code == "disk-full" and str(path) in refused.value.message
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["head.npz"]
