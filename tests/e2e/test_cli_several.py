# SPDX-License-Identifier: GPL-3.0-or-later
"""`flamewheel encode` of several photos: a folder of parameter files, or one JSON object."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cli import PHOTO, accepted, refused
from PIL import Image, ImageOps

import flamewheel as package
from flamewheel.parameter_file import from_dict, load


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The astronaut in every dress that a photo wears, and what else lies about in a folder."""
    folder = tmp_path_factory.mktemp("album")
    whole = Image.open(PHOTO).convert("RGB")
    whole.save(folder / "a.jpg", quality=95)
    ImageOps.mirror(whole).convert("L").save(folder / "grey.png")
    faded = whole.resize((300, 300)).convert("RGBA")
    faded.putalpha(200)
    faded.save(folder / "alpha.png")
    turned = whole.rotate(90, expand=True)  # stored lying, with the note to turn it back
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(folder / "turned.jpg", exif=exif, quality=95)
    Image.new("RGB", (1, 1)).save(folder / "dot.png")
    (folder / "letter.jpg").write_text("Dear Madam,\n" * 9)
    (folder / "notes.txt").write_text("who is who")
    Image.effect_noise((320, 320), 60).save(folder / "wall.png")
    return folder


def test_a_folder_becomes_a_folder_with_one_identity(album: Path, tmp_path: Path) -> None:
    out, sheet = tmp_path / "made" / "faces", tmp_path / "sheet.png"
    ran = accepted("encode", album, "-o", out, "--preview", sheet)
    assert sorted(path.name for path in out.iterdir()) == [
        "a.json", "alpha.json", "grey.json", "identity.json", "turned.json"]
    faces = {path.stem: load(path) for path in out.iterdir()}
    assert len({face.identity.shape.tobytes() for face in faces.values()}) == 1
    assert not faces["identity"].code.vector().any()
    assert all(faces[name].code.expression.any() for name in ("a", "grey", "turned"))
    for name in ("dot.png", "letter.jpg", "notes.txt", "wall.png"):
        assert name in ran.err
    assert f"wrote 5 files into {out}" in ran.out
    upright, turned = faces["a"].global_rotation, faces["turned"].global_rotation
    assert np.abs(upright - turned).max() < 0.1  # radians: EXIF was heeded
    picture = np.asarray(Image.open(sheet).convert("RGB"))
    assert picture.shape[1] == 1600 and picture.std() > 20


def test_the_same_as_one_json_object(album: Path) -> None:
    made = accepted("encode", album / "a.jpg", album / "grey.png", album / "wall.png",
                    "--json").json
    assert made["head"] == "open" and made["neutral"] is None
    assert [Path(each["photo"]).name for each in made["photos"]] == ["a.jpg", "grey.png"]
    shapes = [from_dict(each["parameters"]).identity.shape for each in made["photos"]]
    assert np.array_equal(*shapes)
    assert from_dict(made["identity"]).identity.shape.tolist() == shapes[0].tolist()
    (gone,) = made["refused"]
    assert gone["code"] == "no-face" and "wall.png" in gone["message"] and gone["hint"]
    assert all(each["output"] is None for each in made["photos"])


def test_several_people_have_an_identity_each(album: Path, tmp_path: Path) -> None:
    accepted("encode", album / "a.jpg", album / "alpha.png", "--separate", "-o", tmp_path / "out")
    faces = [load(tmp_path / "out" / f"{name}.json") for name in ("a", "alpha")]
    assert not np.array_equal(faces[0].identity.shape, faces[1].identity.shape)
    assert not (tmp_path / "out" / "identity.json").exists()
    alone = from_dict(accepted("encode", album / "a.jpg", "--json").json)
    np.testing.assert_allclose(faces[0].identity.shape, alone.identity.shape, atol=1e-9)


def test_one_photo_against_a_neutral_one(album: Path, tmp_path: Path) -> None:
    accepted("encode", album / "grey.png", "--neutral", album / "a.jpg", "-o",
             tmp_path / "face.json")
    measured = load(tmp_path / "face.json")
    plain = from_dict(accepted("encode", album / "grey.png", "--json").json)
    assert [path.name for path in tmp_path.iterdir()] == ["face.json"]
    assert not np.allclose(measured.code.expression, plain.code.expression, atol=1e-3)
    calm = accepted("encode", album / "a.jpg", album / "grey.png", "--neutral", album / "a.jpg",
                    "--json").json
    codes = [from_dict(each["parameters"]).code for each in calm["photos"]]
    assert Path(calm["neutral"]).name == "a.jpg"
    assert np.linalg.norm(codes[0].expression) < np.linalg.norm(codes[1].expression)


def test_the_python_way(album: Path) -> None:
    one, other = package.encode_photos([album / "a.jpg", str(album / "alpha.png")])
    assert np.array_equal(one.identity.shape, other.identity.shape)
    with pytest.raises(package.FlamewheelError, match=r"wall\.png"):
        package.encode_photos([album / "a.jpg", album / "wall.png"])


def test_none_of_several_has_a_face(album: Path, tmp_path: Path) -> None:
    error = refused("encode", album / "wall.png", album / "dot.png", album / "letter.jpg",
                    "-o", tmp_path / "out")
    assert error["code"] == "no-face" and "3 photos" in error["message"]
    assert "wall.png" in error["message"] and error["hint"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("given", "code"), [
    (("a.jpg", "none.jpg"), "file-not-found"), (("a.jpg", "grey.png", "-o", "x.json"),
                                                "folder-needed"),
    (("a.jpg", "grey.png", "-o", "notes.txt"), "folder-needed"),
    (("a.jpg", "--neutral", "none.jpg"), "file-not-found"),
    (("a.jpg", "--neutral", "wall.png"), "no-face"),
    (("a.jpg", "grey.png", "--separate", "--neutral", "a.jpg"), "neutral-of-nobody"),
    (("a.jpg", "grey.png", "--preview", "grey.png"), "same-file"),
    (("a.jpg", "clip.mp4"), "one-video"),
    (("a.jpg", "grey.png", "--detail", "map.npz"), "detail-of-several"),
])
def test_several_photos_asked_for_wrongly(
    given: tuple[str, ...], code: str, album: Path
) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in album.iterdir()}
    error = refused("encode", *given, folder=album)
    assert error["code"] == code and error["hint"]
    assert {path.name: path.stat().st_mtime_ns for path in album.iterdir()} == before


def test_an_empty_folder(tmp_path: Path) -> None:
    assert refused("encode", tmp_path)["code"] == "no-photos"


def test_forty_megapixels_are_read(tmp_path: Path) -> None:
    large = Image.open(PHOTO).convert("RGB").resize((6400, 6400))
    large.save(tmp_path / "large.jpg", quality=80)
    large.resize((800, 800)).save(tmp_path / "small.jpg")
    made = accepted("encode", tmp_path, "--json").json
    faces = {Path(each["photo"]).name: from_dict(each["parameters"]) for each in made["photos"]}
    scales = [faces[name].camera for name in ("large.jpg", "small.jpg")]
    assert scales[0] is not None and scales[1] is not None
    assert scales[0].scale == pytest.approx(8 * scales[1].scale, rel=0.03)
