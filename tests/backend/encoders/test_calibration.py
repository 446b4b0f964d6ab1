# SPDX-License-Identifier: GPL-3.0-or-later
"""Learning on made-up landmarks, whose errors are known; FaceMesh is not asked."""

from dataclasses import replace

import numpy as np
import pytest

from flamewheel.encoders import calibration_file, calibration_regression
from flamewheel.encoders.calibration import calibration_of, head_key
from flamewheel.encoders.calibration_file import (
    cached_calibration,
    read_calibration,
    write_calibrations,
)
from flamewheel.encoders.calibration_learning import calibration_from, on_other_mesh
from flamewheel.encoders.correspondence import landmark_points
from flamewheel.encoders.noise import frame_of
from flamewheel.encoders.problem import State, project
from flamewheel.encoders.rows import mix_rows, rotation, rotation_slopes
from flamewheel.encoders.sample_truth import draw_truth
from flamewheel.encoders.samples import FaceSamples
from flamewheel.errors import HeadError
from flamewheel.head.evaluate import evaluate, rodrigues
from flamewheel.head.registry import find_head

COUNT = 700
OWN, COMMON = 0.008, 0.02  # of the eyes' distance: made-up errors


@pytest.fixture(scope="module")
def head():
    """Few components, so that few samples tell."""
    light = find_head("open-light")
    return replace(light, identity_basis=light.identity_basis[:, :, :6],
                   expression_basis=light.expression_basis[:, :, :8], units=None, visemes=None)


@pytest.fixture(scope="module")
def offsets():
    return np.random.default_rng(9).normal(0, 0.003, (478, 3))


@pytest.fixture(scope="module")
def samples(head, offsets):
    rng = np.random.default_rng(5)
    truth = draw_truth(head, COUNT, rng)
    points = landmark_points(head)
    corners = head.triangles[points.triangles]
    turns = rodrigues(truth.global_rotation)
    landmarks = np.zeros((COUNT, 478, 2))
    shared = rng.normal(0, 1, (478, 2))
    for k in range(COUNT):
        vertices = evaluate(head, truth.shape[k], truth.expression[k], truth.pose[k])[0]
        places = (vertices[corners] * points.barycentrics[:, :, None]).sum(1)
        places = places + offsets @ turns[k].T
        landmarks[k, points.landmarks] = 900 * places[:, :2] * (1, -1) + 150
        frame = frame_of(landmarks[k])
        error = COMMON * rng.normal() * shared + OWN * rng.normal(size=(478, 2))
        landmarks[k] += frame.distance * error @ frame.turn
    return FaceSamples(truth.shape, truth.expression, truth.jaw, truth.eyes,
                       truth.global_rotation, np.full(COUNT, 900.0),
                       np.full((COUNT, 2), 150.0), landmarks, 300)


@pytest.fixture(scope="module")
def learned(head, samples):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calibration_regression, "STEPS", 150)
        return calibration_from(head, samples.take(slice(0, 600)))


def test_offsets_are_found(learned, offsets):
    missed = np.linalg.norm(learned.points.offsets - offsets, axis=1)
    assert np.median(missed) < 0.0006  # of offsets of 5 mm


def test_covariance_is_found(learned, samples):
    covariance = learned.noise.covariance()
    assert np.trace(covariance) / len(covariance) == pytest.approx(
        COMMON**2 + OWN**2, rel=0.2)
    values = np.linalg.eigvalsh(covariance)
    assert values[-1] / values.sum() > 0.7  # one shared error was put in
    assert np.median(learned.noise.floor) < 1.5 * OWN


def test_regressor_finds_faces_it_was_not_trained_on(learned, samples):
    rest = samples.take(slice(600, COUNT))
    start = learned.regressor(rest.landmarks)
    for found, true, most in ((start.shape, rest.shape, 0.75),
                              (start.jaw[:, 0], rest.jaw[:, 0], 0.4),
                              (start.expression, rest.expression, 0.75)):
        assert np.sqrt(np.square(found - true).mean()) < most * true.std()
    between = rodrigues(start.global_rotation) @ rodrigues(rest.global_rotation).transpose(0, 2, 1)
    angle = np.degrees(np.arccos(np.clip((np.trace(between, axis1=1, axis2=2) - 1) / 2, -1, 1)))
    assert np.median(angle) < 4
    errors = np.concatenate([start.shape - rest.shape, start.expression - rest.expression], axis=1)
    said = np.sqrt(np.diag(learned.regressor.error_covariance()))[:14]
    assert np.square(errors / said).mean() == pytest.approx(1, abs=0.3)


def test_regressor_does_not_mind_where_the_face_is_and_its_roll(learned, samples):
    one = samples.landmarks[:1]
    turn = rotation(np.array([0, 0, 0.3]))[:2, :2]
    moved = 1.7 * (one * (1, -1)) @ turn.T * (1, -1) + (400, 30)
    start, other = learned.regressor(one), learned.regressor(moved)
    np.testing.assert_allclose(other.shape, start.shape, atol=2e-3)
    turned = rotation(np.array([0, 0, 0.3])) @ rodrigues(start.global_rotation)[0]
    np.testing.assert_allclose(rodrigues(other.global_rotation)[0], turned, atol=2e-3)


