# SPDX-License-Identifier: GPL-3.0-or-later
import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from flamewheel.errors import CheckpointError
from flamewheel.evaluation import wheel_verdict
from flamewheel.evaluation.wheel_dyads import DyadRow
from flamewheel.evaluation.wheel_faces import Mixer
from flamewheel.evaluation.wheel_verdict import Judge
from flamewheel.wheel.points import WheelPoint


@pytest.fixture(scope="module")
def mixer():
    return Mixer("open-light")


@pytest.fixture
def faces(mixer):
    return mixer.emotions([WheelPoint("Joy"), WheelPoint("Fear")])


def test_readings_become_verdicts(mixer, faces, monkeypatch):
    told = {"Joy": 0.2, "Fear": 0.5, "Anger": 0.3}
    sure = SimpleNamespace(
        classes=tuple(told), read=lambda seen: [
            SimpleNamespace(label="cannot tell", probabilities=told) for _ in range(len(seen))])
    monkeypatch.setattr(wheel_verdict, "load_recogniser", lambda: sure)
    judge = Judge(mixer)
    assert judge.classes == ("Joy", "Fear", "Anger")
    first, second = judge.read(faces)
    assert first == second
    assert first.label == "cannot tell" and first.likeliest == ("Fear", "Anger", "Joy")


def test_without_a_recogniser_nothing_is_said(mixer, faces, monkeypatch):
    def missing():
        raise CheckpointError("recogniser-not-found", "There is none.")

    monkeypatch.setattr(wheel_verdict, "load_recogniser", missing)
    judge = Judge(mixer)
    assert judge.classes == ()
    assert [one.label for one in judge.read(faces)] == ["", ""]


LOVE = DyadRow("Love", "Joy", "Trust", "primary", *[1.0] * 4, "Awe", *[1.0] * 6)


def test_a_dyad_is_read_as_its_own_by_the_two_likeliest():
    assert replace(LOVE, likeliest=("Trust", "Joy")).named == 2
    assert replace(LOVE, likeliest=("Fear", "Joy")).named == 1
    assert replace(LOVE, likeliest=("Fear", "Anger")).named == 0
    assert math.isnan(LOVE.named)


def test_the_shipped_recogniser_reads_the_wheels_basic_faces(mixer):
    judge = Judge(mixer)
    if not judge.classes:
        pytest.skip("no recogniser is shipped")
    names = [name for name in ("Joy", "Surprise", "Anger") if name in judge.classes]
    said = judge.read(mixer.emotions([WheelPoint(name) for name in names]))
    assert [one.likeliest[0] for one in said] == names
