# SPDX-License-Identifier: GPL-3.0-or-later
"""What `flamewheel encode` refuses before it works: nothing is overwritten or goes unheard."""

from __future__ import annotations

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from cli import PHOTO
from PIL import Image

from flamewheel.cli import main
from flamewheel.parameter_file import save
from flamewheel.parameters import ExpressionCode, FaceParameters, Identity

HEAD = "open-light"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a person works: two photos, a clip, a face."""
    small = Image.open(PHOTO).convert("RGB").resize((320, 320))
    small.save(tmp_path / "me.png")
    small.rotate(2).save(tmp_path / "calm.png")
    clip = cv2.VideoWriter(str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 25.0,
                           (320, 320))
    for _ in range(4):
        clip.write(np.ascontiguousarray(np.asarray(small)[:, :, ::-1]))
    clip.release()
    save(FaceParameters(HEAD, Identity(np.zeros(3)), ExpressionCode(np.zeros(3))),
         tmp_path / "who.json")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
            for path in folder.rglob("*")}


def refused(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> dict[str, str]:
    """In this process: the code, message and hint of a refusal that changed nothing."""
    before = contents(folder)
    assert main(["encode", *arguments, "--head", HEAD, "--json"]) == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 2, said.err
    assert contents(folder) == before
    error = json.loads(said.out)["error"]
    assert error["message"] and error["hint"]
    return dict(error)


@pytest.mark.parametrize("arguments", [
    "me.png --preview me.png", "me.png --preview ./sub/../me.png",
    "me.png --neutral calm.png --preview calm.png",
    "me.png calm.png --preview calm.png", "me.png calm.png --neutral calm.png --preview calm.png",
    "me.png --detail me.png --encoder deca", "me.png --detail a.npz -o a.npz --encoder deca",
    "clip.avi --identity who.json -o who.json",
])
def test_nothing_that_was_given_is_overwritten(
    arguments: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "sub").mkdir()
    assert refused(capsys, folder, *arguments.split())["code"] == "same-file"


@pytest.mark.parametrize("arguments", [
    "me.png --start 1", "me.png --fps 24", "me.png calm.png --identity who.json",
    "me.png --smoothing 2", "me.png --tolerance 1", "me.png --end 2",
    "clip.avi --neutral me.png", "clip.avi --separate", "me.png --checkpoint deca=deca.tar",
])
def test_an_option_that_would_go_unheard(
    arguments: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    error = refused(capsys, folder, *arguments.split())
    assert error["code"] == "unheard-option" and arguments.split("--")[-1].split()[0] in str(error)


@pytest.mark.parametrize(("arguments", "code"), [
    ("me.png --preview p.jpg", "wrong-ending"), ("me.png --preview p.json", "wrong-ending"),
    ("clip.avi --preview p.png", "wrong-ending"), ("clip.avi -o c.npz", "wrong-ending"),
    ("me.png -o none/a.json", "cannot-write"), ("me.png --preview none/a.png", "cannot-write"),
    ("clip.avi -o none/a.json", "cannot-write"), ("clip.avi --preview none/a.mp4", "cannot-write"),
    ("clip.avi --fps nan", "bad-fps"), ("clip.avi --fps 1e9", "bad-fps"),
    ("clip.avi --tolerance nan", "bad-tolerance"), ("clip.avi --tolerance inf", "bad-tolerance"),
    ("clip.avi --smoothing nan", "bad-smoothing"), ("clip.avi --start nan", "bad-range"),
    ("clip.avi --start 0.1 --end 0.05", "bad-range"), ("clip.avi --checkpoint deca=x",
                                                     "landmarks-only"),
    ("clip.avi --start 0.041 --end 0.042", "no-pictures"),
])
def test_what_is_told_before_the_work(
    arguments: str, code: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, folder, *arguments.split())["code"] == code


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(folder / "pipe.jpg")
    before = sorted(folder.iterdir())
    for arguments in (("pipe.jpg",), ("clip.avi", "--identity", "pipe.jpg")):
        assert main(["encode", *arguments, "--head", HEAD]) == 1
        assert "pipe.jpg" in capsys.readouterr().err
    assert sorted(folder.iterdir()) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_cannot_move_the_terminals_cursor(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["encode", "a\n\x1b[31mb.jpg", "--head", HEAD]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 2 and "\x1b" not in said and r"a\n\x1b[31mb.jpg" in said


def test_all_that_was_written_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["encode", "me.png", "-o", "me.json", "--preview", "p.png", "--head", HEAD]) == 0
    said = capsys.readouterr().out
    assert "wrote me.json\n" in said and "wrote p.png\n" in said
    assert (folder / "p.png").is_file()
