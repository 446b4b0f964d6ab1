# SPDX-License-Identifier: GPL-3.0-or-later
import json
import math

import numpy as np
import pytest

from flamewheel.cli import main
from flamewheel.errors import WheelError
from flamewheel.evaluation.wheel import DEFAULT, EVEN, SIZED, evaluate_wheel
from flamewheel.evaluation.wheel_dyads import DyadRow, sized_as
from flamewheel.evaluation.wheel_faces import Pair, all_pairs
from flamewheel.evaluation.wheel_summary import beaten, gate, summarise
from flamewheel.head.registry import find_head
from flamewheel.wheel.dbex import database_from_arrays
from flamewheel.wheel.dbex_file import save_database
from flamewheel.wheel_names import DYADS


@pytest.fixture(scope="module")
def report():
    return evaluate_wheel("open-light", None, ["correlation"], lambda *_: None)


def row(distinct, kind="primary", kept=(1.0, 0.5)):
    return DyadRow("Love", "Joy", "Trust", kind, 9.0, distinct, 8.0, 7.0, "Awe", 1.0, 40.0, 50.0,
                   30.0, 10.0, 5.0, *kept)


def test_all_pairs_are_the_dyads_and_opposites_in_both_orders():
    pairs = all_pairs()
    assert len(pairs) == len(set(pairs)) == 2 * (24 + 4)
    assert {pair.name for pair in pairs if pair.steps < 4} == set(DYADS)
    assert Pair("Trust", "Joy").name == "Love" and Pair("Joy", "Sadness").name == "Joy + Sadness"


def test_a_linear_blend_at_equal_shares_is_the_same_in_both_orders_and_told_from_itself_by_0(
        report):
    rows = {(one.primary, one.secondary): one for one in report.dyads["linear", EVEN]}
    one, other = rows["Fear", "Surprise"], rows["Surprise", "Fear"]
    assert one.distinctness == pytest.approx(other.distinctness)
    assert one.from_primary == pytest.approx(other.from_secondary)
    assert one.from_linear == pytest.approx(0.0, abs=1e-6)


def test_correlation_is_the_plain_average_at_equal_shares_and_beats_it_at_its_own(report):
    """Paper 000, eq. 3: only a weight off the middle makes a difference."""
    for own, plain in zip(report.dyads["correlation", EVEN], report.dyads["linear", DEFAULT],
                          strict=True):
        assert own.distinctness == pytest.approx(plain.distinctness, rel=1e-3)
    assert report.gate == {"correlation": True}


def test_linear_blends_made_stronger_keep_their_angles(report):
    plain, sized = report.dyads["linear", DEFAULT], report.dyads[SIZED + "correlation", DEFAULT]
    wanted = report.dyads["correlation", DEFAULT]
    for one, larger, target in zip(plain, sized, wanted, strict=True):
        assert larger.angle == pytest.approx(one.angle, abs=0.01)
        assert larger.size == pytest.approx(target.size)


def test_mild_faces_are_nearer_to_rest_than_intense_ones(report):
    rings = {(one.emotion, one.ring): one for one in report.emotions}
    for emotion in ("Joy", "Fear", "Surprise", "Sadness", "Disgust", "Anger", "Contempt"):
        mild, intense = rings[emotion, "mild"], rings[emotion, "intense"]
        assert mild.from_neutral < intense.from_neutral and mild.size < intense.size


def test_the_report_is_json(report):
    again = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert len(again["emotions"]) == 27
    assert len(again["dyads"]) == 5 * 56  # two methods, two weights, and linear made as strong
    assert again["beats linear"] == {"correlation": True}
    assert set(again["beats linear by own units"]) == {"correlation"}


def test_odd_units_are_told_apart_from_those_that_belong(report):
    """Eq. 3 mixes components without names; at equal shares it is the plain average."""
    rows = {weights: report.dyads["correlation", weights] for weights in (DEFAULT, EVEN)}
    stray = {weights: np.mean([one.stray for one in own]) for weights, own in rows.items()}
    assert 0.0 <= stray[EVEN] < stray[DEFAULT] < 1.0
    assert all(one.distinct_by_own > 0.0 for one in rows[DEFAULT])


def test_distinctness_is_the_least_of_what_it_could_be_taken_for():
    assert row(3.0).distinctness == 3.0 and row(30.0).distinctness == 7.0
    assert row(3.0).angle == 30.0
    assert row(1.9).told is False and row(2.0).told is True


def test_means_are_over_groups_and_nan_is_left_out():
    means = summarise("units", DEFAULT, [
        row(3.0), row(1.0, kept=(math.nan, math.nan)), row(5.0, "secondary")]).groups
    assert means["8 primary"].distinctness == 2.0 and means["8 primary"].told == 0.5
    assert means["8 primary"].kept == 0.75 and means["8 primary"].kept_least == 0.5
    assert means["24 dyads"].distinctness == 3.0
    assert "4 opposites" not in means


def test_the_gate_can_fail():
    dyads = {("units", DEFAULT): [row(1.0), row(4.0)], ("linear", DEFAULT): [row(2.0), row(3.1)]}
    assert gate(dyads, "linear", DEFAULT, ["units"]) == {"units": False}
    worse = beaten(dyads["units", DEFAULT], dyads["linear", DEFAULT])
    assert [own.distinctness for own, _ in worse] == [1.0]


def test_sized_as_changes_size_alone():
    made = sized_as(np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([[0.0, 10.0], [1.0, 0.0]]))
    assert made == pytest.approx(np.array([[6.0, 8.0], [0.0, 0.0]]))


def test_an_unknown_method_is_refused(capsys):
    assert main(["evaluate", "wheel", "--method", "liner"]) == 1
    assert "linear" in capsys.readouterr().err


@pytest.mark.parametrize(("names", "pairs"), [(("Joy",), False), (("Joy", "Fear"), True)])
def test_a_database_of_few_emotions_is_measured_or_refused(tmp_path, names, pairs):
    head = find_head("open-light")
    rows = np.random.default_rng(1).normal(size=(8, head.expression_count + 3)) * 0.2
    save_database(database_from_arrays(head.name, head.checksum, [*names] * (8 // len(names)), rows,
                                       ["a row"] * 8), tmp_path / "few.npz")
    if pairs:
        report = evaluate_wheel("open-light", tmp_path / "few.npz", ["units"], lambda *_: None)
        json.dumps(report.to_dict(), allow_nan=False)
        return
    with pytest.raises(WheelError) as refused:
        evaluate_wheel("open-light", tmp_path / "few.npz", ["units"], lambda *_: None)
    assert refused.value.code == "too-few-emotions"
