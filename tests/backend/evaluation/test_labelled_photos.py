# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np
import pytest

from flamewheel.errors import UsageError
from flamewheel.evaluation.labelled_photos import COPIES, copies, is_held_out, read_labels


def folder_with(tmp_path, text, images=("a.png",)):
    (tmp_path / "images").mkdir()
    for name in images:
        (tmp_path / "images" / name).write_bytes(b"not looked at here")
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    return tmp_path


def test_labels_are_read(tmp_path):
    folder = folder_with(tmp_path, "image,subject,emotion\na.png,Ann,happiness\n")
    (photo,) = read_labels(folder)
    assert (photo.path.name, photo.subject, photo.emotion) == ("a.png", "Ann", "happiness")


@pytest.mark.parametrize(("text", "code"), [
    ("image,subject\na.png,Ann\n", "bad-labels"),
    ("image,subject,emotion\nb.png,Ann,anger\n", "bad-labels"),
    ("image,subject,emotion\n", "no-labels"),
])
def test_bad_labels_are_refused(tmp_path, text, code):
    with pytest.raises(UsageError) as refused:
        read_labels(folder_with(tmp_path, text))
    assert refused.value.code == code and refused.value.hint


def test_a_folder_without_labels_is_refused(tmp_path):
    with pytest.raises(UsageError) as refused:
        read_labels(tmp_path)
    assert refused.value.code == "no-labels"


def test_one_person_in_five_is_held_out():
    held = [is_held_out(f"person {number}") for number in range(2000)]
    assert 0.17 < np.mean(held) < 0.23
    assert is_held_out("George_W_Bush") == is_held_out("George_W_Bush")


def test_copies_are_turned_scaled_and_whole():
    picture = np.zeros((200, 100, 3), np.uint8)
    picture[80:120, 30:70] = 255
    made = copies(picture, seed=1)
    areas = [(copy[..., 0] > 127).sum() for copy in made]
    assert len(made) == COPIES and max(areas) > 2 * min(areas) > 0
    again = copies(picture, seed=1)
    assert all((one == other).all() for one, other in zip(made, again, strict=True))
