# SPDX-License-Identifier: GPL-3.0-or-later
"""What `flamewheel` refuses: said in words, exit code 1, and nothing half-written."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cli import CODE, PHOTO, accepted, flamewheel, refused
from generated_flame import write_flame_pickle

from flamewheel.head.registry import open_head_path


class _Runs:
    """Pickles to a call of `os.system`."""

    def __reduce__(self) -> tuple[Callable[..., int], tuple[str]]:
        return os.system, ("touch exploded",)


def hostile_pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps({"v_template": np.zeros((4, 3)), "f": _Runs()}))


def deca_like(path: Path) -> None:
    import torch

    torch.save({"E_flame": {"layers.0.weight": torch.zeros(4, 4)}}, path)


def text(path: Path) -> None:
    path.write_text("This is no picture and no head.\n" * 20)


def without_a_face(path: Path) -> None:
    from PIL import Image

    Image.effect_noise((320, 320), 60).save(path, format="PNG")


def cut_photo(path: Path) -> None:
    body = PHOTO.read_bytes()
    path.write_bytes(body[: len(body) // 20])


def cut_head(path: Path) -> None:
    body = open_head_path().read_bytes()
    path.write_bytes(body[: len(body) // 2])


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(("make", "name"), [
    (text, "holiday.jpg"), (nothing, "empty.png"), (cut_photo, "cut.png"), (a_folder, "folder.png"),
    (without_a_face, "wall.png"), (hostile_pickle, "hostile.jpg"),
])
def test_a_photo_that_is_none(make: Callable[[Path], None], name: str, tmp_path: Path) -> None:
    make(tmp_path / name)
    before = sorted(tmp_path.iterdir())
    error = refused("encode", tmp_path / name, "-o", tmp_path / "face.json",
                    "--preview", tmp_path / "preview.png", folder=tmp_path)
    assert re.fullmatch(CODE, error["code"]) and name in error["message"] and error["hint"]
    assert sorted(tmp_path.iterdir()) == before


def test_a_missing_photo_and_a_face_that_is_not_there(tmp_path: Path) -> None:
    error = refused("encode", tmp_path / "none.jpg")
    assert "none.jpg" in error["message"] and error["hint"]
    error = refused("encode", PHOTO, "--face", 7)
    assert "7" in error["message"] and error["hint"]


def test_the_preview_does_not_replace_the_photo(tmp_path: Path) -> None:
    photo = tmp_path / "me.png"
    photo.write_bytes(PHOTO.read_bytes())
    error = refused("encode", "me.png", "--preview", photo, "-o", "me.json", folder=tmp_path)
    assert error["code"] == "same-file" and photo.read_bytes() == PHOTO.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["me.png"]


@pytest.mark.parametrize(("make", "name"), [
    (hostile_pickle, "hostile.pkl"), (deca_like, "deca_model.pkl"), (deca_like, "deca_model.npz"),
    (text, "words.pkl"), (text, "words.npz"), (cut_head, "cut.npz"), (nothing, "empty.pkl"),
    (a_folder, "folder.pkl"),
])
def test_a_head_that_is_none(make: Callable[[Path], None], name: str, tmp_path: Path) -> None:
    make(tmp_path / name)
    before = sorted(tmp_path.iterdir())
    out = tmp_path / "made.npz"
    error = refused("head", "convert", tmp_path / name, "-o", out, folder=tmp_path)
    assert re.fullmatch(CODE, error["code"]) and name in error["message"] and error["hint"]
    if make is hostile_pickle:
        assert "system" in error["message"]
    for verb in (("head", "inspect"), ("blend", "joy", "--head"), ("dbex", "show", "--head")):
        said = refused(*verb, tmp_path / name, folder=tmp_path)
        assert name in said["message"] and said["hint"]
    assert sorted(tmp_path.iterdir()) == before  # nothing made, and nothing exploded


def test_an_unknown_head_is_refused_with_the_nearest() -> None:
    error = refused("blend", "joy", "--head", "opne")
    assert "opne" in error["message"] and "open" in error["hint"]


def test_an_unknown_emotion_is_refused_with_suggestions() -> None:
    error = refused("blend", "hapiness")
    assert "hapiness" in error["message"] and "happiness" in error["hint"]
    error = refused("blend", "joy", "angr")
    assert "angr" in error["message"] and "angry" in error["hint"]


@pytest.mark.parametrize("given", [
    ("joy", "fear", "--weight", "1.5"), ("joy", "fear", "--weight", "nan"),
    ("joy", "--intensity", "-1"), ("joy", "--intensity", "1e9"),
    ("joy", "fear", "--method", "magic"),
    ("joy", "fear", "--weights", "0.5,0.6"), ("joy", "fear", "--weights", "0.5,half"),
    ("joy", "fear", "--weights", "0.5,0.3,0.2"), ("joy", "fear", "--weights", ""),
    ("joy", "fear", "--weight", "0.5", "--weights", "0.5,0.5"), ("joy", "joy"),
    ("joy", "fear", "joy"), ("awe", "delight"), ("joy", "--side", "up"),
    ("joy", "--side", "left", "--asymmetry", "2"), ("own", "joy"), ("joy", "--own", "no.json"),
    ("",), ("joy", "\udcff"), ("joy", "--weight", "0.3"), ("joy", "--asymmetry", "0.5"),
    ("joy", "--secondary-intensity", "1"), ("joy", "fear", "--tertiary-intensity", "nan"),
])
def test_an_impossible_blend(given: tuple[str, ...]) -> None:
    error = refused("blend", *given)
    assert error["message"] and error["hint"]


@pytest.mark.parametrize("sentence", [
    "", "walk the dog", "from joy to", "stay happy and be sad at once for -3 seconds",
    "to joy over 0 seconds" * 2000,
])
def test_a_sentence_that_cannot_be_acted(sentence: str, tmp_path: Path) -> None:
    error = refused("transition", sentence, "-o", tmp_path / "acted.json")
    assert len(error["message"]) < 500 and error["hint"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("body", [
    "", "[]", "{", '{"head": "open"}', '{"head": "open", "shape": [NaN], "expression": []}',
    '{"head": 3, "shape": [], "expression": [], "pose": {}}', "[" * 100_000, '"\ud83d"',
])
def test_a_parameter_file_that_is_none(body: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(body, errors="surrogatepass")
    error = refused("retarget", bad, "-o", tmp_path / "out.json")
    assert "bad.json" in error["message"] and error["hint"]
    assert refused("transition", "to joy", "--start", bad)["code"] == error["code"]
    assert [path.name for path in tmp_path.iterdir()] == ["bad.json"]


WRITERS = {
    "blend": (("blend", "joy"), ".json"),
    "blend to npz": (("blend", "joy"), ".npz"),
    "transition": (("transition", "from joy to fear"), ".json"),
    "dbex": (("dbex", "build"), ".npz"),
}


@pytest.mark.parametrize("what", [*WRITERS, "convert"])
def test_a_result_that_cannot_be_written_leaves_what_was_there(what: str, tmp_path: Path) -> None:
    if what == "convert":
        write_flame_pickle(tmp_path / "flame.pkl", "2020", small=True)
        command, ending = ("head", "convert", tmp_path / "flame.pkl"), ".npz"
    else:
        command, ending = WRITERS[what]
    (tmp_path / "file").write_text("a file, not a folder")
    inside_a_file = tmp_path / "file" / f"out{ending}"
    error = refused(*command, "-o", inside_a_file)
    assert str(inside_a_file) in error["message"] and error["hint"]
    # a folder in the result's place: writing beside it succeeds, the last step does not
    (tmp_path / f"taken{ending}").mkdir()
    before = sorted(tmp_path.rglob("*"))
    error = refused(*command, "-o", tmp_path / f"taken{ending}")
    assert f"taken{ending}" in error["message"]
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0,
                    reason="the superuser writes into read-only folders")
def test_a_read_only_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "face.json").write_text("kept")
    closed.chmod(0o500)
    try:
        assert refused("blend", "joy", "-o", closed / "face.json")["code"] == "unwritable"
        assert [path.name for path in closed.iterdir()] == ["face.json"]
        assert (closed / "face.json").read_text() == "kept"
    finally:
        closed.chmod(0o700)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("given", [("blend", "joy", "--json"), ("blend", "jooy", "--json"),
                                   ("dbex", "show")])
def test_a_full_disk_on_standard_output_is_no_traceback(given: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "flamewheel", *given],
                              stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert ("No space left" in done.stderr) is (given[1] != "jooy")


def test_a_refused_verb_leaves_the_earlier_result(tmp_path: Path) -> None:
    out = tmp_path / "face.json"
    accepted("blend", "joy", "-o", out)
    before = out.read_bytes()
    refused("blend", "jooy", "-o", out)
    refused("transition", "walk the dog", "-o", out)
    (tmp_path / "wall.png").write_bytes(b"")
    refused("encode", tmp_path / "wall.png", "-o", out)
    assert out.read_bytes() == before
    refused("blend", "joy", "-o", tmp_path / "face.docx")
    assert not (tmp_path / "face.docx").exists()


@pytest.mark.parametrize("given", [
    (), ("fly",), ("blend",), ("blend", "joy", "--weight", "half"), ("head",), ("encode",),
    ("head", "convert", "x.pkl"), ("blend", "joy", "--colour", "red"),
])
def test_wrong_usage_is_exit_code_2(given: tuple[str, ...]) -> None:
    ran = flamewheel(*given)
    assert ran.status == 2 and ran.out == "" and ran.err.startswith("usage: flamewheel")


def test_batch_names_a_typo_with_its_line_and_a_missing_blender(tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text("[job]\nresume = true\noutputt = 'out'\n")
    error = refused("batch", job)
    assert "outputt" in error["message"] and "3" in error["message"]
    job.write_text('[[shot]]\nname = "a"\n')
    error = refused("batch", job, "--blender", "no-such-blender")
    assert "no-such-blender" in error["message"] and "--blender" in error["hint"]
    assert refused("batch", tmp_path / "none.toml")["hint"]


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell here")
def test_a_reader_that_goes_away_is_no_traceback() -> None:
    command = f'"{sys.executable}" -m flamewheel dbex show --json | true'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_a_mistake_of_our_own_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from flamewheel import cli, pipeline

    def fails(*_arguments: object, **_named: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(pipeline, "blend", fails)
    assert cli.main(["blend", "joy"]) == 1
    said = capsys.readouterr().err
    assert "[internal-error]" in said and "by nothing" in said and "report" in said
    monkeypatch.setenv(cli.TRACEBACK_VARIABLE, "1")
    with pytest.raises(ZeroDivisionError):
        cli.main(["blend", "joy"])


@pytest.mark.parametrize("given", [
    ("train", "emotion-image", "photos", "-o", "w.txt"),
    ("train", "detail", "photos", "-o", "none/w.npz"),
    ("head", "calibrate", "open-light", "-o", "none/c.npz"),
    ("dbex", "build", "photos", "-o", "w.txt"), ("dbex", "show", "--drawing", "none/d.png"),
    ("dbex", "show", "--database", "d.png", "--drawing", "d.png"),
])
def test_an_output_is_looked_at_before_the_long_work(
    given: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str]
) -> None:
    from flamewheel import cli

    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    assert cli.main(given) == 1
    assert capsys.readouterr().err.count("\n") == 2
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]
