# SPDX-License-Identifier: GPL-3.0-or-later
from types import SimpleNamespace

import numpy as np
import pytest

from flamewheel.evaluation.wheel_space import SCATTER, LandmarkSpace, Ruler, angles, make_ruler
from flamewheel.head.registry import find_head

SIZE = 3 * 4  # coordinates of four landmarks


def along(*values):
    row = np.zeros(SIZE)
    row[:len(values)] = values
    return row


@pytest.fixture
def ruler():
    """Joy varies by 0.3 along the first coordinate, Fear by 0.1 along the second."""
    return Ruler({"Joy": along(0.3)[None], "Fear": along(0.0, 0.1)[None]}, np.zeros((0, SIZE)))


def d(ruler, face, names):
    return float(ruler.sensitivities(face[None], np.zeros((1, SIZE)), [names])[0])


def test_distance_is_measured_in_spread(ruler):
    """Both emotions' covariances averaged, and FaceMesh's scatter: by hand."""
    within = np.sqrt(0.3**2 / 2 + SCATTER**2)
    assert d(ruler, along(0.6), {"Joy", "Fear"}) == pytest.approx(0.6 / within)
    assert d(ruler, along(0.6), {"Joy"}) == pytest.approx(0.6 / np.hypot(0.3, SCATTER))
    assert d(ruler, along(0.6), {"Fear"}) == pytest.approx(0.6 / SCATTER)


def test_what_varies_anyway_tells_nothing_however_large(ruler):
    far_but_usual, near_but_odd = along(0.5), along(0.0, 0.0, 0.1)
    assert d(ruler, far_but_usual, {"Joy"}) < d(ruler, near_but_odd, {"Joy"})


def test_uncertainty_brings_faces_nearer():
    plain = Ruler({"Joy": along(0.1)[None]}, np.zeros((0, SIZE)))
    unsure = Ruler({"Joy": along(0.1)[None]}, along(0.2)[None])
    assert d(unsure, along(0.4), {"Joy"}) == pytest.approx(
        0.4 / np.sqrt(0.1**2 + 0.2**2 + SCATTER**2))
    assert d(unsure, along(0.4), {"Joy"}) < d(plain, along(0.4), {"Joy"})


def test_the_same_face_is_not_told_from_itself(ruler):
    assert d(ruler, along(0.0), {"Joy", "Neutral"}) == 0.0


def test_angles_do_not_grow_with_strength():
    one, other = along(1.0), along(1.0, 1.0)
    assert angles(one[None], other[None])[0] == pytest.approx(45.0)
    assert angles(one[None], 7.0 * other[None])[0] == pytest.approx(45.0)
    assert angles(one[None], np.zeros((1, SIZE)))[0] == 90.0


def test_motions_are_of_the_skin_in_eye_distances():
    head = find_head("open-light")
    space = LandmarkSpace(head)
    rows = np.zeros((3, head.expression_count + 3))
    rows[1, -3] = 0.2  # the jaw drops
    rows[2, 0] = 1.0
    rest, dropped, moved = space.motions(rows).reshape(3, -1, 3)
    assert len(rest) == space.landmark_count == 468
    assert np.abs(rest).max() == 0
    chin, brow = 152, 105
    assert dropped[chin, 1] < -0.15 and np.abs(dropped[brow]).max() < 0.01
    assert 0.001 < np.abs(moved).max() < 1


def test_a_ruler_is_of_the_samples_about_their_own_mean():
    head = find_head("open-light")
    space = LandmarkSpace(head)
    chance = np.random.default_rng(1)
    rows = np.zeros((40, head.expression_count + 3))
    rows[:, 0] = np.repeat([0.0, 3.0], 20)  # far apart, but each steady in this
    rows[:, 1] = chance.normal(size=40)
    database = SimpleNamespace(
        labels=("Neutral",) * 20 + ("Joy",) * 20, emotions=("Joy", "Neutral"), vectors=rows)
    ruler = make_ruler(space, database)
    faces = np.zeros((2, head.expression_count + 3))
    faces[0, 0], faces[1, 1] = 1.0, 1.0
    steady, loose = space.motions(faces)
    both = [{"Joy", "Neutral"}]
    rest = np.zeros_like(steady)[None]
    assert ruler.sensitivities(steady[None], rest, both)[0] > 3 * ruler.sensitivities(
        loose[None], rest, both)[0]
