# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces that the shipped I2FET draws for a plan's emotions."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from flamewheel.emotion.features import features_of_codes
from flamewheel.errors import CheckpointError, UsageError
from flamewheel.head.data import JOINT_NAMES
from flamewheel.head.unit_strengths import measure_strengths
from flamewheel.instruction.generator import load_generator
from flamewheel.instruction.plan import EmotionMix
from flamewheel.wheel_names import NEUTRAL, WHEEL_ORDER

KNOWN = ("Joy", "Fear", "Surprise", "Sadness", "Disgust", "Anger")


@pytest.fixture(scope="module")
def generator():
    return load_generator()


def rows(codes):
    return np.array([np.concatenate([code.expression, code.jaw]) for code in codes])


def named(generator, codes):
    faces = rows(codes)
    poses = np.zeros((len(faces), len(JOINT_NAMES), 3))
    poses[:, JOINT_NAMES.index("jaw")] = faces[:, -3:]
    told = generator.recogniser.probabilities(
        features_of_codes(faces[:, :-3], poses, generator.head))
    return [generator.recogniser.classes[at] for at in told.argmax(axis=1)]


def test_neutral_is_the_head_at_rest(generator):
    (code,) = generator.faces([EmotionMix(NEUTRAL)], 0)
    assert not code.expression.any() and not code.jaw.any()


def test_a_seed_gives_the_same_faces_and_another_seed_others(generator):
    mixes = [EmotionMix(NEUTRAL), *map(EmotionMix, WHEEL_ORDER)]
    first, again, other = (rows(generator.faces(mixes, seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (np.linalg.norm(first[1:] - other[1:], axis=1) > 0.3).all()


def test_each_take_is_the_emotion_asked_for(generator):
    mixes = [EmotionMix(name) for name in KNOWN]
    told = [named(generator, generator.faces(mixes, seed)) for seed in range(10)]
    right = np.array([[name == wanted for name, wanted in zip(row, KNOWN, strict=True)]
                      for row in told])
    assert right.mean() > 0.95 and right.mean(axis=0).min() >= 0.8


def test_faces_stay_within_the_database(generator):
    mixes = [EmotionMix(name, 1.5) for name in WHEEL_ORDER]
    pair = ("Joy", 1.0, "Fear", 1.0)
    mixes += [EmotionMix(*pair), EmotionMix(*pair, 0.5, "Anger")]
    faces = rows(generator.faces(mixes, 1))
    database = generator.database
    assert (faces >= database.low).all() and (faces <= database.high).all()
    assert np.isfinite(faces).all()


def test_intensity_is_the_same_take_weaker(generator):
    """Weak faces are of their own ring, no multiples; yet each is nearest to its own take."""
    takes = [rows(generator.faces([EmotionMix("Joy", 0.5), EmotionMix("Joy")], seed))
             for seed in range(6)]
    weak, full = (np.array(faces) for faces in zip(*takes, strict=True))
    sizes = [np.linalg.norm(faces, axis=1) for faces in (weak, full)]
    assert np.all((sizes[0] > 0.3 * sizes[1]) & (sizes[0] < 0.7 * sizes[1]))
    alike = weak @ full.T / np.outer(*sizes)
    assert alike.diagonal().min() > 0.7
    assert np.all(alike.diagonal() > np.median(alike, axis=1))


def test_contempt_is_a_face_of_its_own_on_one_side(generator):
    for seed in range(4):
        code, = generator.faces([EmotionMix("Disgust", 1.0, "Anger", 1.0)], seed)
        units = dict(zip(generator.units.names, measure_strengths(
            generator.head, generator.units, [code])[0], strict=True))
        smirk = abs(units["AU12L"] + units["AU14L"] - units["AU12R"] - units["AU14R"])
        assert smirk > 0.2 and units["AU9L"] < 0.3


def test_a_blend_lies_between_its_takes(generator):
    joy, fear, both = rows(generator.faces(
        [EmotionMix("Joy"), EmotionMix("Fear"), EmotionMix("Joy", 1.0, "Fear", 1.0)], 5))
    apart = np.linalg.norm(joy - fear)
    assert np.linalg.norm(both - joy) < apart and np.linalg.norm(both - fear) < apart


def test_what_the_network_says_alone(generator):
    answers = generator.pairs(["Turn this face from fear to happiness."] * 3, 0)
    assert answers.shape == (3, 2, generator.layout.row)
    assert np.abs(answers[0] - answers[1]).max() > 1e-3


def test_refusals(generator, tmp_path):
    with pytest.raises(UsageError) as seed:
        generator.faces([EmotionMix("Joy")], -1)
    assert seed.value.code == "bad-seed"
    with pytest.raises(CheckpointError) as missing:
        load_generator(tmp_path / "none.npz")
    assert missing.value.code == "checkpoint-not-found"
    (tmp_path / "bad.npz").write_bytes(b"PK nothing")
    with pytest.raises(CheckpointError) as bad:
        load_generator(tmp_path / "bad.npz")
    assert bad.value.code == "checkpoint-unreadable"


def test_it_needs_no_torch():
    code = ("import sys; from flamewheel.instruction.generator import load_generator; "
            "from flamewheel.instruction.plan import EmotionMix; "
            "load_generator().faces([EmotionMix('Joy')], 0); print('torch' in sys.modules)")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
