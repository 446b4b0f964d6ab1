# SPDX-License-Identifier: GPL-3.0-or-later
"""The stacked recogniser: equal to scikit-learn, restricted files, prototypes by their names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from flamewheel.emotion import CANNOT_TELL, load_recogniser
from flamewheel.emotion.calibration import best_temperature, calibration_error, threshold_for
from flamewheel.emotion.face_space import fit_space
from flamewheel.emotion.features import FaceFeatures, face_geometry, features_of_codes
from flamewheel.emotion.fitting import StackConfig, exported, fitted_classifier
from flamewheel.emotion.lessons import Examples, Lesson
from flamewheel.emotion.recogniser import Recogniser
from flamewheel.emotion.recogniser_file import read_recogniser, write_recogniser
from flamewheel.emotion.teaching import TeachingConfig, plan_of, teach
from flamewheel.errors import CheckpointError, InputFileError, UsageError
from flamewheel.head.registry import find_head
from flamewheel.wheel.facs import ring_strengths, strengths_for
from flamewheel.wheel_names import NEUTRAL

SMALL = StackConfig(shown_columns=6, columns=8, inner_folds=3, waves=40, trees=5)
NAMES = ("Neutral", "Joy", "Anger")


def of_strengths(rows: np.ndarray) -> FaceFeatures:
    head = find_head("open")
    assert head.units is not None
    return features_of_codes(head.units.codes(rows), head.units.poses(rows), head)


def shown(emotion: str, intensity: float = 1.0) -> np.ndarray:
    head = find_head("open")
    assert head.units is not None
    units = {} if emotion == NEUTRAL else ring_strengths(emotion, intensity)
    return strengths_for(head.units.names, units)[0]


def lesson(count: int = 30, landmarks: bool = True) -> Lesson:
    """`count` faces an emotion, of as many people, each person showing all."""
    chance = np.random.default_rng(4)
    rows = np.concatenate([shown(name) * chance.uniform(0.5, 1.5, (count, 1)) for name in NAMES])
    rows = rows + np.abs(chance.normal(0, 0.1, rows.shape))
    faces = of_strengths(rows)
    geometry = face_geometry()
    seen = (geometry.rest + faces.shown)[:, :, :2] + chance.normal(0, 0.5, (len(rows), 478, 2))
    people = np.array([f"person {number}" for number in range(count)] * len(NAMES))
    return Lesson(FaceFeatures(faces.shown, faces.lean, seen if landmarks else None),
                  np.repeat(NAMES, count), people)


@pytest.fixture(scope="module")
def taught() -> Recogniser:
    examples = Examples(of_strengths(np.stack([shown("Fear", 1.0), shown("Fear", 1.4)])),
                        np.array(["Fear", "Fear"]))
    return teach(lesson(), examples, TeachingConfig(SMALL, folds=3), "a test",
                 lambda done, total, text: None)


@pytest.mark.parametrize("landmarks", [False, True])
def test_arrays_answer_as_scikit_learn(landmarks: bool) -> None:
    given = lesson(landmarks=landmarks)
    labels = np.unique(given.emotions, return_inverse=True)[1]
    rows = given.faces.rows()
    width = given.faces.without_landmarks().rows().shape[1] - 1
    fit = fit_space(rows, width, 6, 8)
    stack = fitted_classifier(fit, fit.space.project(rows), labels, given.subjects, SMALL)
    told = exported(fit, stack).probabilities(rows)
    assert np.abs(told - stack.predict_proba(fit.space.project(rows))).max() < 1e-6
    assert (told.argmax(1) == labels).mean() > 0.9


def test_a_file_gives_back_the_same_recogniser(taught: Recogniser, tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    write_recogniser(path, taught)
    again = load_recogniser(path)
    faces = lesson(5).faces
    for some in (faces, faces.without_landmarks()):
        assert np.array_equal(again.probabilities(some), taught.probabilities(some))
    assert again.classes == ("Neutral", "Joy", "Fear", "Anger") and again.synthetic == ("Fear",)


def test_wrong_files_are_refused(taught: Recogniser, tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    with pytest.raises(CheckpointError, match="no recogniser"):
        read_recogniser(path)
    path.write_bytes(b"not a zip")
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_recogniser(path)
    np.savez(path, format=np.array([{"a": 1}], dtype=object))
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_recogniser(path)
    np.savez(path, weights=np.zeros(3))
    with pytest.raises(CheckpointError, match="no recogniser"):
        read_recogniser(path)


@pytest.mark.parametrize(("name", "value"), [
    ("landmarks_mean", np.zeros(3)), ("landmarks_last_bias", np.array([0.0, np.nan, 0, 0])),
    ("parameters_2_left", np.zeros(100_000, np.int32)), ("parameters_temperature", np.array(0.0)),
    ("classes", np.array(["Joy", "Joy", "Fear", "Anger"])), ("version", np.array(99)),
    ("version", np.array([1])), ("landmarks_last_bias", np.full(4, 1e12)),
    ("parameters_learners", np.array(["pickle"])), ("parameters_0_first", np.array(1000)),
])
def test_damaged_arrays_are_refused(
    taught: Recogniser, tmp_path: Path, name: str, value: np.ndarray
) -> None:
    path = tmp_path / "mine.npz"
    write_recogniser(path, taught)
    with np.load(path) as stored:
        arrays = {key: stored[key] for key in stored.files}
    assert name in arrays
    np.savez(path, **{**arrays, name: value})
    with pytest.raises(CheckpointError):
        read_recogniser(path)


def test_trees_that_lead_back_are_refused(taught: Recogniser, tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    write_recogniser(path, taught)
    with np.load(path) as stored:
        arrays = {key: stored[key] for key in stored.files}
    arrays["parameters_2_left"][1] = 0  # the walk would never end
    np.savez(path, **arrays)
    with pytest.raises(CheckpointError):
        read_recogniser(path)


def test_mirror_images_are_one_face() -> None:
    head = find_head("open")
    assert head.units is not None
    names = head.units.names
    rows = np.zeros((2, len(names)))
    rows[0, names.index("AU12L")] = rows[1, names.index("AU12R")] = 1.0
    left, right = of_strengths(rows).rows()
    assert np.abs(left - right).max() < 0.15  # mm; the open head is even to a tenth
    assert left[-1] > 1.0  # the lean


def test_a_turned_camera_and_a_scale_change_little() -> None:
    """The same landmarks, once head on and once from the side and nearer."""
    head, geometry = find_head("open"), face_geometry()
    from flamewheel.head.evaluate import rodrigues

    assert head.units is not None
    rows = shown("Joy")[None]
    psi, poses = head.units.codes(rows), head.units.poses(rows)
    own = geometry.shown(psi, poses)
    seen = []
    for turn, scale in ((np.zeros(3), 2.0), (np.array([0.1, 0.4, -0.1]), 5.0)):
        turned = (geometry.rest + own) @ rodrigues(turn).T
        pixels = scale * turned[:, :, :2] * (1, -1) + 300
        pose = poses.copy()
        pose[:, 0] = turn
        found = features_of_codes(psi, pose, head, pixels)
        assert found.seen is not None
        seen.append(found.seen)
    assert np.abs(seen[0] - seen[1]).max() < 1e-6


def test_features_of_the_wrong_size_are_refused() -> None:
    with pytest.raises(UsageError, match="landmarks"):
        features_of_codes(np.zeros((1, 100)), np.zeros((1, 5, 3)), find_head("open"),
                          np.zeros((1, 68, 2)))


@pytest.mark.parametrize("emotion", [
    "Joy", "Sadness", "Surprise", "Fear", "Disgust", "Anger", "Contempt", NEUTRAL])
def test_the_shipped_one_names_the_wheels_faces(emotion: str) -> None:
    rings = (0.0,) if emotion == NEUTRAL else (0.5, 1.0, 1.5)
    faces = of_strengths(np.stack([shown(emotion, ring) for ring in rings]))
    told = load_recogniser().read(faces)
    assert [one.label for one in told] == [emotion] * len(rings)
    for one in told:
        assert sum(one.probabilities.values()) == pytest.approx(1.0)


def test_the_shipped_one_says_when_it_cannot_tell() -> None:
    names = ("Joy", "Sadness", "Surprise", "Disgust", "Anger")
    mixed = np.mean([shown(name, 0.5) for name in names], axis=0)
    recogniser = load_recogniser()
    faces = of_strengths(np.stack([mixed * share for share in np.linspace(0.2, 2, 12)]))
    unsure = recogniser.probabilities(faces).max(1) < recogniser.by_parameters.surest
    told = [one.label == CANNOT_TELL for one in recogniser.read(faces)]
    assert told == unsure.tolist()


def test_what_no_face_can_do_cannot_be_told() -> None:
    codes = np.full((2, 100), 1e8)
    codes[1] = 0.0
    reader = load_recogniser()
    wild, calm = reader.read(features_of_codes(codes, np.zeros((2, 5, 3)), find_head("open")))
    assert wild.label == CANNOT_TELL and len(set(wild.probabilities.values())) == 1
    assert calm.label == NEUTRAL


def test_too_little_to_learn_from_is_refused() -> None:
    full = lesson(25)
    config = TeachingConfig(SMALL)
    with pytest.raises(InputFileError, match="Fewer than two"):
        plan_of(full.of(("Joy",)), None, config)
    rare = full.take(np.r_[0:25, 25:50, 50:52])  # two of anger
    assert plan_of(rare, None, config).left_out == {"Anger": 2}
    alone = Lesson(full.faces, full.emotions, np.full(len(full), "one person"))
    with pytest.raises(InputFileError, match="too few"):
        teach(alone, None, config, "", lambda done, total, text: None)


def test_calibration_mends_overconfidence() -> None:
    chance = np.random.default_rng(0)
    labels = chance.integers(0, 3, 3000)
    scores = chance.normal(0, 1, (3000, 3)) + np.eye(3)[labels]
    from flamewheel.emotion.learners import softmax

    loud = 3.0 * scores
    heat = best_temperature(loud, labels)
    before, after = (calibration_error(softmax(loud / t), labels) for t in (1.0, heat))
    assert after < before / 3
    told = softmax(loud / heat)
    assert (told.max(1) >= threshold_for(told, labels, 0.8)).mean() == pytest.approx(0.8, abs=0.02)


def test_reading_needs_no_scikit_learn() -> None:
    import subprocess
    import sys

    code = ("import sys, numpy as np; from flamewheel.emotion import load_recogniser;"
            "from flamewheel.emotion.features import features_of_codes;"
            "from flamewheel.head.registry import find_head;"
            "f = features_of_codes(np.zeros((1, 100)), np.zeros((1, 5, 3)), find_head('open'));"
            "print(load_recogniser().read(f)[0].label, 'sklearn' in sys.modules)")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [NEUTRAL, "False"]


def test_other_heads_come_over_by_action_units() -> None:
    """The same face, told in a head whose expression numbers mean something else."""
    from dataclasses import replace

    from flamewheel.errors import HeadError

    head = find_head("open")
    assert head.units is not None
    rows = np.stack([shown("Joy"), shown("Anger")])
    psi, poses = head.units.codes(rows), head.units.poses(rows)
    other = replace(head, name="other", units=None,
                    expression_basis=head.expression_basis[:, :, ::-1].copy())
    pairs = head.units.pair_expression
    units = replace(head.units, expression=head.units.expression[:, ::-1],
                    pair_expression=None if pairs is None else pairs[:, ::-1])
    with pytest.raises(HeadError, match="units"):
        features_of_codes(psi[:, ::-1], poses, other)
    faces = features_of_codes(psi[:, ::-1], poses, other, units=units)
    assert [one.label for one in load_recogniser().read(faces)] == ["Joy", "Anger"]
