# SPDX-License-Identifier: GPL-3.0-or-later
"""How sure a fit is: noise against dense formulas, information, and many looks at one person."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from flamewheel.encoders.fit import Sight, camera_on, fit_landmarks
from flamewheel.encoders.hunch import hunch_of
from flamewheel.encoders.landmark import (
    PreparedHead,
    face_parameters,
    fit_face,
    hold_identity,
)
from flamewheel.encoders.noise import LandmarkNoise, frame_of, own_noise, weigh
from flamewheel.encoders.priors import Priors, priors_of
from flamewheel.encoders.problem import EXTRA, State, project, project_with_slopes
from flamewheel.encoders.regressor import Start
from flamewheel.encoders.response import Response
from flamewheel.encoders.rows import SurfacePoints, mix_rows, rotation
from flamewheel.encoders.uncertainty import identity_look, identity_of_looks, posterior_deviation
from flamewheel.head.registry import find_head

IDENTITY, EXPRESSION = 12, 30
SCATTER = 0.004  # of the eyes' distance
LEFT_BROW = (276, 283, 282, 295, 285, 300, 293, 334, 296, 336)


@pytest.fixture(scope="module")
def head():
    return find_head()


@pytest.fixture(scope="module")
def prepared(head):
    embedding = head.landmarks["facemesh478"]
    numbers = np.asarray(embedding.indices, dtype=np.int64)
    points = SurfacePoints(
        numbers, np.asarray(embedding.triangles, dtype=np.int64),
        np.asarray(embedding.barycentrics, dtype=np.float64), np.zeros((len(numbers), 3)),
        np.full(len(numbers), SCATTER))
    rows = mix_rows(head, points, IDENTITY, EXPRESSION)
    return PreparedHead(points, rows, own_noise(points.deviation), priors_of(head, rows))


def a_state(seed, shape=None):
    rng = np.random.default_rng(seed)
    coefficients = 0.5 * rng.normal(size=IDENTITY + EXPRESSION)
    if shape is not None:
        coefficients[:IDENTITY] = shape
    return State(coefficients, np.array([0.1, 0.01, 0.0]), np.array([[0.05, 0.1], [0.05, 0.1]]),
                 rotation(np.array([0.1, rng.uniform(-0.4, 0.4), 0.05])), 2000.0,
                 np.array([300.0, 250.0]))


def seen(rows, state, scatter=0.0, seed=0):
    """(478,2) landmarks of `state`; scatter: of the eyes' distance."""
    landmarks = np.zeros((478, 2))
    landmarks[rows.landmarks] = project(rows, state)
    missing = np.setdiff1d(np.arange(478), rows.landmarks)
    landmarks[missing] = landmarks[rows.landmarks].mean(0)
    distance = frame_of(landmarks).distance
    return landmarks + scatter * distance * np.random.default_rng(seed).normal(size=(478, 2))


def some_noise(count, width, seed=0):
    rng = np.random.default_rng(seed)
    return LandmarkNoise(0.02 * rng.normal(size=(2 * count, width)),
                         rng.uniform(0.01, 0.02, 2 * count))


def test_shared_errors_are_weighed_as_by_the_dense_inverse():
    noise = some_noise(40, 6)
    rng = np.random.default_rng(1)
    errors, slopes = 0.002 * rng.normal(size=(40, 2)), rng.normal(size=(80, 9))
    inverse = np.linalg.inv(noise.covariance())
    weighed = weigh(noise, errors)
    assert weighed.cost == pytest.approx(0.5 * errors.ravel() @ inverse @ errors.ravel())
    system, slope = weighed.normal(noise, slopes)
    np.testing.assert_allclose(system, slopes.T @ inverse @ slopes, rtol=1e-8, atol=1e-6)
    np.testing.assert_allclose(slope, slopes.T @ inverse @ errors.ravel(), rtol=1e-8, atol=1e-8)


def test_an_outlier_pulls_no_harder_when_it_is_further_out():
    noise = own_noise(np.full(10, 0.01))
    slopes = np.eye(20)
    pulls = []
    for far in (0.05, 0.5):
        errors = np.zeros((10, 2))
        errors[3, 0] = far
        pulls.append(weigh(noise, errors).normal(noise, slopes)[1][6])
    assert pulls[0] == pytest.approx(pulls[1])


