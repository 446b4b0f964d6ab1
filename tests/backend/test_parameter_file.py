# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameter files: nothing is lost, wrong keys are named, nothing is half-written."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flamewheel import parameter_file
from flamewheel.errors import InputFileError, OutputError, UsageError
from flamewheel.parameters import (
    Appearance,
    Camera,
    Deviations,
    EmotionReading,
    ExpressionCode,
    FaceParameters,
    Identity,
)


def face(**changes: Any) -> FaceParameters:
    random = np.random.default_rng(7)
    values: dict[str, Any] = {
        "head": "open",
        "identity": Identity(random.normal(size=20)),
        "code": ExpressionCode(
            random.normal(size=30), random.normal(size=3), random.normal(size=3),
            random.normal(size=(2, 3)),
        ),
        "global_rotation": random.normal(size=3),
        "camera": Camera(2413.5, np.array([310.25, 402.5]), (640, 800)),
        "emotion": EmotionReading("joy", {"joy": 0.75, "fear": 0.25}, valence=0.5, arousal=-0.25),
        "error": 0.021,
        "notes": ("2 faces; took the largest",),
    }
    return FaceParameters(**(values | changes))


def assert_equal(one: FaceParameters, other: FaceParameters, within: float = 0.0) -> None:
    def close(a: Any, b: Any) -> None:
        np.testing.assert_allclose(a, b, rtol=within, atol=within)

    close(one.identity.shape, other.identity.shape)
    close(one.code.vector(), other.code.vector())
    close(one.global_rotation, other.global_rotation)
    assert (one.head, one.emotion, one.error, one.notes) == (
        other.head, other.emotion, other.error, other.notes
    )
    assert (one.camera is None) == (other.camera is None)
    if one.camera and other.camera:
        assert one.camera.image_size == other.camera.image_size
        close(one.camera.scale, other.camera.scale)
        close(one.camera.translation, other.camera.translation)


def test_json_gives_back_the_very_same(tmp_path: Path) -> None:
    parameter_file.save(face(), tmp_path / "photo.json")
    assert_equal(parameter_file.load(tmp_path / "photo.json"), face())


