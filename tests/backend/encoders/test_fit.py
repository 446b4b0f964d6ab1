# SPDX-License-Identifier: GPL-3.0-or-later
"""Known parameters, projected, must come back; and the premixed rows must be the head itself."""

from dataclasses import replace

import numpy as np
import pytest

from flamewheel.encoders.fit import Sight, fit_landmarks
from flamewheel.encoders.noise import own_noise
from flamewheel.encoders.priors import priors_of, unit_components
from flamewheel.encoders.problem import EXTRA, State, project, project_with_slopes
from flamewheel.encoders.rows import SurfacePoints, mix_rows, rotation, rotation_slopes, vector_of
from flamewheel.head.data import NamedUnits
from flamewheel.head.evaluate import evaluate
from flamewheel.head.registry import find_head

DEVIATION = 0.015
NOISE = own_noise(np.full(478, DEVIATION / np.sqrt(0.2)))


@pytest.fixture(scope="module")
def head():
    """The open head with pose correctives that matter, whatever its own are."""
    data = find_head()
    rng = np.random.default_rng(5)
    return replace(data, pose_basis=1e-3 * rng.normal(size=(data.vertex_count, 3, 36)))


@pytest.fixture(scope="module")
def points(head):
    """All 478 landmarks: the skin's from the head's embedding, the irises on the eyeballs."""
    embedding = head.landmarks["facemesh478"]
    numbers, triangles = np.asarray(embedding.indices), np.asarray(embedding.triangles)
    weights = np.asarray(embedding.barycentrics, dtype=np.float64)
    for number, joint in ((468, 4), (473, 3)):
        if number not in numbers:
            ball = (np.asarray(head.weights)[head.triangles, joint] > 0.5).all(1)
            depth = np.where(ball, head.template[head.triangles, 2].mean(1), -9)
            numbers, triangles = np.append(numbers, number), np.append(triangles, depth.argmax())
            weights = np.concatenate([weights, np.full((1, 3), 1 / 3)])
    return SurfacePoints(numbers.astype(np.int64), triangles.astype(np.int64), weights,
                         np.zeros((len(numbers), 3)), np.full(len(numbers), DEVIATION))


def some_state(rows, seed, size=0.6):
    rng = np.random.default_rng(seed)
    count = rows.identity_count + rows.expression_count
    coefficients = rng.normal(size=count) * size
    coefficients[rows.identity_count:] = np.abs(coefficients[rows.identity_count:]) * 0.5
    return State(coefficients, np.array([0.2, 0.02, -0.01]), np.array([[-0.1, 0.2], [-0.1, 0.21]]),
                 rotation(np.array([0.15, -0.3, 0.1])), 2100.0, np.array([310.0, 240.0]))


def test_premixed_rows_equal_the_whole_head(head, points):
    rng = np.random.default_rng(1)
    moved = replace(points, offsets=rng.normal(size=points.offsets.shape) * 0)
    rows = mix_rows(head, moved, 400, 400)
    state = some_state(rows, 2)
    shape = state.coefficients[:rows.identity_count]
    expression = state.coefficients[rows.identity_count:]
    pose = np.stack([vector_of(state.turn), np.zeros(3), state.jaw, *state.eyes()])
    vertices = evaluate(head, shape, expression, pose)[0]
    corners = vertices[np.asarray(head.triangles)[points.triangles]]
    wanted = (corners * points.barycentrics[:, :, None]).sum(1)
    seen = state.scale * wanted[:, :2] * (1, -1) + state.translation
    np.testing.assert_allclose(project(rows, state), seen, atol=1e-6)


def test_offsets_ride_on_the_head(head, points):
    out = replace(points, offsets=np.tile([0.0, 0.0, 0.004], (len(points.landmarks), 1)))
    plain, shifted = mix_rows(head, points, 5, 5), mix_rows(head, out, 5, 5)
    state = some_state(plain, 3)
    side = replace(state, turn=rotation(np.array([0, np.pi / 2, 0])), jaw=np.zeros(3),
                   gaze=np.zeros((2, 2)))
    moved = project(shifted, side) - project(plain, side)
    np.testing.assert_allclose(moved, np.tile([0.004 * 2100, 0], (len(moved), 1)), atol=1e-6)


def test_analytic_slopes_equal_differences(head, points):
    rows = mix_rows(head, points, 8, 12)
    state = some_state(rows, 4)
    slopes = project_with_slopes(rows, state)[1]
    for unknown in range(8 + 12 + EXTRA):
        step = np.zeros(8 + 12 + EXTRA)
        step[unknown] = 1e-6
        numeric = (project(rows, state.moved(step)) - project(rows, state.moved(-step))) / 2e-6
        np.testing.assert_allclose(slopes[:, :, unknown], numeric, atol=2e-5 * state.scale)