def test_the_frame_is_upright_and_unitless(prepared):
    landmarks = seen(prepared.rows, a_state(0))
    frame = frame_of(landmarks)
    turn = rotation(np.array([0, 0, 0.7]))[:2, :2]
    other = frame_of(3.0 * landmarks @ turn.T + 40)
    difference = np.random.default_rng(0).normal(size=(478, 2))
    np.testing.assert_allclose(other.upright(3.0 * difference @ turn.T),
                               frame.upright(difference), atol=1e-12)


def test_information_is_the_curvature_of_the_landmarks_cost(prepared):
    """Noiseless landmarks: Gauss–Newton is then the full second derivative."""
    noise = some_noise(len(prepared.rows.landmarks), 4)
    truth = a_state(3)
    landmarks = seen(prepared.rows, truth)
    loose = replace(prepared.priors, precision=1e-9 * np.eye(IDENTITY + EXPRESSION + 7))
    result = fit_landmarks(Sight(prepared.rows, noise), landmarks, loose, truth)
    assert result.error < 1e-6 and result.information.shape == (IDENTITY + EXPRESSION + EXTRA,) * 2
    frame = frame_of(landmarks)

    def cost(step):
        pixels = project(prepared.rows, result.state.moved(step))
        errors = frame.upright(pixels - landmarks[prepared.rows.landmarks])
        return weigh(noise, errors).cost

    for unknown in (0, 5, IDENTITY, IDENTITY + 7, -13, -9, -5, -3, -1):
        step = np.zeros(IDENTITY + EXPRESSION + EXTRA)
        step[unknown] = 2e-4
        curvature = (cost(step) + cost(-step) - 2 * cost(0 * step)) / 2e-4**2
        assert curvature == pytest.approx(result.information[unknown, unknown], rel=2e-2)


def test_deviation_is_how_far_fits_stray(prepared):
    """Over many noisy landmarks of faces drawn from the prior, errors are as large as announced."""
    off = []
    sides = np.full(IDENTITY + EXPRESSION, 9.0)
    wide = replace(prepared.priors, low=np.append(-sides, np.full(7, -2.0)),
                   high=np.append(sides, np.full(7, 2.0)))
    wide = replace(wide, precision=np.diag(np.append(np.ones(IDENTITY + EXPRESSION),
                                                     np.full(7, 25.0))))
    for seed in range(12):
        rng = np.random.default_rng(seed)
        truth = replace(a_state(seed), coefficients=rng.normal(size=IDENTITY + EXPRESSION),
                        jaw=0.2 * rng.normal(size=3), gaze=0.2 * rng.normal(size=(2, 2)))
        landmarks = seen(prepared.rows, truth, SCATTER, seed)
        result = fit_landmarks(prepared.sight, landmarks, wide)
        off.append((result.state.boxed() - truth.boxed()) / result.deviation[:-6])
    assert 0.8 < np.sqrt(np.mean(np.square(off))) < 1.25


def test_what_is_not_seen_is_uncertain(head, prepared):
    """Without the landmarks of the left brow, its raise is less sure, the right one's is not."""
    rows = prepared.rows
    kept = ~np.isin(rows.landmarks, LEFT_BROW)
    points = prepared.points
    fewer = mix_rows(head, SurfacePoints(*(
        getattr(points, name)[kept] for name in (
            "landmarks", "triangles", "barycentrics", "offsets", "deviation"))),
        IDENTITY, EXPRESSION)
    landmarks = seen(rows, a_state(1))
    spread = {}
    for name, some in (("all", rows), ("fewer", fewer)):
        noise = own_noise(np.full(len(some.landmarks), SCATTER))
        result = fit_landmarks(Sight(some, noise), landmarks, prepared.priors)
        full = result.information.copy()
        full[:-6, :-6] += prepared.priors.precision
        spread[name] = np.linalg.inv(full)[IDENTITY:-EXTRA, IDENTITY:-EXTRA]
    units = np.asarray(head.units.expression)[:, :EXPRESSION]
    brow = {side: units[head.units.names.index(f"AU2{side}")] for side in "LR"}
    growth = {side: (brow[side] @ spread["fewer"] @ brow[side])
              / (brow[side] @ spread["all"] @ brow[side]) for side in "LR"}
    assert growth["L"] > 1.05 and growth["L"] > growth["R"]


