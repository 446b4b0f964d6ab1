# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated folders in the layout of each published set: who shows what, and what is refused."""

from __future__ import annotations

import io
import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from flamewheel.errors import InputFileError
from flamewheel.labelled_photos import LabelledFolder, read_folder, read_labelled


def touched(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"picture")


def facts(found: LabelledFolder) -> set[tuple[str, str, str]]:
    return {(photo.subject, photo.emotion, photo.path.name) for photo in found.photos}


def refusal(folder: Path) -> InputFileError:
    with pytest.raises(InputFileError) as refused:
        read_labelled(folder)
    assert refused.value.hint
    return refused.value


def cohn_kanade(folder: Path) -> None:
    for person, sequence, number, frames in (("S005", "001", "3.0000000e+00", 11),
                                             ("S010", "004", "7.0000000e+00", 4),
                                             ("S010", "006", "2.0000000e+00", 3)):
        stem = f"{person}_{sequence}"
        touched(folder, *(f"cohn-kanade-images/{person}/{sequence}/{stem}_{at:08d}.png"
                          for at in range(1, frames + 1)))
        label = folder / "Emotion" / person / sequence / f"{stem}_{frames:08d}_emotion.txt"
        label.parent.mkdir(parents=True)
        label.write_text(f"   {number}\n")
    touched(folder, "cohn-kanade-images/S005/002/S005_002_00000001.png")  # not labelled
    (folder / "Emotion" / "S005" / "002").mkdir()


def test_ck_peaks_and_their_neutral_first_frames(tmp_path: Path) -> None:
    cohn_kanade(tmp_path)
    found = read_labelled(tmp_path)
    assert found.layout == "CK+" and found.notes == ()
    assert facts(found) == {
        ("S005", "disgust", "S005_001_00000011.png"), ("S005", "neutral", "S005_001_00000001.png"),
        ("S010", "surprise", "S010_004_00000004.png"), ("S010", "neutral", "S010_004_00000001.png"),
        ("S010", "contempt", "S010_006_00000003.png"),
        ("S010", "neutral", "S010_006_00000001.png")}


@pytest.mark.parametrize("text", ["", "8", "-1", "nan", "1e400", "anger"])
def test_ck_numbers_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    cohn_kanade(tmp_path)
    next((tmp_path / "Emotion" / "S005" / "001").iterdir()).write_text(text)
    assert refusal(tmp_path).code == "bad-labels"


@pytest.mark.parametrize("inner", ["", "basic"])
def test_raf_db(tmp_path: Path, inner: str) -> None:
    base = tmp_path / inner
    touched(base, "Image/aligned/train_00001_aligned.jpg", "Image/aligned/test_0002_aligned.jpg",
            "Image/original/train_00001.jpg")
    (base / "EmoLabel").mkdir()
    labels = base / "EmoLabel" / "list_patition_label.txt"
    labels.write_text("train_00001.jpg 5\ntest_0002.jpg 1\n")
    found = read_labelled(tmp_path)
    assert found.layout == "RAF-DB"
    assert facts(found) == {("train_00001", "sadness", "train_00001_aligned.jpg"),
                            ("test_0002", "surprise", "test_0002_aligned.jpg")}
    for line in ("train_00001.jpg 8", "train_00001.jpg", "../../x.jpg 5", "/etc/passwd 5"):
        labels.write_text(f"{line}\n")
        assert refusal(tmp_path).code == "bad-labels", line


def test_fer2013_table(tmp_path: Path) -> None:
    pixels = " ".join(str(at % 256) for at in range(48 * 48))
    table = tmp_path / "icml_face_data.csv"
    table.write_text(f"emotion, Usage, pixels\n3, Training,{pixels}\n6, PublicTest,{pixels}\n")
    found = read_labelled(tmp_path)
    assert found.layout == "FER2013"
    assert [photo.emotion for photo in found.photos] == ["happiness", "neutral"]
    first = found.photos[0]
    assert first.pixels is not None and first.pixels.shape == (48, 48)
    assert first.pixels[1, 2] == 50 and first.source is first.pixels
    assert len({photo.subject for photo in found.photos}) == 2
    with pytest.raises(InputFileError) as refused:
        read_folder(tmp_path)  # for those who open files
    assert refused.value.code == "pictures-in-table"
    for row in (f"9,Training,{pixels}", f"3,Training,{pixels} 7", "3,Training,1 2 x 4",
                f"3,Training,{pixels.replace('255', '256')}", "3,Training,", "3,Training,1e99 1"):
        table.write_text(f"emotion,Usage,pixels\n{row}\n")
        assert refusal(tmp_path).code == "bad-labels", row[:20]


def test_parts_with_emotion_folders(tmp_path: Path) -> None:
    touched(tmp_path, "train/angry/im0.png", "train/happy/im0.png", "test/happy/im0.png")
    found = read_labelled(tmp_path)
    assert Counter(photo.emotion for photo in found.photos) == {"angry": 1, "happy": 2}
    assert {photo.subject for photo in found.photos} == {"train/im0", "test/im0"}


def test_numbered_parts_are_raf_dbs(tmp_path: Path) -> None:
    touched(tmp_path, "DATASET/train/1/a.jpg", "DATASET/test/7/b.jpg")
    found = read_labelled(tmp_path / "DATASET")
    assert {photo.emotion for photo in found.photos} == {"surprise", "neutral"}
    touched(tmp_path, "DATASET/test/9/c.jpg")
    assert refusal(tmp_path / "DATASET").code == "bad-labels"


