# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile, damaged and mistaken pickles: nothing runs, and the refusal names what was asked for."""

import builtins
import io
import os
import pickle
import struct
import subprocess
from pathlib import Path

import generated_flame
import numpy as np
import pytest

from flamewheel.errors import HeadError
from flamewheel.head import restricted_pickle
from flamewheel.head.pickle_stand_ins import BadContent, Function, as_array
from flamewheel.head.restricted_pickle import load_object_npy, load_pickle, loads


class _Calls:
    """Pickles to a call of `function` with `arguments`."""

    def __init__(self, function, *arguments) -> None:
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(("value", "name"), [
    (_Calls(os.system, "touch exploded"), "system"),
    (_Calls(builtins.eval, "open('exploded', 'w')"), "eval"),
    (_Calls(builtins.exec, "open('exploded', 'w')"), "exec"),
    (_Calls(builtins.getattr, "text", "__class__"), "getattr"),
    (_Calls(builtins.__import__, "os"), "__import__"),
    (_Calls(builtins.bytearray, 1 << 40), "bytearray"),
    (_Calls(subprocess.Popen, ["touch", "exploded"]), "Popen"),
    (_Calls(np.load, "x.npy"), "load"),
    (_Calls(np.fromfile, "/etc/passwd"), "fromfile"),
    (_Calls(np.memmap, "exploded"), "memmap"),
    (_Calls(pickle.loads, b"x"), "loads"),
    (_Calls(io.open, "exploded", "w"), "open"),
])
def test_a_call_is_refused_by_its_name(value, name, protocol, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "head.pkl"
    # the hostile part beside what a FLAME file holds, and inside an object array
    content = {"v_template": np.zeros((4, 3)), "x": np.array([value], dtype=object)}
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    with pytest.raises(HeadError) as refused:
        load_pickle(path)
    assert refused.value.code == "unsafe-pickle"
    assert name in refused.value.message and "head.pkl" in refused.value.message
    assert not (tmp_path / "exploded").exists()


def _global(module: str, name: str) -> bytes:
    return b"c" + module.encode() + b"\n" + name.encode() + b"\n"


NDARRAY = _global("numpy", "ndarray")
RECONSTRUCT = _global("numpy.core.multiarray", "_reconstruct")
DTYPE = _global("numpy", "dtype")
CH = _global("chumpy.ch", "Ch")


def _text(text: str) -> bytes:
    return b"X" + struct.pack("<I", len(text)) + text.encode()


def _state(key: str, value: bytes) -> bytes:
    return b"}" + _text(key) + value + b"s"


@pytest.mark.parametrize("body", [
    # an ndarray of a strange class: memmap is refused by name, a stand-in is no ndarray
    RECONSTRUCT + CH + b"K\x00\x85" + _text("b") + b"\x87R",
    RECONSTRUCT + RECONSTRUCT + b"K\x00\x85" + _text("b") + b"\x87R",
    # BUILD on a function, on a class and on a marker, with a dictionary and with slots
    RECONSTRUCT + _state("__call__", b"K\x01") + b"b",
    RECONSTRUCT + b"N" + _state("_call", RECONSTRUCT) + b"\x86b",
    CH + _state("value", RECONSTRUCT) + b"b",
    CH + b"N" + _state("value", RECONSTRUCT) + b"\x86b",
    NDARRAY + _state("name", b"K\x01") + b"b",
    # calls of what is no function
    NDARRAY + b")R",
    b"K\x01)R",
    # objects of classes that are none
    NDARRAY + b")\x81",
    RECONSTRUCT + b")\x81",
    _global("copy_reg", "_reconstructor") + CH + NDARRAY + b"N\x87R",
    # underflows and a missing end
    b"R", b"b", b"0", b"h\x05", b"s",
])
def test_tricks_with_allowed_names(body: bytes) -> None:
    with pytest.raises(BadContent):
        loads(b"\x80\x02" + body + b".")


def test_build_puts_no_attribute_on_a_stand_in() -> None:
    made = loads(b"\x80\x02" + CH + b")\x81" + _state("value", _text("mine")) + b"b.")
    assert callable(made.value)  # still the method, not the file's text
    with pytest.raises(BadContent):
        as_array(made)  # it has no array in x


def test_a_refused_build_leaves_the_table_as_it_was() -> None:
    before = {name: (value, getattr(value, "_call", None))
              for name, value in restricted_pickle._GLOBALS.items()}
    for body in (RECONSTRUCT + b"N" + _state("_call", RECONSTRUCT) + b"\x86b",
                 RECONSTRUCT + _state("_call", b"K\x01") + b"b"):
        with pytest.raises(BadContent):
            loads(b"\x80\x02" + body + b".")
    assert before == {name: (value, getattr(value, "_call", None))
                      for name, value in restricted_pickle._GLOBALS.items()}
    assert all(isinstance(value, Function) or not callable(value) or isinstance(value, type)
               for value in restricted_pickle._GLOBALS.values())


@pytest.mark.parametrize(("body", "name"), [
    (b"Pobject\n.", "PERSID"),
    (b"K\x01Q.", "BINPERSID"),
    (b"\x82\x01.", "EXT1"), (b"\x83\x01\x00.", "EXT2"), (b"\x84\x01\x00\x00\x00.", "EXT4"),
    (b"\x97.", "NEXT_BUFFER"),
    (b"(ios\nsystem\n.", "INST"),
])
def test_instructions_no_head_needs(body: bytes, name: str) -> None:
    with pytest.raises(HeadError, match=name) as refused:
        loads(b"\x80\x05" + body)
    assert refused.value.code == "unsafe-pickle"


@pytest.mark.parametrize("body", [
    b"}r\xff\xff\xff\x7f.",  # a memo index that makes the unpickler reserve gigabytes
    b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc.",  # bytes longer than the file
    b"\x96\xff\xff\xff\xff\xff\xff\xff\x7fabc.",  # a bytearray longer than the file
    b"B\xff\xff\xff\x7fabc.",
    b"\x8b\xff\xff\xff\x7fabc.",
    _global("numpy", "dtype") + _text("f8") + b"\x85R" * 1,  # no end
])
def test_impossible_sizes(body: bytes) -> None:
    with pytest.raises(ValueError):
        loads(b"\x80\x05" + body)


def _array(shape: bytes, code: str, raw: bytes) -> bytes:
    made = RECONSTRUCT + NDARRAY + b"K\x00\x85" + _text("b") + b"\x87R"
    kind = DTYPE + _text(code) + b"\x85R"
    data = b"B" + struct.pack("<I", len(raw)) + raw
    return b"\x80\x03" + made + b"(K\x01" + shape + kind + b"\x89" + data + b"tb."


@pytest.mark.parametrize(("shape", "code", "raw"), [
    (b"K\x05\x85", "f8", b"\0" * 8),  # too few bytes
    (b"K\x01\x85", "f8", b"\0" * 800),  # too many
    (b"J\xff\xff\xff\xff\x85", "f8", b""),  # a negative side
    (b"J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86", "f8", b"\0" * 8),  # 4e18 numbers
    (b"K\x01\x85", "O", b"\0" * 8),  # pointers
    (b"K\x01\x85", "V8", b"\0" * 8), (b"K\x01\x85", "M8", b"\0" * 8), (b"K\x01\x85", "zz", b""),
    (_text("ab"), "f8", b""),  # no shape
])
def test_arrays_whose_parts_do_not_fit(shape: bytes, code: str, raw: bytes) -> None:
    with pytest.raises(BadContent):
        as_array(loads(_array(shape, code, raw)))


def test_a_small_file_cannot_ask_for_endless_work() -> None:
    nested: list = [np.zeros(3)]
    for _ in range(7):
        nested = [nested] * 1000  # 10^21 arrays if followed
    with pytest.raises(BadContent, match=r"too large|too deeply"):
        as_array(loads(pickle.dumps(nested)))


def test_what_flame_files_hold_is_read() -> None:
    value = {"a": np.arange(6.0).reshape(2, 3), "f": np.asfortranarray(np.eye(3)), "b": [1, 2.5],
             "big": np.arange(3, dtype=">i2"), "t": "text", "s": np.float64(2.5), "set": {1, 2},
             "u": np.array([7], np.uint32), "none": None, "empty": np.zeros((0, 3))}
    for protocol in range(6):
        back = loads(pickle.dumps(value, protocol=protocol))
        for name in ("a", "f", "b", "big", "s", "u", "empty"):
            np.testing.assert_array_equal(as_array(back[name]), np.asarray(value[name]))
        assert (back["t"], back["set"], back["none"]) == ("text", {1, 2}, None)


@pytest.mark.parametrize("form", ["csc", "csr", "coo"])
@pytest.mark.parametrize("family", ["matrix", "array"])
def test_scipy_s_sparse_matrices(form: str, family: str) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    dense = np.array([[0, 1.5, 0], [2, 0, 0.5]])
    made = getattr(sparse, f"{form}_{family}")(dense)
    np.testing.assert_array_equal(as_array(loads(pickle.dumps(made))), dense)


def test_a_sparse_matrix_that_points_outside() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    made = sparse.csc_matrix(np.eye(3))
    made.indices[:] = 99
    with pytest.raises(BadContent):
        as_array(loads(pickle.dumps(made)))


@pytest.mark.parametrize(("content", "says"), [
    (b"<html><body>Please log in</body></html>", "web page"),
    (b"version https://git-lfs.github.com/spec/v1\n", "git-lfs"),
    (b"# a note\n", "text file"),
    (b"", "is empty"),
    (b"\x93NUMPY\x01\x00", "numpy array"),
    (b"\x89PNG\r\n\x1a\n\x00\x00", "no known kind"),
    (b"\0" * 257 + b"ustar\0", "tar archive"),
])
def test_other_files_are_told_apart(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "generic_model.pkl"
    path.write_bytes(content)
    with pytest.raises(HeadError, match=says):
        load_pickle(path)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_network_s_checkpoint_named_pkl(tmp_path: Path, zipped: bool) -> None:
    torch = pytest.importorskip("torch")
    path = tmp_path / "deca_model.pkl"
    torch.save({"E_flame": torch.zeros(3)}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(HeadError, match="network's checkpoint") as refused:
        load_pickle(path)
    assert refused.value.code == "not-a-pickle"


def test_truncated_files_are_damaged_not_crashes(tmp_path: Path) -> None:
    raw = pickle.dumps({"a": np.arange(50.0), "b": "text", "c": [1, 2, 3]}, protocol=2)
    path = tmp_path / "cut.pkl"
    for cut in range(2, len(raw), 7):
        path.write_bytes(raw[:cut])
        with pytest.raises(HeadError) as refused:
            load_pickle(path)
        assert refused.value.code in ("head-unreadable", "unsafe-pickle")


def test_an_npy_of_objects_is_no_way_round(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "landmark_embedding.npy"
    np.save(path, np.array({"x": _Calls(os.mkdir, "exploded")}, dtype=object), allow_pickle=True)
    with pytest.raises(HeadError, match="mkdir"):
        load_object_npy(path)
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("layout", ["2017", "2020", "2023"])
def test_spoilt_bytes_give_a_refusal_or_a_head(layout: str, tmp_path: Path) -> None:
    """Random changes near both ends, where the instructions are: never another error."""
    from flamewheel.head.convert import convert_flame

    path = tmp_path / "flame.pkl"
    generated_flame.write_flame_pickle(path, layout, small=True, identity=10, expression=10)
    raw = path.read_bytes()
    rng = np.random.default_rng(int(layout))
    refused = 0
    for _ in range(250):
        spoilt = bytearray(raw)
        for place in rng.integers(0, 800, rng.integers(1, 4)):
            spoilt[place if rng.random() < 0.5 else -1 - place] = rng.integers(0, 256)
        path.write_bytes(bytes(spoilt))
        try:
            convert_flame(path)
        except HeadError as said:
            refused += 1
            assert said.code and said.message and said.hint
    assert refused > 50