def test_deviations_come_along_in_both_forms(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    off = Deviations(*(random.random(shape) for shape in (20, 30, 3, (2, 3), 3)))
    for ending in ("json", "npz"):
        parameter_file.save(face(deviation=off), tmp_path / f"photo.{ending}")
        read = parameter_file.load(tmp_path / f"photo.{ending}").deviation
        assert read is not None
        for name in ("shape", "expression", "jaw", "eyes", "global_rotation"):
            np.testing.assert_allclose(getattr(read, name), getattr(off, name))
    assert "deviation" not in parameter_file.to_dict(face())  # files without it are as before


def test_appearance_comes_along_in_both_forms(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    whole = Appearance(*(random.random(shape) for shape in (50, (9, 3), 128)))
    for ending in ("json", "npz"):
        for looks in (whole, Appearance(detail=whole.detail), Appearance(light=whole.light)):
            parameter_file.save(face(appearance=looks), tmp_path / f"photo.{ending}")
            read = parameter_file.load(tmp_path / f"photo.{ending}").appearance
            assert read is not None
            for name in ("texture", "light", "detail"):
                want, got = getattr(looks, name), getattr(read, name)
                assert (want is None) == (got is None)
                if want is not None:
                    np.testing.assert_allclose(got, want, rtol=1e-6)
    assert "appearance" not in parameter_file.to_dict(face())  # files without it are as before
    with pytest.raises(UsageError, match=r"appearance\.light must have 9 x 3"):
        parameter_file.from_dict(parameter_file.to_dict(face()) | {
            "appearance": {"light": [0.0] * 27}})


def test_appearance_as_deca_and_emoca_write_it(tmp_path: Path) -> None:
    codes = {"shape": (1, 100), "exp": (1, 50), "pose": (1, 6), "cam": (1, 3)}
    looks = {"texcode": (1, 50), "lightcode": (1, 9, 3), "detailcode": (1, 128)}
    arrays = {name: np.full(shape, 0.5, np.float32) for name, shape in (codes | looks).items()}
    np.savez(tmp_path / "emoca.npz", **arrays)
    read = parameter_file.load(tmp_path / "emoca.npz").appearance
    assert read is not None and read.texture is not None and read.light is not None
    assert read.texture.shape == (50,) and read.light.shape == (9, 3)
    picture = np.zeros((1, 3, 256, 256), np.float32)
    np.savez(tmp_path / "deca.npz", **{**arrays, "tex": picture})
    read = parameter_file.load(tmp_path / "deca.npz").appearance
    assert read is not None and read.texture is None and read.detail is not None


def test_a_wrong_deviation_is_refused_by_name() -> None:
    table = parameter_file.to_dict(face())
    whole = {"shape": [1.0], "expression": [1.0], "jaw": [0.1] * 3, "eyes": [[0.1] * 3] * 2,
             "global": [0.1] * 3}
    with pytest.raises(UsageError, match=r"deviation\.jaw"):
        parameter_file.from_dict(table | {"deviation": whole | {"jaw": [0.1]}})
    with pytest.raises(UsageError, match="eyes"):
        parameter_file.from_dict(
            table | {"deviation": {k: v for k, v in whole.items() if k != "eyes"}})
    with pytest.raises(UsageError, match="negative"):
        parameter_file.from_dict(table | {"deviation": whole | {"shape": [-1.0]}})


def test_json_has_the_keys_of_the_design() -> None:
    written = parameter_file.to_dict(face())
    assert list(written) == [
        "head", "shape", "expression", "pose", "camera", "emotion", "error", "notes"
    ]
    assert list(written["pose"]) == ["global", "neck", "jaw", "eyes"]
    assert list(written["camera"]) == ["scale", "translation", "image_size"]
    json.dumps(written, allow_nan=False)


def test_the_least_file_is_enough() -> None:
    read = parameter_file.from_dict({"head": "open", "shape": [], "expression": [1, 2]})
    assert read.code.expression.tolist() == [1.0, 2.0]
    assert not read.pose().any() and read.camera is None


def test_npz_gives_back_float32(tmp_path: Path) -> None:
    parameter_file.save(face(), tmp_path / "photo.npz")
    assert_equal(parameter_file.load(tmp_path / "photo.npz"), face(), within=1e-6)


def test_npz_has_the_names_of_deca(tmp_path: Path) -> None:
    parameter_file.save(face(), tmp_path / "photo.npz")
    with np.load(tmp_path / "photo.npz") as read:
        assert {"shape", "exp", "pose", "cam"} <= set(read.files)
        assert read["pose"].shape == (6,) and read["cam"].shape == (3,)
        np.testing.assert_allclose(read["pose"][3:], face().code.jaw, rtol=1e-6)


def test_the_camera_of_npz_projects_as_deca_does(tmp_path: Path) -> None:
    """DECA: s (X + t), y turned; -1..1 over the crop."""
    square = face(camera=Camera(900.0, np.array([100.0, 130.0]), (224, 224)))
    parameter_file.save(square, tmp_path / "photo.npz")
    with np.load(tmp_path / "photo.npz") as read:
        scale, x, y = read["cam"].tolist()
    point = np.array([0.03, -0.05])
    deca = np.array([scale * (point[0] + x), -scale * (point[1] + y)])
    ours = np.array([900 * point[0] + 100, 130 - 900 * point[1]])
    np.testing.assert_allclose((deca + 1) * 112, ours, rtol=1e-5)


@pytest.mark.parametrize("suffix", ["", "code"])
def test_a_npz_of_deca_itself(tmp_path: Path, suffix: str) -> None:
    """A batch of one, float32, no head's name, other arrays beside."""
    arrays = {
        f"shape{suffix}": np.full((1, 100), 0.5, np.float32),
        f"exp{suffix}": np.full((1, 50), 0.25, np.float32),
        f"pose{suffix}": np.array([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]], np.float32),
        "cam": np.array([[8.0, 0.01, -0.02]], np.float32),
        "light": np.zeros((1, 9, 3), np.float32),
        "detail": np.array([{"pickled": True}], dtype=object),
    }
    np.savez(tmp_path / "deca.npz", **arrays)
    read = parameter_file.load(tmp_path / "deca.npz")
    assert read.head == "flame" and "no head" in read.notes[0]
    assert read.identity.shape.size == 100 and read.code.expression.size == 50
    np.testing.assert_allclose(read.global_rotation, [0.1, 0.2, 0.3], rtol=1e-6)
    np.testing.assert_allclose(read.code.jaw, [0.4, 0.5, 0.6], rtol=1e-6)
    assert read.camera is not None and read.camera.image_size == (224, 224)
    assert read.camera.scale == pytest.approx(8 * 112)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"shape": None}, "shape"),
    ({"shape": "abc"}, "shape"),
    ({"shape": [1, "2"]}, "shape"),
    ({"shape": [True, False]}, "shape"),
    ({"expression": [[1, 2], [3]]}, "expression"),
    ({"expression": [1.0, float("nan")]}, "expression"),
    ({"head": 3}, "head"),
    ({"expresion": [1]}, 'expresion" is unknown. Did you mean "expression"'),
    ({"pose": {"jaw": [1, 2]}}, "pose.jaw must have 3 numbers, it has 2"),
    ({"pose": {"Jaw": [1, 2, 3]}}, 'In pose the key "Jaw"'),
    ({"pose": []}, "pose must be a table"),
    ({"pose": {"eyes": [1, 2, 3, 4, 5, 6]}}, "pose.eyes must have 2 x 3"),
    ({"camera": {"scale": 1}}, 'In camera the key "translation" is missing'),
    ({"camera": {"scale": 0, "translation": [0, 0], "image_size": [1, 1]}}, "camera.scale"),
    ({"camera": {"scale": 1, "translation": [0, 0], "image_size": [1.5, 1]}}, "image_size"),
    ({"emotion": {"label": "joy", "probabilities": {"joy": "much"}}}, "probabilities.joy"),
    ({"error": "small"}, "error"),
    ({"notes": "one"}, "notes"),
]