def test_a_folder_for_each_person_with_emotions_in_names(tmp_path: Path) -> None:
    for person in ("001", "002"):
        touched(tmp_path, *(f"{person}/{person}_{word}.JPG" for word in
                            ("Neutral", "joy", "Fear", "surprised", "SAD", "disgust", "Angry")))
    touched(tmp_path, "002/thumbnail.jpg")
    found = read_labelled(tmp_path)
    assert found.layout == "emotions in the pictures' names"
    assert Counter((photo.subject, photo.emotion) for photo in found.photos) == Counter(
        (person, emotion) for person in ("001", "002") for emotion in
        ("neutral", "happiness", "fear", "surprise", "sadness", "disgust", "anger"))
    assert found.notes == ("1 pictures without an emotion in their names were left out: "
                           "thumbnail.jpg.",)


def test_all_pictures_in_one_folder_with_emotions_in_names(tmp_path: Path) -> None:
    touched(tmp_path, "p17_happy.png", "p17_neutral.png", "AnnSad.png")
    assert facts(read_labelled(tmp_path)) == {
        ("p17", "happiness", "p17_happy.png"), ("p17", "neutral", "p17_neutral.png"),
        ("Ann", "sadness", "AnnSad.png")}


def test_a_name_with_two_emotions_is_refused(tmp_path: Path) -> None:
    touched(tmp_path, "1/happy_sad.png", "1/joy.png")
    assert refusal(tmp_path).code == "bad-labels"


def test_numbered_emotion_folders(tmp_path: Path) -> None:
    touched(tmp_path, "0_angry/x.png", "1-Disgust/y.png", ".hidden/z.png")
    assert {photo.emotion for photo in read_labelled(tmp_path).photos} == {"angry", "disgust"}


def test_missing_photos_are_said_and_most_of_them_refused(tmp_path: Path) -> None:
    rows = [f"{name}.jpg,{name},anger" for name in "abcdefgh"]
    (tmp_path / "labels.csv").write_text("\n".join(["image,subject,emotion", *rows]))
    touched(tmp_path, *(f"{name}.jpg" for name in "abcd"))
    found = read_labelled(tmp_path)
    assert len(found.photos) == 4
    assert found.notes == ("4 of 8 photos that the labels name are missing: e.jpg, f.jpg, g.jpg …. "
                           "They were left out.",)
    (tmp_path / "a.jpg").unlink()
    refused = refusal(tmp_path)
    assert refused.code == "photos-missing" and "5 of 8" in refused.message


@pytest.mark.parametrize("name", [
    "../../etc/passwd", "/etc/passwd", "C:\\secret.png", "\\\\host\\share\\x.png", "a/../../b.png",
    "link/x.png", "a\0b.png"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    inside, outside = tmp_path / "set", tmp_path / "outside"
    inside.mkdir(), outside.mkdir()
    (inside / "link").symlink_to(outside)
    (inside / "labels.csv").write_text(f"image,subject,emotion\n{name},Ann,anger\n")
    assert refusal(inside).code == "bad-labels"


@pytest.mark.parametrize("body", [
    b"image,emotion\n" + b"x" * 3_000_000 + b",anger\n", b"image,emotion\n\"" + b"a\n" * 90_000,
    b"image,feeling\na.jpg,anger\n", b"", b"\xff\xfe\x00\x81", b"image,emotion\na.jpg,\n"],
    ids=["long line", "quote without end", "no emotion", "empty", "no text", "no word"])
def test_hostile_tables_are_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "labels.csv").write_bytes(body)
    assert refusal(tmp_path).code in ("bad-labels", "no-photos")


def test_windows_separators_and_other_column_names(tmp_path: Path) -> None:
    touched(tmp_path, "anger/a.png", "b.png")
    (tmp_path / "labels.csv").write_text("pth,label,relFCs\nanger\\a.png,Anger,0.8\nb.png,Joy,1\n")
    assert {photo.emotion for photo in read_labelled(tmp_path).photos} == {"anger", "joy"}


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    assert refusal(tmp_path / "x\0y").code == "folder-not-found"
    (tmp_path / "file").touch()
    assert refusal(tmp_path / "file").code == "folder-not-found"


def affectnet_label(array: object) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array(array))
    return stream.getvalue()


def header(text: bytes) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + b"\0" * 8


@pytest.mark.parametrize("body", [
    *map(affectnet_label, (np.nan, np.inf, "nan", 1 + 2j, np.datetime64("2020-01-01"),
                           np.zeros(1, [("a", "i4")]), np.zeros(0), np.zeros(2000), "joy")),
    header(b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000,)}\n"),
    header(b"{'descr': '<U999999999', 'fortran_order': False, 'shape': ()}\n"),
    header(b"("), header(b"{'descr':"), b"PK\x03\x04" + b"\0" * 50, b"", b"1\n", pickle.dumps(1),
], ids=lambda body: repr(body[-20:]))
@pytest.mark.parametrize("kind", ["exp", "val"])
def test_affectnet_labels_that_are_no_number_are_refused(
    tmp_path: Path, body: bytes, kind: str
) -> None:
    touched(tmp_path, "images/1.jpg")
    notes = tmp_path / "annotations"
    notes.mkdir()
    (notes / "1_exp.npy").write_bytes(affectnet_label("1"))
    (notes / f"1_{kind}.npy").write_bytes(body)
    assert refusal(tmp_path).code == "bad-labels"


def test_half_an_emotion_is_no_label(tmp_path: Path) -> None:
    touched(tmp_path, "images/1.jpg")
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "1_exp.npy").write_bytes(affectnet_label(2.9))
    assert refusal(tmp_path).code == "bad-labels"


def test_a_name_of_any_length_is_said_shortly(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(f"image,emotion\n{'a' * 90_000},joy\n")
    assert len(refusal(tmp_path).message) < 300