def test_rotation_slopes_at_rest_and_away():
    for vector in (np.zeros(3), np.array([0.3, -0.2, 0.5])):
        for axis in range(3):
            step = np.zeros(3)
            step[axis] = 1e-6
            numeric = (rotation(vector + step) - rotation(vector - step)) / 2e-6
            np.testing.assert_allclose(rotation_slopes(vector)[axis], numeric, atol=1e-8)


@pytest.mark.parametrize("seed", range(4))
def test_known_faces_come_back(head, points, seed):
    rows = mix_rows(head, points, 20, 52)
    truth = some_state(rows, seed).limited(*(getattr(priors_of(head, rows), k)
                                             for k in ("low", "high")))
    landmarks = np.zeros((478, 2))
    landmarks[rows.landmarks] = project(rows, truth)
    result = fit_landmarks(Sight(rows, NOISE), landmarks, priors_of(head, rows))
    found = result.state
    assert np.sqrt((result.residuals**2).mean()) < 0.012 * result.eye_distance
    assert np.degrees(np.linalg.norm(vector_of(found.turn @ truth.turn.T))) < 3
    assert abs(found.scale / truth.scale - 1) < 0.04
    assert abs(found.gaze[0, 1] - truth.gaze[0, 1]) < 0.08
    assert 0.05 < found.jaw[0] < 0.4  # truth 0.2; expression components open the mouth as well

    def face(state):
        shape = state.coefficients[:20]
        return evaluate(head, shape, state.coefficients[20:], np.stack(
            [np.zeros(3), np.zeros(3), state.jaw, *state.eyes()]))[0][
                head.triangles[points.triangles, 0]]

    mean = State(truth.coefficients * 0, truth.jaw * 0, truth.gaze * 0, *(
        getattr(truth, k) for k in ("turn", "scale", "translation")))
    missed, nothing = (np.linalg.norm(face(s) - face(truth), axis=1).mean() for s in (found, mean))
    assert missed < 0.5 * nothing


def test_a_one_sided_smile_stays_on_its_side(head, points):
    rows = mix_rows(head, points, 20, 52)
    units = head.units
    assert units is not None
    smile = units.expression[units.names.index("AU12L")][:52]
    truth = replace(some_state(rows, 0, size=0.0), jaw=np.zeros(3), gaze=np.zeros((2, 2)),
                    coefficients=np.concatenate([np.zeros(20), smile]))
    landmarks = np.zeros((478, 2))
    landmarks[rows.landmarks] = project(rows, truth)
    found = fit_landmarks(Sight(rows, NOISE), landmarks, priors_of(head, rows)).state
    moved = head.expression_basis[:, :, :52] @ found.coefficients[20:]
    embedding = dict(zip(points.landmarks.tolist(), head.triangles[points.triangles, 0],
                         strict=True))
    left, right = moved[embedding[291]], moved[embedding[61]]
    assert np.linalg.norm(left) > 3 * np.linalg.norm(right)
    assert left[0] > 0 and left[1] > 0  # out and up


def test_coefficients_stay_inside_their_box(head, points):
    rows = mix_rows(head, points, 20, 52)
    priors = priors_of(head, rows)
    rng = np.random.default_rng(0)
    landmarks = np.zeros((478, 2))
    landmarks[rows.landmarks] = project(rows, some_state(rows, 1)) + rng.normal(
        size=(len(rows.landmarks), 2)) * 60
    state = fit_landmarks(Sight(rows, NOISE), landmarks, priors).state
    assert (state.boxed() >= priors.low).all() and (state.boxed() <= priors.high).all()
    assert np.isfinite(state.boxed()).all()


def test_units_among_the_components_are_known(head):
    found = unit_components(head, head.expression_count)
    names = head.units.names
    for name in ("AU12L", "AU12R", "AU1L"):
        row = np.asarray(head.units.expression)[names.index(name)]
        single = np.flatnonzero(np.abs(row) > 1e-6)
        assert (single.size == 1 and np.isclose(row[single[0]], 1, atol=1e-3)) == (
            single.size == 1 and single[0] in found)
    assert unit_components(replace(head, units=None), 10).size == 0
    table = np.zeros((3, 6))
    table[0, 4] = 1.0  # one component at full strength: a unit
    table[1, 2] = 0.5  # one component, at half strength: none
    table[2, [0, 1]] = 1.0  # two components: none
    units = NamedUnits(("AU1", "AU2", "AU4"), table, np.zeros((3, 5, 3)))
    assert unit_components(replace(head, units=units), 6).tolist() == [4]
    assert unit_components(replace(head, units=units), 4).tolist() == []
