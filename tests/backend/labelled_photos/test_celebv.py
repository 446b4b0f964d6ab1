# SPDX-License-Identifier: GPL-3.0-or-later
"""CelebV-HQ as it is handed out: its table, clips, extracted frames; generated files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flamewheel.errors import InputFileError
from flamewheel.labelled_photos import read_labelled


def clip(person: str, labels: Any, length: float = 4.0) -> dict[str, Any]:
    return {"ytb_id": person, "duration": {"start_sec": 50.0, "end_sec": 50.0 + length},
            "bbox": {"top": 0.0, "bottom": 0.9, "left": 0.2, "right": 0.7},
            "attributes": {"appearance": [0], "action": [0], "emotion": {
                "sep_flag": isinstance(labels, list), "labels": labels}}, "version": "v0.1"}


def write_table(folder: Path, clips: dict[str, Any]) -> None:
    (folder / "celebvhq_info.json").write_text(json.dumps(
        {"meta_info": {"appearance_mapping": [], "action_mapping": []}, "clips": clips}))


@pytest.fixture
def celebv_folder(tmp_path: Path) -> Path:
    write_table(tmp_path, {
        "M2O_1": clip("M2O", "neutral"),
        "M2O_2": clip("M2O", [{"emotion": "happy", "start_sec": 0, "end_sec": 1.0},
                              {"emotion": "surprise", "start_sec": 2.0, "end_sec": 4.0}]),
        "gone_0": clip("gone", "anger")})
    (tmp_path / "35666").mkdir()
    (tmp_path / "35666" / "M2O_1.mp4").write_bytes(b"clip")
    frames = tmp_path / "frames" / "M2O_2"
    frames.mkdir(parents=True)
    for number in range(8):
        (frames / f"{number:04}.jpg").write_bytes(b"frame")
    return tmp_path


def test_clips_and_frames_with_their_emotions(celebv_folder: Path) -> None:
    found = read_labelled(celebv_folder)
    assert found.layout == "CelebV-HQ"
    told = {(photo.path.name, photo.subject, photo.emotion, photo.second)
            for photo in found.photos}
    assert told == {("M2O_1.mp4", "M2O", "neutral", 2.0), ("0001.jpg", "M2O", "happy", None),
                    ("0006.jpg", "M2O", "surprise", None)}  # at 0.5 and 3 s of 4
    assert "gone_0" in found.notes[0]


@pytest.mark.parametrize("broken", [
    {"a": {"ytb_id": "x"}}, {"a": clip("x", 7)}, {"a": clip("x", [{"emotion": "happy"}])},
    {"a": clip("x", "happy", float("nan"))}, {"a": []},
])
def test_tables_with_mistakes_are_refused(tmp_path: Path, broken: Any) -> None:
    write_table(tmp_path, broken)
    (tmp_path / "a.mp4").write_bytes(b"clip")
    with pytest.raises(InputFileError) as refusal:
        read_labelled(tmp_path)
    assert refusal.value.code == "bad-labels"


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    for text in ("hello", "[]", '{"clips": 3}', "[" * 100_000):
        (tmp_path / "celebvhq_info.json").write_text(text)
        with pytest.raises(InputFileError):
            read_labelled(tmp_path)
