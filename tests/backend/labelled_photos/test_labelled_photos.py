# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of labelled photos: what is read, what is refused, how subjects are split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flamewheel.errors import InputFileError
from flamewheel.labelled_photos import (
    LabelledPhoto,
    is_held_out,
    read_folder,
    split_by_subject,
    with_enough_photos,
)


def make_csv(folder: Path, rows: list[str], header: str = "image,subject,emotion") -> Path:
    folder.joinpath("labels.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(InputFileError) as refused:
        read_folder(folder)
    assert refused.value.hint
    return refused.value.code


def test_csv(tmp_path: Path) -> None:
    make_csv(tmp_path, ["b.jpg,Ann,Anger,-0.5,0.75", "a.jpg,,happiness,,"],
             "image,subject,emotion,valence,arousal")
    first, second = read_folder(tmp_path)
    assert first == LabelledPhoto(tmp_path / "a.jpg", "a", "happiness")
    assert second == LabelledPhoto(tmp_path / "b.jpg", "Ann", "anger", -0.5, 0.75)


def test_csv_with_pictures_in_their_own_folder(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    make_csv(tmp_path, ["a.jpg,Ann,anger"])
    assert read_folder(tmp_path)[0].path == tmp_path / "images" / "a.jpg"


def test_one_folder_for_each_emotion(tmp_path: Path) -> None:
    for name in ("Anger", "joy"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.png").touch()
        (tmp_path / name / "notes.txt").touch()
    found = [(photo.emotion, photo.path.name) for photo in read_folder(tmp_path)]
    assert found == [("anger", "x.png"), ("joy", "x.png")]


def test_affectnet(tmp_path: Path) -> None:
    for name in ("images", "annotations"):
        (tmp_path / name).mkdir()
    labels = {"1": ("6", "-0.7", "0.6"), "2": (0, -2, -2), "3": ("8", "-2", "-2")}
    for stem, values in labels.items():
        (tmp_path / "images" / f"{stem}.jpg").touch()
        for kind, value in zip(("exp", "val", "aro"), values, strict=True):
            np.save(tmp_path / "annotations" / f"{stem}_{kind}.npy", np.array(value))
    angry, calm = read_folder(tmp_path)
    assert (angry.emotion, angry.valence, angry.arousal) == ("anger", -0.7, 0.6)
    assert (calm.emotion, calm.valence, calm.arousal) == ("neutral", None, None)


def test_refusals(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere") == "folder-not-found"
    assert refusal(tmp_path) == "no-photos"
    assert refusal(make_csv(tmp_path, ["a.jpg,Ann,"])) == "bad-labels"
    assert refusal(make_csv(tmp_path, ["../../etc/passwd,Ann,anger"])) == "bad-labels"
    header = "image,subject,emotion,valence"
    assert refusal(make_csv(tmp_path, ["a.jpg,Ann,anger,much"], header)) == "bad-labels"
    assert refusal(make_csv(tmp_path, ["a.jpg,Ann,anger,3"], header)) == "bad-labels"
    (tmp_path / "labels.csv").write_bytes(b"\xff\xfe\x00\x81")
    assert refusal(tmp_path) == "bad-labels"


def test_a_pickle_is_no_label(tmp_path: Path) -> None:
    for name in ("images", "annotations"):
        (tmp_path / name).mkdir()
    (tmp_path / "images" / "1.jpg").touch()
    np.save(tmp_path / "annotations" / "1_exp.npy", np.array([{"a": 1}]), allow_pickle=True)
    assert refusal(tmp_path) == "bad-labels"


def test_split_keeps_subjects_apart() -> None:
    photos = [LabelledPhoto(Path(f"{subject}-{n}.jpg"), f"person {subject}", "anger")
              for subject in range(200) for n in range(3)]
    split = split_by_subject(photos)
    sides = [{photo.subject for photo in side} for side in (split.train, split.held_out)]
    assert not sides[0] & sides[1]
    assert len(split.train) + len(split.held_out) == len(photos)
    assert 0.1 < len(sides[1]) / 200 < 0.3
    assert is_held_out("Jean_Chretien") == is_held_out("Jean_Chretien")


def test_rare_emotions_are_left_out_and_named() -> None:
    photos = [LabelledPhoto(Path(f"{name}{n}.jpg"), "x", name)
              for name, count in (("anger", 5), ("fear", 1), ("joy", 4)) for n in range(count)]
    kept, rare = with_enough_photos(photos, 4)
    assert {photo.emotion for photo in kept} == {"anger", "joy"} and rare == {"fear": 1}
    with pytest.raises(InputFileError, match="anger 5, fear 1, joy 4") as refused:
        with_enough_photos(photos, 5)
    assert refused.value.code == "too-few-photos"