@pytest.mark.parametrize(("change", "named"), WRONG, ids=[named for _, named in WRONG])
def test_a_wrong_key_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(UsageError) as caught:
        parameter_file.from_dict({"head": "open", "shape": [], "expression": []} | change)
    assert caught.value.code == "bad-parameters"
    assert named in caught.value.message


@pytest.mark.parametrize("key", ["head", "shape", "expression"])
def test_a_missing_key_is_named(key: str) -> None:
    table = {"head": "open", "shape": [], "expression": []}
    del table[key]
    with pytest.raises(UsageError, match=f'"{key}" is missing'):
        parameter_file.from_dict(table)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.json", b"{"), ("a.json", b"\xff\xfe"), ("a.json", b"[" * 100_000), ("a.json", b"[]"),
        ("a.npz", b"PK\x03\x04 not a zip"), ("a.npz", b""),
    ],
)
def test_damaged_files_are_refused_by_name(tmp_path: Path, name: str, body: bytes) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(InputFileError, match=name):
        parameter_file.load(tmp_path / name)


def test_pickles_in_a_npz_are_not_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", shape=np.array([{}], dtype=object), exp=[1.0], pose=np.zeros(6))
    with pytest.raises(InputFileError, match="plain numbers"):
        parameter_file.load(tmp_path / "a.npz")