def test_a_known_response_is_undone(head, prepared):
    """FaceMesh that sees expressions at half their strength gives them back at full."""
    truth = a_state(6)
    landmarks = seen(prepared.rows, truth)
    frame = frame_of(landmarks)
    rest = replace(truth, coefficients=np.zeros(IDENTITY + EXPRESSION))
    rows = 2 * len(prepared.rows.landmarks)
    slopes = frame.upright(project_with_slopes(prepared.rows, rest)[1]).reshape(rows, -1)
    half = -0.5 * slopes[:, IDENTITY:IDENTITY + EXPRESSION]
    response = Response(np.zeros(rows), np.zeros((rows, 5)), np.zeros((rows, IDENTITY)), half,
                        np.zeros((rows, 3)), np.zeros((rows, 4)))
    sight = Sight(prepared.rows, prepared.noise, response)
    landmarks[prepared.rows.landmarks] = sight.expected(truth, frame)
    found = fit_landmarks(sight, landmarks, prepared.priors).state
    shrunk = fit_landmarks(prepared.sight, landmarks, prepared.priors).state
    basis = np.asarray(head.expression_basis)[np.asarray(head.masks["face"])][:, :, :EXPRESSION]

    def missed(state):
        return np.linalg.norm(basis @ (state.coefficients - truth.coefficients)[IDENTITY:])

    assert missed(found) < 0.6 * missed(shrunk)


def test_slopes_of_the_response_are_its_differences(prepared):
    rows, rng = 2 * len(prepared.rows.landmarks), np.random.default_rng(5)
    response = Response(*(0.01 * rng.normal(size=shape) for shape in (
        rows, (rows, 5), (rows, IDENTITY), (rows, EXPRESSION), (rows, 3), (rows, 4))))
    state = a_state(2)
    frame = frame_of(seen(prepared.rows, state))
    slopes = response.slopes(frame, state)
    for unknown in range(IDENTITY + EXPRESSION + EXTRA):
        step = np.zeros(IDENTITY + EXPRESSION + EXTRA)
        step[unknown] = 1e-6
        numeric = response.shift(frame, state.moved(step)) - response.shift(
            frame, state.moved(-step))
        np.testing.assert_allclose(slopes[:, unknown], numeric.ravel() / 2e-6, atol=1e-6)


def test_a_word_is_what_its_posterior_has_beyond_the_prior(prepared):
    """Prior and word together are the regressor's estimate with the regressor's errors."""
    priors, count = prepared.priors, IDENTITY + EXPRESSION + 7
    rng = np.random.default_rng(1)
    mixing = 0.3 * rng.normal(size=(count + 3, count + 3))
    root = np.linalg.inv(np.linalg.cholesky(priors.precision)).T  # narrower than the prior
    tight = np.zeros((count + 3, count + 3))
    tight[:count, :count] = 0.5 * root @ root.T + 1e-3 * root @ (mixing @ mixing.T)[
        :count, :count] @ root.T
    regressor = SimpleNamespace(error_covariance=lambda: tight, identity_count=IDENTITY)
    hunch = hunch_of(regressor, prepared.rows, priors)
    boxed = rng.normal(size=count)
    found = Start(boxed[None, :IDENTITY], boxed[None, IDENTITY:-7], boxed[None, -7:-4],
                  boxed[-4:].reshape(1, 2, 2), np.zeros((1, 3)))
    told = priors.heeding(hunch.word(found, None))
    np.testing.assert_allclose(told.mean, boxed, atol=1e-6)
    np.testing.assert_allclose(np.linalg.inv(told.precision), tight[:count, :count], rtol=1e-5,
                               atol=1e-9)
    known = rng.normal(size=IDENTITY)
    held = priors.given_identity(known).heeding(hunch.word(found, known))
    both = told.given_identity(known)
    np.testing.assert_allclose(held.mean, both.mean, atol=1e-6)
    np.testing.assert_allclose(held.precision, both.precision, rtol=1e-6, atol=1e-6)


def test_an_unsure_regressor_says_nothing(prepared):
    count = IDENTITY + EXPRESSION + 10
    regressor = SimpleNamespace(error_covariance=lambda: 100.0 * np.eye(count),
                                identity_count=IDENTITY)
    assert np.abs(hunch_of(regressor, prepared.rows, prepared.priors).precision).max() < 1e-9


