# SPDX-License-Identifier: GPL-3.0-or-later
"""A labelled folder to a database: what is read, what is said, what is kept of a stopped run.

The encoder is a stand-in that reads the emotion from a file's bytes; the real one's test is at the
end, on photos of `../shared`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flamewheel.errors import FlamewheelError, InputFileError, PhotoError, WheelError
from flamewheel.head.data import HeadData
from flamewheel.head.registry import find_head, open_head_path
from flamewheel.head.unit_strengths import measure_strengths
from flamewheel.labelled_photos import is_held_out
from flamewheel.parameters import ExpressionCode, FaceParameters, Identity
from flamewheel.pipeline import expression_database
from flamewheel.pipeline.photo_database import build_photo_database
from flamewheel.wheel.dbex_file import load_database, save_database
from flamewheel.wheel.dbex_photos import agreeing_rows
from flamewheel.wheel.facs import PROTOTYPES, agrees, strengths_for
from flamewheel.wheel.units import face_rows

WORDS = {"happy": "Joy", "fear": "Fear", "surprise": "Surprise", "sad": "Sadness",
         "disgust": "Disgust", "angry": "Anger", "neutral": "Neutral"}
EACH = 4
SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "faces"

pytestmark = pytest.mark.skipif(not open_head_path().is_file(),
                                reason="the embedded head is not built")


@dataclass
class StandIn:
    """Encodes b"emotion:number"; b"nobody" has no face, b"broken" is no picture."""

    head: HeadData
    encoded: list[bytes] = field(default_factory=list)
    stop_after: int | None = None

    def __call__(self, data: bytes, head: HeadData, **_: Any) -> FaceParameters:
        if self.stop_after is not None and len(self.encoded) >= self.stop_after:
            raise KeyboardInterrupt
        self.encoded.append(data)
        if data.startswith(b"nobody"):
            raise PhotoError("no-face", "No face.", "Take another.")
        if data.startswith(b"broken"):
            raise PhotoError("unreadable-image", "It is damaged.", "Take another.")
        word, number = data.decode().split(":")
        units = self.head.units
        assert units is not None
        strengths, _ = strengths_for(units.names, PROTOTYPES[WORDS[word]].units)
        row = face_rows(units, strengths[None])[0] + 0.01 * int(number) + 0.05
        return FaceParameters(head.name, Identity(np.zeros(1)),
                              ExpressionCode(row[:-3], jaw=row[-3:]))


@pytest.fixture
def encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    monkeypatch.setenv("FLAMEWHEEL_CACHE", str(tmp_path / "cache"))
    stand_in = StandIn(find_head("open"))
    monkeypatch.setattr("flamewheel.encoders.landmark.encode_photo", stand_in)
    return stand_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for word in WORDS:
        (tmp_path / "secret names" / word).mkdir(parents=True)
        for number in range(EACH):
            path = tmp_path / "secret names" / word / f"Jane Doe {number}.jpg"
            path.write_bytes(f"{word}:{number}".encode())
    return tmp_path / "secret names"


def test_a_folder_becomes_a_database(encoder: StandIn, folder: Path, tmp_path: Path) -> None:
    said: list[tuple[int, int, str]] = []
    built = build_photo_database(folder, progress=lambda *told: said.append(told))
    assert (built.photos, built.faces, built.without_face) == (28, 28, 0)
    assert built.counts["Joy"] == (EACH, EACH) and said[-1] == (27, 28, "encoding photos")
    assert set(built.database.emotions) >= {"Joy", "Trust", "Anticipation", "Contempt", "Neutral"}
    assert "Contempt: 0 photos" in " ".join(built.notes)
    save_database(built.database, tmp_path / "wheel.npz")
    again = load_database(tmp_path / "wheel.npz")
    assert (again.b2 == built.database.b2).all()
    assert (again.reference == built.database.reference).all() and again.reference.any()
    words = [*again.sources, again.provenance]
    assert not any("Jane" in word or str(tmp_path) in word for word in words)
    assert "secret names" in again.provenance and "dbex build" in again.provenance


def test_a_stopped_run_goes_on_where_it_was(encoder: StandIn, folder: Path) -> None:
    encoder.stop_after = 10
    with pytest.raises(KeyboardInterrupt):
        build_photo_database(folder)
    first, encoder.encoded, encoder.stop_after = encoder.encoded, [], None
    built = build_photo_database(folder)
    assert len(first) == 10 and len(encoder.encoded) == 18 and built.from_cache == 10
    assert not set(first) & set(encoder.encoded)
    encoder.encoded = []
    same = build_photo_database(folder)
    assert encoder.encoded == [] and same.from_cache == 28
    assert (same.database.vectors == built.database.vectors).all()


def test_a_picture_with_two_labels_is_said_and_one_with_two_words_counts_once(
    encoder: StandIn, folder: Path
) -> None:
    for word in ("fear", "joyful"):
        (folder / word).mkdir(exist_ok=True)
        (folder / word / "again.jpg").write_bytes(b"happy:0")
    built = build_photo_database(folder)
    notes = " ".join(built.notes)
    assert built.faces == 29 and built.counts["Joy"][0] == EACH
    assert "1 pictures are labelled with more than one emotion" in notes
    assert "1 photos are the same picture" in notes


def test_photos_only_of_too_few_photos_say_so(encoder: StandIn, folder: Path) -> None:
    for path in folder.glob("*/*[23].jpg"):
        path.unlink()
    with pytest.raises(WheelError) as refusal:
        build_photo_database(folder, fill=False)
    assert refusal.value.code == "too-few-photos" and "Joy: 2 photos" in refusal.value.message


def test_names_and_places_of_photos_do_not_matter(
    encoder: StandIn, folder: Path, tmp_path: Path
) -> None:
    built = build_photo_database(folder)
    folder.rename(tmp_path / "moved")
    assert build_photo_database(tmp_path / "moved").from_cache == 28
    assert len(encoder.encoded) == 28 == built.faces


def test_photos_that_are_lost_are_counted_and_named(encoder: StandIn, folder: Path) -> None:
    (folder / "happy" / "empty street.jpg").write_bytes(b"nobody")
    (folder / "happy" / "torn.jpg").write_bytes(b"broken")
    (folder / "happy" / "copy.jpg").write_bytes(b"happy:0")
    built = build_photo_database(folder)
    assert (built.photos, built.faces, built.without_face, built.unreadable) == (31, 28, 1, 1)
    notes = " ".join(built.notes)
    assert "empty street.jpg" in notes and "torn.jpg (It is damaged.)" in notes
    assert "1 photos are the same picture" in notes


def test_a_class_with_fewer_than_three_photos(encoder: StandIn, folder: Path) -> None:
    for number in (0, 1):
        (folder / "fear" / f"Jane Doe {number}.jpg").unlink()
    filled = build_photo_database(folder)
    assert "Fear: 2 photos, 3 are needed; made from its FACS prototype." in filled.notes
    only = build_photo_database(folder, fill=False)
    assert "Fear" not in only.database.emotions
    assert "Fear: 2 photos, 3 are needed; left out." in only.notes


@pytest.mark.parametrize(("word", "hint"), [("hapiness", "happiness"), ("awe", "basic")])
def test_words_that_are_no_emotion(
    encoder: StandIn, folder: Path, word: str, hint: str
) -> None:
    (folder / "happy").rename(folder / word)
    with pytest.raises(WheelError) as refusal:
        build_photo_database(folder)
    assert refusal.value.code == "unknown-emotion" and hint in refusal.value.hint
    assert encoder.encoded == []  # told before the first photo is read


@pytest.mark.parametrize("people", ["train", "held-out"])
def test_people_are_those_asked_for(encoder: StandIn, folder: Path, people: str) -> None:
    subjects = {path.stem for path in (folder / "happy").iterdir()}
    wanted = {name for name in subjects if is_held_out(name) == (people == "held-out")}
    if not wanted:
        with pytest.raises(InputFileError):
            build_photo_database(folder, people=people)
        return
    assert build_photo_database(folder, people=people).photos == len(wanted) * len(WORDS)


def test_no_faces_at_all(encoder: StandIn, tmp_path: Path) -> None:
    (tmp_path / "set" / "anger").mkdir(parents=True)
    (tmp_path / "set" / "anger" / "x.png").write_bytes(b"nobody")
    with pytest.raises(WheelError) as refusal:
        build_photo_database(tmp_path / "set")
    assert refusal.value.code == "no-faces"


@pytest.mark.parametrize("head", ["open", "open-light"])
def test_databases_by_name(head: str) -> None:
    facs, photos = expression_database(head, "facs"), expression_database(head, "photos")
    assert expression_database(head) is facs and "prototypes" in facs.provenance
    assert photos.head == facs.head and photos.head_checksum == find_head(head).checksum
    assert "held-out fifth" in photos.provenance and "--people train" in photos.provenance
    assert set(photos.emotions) == set(facs.emotions)
    assert expression_database(head, Path("photos")).vectors is photos.vectors


def test_other_heads_have_no_database_from_photos(tmp_path: Path) -> None:
    with np.load(open_head_path()) as file:
        arrays = {name: file[name] for name in file.files if not name.startswith("units")}
    arrays["expressiondirs"] = arrays["expressiondirs"][..., ::-1]
    path = tmp_path / "mine.npz"
    np.savez(path, **arrays)
    with pytest.raises(FlamewheelError) as refusal:
        expression_database(str(path), "photos")
    assert refusal.value.code == "no-photo-database" and "dbex build" in refusal.value.hint


def test_the_shipped_database_shows_what_names_its_emotions() -> None:
    """Measured anew in the mean faces, which in B1 is not so."""
    photos, head = expression_database("open", "photos"), find_head("open")
    assert head.units is not None
    strengths = measure_strengths(head, head.units, photos.b2)
    for emotion in ("Joy", "Fear", "Surprise", "Sadness", "Disgust", "Anger", "Contempt"):
        at = photos.index(emotion)
        assert agrees(emotion, head.units.names, strengths[at:at + 1])[0], emotion
    assert photos.counts("Joy")[1] > 200 and photos.counts("Contempt")[0] < 100
    assert not agrees("Surprise", head.units.names,
                      measure_strengths(head, head.units, photos.b1))[photos.index("Surprise")]


def test_the_shipped_database_was_checked_by_the_prototypes_of_today() -> None:
    """Build it anew (its provenance has the command) where what names an emotion has changed."""
    photos, head = expression_database("open", "photos"), find_head("open")
    assert head.units is not None
    taken = [at for at, source in enumerate(photos.sources) if source.startswith("a photo of")]
    today = agreeing_rows([photos.labels[at] for at in taken], head.units.names,
                          measure_strengths(head, head.units, photos.vectors[taken]))
    assert (today == photos.agreeing[taken]).mean() > 0.97


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/faces is absent")
def test_real_photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLAMEWHEEL_CACHE", str(tmp_path / "cache"))
    with open(SHARED / "labels.csv", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if not is_held_out(row["subject"])]
    chosen = [row for emotion in ("happiness", "neutral", "surprise")
              for row in [one for one in rows if one["emotion"] == emotion][:5]]
    lines = [f"{SHARED.name}/{row['image']},{row['subject']},{row['emotion']}" for row in chosen]
    (tmp_path / "set" / SHARED.name).mkdir(parents=True)
    for row in chosen:
        target = tmp_path / "set" / SHARED.name / row["image"]
        target.write_bytes((SHARED / "images" / row["image"]).read_bytes())
    (tmp_path / "set" / "labels.csv").write_text("\n".join(["image,subject,emotion", *lines]))
    built = build_photo_database(tmp_path / "set")
    assert built.faces >= 13 and built.counts["Joy"][0] >= 4
    assert build_photo_database(tmp_path / "set").from_cache == 15