def test_many_faces_in_a_npz_are_refused(tmp_path: Path) -> None:
    faces = {"shape": np.zeros((2, 5)), "exp": np.zeros((2, 5)), "pose": np.zeros((2, 6))}
    np.savez(tmp_path / "a.npz", **faces)
    with pytest.raises(InputFileError, match="2 faces"):
        parameter_file.load(tmp_path / "a.npz")


def test_a_npz_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "a.npz", shape=np.zeros(9_000_000), exp=[1.0], pose=np.zeros(6))
    assert (tmp_path / "a.npz").stat().st_size < 1_000_000
    with pytest.raises(InputFileError, match="unpacks"):
        parameter_file.load(tmp_path / "a.npz")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"gone\.json"):
        parameter_file.load(tmp_path / "gone.json")


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"photo\.txt"):
        parameter_file.save(face(), tmp_path / "photo.txt")


@pytest.mark.parametrize("name", ["photo.json", "photo.npz"])
def test_nothing_is_left_where_the_disk_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).write_bytes(b"before")

    def full(self: Path, body: bytes) -> int:
        with open(self, "wb") as stream:
            stream.write(body[: len(body) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left"):
        parameter_file.save(face(), tmp_path / name)
    assert (tmp_path / name).read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_missing_folder_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for where in ("no/photo.json", "file/photo.json"):
        with pytest.raises(OutputError):
            parameter_file.save(face(), tmp_path / where)


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def npz_with(shape: bytes, *, packed: int = zipfile.ZIP_STORED) -> bytes:
    """A DECA-like file whose `shape.npy` is `shape`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packed) as archive:
        archive.writestr("shape.npy", shape)
        for name in ("exp", "pose"):
            archive.writestr(f"{name}.npy", npy(np.zeros(6)))
    return stream.getvalue()


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def marked(body: bytes, local: int, central: int, value: int) -> bytes:
    """The archive with one byte changed in each member's two headers."""
    raw = bytearray(body)
    for magic, offset in ((b"PK\x03\x04", local), (b"PK\x01\x02", central)):
        at = -1
        while (at := raw.find(magic, at + 1)) >= 0:
            raw[at + offset] = value
    return bytes(raw)


HUGE = '{"descr": "<f8", "fortran_order": False, "shape": (%s,), }\n'


@pytest.mark.parametrize("body", [
    npz_with(npy(np.zeros((0, 5)))),
    npz_with(header('{"descr": "<f8", "shape": ' + "(" * 3000 + "),}\n")),
    npz_with(header(HUGE % ("9" * 23))),
    npz_with(header(HUGE % "-1")),
    marked(npz_with(npy(np.zeros(6))), 6, 8, 1),
    marked(npz_with(npy(np.zeros(6))), 8, 10, 77),
    npz_with(b"x" * 5000, packed=zipfile.ZIP_DEFLATED)[:60] + b"\xff" * 300,
], ids=["no rows", "deep header", "huge", "negative", "encrypted", "unknown packing", "cut"])
def test_hostile_npz_files_are_refused_in_words(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "evil.npz"
    path.write_bytes(body)
    with pytest.raises(InputFileError, match=r"evil\.npz") as refused:
        parameter_file.load(path)
    assert refused.value.code == "bad-parameters"


@pytest.mark.parametrize("change", [
    {"error": 10**400}, {"shape": [10**400]}, {"expression": [1e300]},
    {"camera": {"scale": 10**400, "translation": [0, 0], "image_size": [1, 1]}},
    {"camera": {"scale": 1, "translation": [1e300, 0], "image_size": [1, 1]}},
])
def test_numbers_that_no_face_has_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as refused:
        parameter_file.from_dict({"head": "open", "shape": [], "expression": [], **change})
    assert refused.value.code == "bad-parameters"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device here")
def test_a_file_without_an_end_is_refused() -> None:
    with pytest.raises(InputFileError) as refused:
        parameter_file.load("/dev/zero")
    assert refused.value.code == "too-large"
