# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np
import pytest

from flamewheel.head.evaluate import evaluate
from flamewheel.head.part import cut_down
from flamewheel.head.registry import find_head
from flamewheel.metrics.face_errors import (
    FaceSkin,
    root_mean_square,
    turn_errors,
    without_size,
)


@pytest.fixture(scope="module")
def head():
    return find_head("open-light")


@pytest.fixture(scope="module")
def skin(head):
    return FaceSkin.around(head, np.asarray(head.landmarks["facemesh478"].triangles))


def test_a_cut_down_head_gives_the_same_vertices(head):
    rng = np.random.default_rng(0)
    shape, expression = rng.normal(size=(3, head.identity_count)), rng.normal(size=(3, 20))
    pose = rng.normal(0, 0.3, (3, 5, 3))
    asked = rng.choice(head.vertex_count, 50, replace=False)
    part, places = cut_down(head, asked)
    whole = evaluate(head, shape, expression, pose)[:, asked]
    np.testing.assert_allclose(evaluate(part, shape, expression, pose)[:, places], whole, atol=1e-9)


def test_face_skin_is_the_face(head, skin):
    template = np.asarray(head.template)[skin.vertices]
    assert 300 < len(skin.vertices) < head.vertex_count
    depth = np.asarray(head.template)[:, 2]
    assert template[:, 2].min() > depth.min() + 0.5 * np.ptp(depth)  # no neck, no back
    inner = np.concatenate([np.asarray(head.masks[name]) for name in ("teeth", "tongue")])
    assert not np.isin(inner, skin.vertices).any()


def test_displacements_are_the_heads_own(head, skin):
    rng = np.random.default_rng(2)
    shape, expression = rng.normal(size=(2, 30)), rng.normal(size=(2, 30))
    jaw = np.array([[0.2, 0, 0], [0, 0.05, 0]])
    poses = np.zeros((2, 5, 3))
    poses[:, 2] = jaw
    rest = np.asarray(head.template, np.float64)[skin.vertices]
    moved = evaluate(head, None, expression, poses)[:, skin.vertices] - rest
    np.testing.assert_allclose(skin.expressions(expression, jaw), 1e3 * moved, atol=1e-5)
    offset = evaluate(head, shape)[:, skin.vertices] - rest
    np.testing.assert_allclose(skin.identities(shape), 1e3 * offset, atol=1e-5)


def test_root_mean_square_by_hand():
    moved = np.array([[[3.0, 4.0, 0.0], [0.0, 0.0, 0.0]]])
    assert root_mean_square(moved) == pytest.approx([np.sqrt(12.5)])


def test_size_and_place_are_taken_away():
    rng = np.random.default_rng(3)
    rest = rng.normal(size=(40, 3)) * 50
    larger = 1.1 * rest + (5.0, -2.0, 1.0) - rest
    assert np.abs(without_size(larger[None], rest)).max() < 1e-9
    bent = rest.copy()
    bent[0] += 10
    assert root_mean_square(without_size((bent - rest)[None], rest))[0] > 1


def test_turn_errors_are_degrees():
    found = np.array([[0.0, np.radians(10), 0.0], [0.0, 0.0, 0.0]])
    assert turn_errors(found, np.zeros((2, 3))) == pytest.approx([10.0, 0.0])