def test_the_camera_is_put_where_the_landmarks_are(prepared):
    truth = a_state(7)
    landmarks = seen(prepared.rows, truth)
    lost = replace(truth, scale=1.0, translation=np.zeros(2))
    found = camera_on(prepared.sight, lost, landmarks)
    assert found.scale == pytest.approx(truth.scale)
    np.testing.assert_allclose(found.translation, truth.translation)


def test_common_errors_are_not_the_heads_fault(prepared):
    """A shift that FaceMesh is known to make is no misfit, one that it is not known to make is."""
    count = len(prepared.rows.landmarks)
    rng = np.random.default_rng(4)
    known, unknown = (0.01 * rng.normal(size=(2 * count, 1)) for _ in range(2))
    noise = LandmarkNoise(known, np.full(2 * count, SCATTER))
    truth = a_state(8)
    errors = []
    for shift in (known, unknown):
        landmarks = seen(prepared.rows, truth)
        frame = frame_of(landmarks)
        landmarks[prepared.rows.landmarks] += frame.to_picture(2 * shift.reshape(-1, 2))
        result = fit_landmarks(Sight(prepared.rows, noise), landmarks, prepared.priors)
        assert result.error <= result.head_error
        errors.append(result.error)
    assert errors[0] < 0.4 * errors[1]


def test_a_held_identity_stays_and_expression_is_found(head, prepared):
    shape = np.random.default_rng(9).normal(size=IDENTITY)
    truth = a_state(4, shape)
    landmarks = seen(prepared.rows, truth)
    person = hold_identity(prepared, shape)
    result = fit_face(person, landmarks)
    assert result.state.coefficients.size == EXPRESSION
    params = face_parameters(head, person, result, (640, 480))
    np.testing.assert_array_equal(params.identity.shape[:IDENTITY], shape)
    assert (params.deviation.shape[:IDENTITY] == 0).all()
    assert (params.deviation.shape[IDENTITY:] == 1).all()
    expression = params.code.expression[:EXPRESSION]
    basis = np.asarray(head.expression_basis)[np.asarray(head.masks["face"])][:, :, :EXPRESSION]
    missed = basis @ (expression - truth.coefficients[IDENTITY:])
    assert (missed**2).sum() < 0.05 * ((basis @ truth.coefficients[IDENTITY:])**2).sum()
    again = fit_face(person, landmarks, result.state)
    assert again.rounds <= 2 and again.cost <= result.cost * 1.0001


def test_many_looks_tell_more_than_one(prepared):
    shape = np.random.default_rng(2).normal(size=IDENTITY)
    looks, alone = [], []
    for seed in range(6):
        landmarks = seen(prepared.rows, a_state(20 + seed, shape), SCATTER, seed)
        result = fit_face(prepared, landmarks)
        looks.append(identity_look(result.information, result.state, prepared.priors))
        alone.append(np.linalg.norm(result.state.coefficients[:IDENTITY] - shape))
        one = identity_of_looks(looks[-1:], prepared.priors)
        np.testing.assert_allclose(one[0], result.state.coefficients[:IDENTITY], atol=1e-6)
        np.testing.assert_allclose(np.sqrt(np.diag(one[1])), result.deviation[:IDENTITY],
                                   rtol=1e-6)
    together, covariance = identity_of_looks(looks, prepared.priors)
    assert np.linalg.norm(together - shape) < 0.8 * np.mean(alone)
    assert (np.diag(covariance) < np.diag(one[1])).all()
    repeated = identity_of_looks(looks, prepared.priors, alike=1.0)[1]
    assert (np.diag(repeated) > np.diag(covariance)).all()


def test_deviation_of_a_known_gaussian():
    """By hand: variances 1 / (information + precision) where nothing is coupled."""
    size = 2 + EXTRA
    priors = Priors(np.zeros(size - 6), np.diag(np.full(size - 6, 3.0)), np.full(size - 6, -9.0),
                    np.full(size - 6, 9.0), 1)
    information = np.diag(np.arange(1.0, size + 1))
    wanted = np.append(np.arange(1.0, size - 5) + 3.0, np.arange(size - 5.0, size + 1))
    np.testing.assert_allclose(posterior_deviation(information, priors), wanted**-0.5)