def test_statistics_are_those_of_the_samples(learned, samples):
    spread = np.sqrt(np.diag(learned.statistics.covariance()))
    assert spread[8] == pytest.approx(samples.jaw[:, 0].std(), rel=0.2)
    assert learned.statistics.mean[8] > 0.02  # jaws open, they do not close further
    gaze = learned.statistics.covariance()[-4:, -4:]
    assert gaze[0, 2] > 0.9 * gaze[0, 0]  # both eyes look down together


def test_response_shifts_and_slopes(head, learned):
    rng = np.random.default_rng(2)
    rows = mix_rows(head, learned.points, 6, 8)
    state = State(rng.normal(size=14), np.array([0.1, 0.01, 0]), rng.normal(0, 0.1, (2, 2)),
                  rotation(np.array([0.2, -0.3, 0.1])), 900.0, np.array([150.0, 150.0]))
    landmarks = np.zeros((478, 2))
    landmarks[rows.landmarks] = project(rows, state)
    frame = frame_of(landmarks)
    slopes = learned.response.slopes(frame, state)
    step = 1e-6 * rng.normal(size=slopes.shape[1])
    change = (learned.response.shift(frame, state.moved(step))
              - learned.response.shift(frame, state)).ravel()
    np.testing.assert_allclose(slopes @ step, change, atol=1e-11)
    known = learned.response.with_identity(state.coefficients[:6])
    held = replace(state, coefficients=state.coefficients[6:])
    np.testing.assert_allclose(known.shift(frame, held), learned.response.shift(frame, state))
    few = learned.response.of_components(2, 3)
    assert few.shape.shape[1] == 2 and few.expression.shape[1] == 3
    assert rotation_slopes(np.zeros(3)).shape == (3, 3, 3)


def test_a_file_gives_back_what_was_learned(learned, samples, tmp_path):
    path = tmp_path / "calibration.npz"
    write_calibrations(path, [learned])
    read = read_calibration(path, learned.key)
    before, after = (c.regressor(samples.landmarks[:5]) for c in (learned, read))
    np.testing.assert_allclose(after.shape, before.shape, atol=0.02)
    np.testing.assert_allclose(read.points.offsets, learned.points.offsets, atol=1e-6)
    np.testing.assert_allclose(read.noise.covariance(), learned.noise.covariance(), atol=1e-5)
    assert read_calibration(path, "another head") is None
    assert read_calibration(tmp_path / "none.npz", learned.key) is None


def test_damaged_files_are_not_used(learned, tmp_path):
    path = tmp_path / "calibration.npz"
    write_calibrations(path, [learned])
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"not a zip at all", whole[200:]):
        path.write_bytes(damaged)
        calibration_file._read.cache_clear()
        assert read_calibration(path, learned.key) is None
    short = replace(learned, response=replace(learned.response, jaw=learned.response.jaw[:, :2]))
    write_calibrations(path, [short])
    calibration_file._read.cache_clear()
    assert read_calibration(path, learned.key) is None


def test_a_light_head_shares_its_calibration(learned, head, tmp_path):
    mesh = replace(head, template=head.template + np.float32(0.0001))
    other = on_other_mesh(learned, mesh)
    path = tmp_path / "both.npz"
    write_calibrations(path, [learned, other])
    read = read_calibration(path, head_key(mesh))
    np.testing.assert_array_equal(read.points.triangles, landmark_points(mesh).triangles)
    np.testing.assert_allclose(read.points.offsets, learned.points.offsets, atol=1e-6)
    with pytest.raises(HeadError) as caught:
        on_other_mesh(learned, find_head("open-light"))
    assert caught.value.code == "other-faces"


def test_learned_once_and_kept(head, learned, monkeypatch, tmp_path):
    from flamewheel.encoders import calibration_learning

    monkeypatch.setenv("FLAMEWHEEL_CACHE", str(tmp_path))
    asked = []
    monkeypatch.setattr(calibration_learning, "learn_calibration",
                        lambda head, progress=None: asked.append(head) or learned)
    mine = replace(head, name="mine")
    assert calibration_of(mine) is learned and calibration_of(mine) is learned
    assert cached_calibration(learned.key) is not None
    again = replace(head, name="again")  # another process, so to say
    assert calibration_of(again).key == learned.key and len(asked) == 1


def test_keys_tell_heads_apart(head):
    assert head_key(head) == head_key(replace(head, name="renamed"))
    other = replace(head, template=head.template * np.float32(1.01))
    bare = replace(head, landmarks={})
    assert len({head_key(head), head_key(other), head_key(bare)}) == 3


def test_too_few_faces_are_refused(head, samples):
    with pytest.raises(HeadError) as caught:
        calibration_from(head, samples.take(slice(0, 10)))
    assert caught.value.code == "head-not-recognised"


def test_disturbed_renders_scatter_as_photos_do(learned):
    from flamewheel.encoders.photo_errors import no_photo_errors, photo_errors

    errors, numbers = photo_errors(), learned.points.landmarks
    drawn = errors.drawn(numbers, 3000, np.random.default_rng(0)).reshape(3000, -1, 2)
    again = errors.drawn(numbers, 3000, np.random.default_rng(0)).reshape(3000, -1, 2)
    np.testing.assert_array_equal(drawn, again)
    brows = np.isin(numbers, (63, 105, 66, 334, 293, 296))
    assert -2 < drawn[:, brows, 1].mean() < -0.4  # mm: half of what photos' brows lie lower
    assert 0.3 < np.sqrt(np.square(drawn - drawn.mean(0)).sum(2).mean()) < 2
    assert not no_photo_errors().drawn(numbers, 5, np.random.default_rng(0)).any()
