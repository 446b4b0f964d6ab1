# SPDX-License-Identifier: GPL-3.0-or-later
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flamewheel.encoders.facemesh import IRISES, choose_face, find_faces, look_closer
from flamewheel.encoders.photo import load_photo
from flamewheel.errors import BackendError, PhotoError

ASTRONAUT = Path(__file__).parents[3] / "examples" / "astronaut.png"


def astronaut():
    return load_photo(ASTRONAUT).pixels


def test_landmarks_are_in_the_photo_s_own_pixels():
    (points,) = find_faces(load_photo(astronaut()))
    assert points.shape == (478, 2)
    right_eye, left_eye = points[IRISES[0]], points[IRISES[1]]
    assert right_eye[0] < left_eye[0]  # the face's own left is on the right
    np.testing.assert_allclose((right_eye + left_eye) / 2, (225, 102), atol=4)


def test_where_the_face_lies_in_the_photo_moves_no_landmark():
    photo = load_photo(astronaut())
    square = look_closer(photo.pixels, find_faces(photo)[0])
    wide = load_photo(np.pad(astronaut(), ((40, 0), (0, 400), (0, 0)), mode="edge"))
    points = look_closer(wide.pixels, find_faces(wide)[0]) - (0, 40)
    eyes = np.linalg.norm(square[IRISES[0]] - square[IRISES[1]])
    assert np.median(np.linalg.norm(points - square, axis=1)) < 0.02 * eyes


def test_looking_closer_keeps_to_the_face():
    photo = two_faces()
    for points in find_faces(photo):
        closer = look_closer(photo.pixels, points)
        assert np.linalg.norm(closer.mean(0) - points.mean(0)) < 0.2 * np.ptp(points[:, 0])
    nowhere = np.random.default_rng(0).uniform(0, 60, (478, 2))
    np.testing.assert_array_equal(look_closer(photo.pixels, nowhere), nowhere)


def test_a_closer_look_that_lost_the_face_does_not_count(monkeypatch):
    photo = load_photo(astronaut())
    (points,) = find_faces(photo)
    sound = points + 0.5
    lost = points + np.array([0, 0.4 * np.ptp(points[:, 0])])
    looks = iter([lost, sound])
    monkeypatch.setattr("flamewheel.encoders.facemesh._around", lambda *_: next(looks))
    np.testing.assert_allclose(look_closer(photo.pixels, points), (points + sound) / 2)


def two_faces():
    small = np.asarray(Image.fromarray(astronaut()[40:240, 100:340]).resize((192, 160)))
    canvas = np.full((300, 480, 3), 128, dtype=np.uint8)
    canvas[40:240, 210:450] = astronaut()[40:240, 100:340]
    canvas[60:220, 10:202] = small
    return load_photo(canvas)


def test_several_faces_are_ordered_by_size_and_told():
    faces = find_faces(two_faces())
    assert len(faces) == 2
    assert np.ptp(faces[0][:, 0]) > np.ptp(faces[1][:, 0])
    largest, notes = choose_face(faces, None, "x.jpg")
    assert largest is faces[0]
    assert notes == ("2 faces; took the largest (face 1 by size, number 2 from the left).",)
    other, notes = choose_face(faces, 2, "x.jpg")
    assert other is faces[1] and "took the one asked for" in notes[0]


@pytest.mark.parametrize("face", [0, 3, -1])
def test_a_face_that_is_not_there_is_refused(face):
    with pytest.raises(PhotoError) as caught:
        choose_face([np.zeros((478, 2))] * 2, face, "x.jpg")
    assert caught.value.code == "no-such-face" and "2 faces" in caught.value.message


def test_no_face_is_refused():
    assert find_faces(load_photo(np.full((200, 300, 3), 90, dtype=np.uint8))) == []
    with pytest.raises(PhotoError) as caught:
        choose_face([], None, "wall.jpg")
    assert caught.value.code == "no-face" and "wall.jpg" in caught.value.message


def test_a_tight_crop_is_found():
    tight = astronaut()[65:185, 165:280]
    assert len(find_faces(load_photo(tight))) == 1


def test_a_small_face_is_found():
    far = np.pad(astronaut(), ((300, 0), (0, 800), (0, 0)), mode="edge")
    (points,) = find_faces(load_photo(far))
    np.testing.assert_allclose(points[list(IRISES)].mean(0), (225, 402), atol=4)


def test_nothing_is_written_to_stderr():
    code = (f"from flamewheel.encoders.facemesh import find_faces\n"
            f"from flamewheel.encoders.photo import load_photo\n"
            f"import sys\n"
            f"print(len(find_faces(load_photo({str(ASTRONAUT)!r}))))\n"
            f"print('mine', file=sys.stderr)\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
    assert done.stderr.strip() == "mine"


def test_missing_mediapipe_is_explained(monkeypatch):
    from flamewheel.encoders import facemesh

    facemesh._detector.cache_clear()
    monkeypatch.setitem(sys.modules, "mediapipe.python.solutions.face_mesh", None)
    with pytest.raises(BackendError) as caught:
        find_faces(load_photo(astronaut()))
    assert caught.value.code == "missing-dependency" and "pip install" in caught.value.hint
    facemesh._detector.cache_clear()
